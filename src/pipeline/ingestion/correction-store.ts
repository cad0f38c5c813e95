import type { CorrectionDay } from './ingestion.entity.js';
import type { NewUsageRecord } from './usage-record-store.js';
import { usageName } from './usage-record-store.js';
import { among } from '../../access/scope.js';
import { added, incoming, onDuplicate, onDuplicateKeep } from '../../database/dialect.js';
import type { Sql, SqlValue, Tx } from '../../database/transaction.js';
import { fromUnits, toUnits } from '../../primitives/quantity.js';
import type { Quantity } from '../../primitives/quantity.js';
import { dayOf } from '../../primitives/windows.js';
import type { Day, Hour } from '../../primitives/windows.js';

const SUM_KEY = ['usage_day', 'identity'];
const NAMES_PER_STATEMENT_MAX = 400;
/** Of an identity in hex, with which a name begins. */
const IDENTITY_LENGTH = 32;

/** A record of which corrections are to be added up. */
export type CorrectedRecordKey = Pick<NewUsageRecord, 'name' | 'usageDay' | 'stackSubscriptionId'>;

/**
 * What the corrections of these records come to so far, in units by name. Until the transaction ends, whoever corrects
 * one of them waits: the sums are locked in the order of their key, so that nobody waits in a ring.
 */
export async function holdSums(tx: Tx, records: readonly CorrectedRecordKey[]): Promise<ReadonlyMap<string, bigint>> {
  // A row that is there is changed to what it is: that locks it, as one that is new is locked.
  await addToSums(
    tx,
    records.map((record) => ({ ...record, units: 0n, corrections: 0 })),
  );
  const sums = new Map<string, bigint>();
  for (let start = 0; start < records.length; start += NAMES_PER_STATEMENT_MAX) {
    const some = records.slice(start, start + NAMES_PER_STATEMENT_MAX);
    const rows = await tx.query<{ usageDay: Day; identity: Buffer; quantity: string }>(
      `SELECT usage_day AS usageDay, identity, quantity FROM corrected_record
        WHERE ${some.map(() => '(usage_day = ? AND identity = ?)').join(' OR ')}`,
      some.flatMap(({ usageDay, name }) => [usageDay, identityIn(name)]),
    );
    for (const { usageDay, identity, quantity } of rows) {
      sums.set(usageName(identity.toString('hex'), usageDay), toUnits(quantity));
    }
  }
  return sums;
}

/** Adds corrections to the sums of their records. */
export async function addToSums(
  tx: Tx,
  changes: readonly (CorrectedRecordKey & { readonly units: bigint; readonly corrections: number })[],
): Promise<void> {
  if (changes.length === 0) return;
  await tx.insertRows({
    table: 'corrected_record',
    columns: [...SUM_KEY, 'stack_subscription_id', 'quantity', 'corrections', 'is_older'],
    decimals: ['quantity'],
    rows: [...changes]
      .sort(bySumKey)
      .map(({ usageDay, name, stackSubscriptionId, units, corrections }): SqlValue[] => [
        usageDay,
        identityIn(name),
        stackSubscriptionId,
        fromUnits(units),
        corrections,
        0,
      ]),
    onDuplicate: onDuplicate(tx.dialect, SUM_KEY, {
      quantity: added(tx.dialect, 'corrected_record.quantity', incoming(tx.dialect, 'quantity')),
      corrections: `corrected_record.corrections + ${incoming(tx.dialect, 'corrections')}`,
    }),
  });
}

function bySumKey(left: CorrectedRecordKey, right: CorrectedRecordKey): number {
  return left.usageDay - right.usageDay || (left.name < right.name ? -1 : 1);
}

function identityIn(name: string): Buffer {
  return Buffer.from(name.slice(0, IDENTITY_LENGTH), 'hex');
}

/** Notes which reported days hold corrections of earlier ones. */
export async function noteCorrectionDays(tx: Tx, days: readonly CorrectionDay[]): Promise<void> {
  const byName = new Map(days.map((day) => [Object.values(day).join(' '), day]));
  if (byName.size === 0) return;
  await tx.insertRows({
    table: 'correction_day',
    columns: ['stack_subscription_id', 'reported_day', 'corrected_day'],
    rows: [...byName.values()]
      .sort(byDay)
      .map(({ stackSubscriptionId, reportedDay, correctedDay }) => [stackSubscriptionId, reportedDay, correctedDay]),
    onDuplicate: onDuplicateKeep(tx.dialect, 'reported_day'),
  });
}

