import { quarantinedRecordTable, usageBatchTable, usageRecordTable } from './ingestion.entity.js';
import type { QuarantinedRecord, UsageRecord } from './ingestion.entity.js';
import { among } from '../../access/scope.js';
import { insertRow, insertRows, loadTuples, update } from '../../database/change.js';
import { expression, literal } from '../../database/expressions.js';
import { select } from '../../database/select.js';
import type { Sql, Tx } from '../../database/transaction.js';
import type { Day } from '../../primitives/windows.js';

const b = usageBatchTable;
const q = quarantinedRecordTable;
const r = usageRecordTable;

/** A record on its way into the books. */
export type NewUsageRecord = Omit<UsageRecord, 'batchId' | 'identity'> & {
  /** What it is unique by: its `usageName`. */
  readonly name: string;
};

/** A record that is in the books, with the batch that brought it. */
export type StoredUsageRecord = NewUsageRecord & Pick<UsageRecord, 'batchId'>;

const IDENTITIES_PER_STATEMENT_MAX = 500;
/** Of an identity in hex. */
const IDENTITY_LENGTH = 32;

/** Begins a batch and answers its id; its counts are settled at the end of the transaction. */
export async function insertUsageBatch(
  tx: Tx,
  batch: { readonly registrationId: number; readonly receivedAt: number; readonly receivedBy: string },
): Promise<number> {
  return insertRow(tx, b, { ...batch, accepted: 0, duplicates: 0, conflicts: 0, rejected: 0 });
}

/** Writes down how many of a batch met which verdict. */
export async function settleUsageBatch(
  tx: Tx,
  batchId: number,
  counts: {
    readonly accepted: number;
    readonly duplicates: number;
    readonly conflicts: number;
    readonly rejected: number;
  },
): Promise<void> {
  const { accepted, duplicates, conflicts, rejected } = counts;
  await update(tx, b, { accepted, duplicates, conflicts, rejected }, `${b.id} = ?`, [batchId]);
}

/**
 * Inserts what is not there yet and answers how many went in. Which ones, when not all did, `findStored` tells by the
 * batch id: uniqueness is the database's word, and nothing is looked up before.
 */
export async function insertUsageRecords(tx: Tx, batchId: number, records: readonly NewUsageRecord[]): Promise<number> {
  return loadTuples(tx, r, COLUMNS, records, (record) => rowOf(batchId, record));
}

/** The same for corrections, which have a day of their record: no other record pays for that column. */
export async function insertCorrections(tx: Tx, batchId: number, records: readonly NewUsageRecord[]): Promise<number> {
  return loadTuples(tx, r, [...COLUMNS, 'correctedDay'], records, (record) => [
    ...rowOf(batchId, record),
    record.correctedDay,
  ]);
}

const COLUMNS = [
  'stackSubscriptionId',
  'reportedHour',
  'usageHour',
  'meterId',
  'resourceId',
  'identity',
  'usageDay',
  'sourceId',
  'batchId',
  'recordId',
  'corrects',
  'quantity',
] as const;

function rowOf(batchId: number, record: NewUsageRecord) {
  return [
    record.stackSubscriptionId,
    record.reportedHour,
    record.usageHour,
    record.meterId,
    record.resourceId,
    identityOf(record),
    record.usageDay,
    record.sourceId,
    batchId,
    record.recordId,
    record.corrects,
    record.quantity,
  ] as const;
}

/** What is stored under these names, by name. */
export async function findStored(
  sql: Sql,
  names: readonly Pick<NewUsageRecord, 'usageDay' | 'name'>[],
): Promise<ReadonlyMap<string, StoredUsageRecord>> {
  const stored = new Map<string, StoredUsageRecord>();
  for (const [usageDay, sameDay] of byDay(names)) {
    for (let start = 0; start < sameDay.length; start += IDENTITIES_PER_STATEMENT_MAX) {
      const some = sameDay.slice(start, start + IDENTITIES_PER_STATEMENT_MAX);
      const marks = some.map(() => '?').join(', ');
      const found = `FROM ${r} WHERE ${r.usageDay} = ? AND ${r.identity} IN (${marks})`;
      for (const { identity, ...row } of await select(sql, r, found, [usageDay, ...some])) {
        const name = usageName(identity.toString('hex'), row.usageDay);
        stored.set(name, { ...row, name });
      }
    }
  }
  return stored;
}

