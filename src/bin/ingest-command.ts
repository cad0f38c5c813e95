import { readFileSync, statSync } from 'node:fs';

import { ArgumentError, CommandError, EXIT } from './exit.js';
import { withBooks } from './open-books.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import { isSourceName } from '../pipeline/ingestion/usage-record.js';
import { deliveriesOfProvider, readUsageFile } from '../pipeline/ingestion/usage-wire.js';
import type { ProviderResponse } from '../pipeline/ingestion/usage-wire.js';
import type { Delivery, UsageReceipt } from '../pipeline/ingestion/verdict.js';
import { recordUsage } from '../pipeline/pipeline.js';
import { hourText, parseInstant, wholeHour } from '../primitives/windows.js';
import type { Hour } from '../primitives/windows.js';
import { getRegistration } from '../registration/registration-store.js';

interface Options {
  readonly registration: string;
  readonly reportedHour?: string;
  readonly source: string;
  readonly verdicts?: boolean;
}

const FILE_BYTES_MAX = 512 * 1024 * 1024;
const RECORDS_PER_BATCH = 5_000;
const STANDARD_INPUT = 0;

/**
 * Takes a file in, batch by batch. It is safe to stop it and to run it again: what is in the books already is counted
 * as a duplicate.
 */
export async function ingestCommand(file: string, options: Options): Promise<void> {
  await withBooks(async (app) => {
    const { id: registrationId } = await getRegistration(app.db.reader, WHOLE_BOOKS, options.registration);
    const deliveries = deliveriesOf(file, options, app.clock.now());
    const total = { accepted: 0, duplicates: 0, conflicts: 0, rejected: 0 };
    for (let start = 0; start < deliveries.length; start += RECORDS_PER_BATCH) {
      const receipt = await recordUsage(app, {
        registrationId,
        receivedBy: 'command line',
        grantedSources: 'all',
        deliveries: deliveries.slice(start, start + RECORDS_PER_BATCH),
      });
      for (const count of ['accepted', 'duplicates', 'conflicts', 'rejected'] as const) {
        total[count] += receipt[count];
      }
      if (options.verdicts === true) printVerdicts(receipt, start);
      else printRefused(receipt, start);
      showProgress(Math.min(start + RECORDS_PER_BATCH, deliveries.length), deliveries.length);
    }
    const { accepted, duplicates, conflicts, rejected } = total;
    console.log(
      `${deliveries.length} records: ${accepted} accepted, ${duplicates} duplicates, ${conflicts} conflicts, ${rejected} rejected.`,
    );
    if (conflicts + rejected > 0) process.exitCode = EXIT.refused;
  });
}

function deliveriesOf(file: string, options: Options, now: number): readonly Delivery[] {
  const bytes = readBytes(file);
  const read = readUsageFile(bytes, now);
  if (read.format !== 'provider-response') {
    if (options.reportedHour === undefined) return read.deliveries;
    throw new CommandError('--reported-hour is for provider responses; pushed records are filed when they arrive.');
  }
  if (!isSourceName(options.source)) {
    throw new ArgumentError(
      '--source has 1 to 200 characters, none of them a control character, and no spaces at its ends.',
    );
  }
  const reportedHour = reportedHourOf(read.response, options.reportedHour);
  if (reportedHour === null) return [];
  console.error(`A provider usage response, filed under the reported hour ${hourText(reportedHour)}.`);
  return deliveriesOfProvider(read.response, { reportedHour, source: options.source, now });
}

function readBytes(file: string): Buffer {
  if (file === '-') return readFileSync(STANDARD_INPUT);
  const { size } = statSync(file);
  if (size > FILE_BYTES_MAX) {
    throw new CommandError(
      `${file} is larger than ${FILE_BYTES_MAX / 1024 / 1024} MiB. Split it; lines (NDJSON) split best.`,
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

function printVerdicts(receipt: UsageReceipt, start: number): void {
  for (const { index, verdict, recordId, code, field } of receipt.verdicts) {
    console.log(JSON.stringify({ index: start + index, verdict, recordId, code, field }));
  }
}

function printRefused(receipt: UsageReceipt, start: number): void {
  for (const { index, verdict, recordId, code, message } of receipt.verdicts) {
    if (verdict !== 'CONFLICT' && verdict !== 'REJECTED') continue;
    const name = recordId === null ? '' : ` (${recordId})`;
    console.error(`record ${start + index}${name}: ${verdict} ${code}: ${message}`);
  }
}

function showProgress(done: number, all: number): void {
  if (process.stderr.isTTY && all > RECORDS_PER_BATCH) process.stderr.write(`\r${done} of ${all} `);
}
