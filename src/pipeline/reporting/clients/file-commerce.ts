import { hash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';

import { parsedJson } from './bounded-fetch.js';
import { CommerceError, LINE_FIELDS, lineOnWire } from '../commerce-client.js';
import type { CommerceAnswer, CommerceClient, CommerceTotal, ReportBatch, ReportLine } from '../commerce-client.js';
import { sum } from '../../../primitives/quantity.js';
import type { Quantity } from '../../../primitives/quantity.js';

const LINES = 'lines.jsonl';
const TABLE = 'lines.csv';
const MANIFEST = 'manifest.json';
const MANIFEST_BYTES_MAX = 65_536;

const manifest = z.object({
  schema: z.enum(['usage-report-files/1', 'usage-report-files/2']),
  cloudId: z.string(),
  destinationSubscriptionId: z.string(),
  files: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })),
});

/**
 * Writes reports into a folder, for stamps without a way to Azure: somebody carries them there. Each report is a folder
 * of its own with the lines as JSON Lines and as CSV, and a manifest with their SHA-256. It appears under its name in
 * one step (rename), whole and synchronised to the disk, or not at all. A report that is there is not written again.
 */
export function fileCommerce(folder: string): CommerceClient {
  return {
    name: 'file',
    send: async (batch) => {
      try {
        return await write(folder, batch);
      } catch (error) {
        if (error instanceof CommerceError) throw error;
        throw new CommerceError('NetworkError', `The report could not be written (${codeOf(error)}).`);
      }
    },
    totals: async (cloudId) => {
      try {
        return await readTotals(folder, cloudId);
      } catch (error) {
        if (error instanceof CommerceError) throw error;
        throw new CommerceError('NetworkError', `The folder could not be read (${codeOf(error)}).`);
      }
    },
  };
}

async function write(folder: string, batch: ReportBatch): Promise<CommerceAnswer> {
  const name = nameOf(batch);
  const contents = contentsOf(batch);
  const receipt = `sha256:${contents.files[0]?.sha256 ?? ''}`;
  const found = await existing(join(folder, name));
  if (found === null && (await placed(folder, name, contents))) return answer(batch, 'ACCEPTED', receipt);
  const there = found ?? (await existing(join(folder, name)));
  if (there?.files[0]?.sha256 !== contents.files[0]?.sha256) {
    throw new CommerceError('RequestRefused', `There is another report under the name ${name}.`);
  }
  // Whoever carries it away takes the files, and not what the manifest says of them.
  for (const { name: file, bytes, sha256 } of contents.files) {
    if (await isAs(join(folder, name, file), { bytes, sha256 })) continue;
    throw new CommerceError('RequestRefused', `${file} of ${name} is not as it was written. Put the folder elsewhere.`);
  }
  return answer(batch, 'DUPLICATE', receipt);
}

/** What is the same for every try, so that a second one finds the first: not the key, which a retry changes. */
function nameOf({ cloudId, reportedDay, destinationSubscriptionId, batchNo }: ReportBatch): string {
  return [cloudId, reportedDay, destinationSubscriptionId, batchNo].join('_').replace(/[^\w.-]/g, '-');
}

