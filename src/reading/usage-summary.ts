import { afterKey, subscriptionConditions, totalConditions } from './usage-filter.js';
import type { UsageClock, UsageFilter, UsageKey } from './usage-filter.js';
import { inScope } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { exactSum, firstOf, least, literal, total, whole } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias, leftJoined } from '../database/table.js';
import type { Column } from '../database/table.js';
import type { Sql } from '../database/transaction.js';
import { usageDayTotalTable, usageMonthTotalTable } from '../pipeline/rollup/rollup.entity.js';
import type { Quantity } from '../primitives/quantity.js';
import { FOREVER, dayOf, firstDayOf, monthOf } from '../primitives/windows.js';
import type { Day, Month } from '../primitives/windows.js';
import { registrationTable } from '../registration/registration.entity.js';
import { stackSubscriptionTable, tenantTable } from '../tenancy/tenancy.entity.js';

const g = alias(registrationTable, 'g');
const s = alias(stackSubscriptionTable, 's');
const t = leftJoined(tenantTable, 't');
/** What is added up: day totals, or month totals and the day totals of open days, with day and month of each. */
const d = { ...alias(usageDayTotalTable, 'd'), day: whole('d.day'), month: whole('d.month') };

/**
 * By what usage is added up. The meter is always one of them: amounts of different units have no sum.
 */
