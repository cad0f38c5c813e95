import type { DailyAggregate, DaySeal } from './daily-aggregate.entity.js';
import { among } from '../../access/scope.js';
import { sumOf } from '../../database/dialect.js';
import type { Sql, Tx } from '../../database/transaction.js';
import { firstHourOf } from '../../primitives/windows.js';
import type { Day } from '../../primitives/windows.js';
import { addToTotal } from '../rollup/day-total-store.js';
import type { DayPart } from '../routing/day-parts.js';

/** The columns that make a daily aggregate this one and no other, in the order in which aggregates are read. */
export const DAILY_AGGREGATE_KEY = [
  'stack_subscription_id',
  'reported_day',
  'usage_day',
  'meter_id',
  'resource_id',
  'part',
] as const;

/** Holds where two rows, of tables under these names, are of the same daily aggregate. */
export function sameAggregate(left: string, right: string): string {
  return DAILY_AGGREGATE_KEY.map((column) => `${left}.${column} = ${right}.${column}`).join(' AND ');
}

/** One reported day of one registration. */
export interface RegistrationDay {
  readonly registrationId: number;
  readonly reportedDay: Day;
}

/** A stack subscription with usage on a reported day: how many records, and the usage days that they span. */
export interface DaySubscription {
  readonly id: number;
  readonly records: number;
  readonly firstUsageDay: Day;
  readonly lastUsageDay: Day;
}

const AGGREGATES_PER_READ = 10_000;
const SUBSCRIPTIONS_PER_READ = 500;

/** The stack subscriptions of a reported day, in the order of their row ids. */
export async function listDaySubscriptions(sql: Sql, day: RegistrationDay): Promise<DaySubscription[]> {
  const rows = await sql.query<DaySubscription>(
    `SELECT d.stack_subscription_id AS id, SUM(d.records) AS records, MIN(d.usage_day) AS firstUsageDay, MAX(d.usage_day) AS lastUsageDay
       FROM usage_day_total d JOIN stack_subscription s ON s.id = d.stack_subscription_id
      WHERE s.registration_id = ? AND d.reported_day = ?
      GROUP BY d.stack_subscription_id ORDER BY d.stack_subscription_id`,
    [day.registrationId, day.reportedDay],
  );
  return rows.map((row) => ({ ...row, records: Number(row.records) }));
}

/**
 * Freezes a part of the usage of some stack subscriptions on a reported day, from the records themselves: of those that
 * are filed with what they are about, or of corrections of one earlier day.
 */
export async function freezeDailyAggregates(
  tx: Tx,
  what: {
    readonly stackSubscriptionIds: readonly number[];
    readonly reportedDay: Day;
    readonly correctedDay: Day | null;
    readonly part: DayPart;
  },
): Promise<void> {
  const { reportedDay, correctedDay, part } = what;
  await tx.execute(
    `INSERT INTO daily_aggregate (${DAILY_AGGREGATE_KEY.join(', ')}, destination_id, quantity, records)
     SELECT r.stack_subscription_id, ${Number(reportedDay)}, r.usage_day, r.meter_id, r.resource_id,
            ${Number(part.part)}, ${Number(part.destinationId)}, ${sumOf(tx.dialect, 'r.quantity')}, COUNT(*)
       FROM usage_record r
      WHERE ${among('r.stack_subscription_id', what.stackSubscriptionIds)}
        AND r.reported_hour >= ? AND r.reported_hour < ? AND r.usage_hour >= ? AND r.usage_hour < ?
        AND r.corrected_day ${correctedDay === null ? 'IS NULL' : `= ${Number(correctedDay)}`}
      GROUP BY r.stack_subscription_id, r.usage_day, r.meter_id, r.resource_id
     ${addToTotal(tx.dialect, 'daily_aggregate', DAILY_AGGREGATE_KEY)}`,
    [firstHourOf(reportedDay), firstHourOf(reportedDay + 1), part.from, part.to],
  );
}

/**
 * The frozen aggregates of a reported day, in the order of their key, some thousand at a time, whatever the day holds.
 * `subscriptions` are those of the day, in order.
 */
export async function* readDailyAggregates(
  sql: Sql,
  reportedDay: Day,
  subscriptions: readonly DaySubscription[],
): AsyncGenerator<readonly DailyAggregate[]> {
  for (const group of groupsOf(subscriptions)) {
    let after: DailyAggregate | null = null;
    for (;;) {
      const rows: DailyAggregate[] = await readPage(sql, { reportedDay, group, after });
      if (rows.length > 0) yield rows;
      if (rows.length < AGGREGATES_PER_READ) break;
      after = rows.at(-1) ?? null;
    }
  }
}

