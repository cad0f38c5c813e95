import {
  correctedRecordTable,
  correctionDayTable,
  resourceTable,
  usageBatchTable,
  usageRecordTable,
  usageSourceTable,
} from './ingestion.entity.js';
import type { CorrectionDay } from './ingestion.entity.js';
import type { NewUsageRecord } from './usage-record-store.js';
import { usageName } from './usage-record-store.js';
import { among } from '../../access/scope.js';
import { insertRows } from '../../database/change.js';
import { select } from '../../database/select.js';
import { alias } from '../../database/table.js';
import type { RowOf } from '../../database/table.js';
import type { Sql, Tx } from '../../database/transaction.js';
import { meterTable } from '../../metering/meter.entity.js';
import { fromUnits, toUnits } from '../../primitives/quantity.js';
import { dayOf } from '../../primitives/windows.js';
import type { Day, Hour } from '../../primitives/windows.js';
import { registrationTable } from '../../registration/registration.entity.js';
import { stackSubscriptionTable } from '../../tenancy/tenancy.entity.js';

const c = correctedRecordTable;
const d = correctionDayTable;
const g = alias(registrationTable, 'g');
const m = alias(meterTable, 'm');
const o = alias(resourceTable, 'o');
const r = alias(usageRecordTable, 'r');
const s = alias(stackSubscriptionTable, 's');
const u = alias(usageSourceTable, 'u');

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
    const rows = await select(
      tx,
      { usageDay: c.usageDay, identity: c.identity, quantity: c.quantity },
      `FROM ${c} WHERE ${some.map(() => `(${c.usageDay} = ? AND ${c.identity} = ?)`).join(' OR ')}`,
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
  await insertRows(
    tx,
    c,
    [...changes].sort(bySumKey).map(({ usageDay, name, stackSubscriptionId, units, corrections }) => ({
      usageDay,
      identity: identityIn(name),
      stackSubscriptionId,
      quantity: fromUnits(units),
      corrections,
      isOlder: false,
    })),
    { key: ['usageDay', 'identity'], adds: ['quantity', 'corrections'] },
  );
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
  await insertRows(tx, d, [...byName.values()].sort(byDay), 'KEEP');
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
  return select(
    sql,
    d,
    `FROM ${d}
      WHERE ${among(d.stackSubscriptionId, stackSubscriptionIds)} AND ${d.reportedDay} >= ? AND ${d.reportedDay} < ?
      ORDER BY ${d.stackSubscriptionId}, ${d.reportedDay}, ${d.correctedDay}`,
    [days.from, days.to],
  );
}

/** Digests of the URIs of these resources without case, in hex, by row id. */
export async function uriKeysOf(sql: Sql, resourceIds: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const rows = await select(sql, { id: o.id, uriKey: o.uriKey }, `FROM ${o} WHERE ${among(o.id, resourceIds)}`);
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

const DESCRIPTION = {
  registrationId: s.registrationId,
  /** Name of the registration. */
  registration: g.name,
  tenantId: s.tenantId,
  stackSubscriptionGuid: s.stackSubscriptionGuid,
  meterGuid: m.meterGuid,
  meterWireId: m.wireId,
  resourceUri: o.uri,
  location: o.location,
  tags: o.tags,
  additionalInfo: o.additionalInfo,
  source: u.name,
  recordId: r.recordId,
  quantity: r.quantity,
};
/** A record with what it names, so that another can name the same. */
export type DescribedRecord = RecordPlace & Readonly<RowOf<typeof DESCRIPTION>>;

/** The record at a place; null when there is none. Whether it may be seen, whoever asks has asked. */
export async function describeRecord(sql: Sql, place: RecordPlace): Promise<DescribedRecord | null> {
  const [row] = await select(
    sql,
    DESCRIPTION,
    `FROM ${r}
       JOIN ${s} ON ${s.id} = ${r.stackSubscriptionId}
       JOIN ${g} ON ${g.id} = ${s.registrationId}
       JOIN ${m} ON ${m.id} = ${r.meterId}
       JOIN ${o} ON ${o.id} = ${r.resourceId}
       JOIN ${u} ON ${u.id} = ${r.sourceId}
      WHERE ${r.stackSubscriptionId} = ? AND ${r.reportedHour} = ? AND ${r.usageHour} = ? AND ${r.meterId} = ?
        AND ${r.resourceId} = ? AND ${r.identity} = ?`,
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
  const [row] = await select(sql, { quantity: c.quantity }, `FROM ${c} WHERE ${c.usageDay} = ? AND ${c.identity} = ?`, [
    dayOf(record.usageHour),
    Buffer.from(record.identity, 'hex'),
  ]);
  return row === undefined ? 0n : toUnits(row.quantity);
}

/** The subjects who sent these batches, by row id. */
export async function sendersOf(sql: Sql, batchIds: readonly number[]): Promise<ReadonlyMap<number, string>> {
  const b = usageBatchTable;
  const rows = await select(sql, { id: b.id, receivedBy: b.receivedBy }, `FROM ${b} WHERE ${among(b.id, batchIds)}`);
  return new Map(rows.map(({ id, receivedBy }) => [id, receivedBy]));
}