export const GROUPINGS = ['REGISTRATION', 'TENANT', 'STACK_SUBSCRIPTION', 'DAY', 'MONTH', 'DESTINATION'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Totals of one group. What was not grouped by is null. */
export interface UsageSummaryRow {
  readonly key: UsageKey;
  readonly registrationId: number | null;
  /** Null also where the tenant is unknown, when grouped by tenant. */
  readonly tenantId: number | null;
  readonly stackSubscriptionId: number | null;
  readonly day: Day | null;
  readonly month: Month | null;
  readonly destinationId: number | null;
  readonly meterId: number;
  readonly quantity: Quantity;
  readonly records: number;
}

/** Whole days [from, to), by usage or by reported time. */
export interface DayRange {
  readonly clock: UsageClock;
  readonly from: Day;
  readonly to: Day;
}

/** Which usage to add up, over which days, and by what to group it. */
export interface SummaryQuestion {
  readonly filter: UsageFilter;
  readonly range: DayRange;
  readonly groupBy: readonly Grouping[];
  readonly after: UsageKey | null;
  readonly limit: number;
}

/** Sums in the order of the grouping, as it was asked for, and then the meter. */
export async function listUsageSummary(sql: Sql, scope: Scope, question: SummaryQuestion): Promise<UsageSummaryRow[]> {
  const { filter, groupBy, after, limit } = question;
  const source = canUseMonths(question)
    ? monthsSource(question, subscriptionsOf(scope, filter), await firstOpenDay(sql, scope))
    : daysSource(question);
  const expressions: Readonly<Record<Grouping, Column<number>>> = {
    REGISTRATION: s.registrationId,
    TENANT: firstOf(s.tenantId, literal(0)),
    STACK_SUBSCRIPTION: d.stackSubscriptionId,
    DAY: d.day,
    MONTH: d.month,
    DESTINATION: d.destinationId,
  };
  const columns = [...groupBy.map((grouping) => expressions[grouping]), d.meterId];
  const where = [
    subscriptionConditions(scope, filter),
    ...totalConditions(filter),
    ...(after === null ? [] : [afterKey(columns, after)]),
  ];
  const keys: Readonly<Record<string, Column<number>>> = Object.fromEntries(
    columns.map((column, index) => [`k${index}`, column]),
  );
  const sums = { quantity: exactSum(sql.dialect, d.quantity), records: total(d.records) };
  const rows = await select(
    sql,
    { ...keys, ...sums },
    `FROM (${source}) d
       JOIN ${s} ON ${s.id} = ${d.stackSubscriptionId}
       LEFT JOIN ${t} ON ${t.id} = ${s.tenantId}
      WHERE ${where.join(' AND ')}
      GROUP BY ${columns.join(', ')} ORDER BY ${columns.join(', ')} LIMIT ${limit}`,
  );
  return rows.map((row) => asSummaryRow(groupBy, row));
}

function asSummaryRow(
  groupBy: readonly Grouping[],
  row: { readonly quantity: Quantity; readonly records: number },
): UsageSummaryRow {
  const keys = row as Readonly<Record<string, unknown>>;
  const key = [...groupBy, 'METER'].map((_, index) => keys[`k${index}`] as number);
  const of = (grouping: Grouping) => {
    const index = groupBy.indexOf(grouping);
    return index < 0 ? null : (key[index] ?? null);
  };
  return {
    key,
    registrationId: of('REGISTRATION'),
    tenantId: of('TENANT') === 0 ? null : of('TENANT'),
    stackSubscriptionId: of('STACK_SUBSCRIPTION'),
    day: of('DAY'),
    month: of('MONTH'),
    destinationId: of('DESTINATION'),
    meterId: key.at(-1) ?? 0,
    quantity: row.quantity,
    records: row.records,
  };
}

/** Month totals hold usage months of closed days, so they answer whole usage months asked for no finer than that. */
function canUseMonths({ range, groupBy }: SummaryQuestion): boolean {
  const isWholeMonths = firstDayOf(monthOf(range.from)) === range.from && firstDayOf(monthOf(range.to)) === range.to;
  return range.clock === 'USAGE' && isWholeMonths && !groupBy.includes('DAY');
}

function daysSource({ range, groupBy }: SummaryQuestion): string {
  const o = usageDayTotalTable;
  const clock = range.clock === 'USAGE' ? o.usageDay : o.reportedDay;
  const month = groupBy.includes('MONTH') ? monthOfColumn(clock, range) : '0';
  return `SELECT ${o.stackSubscriptionId}, ${clock} AS day, ${month} AS month, ${o.meterId}, ${o.destinationId},
                 ${o.quantity}, ${o.records}
            FROM ${o} WHERE ${clock} >= ${range.from} AND ${clock} < ${range.to}`;
}

/** The stack subscriptions that are asked about, sought by name: totals lie in their order. */
function subscriptionsOf(scope: Scope, filter: UsageFilter): string {
  return `SELECT ${s.id} FROM ${s} LEFT JOIN ${t} ON ${t.id} = ${s.tenantId}
           WHERE ${subscriptionConditions(scope, filter)}`;
}

/**
 * No day before it is open on any registration in scope, now or later: boundaries only move forward. Of books that are
 * set up nothing is closed, so they say with which day their usage begins.
 */
async function firstOpenDay(sql: Sql, scope: Scope): Promise<Day> {
  const o = alias(usageDayTotalTable, 'o');
  const openFrom = `CASE WHEN ${g.state} = 'OPEN' THEN ${g.closedBeforeDay} ELSE COALESCE(
    (SELECT MIN(${o.reportedDay}) FROM ${o} JOIN ${s} ON ${s.id} = ${o.stackSubscriptionId}
      WHERE ${s.registrationId} = ${g.id}), ${dayOf(FOREVER)}) END`;
  const [row] = await select(
    sql,
    { day: least(whole(openFrom)) },
    `FROM ${g} WHERE ${inScope(scope, { registration: g.id, tenant: null })}`,
  );
  return row?.day ?? 0;
}

/**
 * Closed days from the month totals, open ones from the day totals: together each counted once. The first open day as a
 * number is what lets the database seek in the index by reported day, instead of reading the history.
 */
function monthsSource({ range }: SummaryQuestion, subscriptions: string, firstOpen: Day): string {
  const m = usageMonthTotalTable;
  const o = alias(usageDayTotalTable, 'o');
  const p = alias(stackSubscriptionTable, 'p');
  return `SELECT ${m.stackSubscriptionId}, 0 AS day, ${m.usageMonth} AS month, ${m.meterId}, ${m.destinationId},
                 ${m.quantity}, ${m.records}
            FROM ${m} WHERE ${m.usageMonth} >= ${monthOf(range.from)} AND ${m.usageMonth} < ${monthOf(range.to)}
             AND ${m.stackSubscriptionId} IN (${subscriptions})
          UNION ALL
          SELECT ${o.stackSubscriptionId}, 0, ${monthOfColumn(o.usageDay, range)}, ${o.meterId}, ${o.destinationId},
                 ${o.quantity}, ${o.records}
            FROM ${o}
            JOIN ${p} ON ${p.id} = ${o.stackSubscriptionId}
            JOIN ${g} ON ${g.id} = ${p.registrationId}
           WHERE ${o.reportedDay} >= ${firstOpen} AND ${o.reportedDay} >= ${g.closedBeforeDay}
             AND ${o.usageDay} >= ${range.from} AND ${o.usageDay} < ${range.to}`;
}

/** The calendar month of a day column: months have no fixed length, so the range's months are written out. */
function monthOfColumn(column: Column<Day>, range: DayRange): string {
  const cases: string[] = [];
  const last = monthOf(range.to - 1);
  for (let month = monthOf(range.from); month < last; month += 1) {
    cases.push(`WHEN ${column} < ${firstDayOf(month + 1)} THEN ${month}`);
  }
  return cases.length === 0 ? String(last) : `CASE ${cases.join(' ')} ELSE ${last} END`;
}
