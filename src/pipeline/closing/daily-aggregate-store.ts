import { dailyAggregateTable, daySealTable } from './daily-aggregate.entity.js';
import type { DailyAggregate, DaySeal } from './daily-aggregate.entity.js';
import { among } from '../../access/scope.js';
import { insertRow, insertSelected } from '../../database/change.js';
import { count, exactSum, greatest, notNull, least, literal, total } from '../../database/expressions.js';
import { select } from '../../database/select.js';
import { alias } from '../../database/table.js';
import type { Column, RowOf } from '../../database/table.js';
import type { Sql, Tx } from '../../database/transaction.js';
import { firstHourOf } from '../../primitives/windows.js';
import type { Day } from '../../primitives/windows.js';
import { stackSubscriptionTable } from '../../tenancy/tenancy.entity.js';
import { usageRecordTable } from '../ingestion/ingestion.entity.js';
import { usageDayTotalTable } from '../rollup/rollup.entity.js';
import type { DayPart } from '../routing/day-parts.js';

const a = dailyAggregateTable;
const d = alias(usageDayTotalTable, 'd');
const p = daySealTable;
const r = alias(usageRecordTable, 'r');
const s = alias(stackSubscriptionTable, 's');

/** What makes a daily aggregate this one and no other, in the order in which aggregates are read. */
const KEY = ['stackSubscriptionId', 'reportedDay', 'usageDay', 'meterId', 'resourceId', 'part'] as const;

/** The columns of a table that hold such a key. */
export type AggregateKey = Readonly<Record<(typeof KEY)[number], Column<number>>>;

/** These columns, in the order in which aggregates are read. */
export function aggregateKeyOf(columns: AggregateKey): readonly Column<number>[] {
  return KEY.map((property) => columns[property]);
}

/** Holds where two rows are of the same daily aggregate. */
export function sameAggregate(left: AggregateKey, right: AggregateKey): string {
  return KEY.map((property) => `${left[property]} = ${right[property]}`).join(' AND ');
}

/** One reported day of one registration. */
export interface RegistrationDay {
  readonly registrationId: number;
  readonly reportedDay: Day;
}

const DAY_SUBSCRIPTION = {
  id: d.stackSubscriptionId,
  records: total(d.records),
  firstUsageDay: notNull(least(d.usageDay)),
  lastUsageDay: notNull(greatest(d.usageDay)),
};
/** A stack subscription with usage on a reported day: how many records, and the usage days that they span. */
export type DaySubscription = Readonly<RowOf<typeof DAY_SUBSCRIPTION>>;

const AGGREGATES_PER_READ = 10_000;
const SUBSCRIPTIONS_PER_READ = 500;

/** The stack subscriptions of a reported day, in the order of their row ids. */
export async function listDaySubscriptions(sql: Sql, day: RegistrationDay): Promise<DaySubscription[]> {
  return select(
    sql,
    DAY_SUBSCRIPTION,
    `FROM ${d} JOIN ${s} ON ${s.id} = ${d.stackSubscriptionId}
      WHERE ${s.registrationId} = ? AND ${d.reportedDay} = ?
      GROUP BY ${d.stackSubscriptionId} ORDER BY ${d.stackSubscriptionId}`,
    [day.registrationId, day.reportedDay],
  );
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
  const { stackSubscriptionId, usageDay, meterId, resourceId } = r;
  await insertSelected(
    tx,
    a,
    {
      stackSubscriptionId,
      reportedDay: literal(reportedDay),
      usageDay,
      meterId,
      resourceId,
      part: literal(part.part),
      destinationId: literal(part.destinationId),
      quantity: exactSum(tx.dialect, r.quantity),
      records: count(),
    },
    `FROM ${r}
      WHERE ${among(stackSubscriptionId, what.stackSubscriptionIds)}
        AND ${r.reportedHour} >= ? AND ${r.reportedHour} < ? AND ${r.usageHour} >= ? AND ${r.usageHour} < ?
        AND ${r.correctedDay} ${correctedDay === null ? 'IS NULL' : `= ${literal(correctedDay)}`}
      GROUP BY ${stackSubscriptionId}, ${usageDay}, ${meterId}, ${resourceId}`,
    [firstHourOf(reportedDay), firstHourOf(reportedDay + 1), part.from, part.to],
    { key: KEY, adds: ['quantity', 'records'] },
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
  return select(
    sql,
    a,
    `FROM ${a}
      WHERE ${among(a.stackSubscriptionId, group)} AND ${a.reportedDay} = ? ${after === null ? '' : AFTER}
      ORDER BY ${aggregateKeyOf(a).join(', ')} LIMIT ${AGGREGATES_PER_READ}`,
    [reportedDay, ...(after === null ? [] : valuesAfter(after))],
  );
}

/** After an aggregate of the same subscription and day. */
const AFTER = `AND ${a.usageDay} >= ? AND (${a.usageDay} > ? OR ${a.meterId} > ?
  OR (${a.meterId} = ? AND (${a.resourceId} > ? OR (${a.resourceId} = ? AND ${a.part} > ?))))`;

/** In the order of the question marks of AFTER. */
function valuesAfter({ usageDay, meterId, resourceId, part }: DailyAggregate): number[] {
  return [usageDay, usageDay, meterId, meterId, resourceId, resourceId, part];
}

/** Differences, per usage day, meter and destination, between what a day froze and its totals. None: it adds up. */
export async function countFrozenDifferences(sql: Sql, day: RegistrationDay): Promise<number> {
  const sums = (of: typeof d | typeof frozen) => `
    SELECT ${of.usageDay} AS a, ${of.meterId} AS b, ${of.destinationId} AS c,
           ${exactSum(sql.dialect, of.quantity)} AS d, ${total(of.records)} AS e
      FROM ${of} JOIN ${s} ON ${s.id} = ${of.stackSubscriptionId}
     WHERE ${s.registrationId} = ? AND ${of.reportedDay} = ?
     GROUP BY ${of.usageDay}, ${of.meterId}, ${of.destinationId}`;
  const frozen = alias(dailyAggregateTable, 'f');
  const [row] = await select(
    sql,
    { differences: count() },
    `FROM (SELECT x.a FROM (${sums(d)} UNION ALL ${sums(frozen)}) x
            GROUP BY x.a, x.b, x.c, x.d, x.e HAVING COUNT(*) <> 2) y`,
    [day.registrationId, day.reportedDay, day.registrationId, day.reportedDay],
  );
  return row?.differences ?? 0;
}

/** The seal of the last closed day with usage before one; null for the first. */
export async function findSealBefore(sql: Sql, day: RegistrationDay): Promise<DaySeal | null> {
  const before = `FROM ${p} WHERE ${p.registrationId} = ? AND ${p.reportedDay} < ?
    ORDER BY ${p.reportedDay} DESC LIMIT 1`;
  const [row] = await select(sql, p, before, [day.registrationId, day.reportedDay]);
  return row ?? null;
}

/** Seals a day; the key refuses a second seal. */
export async function insertDaySeal(tx: Tx, seal: DaySeal): Promise<void> {
  await insertRow(tx, p, seal);
}