/**
 * Subscriptions whose aggregates fit into one read, together, and each other one by itself: on a server every read is a
 * journey. An aggregate has a record at least, so there are no more aggregates than records.
 */
function groupsOf(subscriptions: readonly DaySubscription[]): readonly (readonly number[])[] {
  const groups: number[][] = [];
  let room = 0;
  for (const { id, records } of subscriptions) {
    const last = groups.at(-1);
    if (last === undefined || records >= room || last.length >= SUBSCRIPTIONS_PER_READ) {
      groups.push([id]);
      room = AGGREGATES_PER_READ;
    } else last.push(id);
    room -= records;
  }
  return groups;
}

/** Only a group of one subscription is read in several pages. */
function readPage(
  sql: Sql,
  page: { readonly reportedDay: Day; readonly group: readonly number[]; readonly after: DailyAggregate | null },
): Promise<DailyAggregate[]> {
  const { reportedDay, group, after } = page;
  return sql.query<DailyAggregate>(
    `SELECT stack_subscription_id AS stackSubscriptionId, reported_day AS reportedDay, usage_day AS usageDay,
            meter_id AS meterId, resource_id AS resourceId, part, destination_id AS destinationId, quantity, records
       FROM daily_aggregate
      WHERE ${among('stack_subscription_id', group)} AND reported_day = ? ${after === null ? '' : AFTER}
      ORDER BY ${DAILY_AGGREGATE_KEY.join(', ')} LIMIT ${AGGREGATES_PER_READ}`,
    [reportedDay, ...(after === null ? [] : valuesAfter(after))],
  );
}

/** After an aggregate of the same subscription and day. */
const AFTER = `AND usage_day >= ? AND (usage_day > ? OR meter_id > ?
  OR (meter_id = ? AND (resource_id > ? OR (resource_id = ? AND part > ?))))`;

/** In the order of the question marks of AFTER. */
function valuesAfter({ usageDay, meterId, resourceId, part }: DailyAggregate): number[] {
  return [usageDay, usageDay, meterId, meterId, resourceId, resourceId, part];
}

/** Differences, per usage day, meter and destination, between what a day froze and its totals. None: it adds up. */
export async function countFrozenDifferences(sql: Sql, day: RegistrationDay): Promise<number> {
  const sums = (table: string) => `
    SELECT d.usage_day AS usage_day, d.meter_id AS meter_id, d.destination_id AS destination_id,
           ${sumOf(sql.dialect, 'd.quantity')} AS quantity, SUM(d.records) AS records
      FROM ${table} d JOIN stack_subscription s ON s.id = d.stack_subscription_id
     WHERE s.registration_id = ? AND d.reported_day = ?
     GROUP BY d.usage_day, d.meter_id, d.destination_id`;
  const [row] = await sql.query<{ differences: number }>(
    `SELECT COUNT(*) AS differences FROM (
       SELECT x.usage_day FROM (${sums('usage_day_total')} UNION ALL ${sums('daily_aggregate')}) x
        GROUP BY x.usage_day, x.meter_id, x.destination_id, x.quantity, x.records HAVING COUNT(*) <> 2) y`,
    [day.registrationId, day.reportedDay, day.registrationId, day.reportedDay],
  );
  return Number(row?.differences);
}

/** The seal of the last closed day with usage before one; null for the first. */
export async function findSealBefore(sql: Sql, day: RegistrationDay): Promise<DaySeal | null> {
  const [row] = await sql.query<DaySeal>(
    `SELECT ${SEAL_COLUMNS} FROM day_seal p
      WHERE p.registration_id = ? AND p.reported_day < ? ORDER BY p.reported_day DESC LIMIT 1`,
    [day.registrationId, day.reportedDay],
  );
  return row ?? null;
}

/** Seals a day; the key refuses a second seal. */
export async function insertDaySeal(tx: Tx, seal: DaySeal): Promise<void> {
  await tx.execute(
    `INSERT INTO day_seal (registration_id, reported_day, previous_checksum, checksum, aggregates, records)
     VALUES (?, ?, ?, ?, ?, ?)`,
    [seal.registrationId, seal.reportedDay, seal.previousChecksum, seal.checksum, seal.aggregates, seal.records],
  );
}

/** Of a seal `p`. */
export const SEAL_COLUMNS = `p.registration_id AS registrationId, p.reported_day AS reportedDay,
  p.previous_checksum AS previousChecksum, p.checksum, p.aggregates, p.records`;
