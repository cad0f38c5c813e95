import { readFileSync, statSync } from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';

import { counted } from './counted.js';
import { ArgumentError, CommandError, EXIT } from './exit.js';
import { tellingOfInterruption } from './interruption.js';
import { withBooks } from './open-books.js';
import { withProgress } from './progress.js';
import type { Progress } from './progress.js';
import { collectRefused } from './refused-records.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import type { App } from '../app.js';
import { isSourceName } from '../pipeline/ingestion/usage-record.js';
import { deliveriesOfProvider, readUsageFile } from '../pipeline/ingestion/usage-wire.js';
import type { ProviderResponse, UsageFile } from '../pipeline/ingestion/usage-wire.js';
import type { Delivery, UsageReceipt } from '../pipeline/ingestion/verdict.js';
import { recordUsage } from '../pipeline/pipeline.js';
import { DomainError } from '../primitives/errors.js';
import { hourText, parseInstant, wholeHour } from '../primitives/windows.js';
import type { Hour } from '../primitives/windows.js';
import { getRegistration } from '../registration/registration-store.js';

interface Options {
  readonly registration: string;
  readonly reportedHour?: string;
  readonly source: string;
  readonly verdicts?: boolean;
  readonly asReported?: boolean;
}

const MEBIBYTE = 1024 * 1024;
const FILE_BYTES_MAX = 512 * MEBIBYTE;
/** A file of that size takes seconds to read, and nothing else is done meanwhile. */
const READ_BYTES_TO_TELL = 4 * MEBIBYTE;
const SPACES: ReadonlySet<number> = new Set(Buffer.from(' \t\r\n'));
const RECORDS_PER_BATCH = 5_000;
const STANDARD_INPUT = 0;

/**
 * Takes a file in, batch by batch. It is safe to stop it and to run it again: what is in the books already is counted
 * as a duplicate.
 */
export async function ingestCommand(file: string, options: Options): Promise<void> {
  await withBooks(async (app) => {
    const { id: registrationId } = await getRegistration(app.db.reader, WHOLE_BOOKS, options.registration);
    const { count, total, refused } = await withProgress((progress) =>
      takeIn(app, { file, options, registrationId, progress }),
    );
    for (const line of refused.lines()) console.error(line);
    const { accepted, duplicates, conflicts, rejected } = total;
    console.log(
      `${counted(count, 'record')}: ${accepted} accepted, ${duplicates} duplicates, ${conflicts} conflicts, ${rejected} rejected.`,
    );
    if (conflicts + rejected > 0) process.exitCode = EXIT.refused;
  });
}

async function takeIn(
  app: App,
  {
    file,
    options,
    registrationId,
    progress,
  }: {
    readonly file: string;
    readonly options: Options;
    readonly registrationId: number;
    readonly progress: Progress;
  },
) {
  const { deliveries, lineNumbers } = deliveriesOf(file, options, { now: app.clock.now(), progress });
  const total = { accepted: 0, duplicates: 0, conflicts: 0, rejected: 0 };
  const refused = collectRefused(lineNumbers);
  await tellingOfInterruption(async () => {
    for (let start = 0; start < deliveries.length; start += RECORDS_PER_BATCH) {
      const receipt = await recordUsage(app, {
        registrationId,
        receivedBy: 'command line',
        grantedSources: 'all',
        deliveries: deliveries.slice(start, start + RECORDS_PER_BATCH),
        asReported: options.asReported === true,
      });
      for (const count of ['accepted', 'duplicates', 'conflicts', 'rejected'] as const) {
        total[count] += receipt[count];
      }
      if (options.verdicts === true) printVerdicts(receipt, start, lineNumbers);
      else refused.add(receipt, start);
      progress.show(`${Math.min(start + RECORDS_PER_BATCH, deliveries.length)} of ${deliveries.length} records`);
      // Signals get their turn: a SQLite statement blocks until it is done, and the next one follows without a pause.
      await breathe();
    }
  });
  return { count: deliveries.length, total, refused };
}

function deliveriesOf(
  file: string,
  options: Options,
  { now, progress }: { readonly now: number; readonly progress: Progress },
): { readonly deliveries: readonly Delivery[]; readonly lineNumbers: readonly number[] | null } {
  const name = file === '-' ? 'Standard input' : file;
  const bytes = readBytes(file);
  if (bytes.length > READ_BYTES_TO_TELL) {
    progress.showNow(`Reading ${name}, ${Math.round(bytes.length / MEBIBYTE)} MiB`);
  }
  const read = usageIn(name, bytes, now);
  if (read.format !== 'provider-response') {
    const lineNumbers = read.format === 'lines' ? read.lineNumbers : null;
    if (options.reportedHour === undefined) return { deliveries: read.deliveries, lineNumbers };
    throw new CommandError('--reported-hour is for provider responses; pushed records are filed when they arrive.');
  }
  if (!isSourceName(options.source)) {
    throw new ArgumentError(
      '--source has 1 to 200 characters, none of them a control character, and no spaces at its ends.',
    );
  }
  const reportedHour = reportedHourOf(read.response, options.reportedHour);
  if (reportedHour === null) return { deliveries: [], lineNumbers: null };
  console.error(`A provider usage response, filed under the reported hour ${hourText(reportedHour)}.`);
  const deliveries = deliveriesOfProvider(read.response, { reportedHour, source: options.source, now });
  return { deliveries, lineNumbers: null };
}

function usageIn(name: string, bytes: Buffer, now: number): UsageFile {
  if (!bytes.some((byte) => !SPACES.has(byte))) throw new CommandError(`${name} is empty.`);
  try {
    return readUsageFile(bytes, now);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === 'INVALID_INPUT') throw new CommandError(`${name}: ${error.message}`);
    throw new CommandError(`${name} is no JSON that can be read: ${error.message} (${error.code})`);
  }
}

function readBytes(file: string): Buffer {
  if (file === '-') return readFileSync(STANDARD_INPUT);
  const found = statSync(file);
  if (found.isDirectory()) throw new CommandError(`${file} is a folder. Name a file, or - for standard input.`);
  const { size } = found;
  if (size > FILE_BYTES_MAX) {
    throw new CommandError(
      `${file} is larger than ${FILE_BYTES_MAX / MEBIBYTE} MiB. Split it; lines (NDJSON) split best.`,
    );
  }
  return readFileSync(file);
}

/** The response does not say for which reported hour it was asked; its latest usage is of that hour. */
function reportedHourOf({ nextLink, latestUsageHour }: ProviderResponse, given: string | undefined): Hour | null {
  if (given !== undefined) {
    const instant = parseInstant(given);
    const hour = instant === null ? null : wholeHour(instant);
    if (hour === null) throw new ArgumentError('--reported-hour is a whole hour like 2026-01-31T13:00:00Z.');
    return hour;
  }
  if (nextLink !== null) {
    throw new CommandError(
      'The response is one page of several, and a page does not tell its reported hour. Say it with --reported-hour.',
    );
  }
  return latestUsageHour;
}

/** With the line that a record stands on where lines were read. */
function printVerdicts(receipt: UsageReceipt, start: number, lineNumbers: readonly number[] | null): void {
  for (const { index, verdict, recordId, code, field } of receipt.verdicts) {
    const line = lineNumbers?.[start + index];
    console.log(JSON.stringify({ index: start + index, line, verdict, recordId, code, field }));
  }
}
