/**
 * Reads the rows of aggregates: from the records, or from what closing froze. Both answer the same for a closed day.
 */
import { afterKey, recordConditions } from './usage-filter.js';
import type { ReadableSubscription, UsageFilter, UsageKey, UsageRange } from './usage-filter.js';
import type { Router } from './usage-router.js';
import { among } from '../access/scope.js';
import { dayOfHour, sumOf } from '../database/dialect.js';
import type { Sql } from '../database/transaction.js';
import { DAILY_AGGREGATE_KEY } from '../pipeline/closing/daily-aggregate-store.js';
import { dayOf, firstHourOf } from '../primitives/windows.js';
import type { Hour, HourRange } from '../primitives/windows.js';

/** Usage windows are not cut where the destination changes. */
export const WHOLE_WINDOW = '0';

/** Reported hours [from, to) of one stack subscription that hold rows for the answer. */
export interface Span extends HourRange {
  readonly stackSubscriptionId: number;
}

/** An aggregate as it is read: windows are hours or days, as was asked. */
export interface AggregateRow {
  stackSubscriptionId: number;
  reportedWindow: number;
  usageWindow: number;
  meterId: number;
  resourceId: number;
  part: number;
  /** Of an aggregate read from records: an hour that says where all of it is billed. */
  firstUsageHour: Hour;
  /** Of an aggregate that closing froze: where it is billed. */
  destinationId: number | null;
  quantity: string;
  records: number;
}

/** Which rows of the spans, and after which of them. */
export interface RowsQuestion {
  readonly filter: UsageFilter;
  readonly range: UsageRange;
  readonly after: UsageKey | null;
  readonly limit: number;
}

const FROZEN_KEY = DAILY_AGGREGATE_KEY.map((column) => `r.${column}`);

/** Daily rows: of closed days as they were frozen, of open ones from the records. */
export async function readDailyRows(
  sql: Sql,
  router: Router,
  question: RowsQuestion,
  {
    spans,
    subscriptions,
  }: { readonly spans: readonly Span[]; readonly subscriptions: readonly ReadableSubscription[] },
): Promise<AggregateRow[]> {
  const boundaryOf = new Map(subscriptions.map(({ id, closedBeforeDay }) => [id, firstHourOf(closedBeforeDay)]));
  const boundary = (span: Span) => boundaryOf.get(span.stackSubscriptionId) ?? 0;
  const closed = spans.map((span) => ({ ...span, to: Math.min(span.to, boundary(span)) })).filter(isSpan);
  const open = spans.map((span) => ({ ...span, from: Math.max(span.from, boundary(span)) })).filter(isSpan);
  const frozen = closed.length === 0 ? [] : await readFrozen(sql, question, closed);
  const fresh = open.length === 0 ? [] : await readOpenDays(sql, router, question, open);
  return [...frozen, ...fresh].sort(byKey).slice(0, question.limit);
}

async function readOpenDays(
  sql: Sql,
  router: Router,
  question: RowsQuestion,
  spans: readonly Span[],
): Promise<AggregateRow[]> {
  return readFromRecords(sql, { ...question, isDaily: true }, spans, await router.partOfDay(spans));
}

/** Rows of spans from the records themselves; `part` is SQL that numbers the parts of a day, or WHOLE_WINDOW. */
export async function readFromRecords(
  sql: Sql,
  { filter, range, after, limit, isDaily }: RowsQuestion & { readonly isDaily: boolean },
  spans: readonly Span[],
  part: string,
): Promise<AggregateRow[]> {
  const reported = isDaily ? dayOfHour(sql.dialect, 'r.reported_hour') : 'r.reported_hour';
  const usage = isDaily ? 'r.usage_day' : 'r.usage_hour';
  const columns = ['r.stack_subscription_id', reported, usage, 'r.meter_id', 'r.resource_id', part];
  const grouped = isDaily && part !== WHOLE_WINDOW ? columns : columns.slice(0, -1);
  const clock = range.clock === 'REPORTED' ? 'r.reported_hour' : 'r.usage_hour';
  const { conditions, values } = recordConditions(filter);
  const where = [
    within(spans, 'r.reported_hour', (hour) => hour),
    `${clock} >= ${range.from} AND ${clock} < ${range.to}`,
    ...conditions,
    ...(after === null ? [] : [afterKey(grouped, after.slice(0, grouped.length))]),
  ];
  return sql.query<AggregateRow>(
    `SELECT r.stack_subscription_id AS stackSubscriptionId, ${reported} AS reportedWindow, ${usage} AS usageWindow,
            r.meter_id AS meterId, r.resource_id AS resourceId, ${part} AS part,
            MIN(r.usage_hour) AS firstUsageHour, NULL AS destinationId, ${sumOf(sql.dialect, 'r.quantity')} AS quantity,
            COUNT(*) AS records
       FROM usage_record r WHERE ${where.join(' AND ')}
      GROUP BY ${grouped.join(', ')} ORDER BY ${grouped.join(', ')} LIMIT ${limit}`,
    [...values],
  );
}

function readFrozen(
  sql: Sql,
  { filter, range, after, limit }: RowsQuestion,
  spans: readonly Span[],
): Promise<AggregateRow[]> {
  const clock = range.clock === 'REPORTED' ? 'r.reported_day' : 'r.usage_day';
  const { conditions, values } = recordConditions(filter);
  const where = [
    within(spans, 'r.reported_day', dayOf),
    `${clock} >= ${dayOf(range.from)} AND ${clock} < ${dayOf(range.to - 1) + 1}`,
    ...conditions,
    ...(after === null ? [] : [afterKey(FROZEN_KEY, after)]),
  ];
  return sql.query<AggregateRow>(
    `SELECT r.stack_subscription_id AS stackSubscriptionId, r.reported_day AS reportedWindow,
            r.usage_day AS usageWindow, r.meter_id AS meterId, r.resource_id AS resourceId, r.part,
            0 AS firstUsageHour, r.destination_id AS destinationId, r.quantity, r.records
       FROM daily_aggregate r WHERE ${where.join(' AND ')}
      ORDER BY ${FROZEN_KEY.join(', ')} LIMIT ${limit}`,
    [...values],
  );
}

/** Spans of the same days as one range of the index, which is then read in its order. */
function within(spans: readonly Span[], column: string, unit: (hour: Hour) => Hour): string {
  const subscriptionsOf = new Map<string, number[]>();
  for (const { stackSubscriptionId, from, to } of spans) {
    const range = `${column} >= ${unit(from)} AND ${column} < ${unit(to)}`;
    const known = subscriptionsOf.get(range);
    if (known === undefined) subscriptionsOf.set(range, [stackSubscriptionId]);
    else known.push(stackSubscriptionId);
  }
  const terms = [...subscriptionsOf].map(([range, ids]) => `(${among('r.stack_subscription_id', ids)} AND ${range})`);
  return `(${terms.join(' OR ')})`;
}

function isSpan({ from, to }: Span): boolean {
  return from < to;
}

function byKey(left: AggregateRow, right: AggregateRow): number {
  return (
    left.stackSubscriptionId - right.stackSubscriptionId ||
    left.reportedWindow - right.reportedWindow ||
    left.usageWindow - right.usageWindow ||
    left.meterId - right.meterId ||
    left.resourceId - right.resourceId ||
    Number(left.part) - Number(right.part)
  );
}
