/**
 * Reads the rows of aggregates: from the records, or from what closing froze. Both answer the same for a closed day.
 */
import { afterKey, recordConditions } from './usage-filter.js';
import type { ReadableSubscription, UsageFilter, UsageKey, UsageRange } from './usage-filter.js';
import type { Router } from './usage-router.js';
import { among } from '../access/scope.js';
import { dayOfHour, sumOf } from '../database/dialect.js';
import type { Sql, SqlValue } from '../database/transaction.js';
import { DAILY_AGGREGATE_KEY } from '../pipeline/closing/daily-aggregate-store.js';
import { sum } from '../primitives/quantity.js';
import type { Quantity } from '../primitives/quantity.js';
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

/** Records read beyond the page, so that its last sum is usually seen to its end in one question. */
const READ_AHEAD = 64;

/** Stack subscription, reported hour, usage hour, meter, resource, quantity. */
type RecordTuple = readonly [number, Hour, Hour, number, number, string];

/**
 * Hourly rows. Nearly all of them are one record, and records lie in the order of the rows: they are read as they are
 * and added up here, which takes less than half the time that the database takes to group them.
 */
export async function readHourlyRows(
  sql: Sql,
  question: RowsQuestion,
  spans: readonly Span[],
): Promise<readonly AggregateRow[]> {
  const { limit } = question;
  const rows: AggregateRow[] = [];
  let { after } = question;
  while (rows.length < limit) {
    const wanted = limit - rows.length + READ_AHEAD;
    const records = await readRecords(sql, { ...question, after, limit: wanted }, spans);
    const sums = addedUp(records);
    // The last sum may go on in records that were not read.
    if (records.length === wanted) sums.pop();
    rows.push(...sums);
    if (records.length < wanted) break;
    const last = sums.at(-1);
    if (last === undefined) {
      const rest = { ...question, after, limit: limit - rows.length, isDaily: false };
      return [...rows, ...(await readFromRecords(sql, rest, spans, WHOLE_WINDOW))];
    }
    after = [last.stackSubscriptionId, last.reportedWindow, last.usageWindow, last.meterId, last.resourceId, 0];
  }
  return rows.slice(0, limit);
}

function readRecords(sql: Sql, question: RowsQuestion, spans: readonly Span[]): Promise<RecordTuple[]> {
  const { where, values } = recordsWithin(question, spans, HOURLY_KEY);
  return sql.tuples<RecordTuple>(
    `SELECT ${HOURLY_KEY.join(', ')}, r.quantity
       FROM usage_record r WHERE ${where} ORDER BY ${HOURLY_KEY.join(', ')} LIMIT ${question.limit}`,
    values,
  );
}

const HOURLY_KEY = ['r.stack_subscription_id', 'r.reported_hour', 'r.usage_hour', 'r.meter_id', 'r.resource_id'];

/** Neighbouring records of the same key as one row. */
function addedUp(records: readonly RecordTuple[]): AggregateRow[] {
  const rows: AggregateRow[] = [];
  let last: AggregateRow | undefined;
  for (const record of records) {
    if (last !== undefined && isOfRow(record, last)) {
      last.quantity = sum([last.quantity as Quantity, record[5] as Quantity]);
      last.records += 1;
      continue;
    }
    last = {
      stackSubscriptionId: record[0],
      reportedWindow: record[1],
      usageWindow: record[2],
      meterId: record[3],
      resourceId: record[4],
      part: 0,
      firstUsageHour: record[2],
      destinationId: null,
      quantity: record[5],
      records: 1,
    };
    rows.push(last);
  }
  return rows;
}

function isOfRow(record: RecordTuple, row: AggregateRow): boolean {
  return (
    record[4] === row.resourceId &&
    record[3] === row.meterId &&
    record[2] === row.usageWindow &&
    record[1] === row.reportedWindow &&
    record[0] === row.stackSubscriptionId
  );
}

/** Rows of spans from the records themselves; `part` is SQL that numbers the parts of a day, or WHOLE_WINDOW. */
export async function readFromRecords(
  sql: Sql,
  { isDaily, ...question }: RowsQuestion & { readonly isDaily: boolean },
  spans: readonly Span[],
  part: string,
): Promise<AggregateRow[]> {
  const reported = isDaily ? dayOfHour(sql.dialect, 'r.reported_hour') : 'r.reported_hour';
  const usage = isDaily ? 'r.usage_day' : 'r.usage_hour';
  const columns = ['r.stack_subscription_id', reported, usage, 'r.meter_id', 'r.resource_id', part];
  const grouped = isDaily && part !== WHOLE_WINDOW ? columns : columns.slice(0, -1);
  const { where, values } = recordsWithin(question, spans, grouped);
  return sql.query<AggregateRow>(
    `SELECT r.stack_subscription_id AS stackSubscriptionId, ${reported} AS reportedWindow, ${usage} AS usageWindow,
            r.meter_id AS meterId, r.resource_id AS resourceId, ${part} AS part,
            MIN(r.usage_hour) AS firstUsageHour, NULL AS destinationId, ${sumOf(sql.dialect, 'r.quantity')} AS quantity,
            COUNT(*) AS records
       FROM usage_record r WHERE ${where}
      GROUP BY ${grouped.join(', ')} ORDER BY ${grouped.join(', ')} LIMIT ${question.limit}`,
    [...values],
  );
}

/** Which records a question is about, those after its key only. */
function recordsWithin(
  { filter, range, after }: RowsQuestion,
  spans: readonly Span[],
  key: readonly string[],
): { readonly where: string; readonly values: readonly SqlValue[] } {
  const { conditions, values } = recordConditions(filter);
  // Spans are whole days. SQLite seeks by one pair of bounds and only compares the other, so there is one.
  const where = [
    ...(range.clock === 'REPORTED'
      ? [within(spans.map((span) => overlap(span, range)).filter(isSpan), 'r.reported_hour', (hour) => hour)]
      : [
          within(spans, 'r.reported_hour', (hour) => hour),
          `r.usage_hour >= ${range.from} AND r.usage_hour < ${range.to}`,
        ]),
    ...conditions,
    ...(after === null ? [] : [afterKey(key, after.slice(0, key.length))]),
  ];
  return { where: where.join(' AND '), values };
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
  return terms.length === 0 ? '1 = 0' : `(${terms.join(' OR ')})`;
}

function overlap(span: Span, { from, to }: HourRange): Span {
  return { ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) };
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
