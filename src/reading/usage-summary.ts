import { afterKey, subscriptionConditions, totalConditions } from './usage-filter.js';
import type { UsageClock, UsageFilter, UsageKey } from './usage-filter.js';
import { inScope } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { sumOf } from '../database/dialect.js';
import type { Sql } from '../database/transaction.js';
import { canonicalQuantity } from '../primitives/quantity.js';
import type { Quantity } from '../primitives/quantity.js';
import { FOREVER, dayOf, firstDayOf, monthOf } from '../primitives/windows.js';
import type { Day, Month } from '../primitives/windows.js';

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
  const expressions: Readonly<Record<Grouping, string>> = {
    REGISTRATION: 's.registration_id',
    TENANT: 'COALESCE(s.tenant_id, 0)',
    STACK_SUBSCRIPTION: 'd.stack_subscription_id',
    DAY: 'd.day',
    MONTH: 'd.month',
    DESTINATION: 'd.destination_id',
  };
  const columns = [...groupBy.map((grouping) => expressions[grouping]), 'd.meter_id'];
  const where = [
    subscriptionConditions(scope, filter),
    ...totalConditions(filter),
    ...(after === null ? [] : [afterKey(columns, after)]),
  ];
  const rows = await sql.query<Record<string, number> & { quantity: string }>(
    `SELECT ${columns.map((column, index) => `${column} AS k${index}`).join(', ')},
            ${sumOf(sql.dialect, 'd.quantity')} AS quantity, SUM(d.records) AS records
       FROM (${source}) d
       JOIN stack_subscription s ON s.id = d.stack_subscription_id
       LEFT JOIN tenant t ON t.id = s.tenant_id
      WHERE ${where.join(' AND ')}
      GROUP BY ${columns.join(', ')} ORDER BY ${columns.join(', ')} LIMIT ${limit}`,
  );
  return rows.map((row) => asSummaryRow(groupBy, row));
}

function asSummaryRow(
  groupBy: readonly Grouping[],
  row: Readonly<Record<string, number>> & { readonly quantity: string },
): UsageSummaryRow {
  const key = [...groupBy, 'METER'].map((_, index) => Number(row[`k${index}`]));
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
    quantity: canonicalQuantity(row.quantity),
    records: Number(row['records']),
  };
}

/** Month totals hold usage months of closed days, so they answer whole usage months asked for no finer than that. */
function canUseMonths({ range, groupBy }: SummaryQuestion): boolean {
  const isWholeMonths = firstDayOf(monthOf(range.from)) === range.from && firstDayOf(monthOf(range.to)) === range.to;
  return range.clock === 'USAGE' && isWholeMonths && !groupBy.includes('DAY');
}

function daysSource({ range, groupBy }: SummaryQuestion): string {
  const clock = range.clock === 'USAGE' ? 'usage_day' : 'reported_day';
  const month = groupBy.includes('MONTH') ? monthOfColumn(clock, range) : '0';
  return `SELECT stack_subscription_id, ${clock} AS day, ${month} AS month, meter_id, destination_id, quantity, records
            FROM usage_day_total WHERE ${clock} >= ${range.from} AND ${clock} < ${range.to}`;
}

/** The stack subscriptions that are asked about, sought by name: totals lie in their order. */
function subscriptionsOf(scope: Scope, filter: UsageFilter): string {
  return `SELECT s.id FROM stack_subscription s LEFT JOIN tenant t ON t.id = s.tenant_id
           WHERE ${subscriptionConditions(scope, filter)}`;
}

/**
 * No day before it is open on any registration in scope, now or later: boundaries only move forward. Of books that are
 * set up nothing is closed, so they say with which day their usage begins.
 */
async function firstOpenDay(sql: Sql, scope: Scope): Promise<Day> {
  const [row] = await sql.query<{ day: Day | null }>(
    `SELECT MIN(CASE WHEN g.state = 'OPEN' THEN g.closed_before_day ELSE COALESCE(
              (SELECT MIN(d.reported_day) FROM usage_day_total d
                 JOIN stack_subscription s ON s.id = d.stack_subscription_id
                WHERE s.registration_id = g.id), ${dayOf(FOREVER)}) END) AS day
       FROM registration g
      WHERE ${inScope(scope, { registration: 'g.id', tenant: null })}`,
  );
  return Number(row?.day ?? 0);
}

/**
 * Closed days from the month totals, open ones from the day totals: together each counted once. The first open day as a
 * number is what lets the database seek in the index by reported day, instead of reading the history.
 */
function monthsSource({ range }: SummaryQuestion, subscriptions: string, firstOpen: Day): string {
  return `SELECT stack_subscription_id, 0 AS day, usage_month AS month, meter_id, destination_id, quantity, records
            FROM usage_month_total WHERE usage_month >= ${monthOf(range.from)} AND usage_month < ${monthOf(range.to)}
             AND stack_subscription_id IN (${subscriptions})
          UNION ALL
          SELECT o.stack_subscription_id, 0, ${monthOfColumn('o.usage_day', range)}, o.meter_id, o.destination_id,
                 o.quantity, o.records
            FROM usage_day_total o
            JOIN stack_subscription p ON p.id = o.stack_subscription_id
            JOIN registration g ON g.id = p.registration_id
           WHERE o.reported_day >= ${firstOpen} AND o.reported_day >= g.closed_before_day
             AND o.usage_day >= ${range.from} AND o.usage_day < ${range.to}`;
}

/** The calendar month of a day column: months have no fixed length, so the range's months are written out. */
function monthOfColumn(column: string, range: DayRange): string {
  const cases: string[] = [];
  const last = monthOf(range.to - 1);
  for (let month = monthOf(range.from); month < last; month += 1) {
    cases.push(`WHEN ${column} < ${firstDayOf(month + 1)} THEN ${month}`);
  }
  return cases.length === 0 ? String(last) : `CASE ${cases.join(' ')} ELSE ${last} END`;
}