function byDay(left: CorrectionDay, right: CorrectionDay): number {
  return (
    left.stackSubscriptionId - right.stackSubscriptionId ||
    left.reportedDay - right.reportedDay ||
    left.correctedDay - right.correctedDay
  );
}

/** Which of these stack subscriptions' reported days [from, to) hold corrections of earlier ones, in order. */
export function listCorrectionDays(
  sql: Sql,
  stackSubscriptionIds: readonly number[],
  days: { readonly from: Day; readonly to: Day },
): Promise<CorrectionDay[]> {
  return sql.query<CorrectionDay>(
    `SELECT stack_subscription_id AS stackSubscriptionId, reported_day AS reportedDay, corrected_day AS correctedDay
       FROM correction_day
      WHERE ${among('stack_subscription_id', stackSubscriptionIds)} AND reported_day >= ? AND reported_day < ?
      ORDER BY stack_subscription_id, reported_day, corrected_day`,
    [days.from, days.to],
  );
}

/** Digests of the URIs of these resources without case, in hex, by row id. */
export async function uriKeysOf(sql: Sql, resourceIds: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const rows = await sql.query<{ id: number; uriKey: Buffer }>(
    `SELECT id, uri_key AS uriKey FROM resource WHERE ${among('id', resourceIds)}`,
  );
  return new Map(rows.map(({ id, uriKey }) => [id, uriKey.toString('hex')]));
}

/** Where a record is: its key, with the identity in hex. */
export interface RecordPlace {
  readonly stackSubscriptionId: number;
  readonly reportedHour: Hour;
  readonly usageHour: Hour;
  readonly meterId: number;
  readonly resourceId: number;
  readonly identity: string;
}

/** A record with what it names, so that another can name the same. */
export interface DescribedRecord extends RecordPlace {
  readonly registrationId: number;
  /** Name of the registration. */
  readonly registration: string;
  readonly tenantId: number | null;
  readonly stackSubscriptionGuid: string;
  readonly meterGuid: string;
  readonly meterWireId: string;
  readonly resourceUri: string;
  readonly location: string;
  readonly tags: string;
  readonly additionalInfo: string;
  readonly source: string;
  readonly recordId: string | null;
  readonly quantity: Quantity;
}

/** The record at a place; null when there is none. Whether it may be seen, whoever asks has asked. */
export async function describeRecord(sql: Sql, place: RecordPlace): Promise<DescribedRecord | null> {
  const [row] = await sql.query<Omit<DescribedRecord, keyof RecordPlace>>(
    `SELECT s.registration_id AS registrationId, g.name AS registration, s.tenant_id AS tenantId,
            s.stack_subscription_guid AS stackSubscriptionGuid, m.meter_guid AS meterGuid, m.wire_id AS meterWireId,
            o.uri AS resourceUri, o.location, o.tags, o.additional_info AS additionalInfo,
            u.name AS source, r.record_id AS recordId, r.quantity
       FROM usage_record r
       JOIN stack_subscription s ON s.id = r.stack_subscription_id
       JOIN registration g ON g.id = s.registration_id
       JOIN meter m ON m.id = r.meter_id
       JOIN resource o ON o.id = r.resource_id
       JOIN usage_source u ON u.id = r.source_id
      WHERE r.stack_subscription_id = ? AND r.reported_hour = ? AND r.usage_hour = ? AND r.meter_id = ?
        AND r.resource_id = ? AND r.identity = ?`,
    [
      place.stackSubscriptionId,
      place.reportedHour,
      place.usageHour,
      place.meterId,
      place.resourceId,
      Buffer.from(place.identity, 'hex'),
    ],
  );
  return row === undefined ? null : { ...place, ...row };
}

/** What the corrections of a record come to, in units. */
export async function findSum(sql: Sql, record: Pick<RecordPlace, 'usageHour' | 'identity'>): Promise<bigint> {
  const [row] = await sql.query<{ quantity: string }>(
    'SELECT quantity FROM corrected_record WHERE usage_day = ? AND identity = ?',
    [dayOf(record.usageHour), Buffer.from(record.identity, 'hex')],
  );
  return row === undefined ? 0n : toUnits(row.quantity);
}

/** The subjects who sent these batches, by row id. */
export async function sendersOf(sql: Sql, batchIds: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const rows = await sql.query<{ id: number; receivedBy: string }>(
    `SELECT id, received_by AS receivedBy FROM usage_batch WHERE ${among('id', batchIds)}`,
  );
  return new Map(rows.map(({ id, receivedBy }) => [id, receivedBy]));
}