/** What a record is unique by, in one text: its identity in hex, and its usage day. */
export function usageName(identityHex: string, usageDay: Day): string {
  return `${identityHex}${usageDay}`;
}

/** The identity in a name, in hex. */
export function identityOf({ name }: Pick<NewUsageRecord, 'name'>): string {
  return name.slice(0, IDENTITY_LENGTH);
}

/** Keeps what was not taken in. The same again counts up instead of adding a row. */
export async function quarantine(
  tx: Tx,
  records: readonly Omit<QuarantinedRecord, 'id' | 'timesSeen' | 'firstSeenAt' | 'replayedAt'>[],
): Promise<void> {
  await insertRows(
    tx,
    q,
    records.map((record) => ({ ...record, firstSeenAt: record.lastSeenAt, timesSeen: 1 })),
    { key: ['identity'], takes: ['lastSeenAt', 'awaits', 'sentBy', 'isSourceGranted'], adds: ['timesSeen'] },
  );
}

/** Quarantined records of a registration, of those with these row ids. */
export function listRefused(sql: Sql, registrationId: number, ids: readonly number[]): Promise<QuarantinedRecord[]> {
  return select(sql, q, `FROM ${q} WHERE ${q.registrationId} = ? AND ${among(q.id, ids)}`, [registrationId]);
}

/** Notes that these were taken in after all, or judged otherwise: they wait for nothing any more. */
export async function markReplayed(tx: Tx, ids: readonly number[], at: number): Promise<void> {
  const replayedAt = expression(`COALESCE(${q.replayedAt}, ${literal(at)})`, q.replayedAt);
  await update(tx, q, { replayedAt, awaits: null }, among(q.id, ids));
}

/** Corrections that wait for one of these records, by identity in hex; those that have waited longest first. */
export async function listWaiting(
  sql: Sql,
  registrationId: number,
  identities: readonly string[],
  limit: number,
): Promise<QuarantinedRecord[]> {
  const found: QuarantinedRecord[] = [];
  for (let start = 0; start < identities.length && found.length < limit; start += IDENTITIES_PER_STATEMENT_MAX) {
    const some = identities.slice(start, start + IDENTITIES_PER_STATEMENT_MAX);
    const rows = await select(
      sql,
      q,
      `FROM ${q} WHERE ${q.awaits} IN (${some.map(() => '?').join(', ')}) AND ${q.registrationId} = ?
        ORDER BY ${q.id} LIMIT ${literal(limit - found.length)}`,
      [...some.map((identity) => Buffer.from(identity, 'hex')), registrationId],
    );
    found.push(...rows);
  }
  return found;
}

/** Whether any correction of the registration waits for its record. */
export async function isAnyWaiting(sql: Sql, registrationId: number): Promise<boolean> {
  const waiting = `FROM ${q} WHERE ${q.registrationId} = ? AND ${q.awaits} IS NOT NULL LIMIT 1`;
  return (await select(sql, { id: q.id }, waiting, [registrationId])).length > 0;
}

function byDay(names: readonly Pick<NewUsageRecord, 'usageDay' | 'name'>[]): ReadonlyMap<number, Buffer[]> {
  const days = new Map<number, Buffer[]>();
  for (const record of names) {
    const { usageDay } = record;
    const bytes = Buffer.from(identityOf(record), 'hex');
    const sameDay = days.get(usageDay);
    if (sameDay === undefined) days.set(usageDay, [bytes]);
    else sameDay.push(bytes);
  }
  return days;
}