interface Contents {
  readonly texts: ReadonlyMap<string, string>;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

function contentsOf(batch: ReportBatch): Contents {
  const { form, cloudId, reportedDay, destinationSubscriptionId, batchNo } = batch;
  const lines = batch.lines.map((line) => lineOnWire(line, form));
  const texts = new Map([
    [LINES, lines.map((line) => `${JSON.stringify(line)}\n`).join('')],
    [TABLE, stringify(lines.map(safeCells), { ...TABLE_FORM, columns: [...LINE_FIELDS[form]] })],
  ]);
  const files = [...texts].map(([name, text]) => ({
    name,
    bytes: Buffer.byteLength(text),
    sha256: hash('sha256', text),
  }));
  const schema = `usage-report-files/${form}`;
  const head = { schema, cloudId, reportedDay, destinationSubscriptionId, batchNo };
  const whole = `${JSON.stringify({ ...head, lines: lines.length, files }, null, 2)}\n`;
  return { texts: new Map([...texts, [MANIFEST, whole]]), files };
}

/** Half a line break is none to the package, and one to most readers, to whom the rest would be another row. */
const TABLE_FORM = { header: true, record_delimiter: '\r\n', quoted_match: /[\r\n]/ };

/** What people choose. The rest are ids, days and numbers, of which a negative one must stay a number. */
const NAMES = ['location', 'resourceUri', 'meterName', 'unit'] as const;

/** Spreadsheets run cells that begin like a formula, and people name resources and meters. */
function safeCells(line: Partial<ReportLine>): Partial<ReportLine> {
  const cells: Partial<Record<keyof ReportLine, string | null>> = { ...line };
  for (const name of NAMES) {
    const text = line[name];
    if (typeof text === 'string' && /^[=+\-@\t\r\n]/.test(text)) cells[name] = `'${text}`;
  }
  return cells as Partial<ReportLine>;
}

/** False when another process placed it first. */
async function placed(folder: string, name: string, { texts }: Contents): Promise<boolean> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = join(folder, `.${name}.${randomUUID()}`);
  await mkdir(unfinished, { mode: 0o700 });
  try {
    for (const [file, text] of texts) await writeDurably(join(unfinished, file), text);
    await synchronise(unfinished);
    await rename(unfinished, join(folder, name));
    await synchronise(folder);
    return true;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) return false;
    throw error;
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function synchronise(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function isAs(path: string, expected: { readonly bytes: number; readonly sha256: string }): Promise<boolean> {
  try {
    return (await stat(path)).size === expected.bytes && hash('sha256', await readFile(path)) === expected.sha256;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function existing(path: string): Promise<z.infer<typeof manifest> | null> {
  try {
    const file = join(path, MANIFEST);
    if ((await stat(file)).size > MANIFEST_BYTES_MAX) throw notOurs(path);
    const read = manifest.safeParse(parsedJson(await readFile(file, 'utf8')));
    if (!read.success) throw notOurs(path);
    return read.data;
  } catch (error) {
    // Nothing is there, or something that is no report.
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return null;
    throw error;
  }
}

function notOurs(path: string): CommerceError {
  return new CommerceError('InvalidResponse', `The ${MANIFEST} of ${basename(path)} was not written by this gateway.`);
}

/** The system's name for what went wrong. */
function codeOf(error: unknown): string {
  const { code = 'unknown' } = error as { readonly code?: string };
  return code;
}

async function readTotals(folder: string, cloudId: string): Promise<readonly CommerceTotal[]> {
  const totals = new Map<string, { key: Omit<CommerceTotal, 'quantity' | 'lines'>; quantities: Quantity[] }>();
  const names = await readdir(folder).catch((error: unknown) => {
    // Nothing was written yet.
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  for (const name of names.filter((found) => !found.startsWith('.')).sort()) {
    const found = await existing(join(folder, name));
    if (found?.cloudId !== cloudId) continue;
    const { destinationSubscriptionId } = found;
    const text = await readFile(join(folder, name, LINES), 'utf8');
    if (found.files.find((file) => file.name === LINES)?.sha256 !== hash('sha256', text)) {
      throw new CommerceError('InvalidResponse', `The lines of ${name} are not those of its manifest.`);
    }
    for (const line of text.split('\n').filter((one) => one !== '')) {
      const { meterId, quantity } = JSON.parse(line) as ReportLine;
      const total = totals.get(`${destinationSubscriptionId} ${meterId}`);
      if (total === undefined) {
        const key = { destinationSubscriptionId, meterId };
        totals.set(`${destinationSubscriptionId} ${meterId}`, { key, quantities: [quantity] });
      } else total.quantities.push(quantity);
    }
  }
  return [...totals.values()].map(({ key, quantities }) => ({
    ...key,
    quantity: sum(quantities),
    lines: quantities.length,
  }));
}

function answer(batch: ReportBatch, status: 'ACCEPTED' | 'DUPLICATE', receipt: string): CommerceAnswer {
  return { receipt, lines: batch.lines.map(({ lineId }) => ({ lineId, status, code: null })) };
}
