import { WHOLE_WINDOW, readDailyRows, readFromRecords } from './aggregate-rows.js';
import type { AggregateRow, Span } from './aggregate-rows.js';
import { filtersDestination, listReadableSubscriptions } from './usage-filter.js';
import { totalConditions } from './usage-filter.js';
import type { ReadableSubscription, UsageFilter, UsageKey, UsageRange } from './usage-filter.js';
import { createRouter } from './usage-router.js';
import type { Router } from './usage-router.js';
import { among } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import type { Sql } from '../database/transaction.js';
import type { RoutingTables } from '../pipeline/routing/routing-store.js';
import { canonicalQuantity } from '../primitives/quantity.js';
import type { Quantity } from '../primitives/quantity.js';
import { HOURS_PER_DAY, dayOf } from '../primitives/windows.js';
import type { Day, HourRange } from '../primitives/windows.js';

export const GRANULARITIES = ['HOURLY', 'DAILY'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** The total of one resource's meter in one usage window, filed under one reported window, for one destination. */
export interface UsageAggregate {
  readonly key: UsageKey;
  readonly registrationId: number;
  readonly stackSubscriptionId: number;
  readonly meterId: number;
  readonly resourceId: number;
  readonly usage: HourRange;
  readonly reported: HourRange;
  readonly quantity: Quantity;
  readonly records: number;
  readonly destinationId: number;
  readonly isClosed: boolean;
}

/** Which aggregates, by which clock and how fine, and from where on. */
export interface AggregatesQuestion {
  readonly filter: UsageFilter;
  readonly granularity: Granularity;
  readonly range: UsageRange;
  readonly after: UsageKey | null;
  readonly limit: number;
}

/** A page of aggregates, in the order of their keys. */
export interface AggregatesPage {
  readonly rows: readonly UsageAggregate[];
  /** Where the next page starts; null when there is nothing more. */
  readonly resumeAfter: UsageKey | null;
}

/** What reading aggregates needs. */
export interface Reading {
  readonly sql: Sql;
  readonly routingTables: RoutingTables;
}

/** How often a page is topped up when the filter drops most of what the totals promised. */
const ROUNDS_MAX = 25;

/**
 * Aggregates in the order stack subscription, reported window, usage window, meter, resource. The day totals say which
 * reported days hold anything for the question; only those are read: daily rows of closed days as closing froze them,
 * all others from the records. A page may be shorter than asked and still
 * not be the last: `resumeAfter` says so.
 */
export async function listUsageAggregates(
  { sql, routingTables }: Reading,
  scope: Scope,
  question: AggregatesQuestion,
): Promise<AggregatesPage> {
  const { filter, limit } = question;
  const subscriptions = await listReadableSubscriptions(sql, scope, filter, question.after?.[0] ?? 0);
  if (subscriptions.length === 0) return { rows: [], resumeAfter: null };
  const router = createRouter(sql, routingTables, subscriptions);
  const wanted = filtersDestination(filter) ? await destinationIds(sql, filter) : null;
  const found: UsageAggregate[] = [];
  let after = question.after;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const read = await readOn({ sql, router }, subscriptions, question, after);
    found.push(...read.aggregates.filter(({ destinationId }) => wanted?.has(destinationId) ?? true));
    if (found.length >= limit) return fullPage(found, limit);
    if (read.resumeAfter === null) return { rows: found, resumeAfter: null };
    after = read.resumeAfter;
  }
  return { rows: found, resumeAfter: after };
}

/** The next rows, and where to go on; null when there is nothing more. */
async function readOn(
  { sql, router }: { readonly sql: Sql; readonly router: Router },
  subscriptions: readonly ReadableSubscription[],
  question: AggregatesQuestion,
  after: UsageKey | null,
): Promise<{ readonly aggregates: readonly UsageAggregate[]; readonly resumeAfter: UsageKey | null }> {
  const { spans, isLast } = await spansToRead(sql, subscriptions, question, after);
  if (spans.length === 0) return { aggregates: [], resumeAfter: null };
  const asked = { ...question, after };
  const rows =
    question.granularity === 'DAILY'
      ? await readDailyRows(sql, router, asked, { spans, subscriptions })
      : await readFromRecords(sql, { ...asked, isDaily: false }, spans, WHOLE_WINDOW);
  const aggregates = await asAggregates(rows, question.granularity, router);
  if (rows.length === question.limit) return { aggregates, resumeAfter: aggregates.at(-1)?.key ?? null };
  return { aggregates, resumeAfter: isLast ? null : endOf(spans, question.granularity) };
}

function fullPage(found: readonly UsageAggregate[], limit: number): AggregatesPage {
  const rows = found.slice(0, limit);
  return { rows, resumeAfter: rows.at(-1)?.key ?? null };
}

