import type { QuarantinedRecord, UsageRecord } from './ingestion.entity.js';
import { among } from '../../access/scope.js';
import { incoming, onDuplicate } from '../../database/dialect.js';
import type { Sql, SqlValue, Tx } from '../../database/transaction.js';
import { canonicalQuantity } from '../../primitives/quantity.js';
import type { Quantity } from '../../primitives/quantity.js';
import type { Day } from '../../primitives/windows.js';

/** A record on its way into the books. */
export type NewUsageRecord = Omit<UsageRecord, 'quantity' | 'batchId' | 'identity'> & {
  /** What it is unique by: its `usageName`. */
  readonly name: string;
  readonly quantity: Quantity;
};

/** A record that is in the books, with the batch that brought it. */
export type StoredUsageRecord = NewUsageRecord & Pick<UsageRecord, 'batchId'>;

const IDENTITIES_PER_STATEMENT_MAX = 500;
/** Of an identity in hex. */
const IDENTITY_LENGTH = 32;
/** What is read of a quarantined record `q`. */
export const QUARANTINED = `q.id, q.registration_id AS registrationId, q.identity, q.verdict, q.code, q.message, q.source,
  q.record_id AS recordId, q.stack_subscription_guid AS stackSubscriptionGuid, q.raw,
  q.first_seen_at AS firstSeenAt, q.last_seen_at AS lastSeenAt, q.times_seen AS timesSeen,
  q.reported_hour AS reportedHour, q.replayed_at AS replayedAt, q.awaits, q.sent_by AS sentBy,
  q.is_source_granted AS isSourceGranted`;

/** Begins a batch and answers its id; its counts are settled at the end of the transaction. */
export async function insertUsageBatch(
  tx: Tx,
  batch: { readonly registrationId: number; readonly receivedAt: number; readonly receivedBy: string },
): Promise<number> {
  const { insertedId } = await tx.execute(
    `INSERT INTO usage_batch (registration_id, received_at, received_by, accepted, duplicates, conflicts, rejected)
     VALUES (?, ?, ?, 0, 0, 0, 0)`,
    [batch.registrationId, batch.receivedAt, batch.receivedBy],
  );
  return insertedId;
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
  await tx.execute('UPDATE usage_batch SET accepted = ?, duplicates = ?, conflicts = ?, rejected = ? WHERE id = ?', [
    counts.accepted,
    counts.duplicates,
    counts.conflicts,
    counts.rejected,
    batchId,
  ]);
}

/**
 * Inserts what is not there yet and answers how many went in. Which ones, when not all did, `findStored` tells by the
 * batch id: uniqueness is the database's word, and nothing is looked up before.
 */
export async function insertUsageRecords(tx: Tx, batchId: number, records: readonly NewUsageRecord[]): Promise<number> {
  return tx.loadRows({
    table: 'usage_record',
    columns: COLUMNS,
    decimals: ['quantity'],
    digests: ['identity'],
    items: records,
    rowOf: (record) => rowOf(batchId, record),
  });
}

/** The same for corrections, which have a day of their record: no other record pays for that column. */
export async function insertCorrections(tx: Tx, batchId: number, records: readonly NewUsageRecord[]): Promise<number> {
  return tx.loadRows({
    table: 'usage_record',
    columns: [...COLUMNS, 'corrected_day'],
    decimals: ['quantity'],
    digests: ['identity'],
    items: records,
    rowOf: (record) => [...rowOf(batchId, record), record.correctedDay],
  });
}

const COLUMNS = [
  'stack_subscription_id',
  'reported_hour',
  'usage_hour',
  'meter_id',
  'resource_id',
  'identity',
  'usage_day',
  'source_id',
  'batch_id',
  'record_id',
  'corrects',
  'quantity',
];

function rowOf(batchId: number, record: NewUsageRecord): readonly SqlValue[] {
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
  ];
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
      const rows = await sql.query<UsageRecord>(
        `SELECT stack_subscription_id AS stackSubscriptionId, reported_hour AS reportedHour,
                usage_hour AS usageHour, meter_id AS meterId, resource_id AS resourceId, identity,
                usage_day AS usageDay, source_id AS sourceId, batch_id AS batchId, record_id AS recordId,
                corrects, quantity, corrected_day AS correctedDay
           FROM usage_record WHERE usage_day = ? AND identity IN (${some.map(() => '?').join(', ')})`,
        [usageDay, ...some],
      );
      for (const { identity, ...row } of rows) {
        const name = usageName(identity.toString('hex'), row.usageDay);
        stored.set(name, { ...row, name, quantity: canonicalQuantity(row.quantity) });
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
  if (records.length === 0) return;
  const { dialect } = tx;
  await tx.insertRows({
    table: 'quarantined_record',
    columns: [
      'registration_id',
      'identity',
      'verdict',
      'code',
      'message',
      'source',
      'record_id',
      'stack_subscription_guid',
      'raw',
      'first_seen_at',
      'last_seen_at',
      'times_seen',
      'reported_hour',
      'awaits',
      'sent_by',
      'is_source_granted',
    ],
    rows: records.map((record): SqlValue[] => [
      record.registrationId,
      record.identity,
      record.verdict,
      record.code,
      record.message,
      record.source,
      record.recordId,
      record.stackSubscriptionGuid,
      record.raw,
      record.lastSeenAt,
      record.lastSeenAt,
      1,
      record.reportedHour,
      record.awaits,
      record.sentBy,
      Number(record.isSourceGranted),
    ]),
    onDuplicate: onDuplicate(dialect, ['identity'], {
      last_seen_at: incoming(dialect, 'last_seen_at'),
      times_seen: `quarantined_record.times_seen + ${incoming(dialect, 'times_seen')}`,
      awaits: incoming(dialect, 'awaits'),
      sent_by: incoming(dialect, 'sent_by'),
      is_source_granted: incoming(dialect, 'is_source_granted'),
    }),
  });
}

/** Quarantined records of a registration, of those with these row ids. */
export function listRefused(sql: Sql, registrationId: number, ids: readonly number[]): Promise<QuarantinedRecord[]> {
  return sql.query<QuarantinedRecord>(
    `SELECT ${QUARANTINED} FROM quarantined_record q WHERE q.registration_id = ? AND ${among('q.id', ids)}`,
    [registrationId],
  );
}

/** Notes that these were taken in after all, or judged otherwise: they wait for nothing any more. */
export async function markReplayed(tx: Tx, ids: readonly number[], at: number): Promise<void> {
  await tx.execute(
    `UPDATE quarantined_record SET replayed_at = COALESCE(replayed_at, ?), awaits = NULL WHERE ${among('id', ids)}`,
    [at],
  );
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
    const rows = await sql.query<QuarantinedRecord>(
      `SELECT ${QUARANTINED} FROM quarantined_record q
        WHERE q.awaits IN (${some.map(() => '?').join(', ')}) AND q.registration_id = ?
        ORDER BY q.id LIMIT ${Number(limit - found.length)}`,
      [...some.map((identity) => Buffer.from(identity, 'hex')), registrationId],
    );
    found.push(...rows);
  }
  return found;
}

/** Whether any correction of the registration waits for its record. */
export async function isAnyWaiting(sql: Sql, registrationId: number): Promise<boolean> {
  const [row] = await sql.query<{ id: number }>(
    'SELECT id FROM quarantined_record WHERE registration_id = ? AND awaits IS NOT NULL LIMIT 1',
    [registrationId],
  );
  return row !== undefined;
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