/** Which reported days to read next: enough of them that their totals alone would fill the page. */
export async function spansToRead(
  sql: Sql,
  subscriptions: readonly Pick<ReadableSubscription, 'id'>[],
  { filter, granularity, range, limit }: Omit<AggregatesQuestion, 'after'>,
  after: UsageKey | null,
): Promise<{ readonly spans: readonly Span[]; readonly isLast: boolean }> {
  const clock = range.clock === 'REPORTED' ? 'd.reported_day' : 'd.usage_day';
  const conditions = [
    among(
      'd.stack_subscription_id',
      subscriptions.map(({ id }) => id),
    ),
    `${clock} >= ${dayOf(range.from)} AND ${clock} < ${dayOf(range.to - 1) + 1}`,
    ...totalConditions(filter),
    ...(after === null ? [] : [fromDay(after, granularity)]),
  ];
  const rows = await sql.query<{ stackSubscriptionId: number; reportedDay: Day; totals: number }>(
    `SELECT d.stack_subscription_id AS stackSubscriptionId, d.reported_day AS reportedDay, COUNT(*) AS totals
       FROM usage_day_total d WHERE ${conditions.join(' AND ')}
      GROUP BY d.stack_subscription_id, d.reported_day
      ORDER BY d.stack_subscription_id, d.reported_day LIMIT ${limit + 1}`,
  );
  const enough: typeof rows = [];
  let promised = 0;
  for (const row of rows) {
    if (promised > limit) break;
    enough.push(row);
    promised += Number(row.totals);
  }
  return { spans: joinedSpans(enough), isLast: enough.length === rows.length && rows.length <= limit };
}

/** On or after the reported day in which the page starts. */
function fromDay(after: UsageKey, granularity: Granularity): string {
  const [subscription = 0, reported = 0] = after;
  const day = granularity === 'DAILY' ? reported : dayOf(reported);
  return `d.stack_subscription_id >= ${Number(subscription)} AND (d.stack_subscription_id > ${Number(subscription)}
    OR d.reported_day >= ${Number(day)})`;
}

function joinedSpans(days: readonly { readonly stackSubscriptionId: number; readonly reportedDay: Day }[]): Span[] {
  const spans: Span[] = [];
  for (const { stackSubscriptionId, reportedDay } of days) {
    const from = reportedDay * HOURS_PER_DAY;
    const to = from + HOURS_PER_DAY;
    const last = spans.at(-1);
    if (last?.stackSubscriptionId === stackSubscriptionId && last.to === from) {
      spans[spans.length - 1] = { ...last, to };
    } else spans.push({ stackSubscriptionId, from, to });
  }
  return spans;
}

/** The key after every row of these spans. */
export function endOf(spans: readonly Span[], granularity: Granularity): UsageKey | null {
  const last = spans.at(-1);
  if (last === undefined) return null;
  const reported = granularity === 'DAILY' ? dayOf(last.to) : last.to;
  return [last.stackSubscriptionId, reported, -1, 0, 0, 0];
}

async function asAggregates(
  rows: readonly AggregateRow[],
  granularity: Granularity,
  router: Router,
): Promise<UsageAggregate[]> {
  const width = granularity === 'DAILY' ? HOURS_PER_DAY : 1;
  const routed = await router.route(
    rows.map((row) => ({
      stackSubscriptionId: row.stackSubscriptionId,
      usageHour: row.firstUsageHour,
      reportedDay: granularity === 'DAILY' ? row.reportedWindow : dayOf(row.reportedWindow),
    })),
  );
  return rows.flatMap((row, index): readonly UsageAggregate[] => {
    const route = routed[index];
    if (route === undefined) return [];
    const { stackSubscriptionId, reportedWindow, usageWindow, meterId, resourceId, part } = row;
    return [
      {
        key: [stackSubscriptionId, reportedWindow, usageWindow, meterId, resourceId, Number(part)],
        ...route,
        ...(row.destinationId !== null && { destinationId: row.destinationId }),
        stackSubscriptionId,
        meterId,
        resourceId,
        usage: { from: usageWindow * width, to: (usageWindow + 1) * width },
        reported: { from: reportedWindow * width, to: (reportedWindow + 1) * width },
        quantity: canonicalQuantity(row.quantity),
        records: Number(row.records),
      },
    ];
  });
}

/** The destinations that a filter names. */
export async function destinationIds(sql: Sql, filter: UsageFilter): Promise<ReadonlySet<number>> {
  const condition = totalConditions({
    ...(filter.cspSubscriptionIds && { cspSubscriptionIds: filter.cspSubscriptionIds }),
    ...(filter.reasons && { reasons: filter.reasons }),
  }).join(' AND ');
  const rows = await sql.query<{ id: number }>(
    `SELECT d.destination_id AS id FROM (SELECT id AS destination_id FROM destination) d WHERE ${condition}`,
  );
  return new Set(rows.map(({ id }) => id));
}
