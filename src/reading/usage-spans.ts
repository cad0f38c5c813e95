/** Which reported days of which stack subscriptions hold rows for a question, and reading them in their order. */
import type { AggregateRow, Span } from './aggregate-rows.js';
import { totalConditions } from './usage-filter.js';
import type { ReadableSubscription, UsageFilter, UsageKey, UsageRange } from './usage-filter.js';
import { among } from '../access/scope.js';
import { count, literal } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias } from '../database/table.js';
import type { Column, RowOf } from '../database/table.js';
import type { Sql } from '../database/transaction.js';
import { usageDayTotalTable } from '../pipeline/rollup/rollup.entity.js';
import { HOURS_PER_DAY, dayOf, firstHourOf } from '../primitives/windows.js';

const d = alias(usageDayTotalTable, 'd');

export const GRANULARITIES = ['HOURLY', 'DAILY'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** Which rows, how fine, and how many at a time. */
export interface SpansQuestion {
  readonly filter: UsageFilter;
  readonly granularity: Granularity;
  readonly range: UsageRange;
  readonly limit: number;
}

/** Reads at most `limit` rows of these spans, in the order of their key, after one of them. */
export type ReadSpans = (spans: readonly Span[], after: UsageKey | null) => Promise<readonly AggregateRow[]>;

/** What was read, and whether all rows of the spans that were asked for are in it. */
export interface SpansRead {
  readonly rows: readonly AggregateRow[];
  readonly endsSpans: boolean;
}

/** Spans that hold fewer rows than this are asked for more at a time. */
const FEW_ROWS = 128;
/** Later spans may hold more than those before, so a guess goes no further. */
const SPANS_GUESSED_MAX = 64;
/** Stack subscriptions that are looked at first, and days of all of them; each further look takes four times more. */
const AT_FIRST = { subscriptions: 16, days: 512 };
/** Up to as many days are looked up one by one; longer ranges are read through. */
const DAYS_LOOKED_UP_MAX = 31;

/**
 * Reads rows span by span. Spans that the database streams in the order of an index are read together as long as they
 * are of the same days. Of others one is asked for at first, and more each time they held little: many at once
 * are sorted as a whole, and a dense subscription must not make the database sort everybody's usage for each page.
 */
export function startReading(
  sql: Sql,
  subscriptions: readonly ReadableSubscription[],
  question: SpansQuestion & { readonly after: UsageKey | null; readonly keepsDaysFrozen: boolean },
  read: ReadSpans,
) {
  const { granularity, limit } = question;
  const closedBefore = new Map(subscriptions.map(({ id, closedBeforeDay }) => [id, firstHourOf(closedBeforeDay)]));
  const isFrozen = ({ stackSubscriptionId, to }: Span) => to <= (closedBefore.get(stackSubscriptionId) ?? 0);
  const streams = (span: Span) => granularity === 'HOURLY' || (question.keepsDaysFrozen && isFrozen(span));
  const pieces = (span: Span): readonly Span[] => {
    if (granularity === 'HOURLY') return [span];
    if (!question.keepsDaysFrozen) return daysOf(span);
    const boundary = Math.max(span.from, Math.min(span.to, closedBefore.get(span.stackSubscriptionId) ?? 0));
    const frozen = boundary > span.from ? [{ ...span, to: boundary }] : [];
    return [...frozen, ...daysOf({ ...span, from: boundary })];
  };
  let position = question.after;
  let waiting: readonly Span[] = [];
  let isLast = false;
  let atOnce = 1;
  return {
    position: () => position,
    /** The next rows; null after the last. */
    next: async (): Promise<SpansRead | null> => {
      if (waiting.length === 0 && !isLast) {
        const found = await spansToRead(sql, subscriptions, question, position);
        isLast = found.isLast;
        waiting = found.spans.flatMap(pieces);
      }
      if (waiting.length === 0) return null;
      const spans = waiting.slice(0, Math.max(atOnce, alikeAtFirst(waiting.filter(streams), waiting)));
      const rows = await read(spans, position);
      const last = rows.at(-1);
      if (last !== undefined && rows.length === limit) {
        waiting = waiting.filter((span) => !isBehind(span, last, granularity));
        position = keyOf(last);
        return { rows, endsSpans: false };
      }
      waiting = waiting.slice(spans.length);
      position = endOf(spans, granularity);
      if (rows.length < FEW_ROWS) atOnce = moreAtOnce(spans.length, rows.length, limit);
      return { rows, endsSpans: true };
    },
  };
}

/** As many spans as would fill a page if they held what the last ones held, and in any case twice as many. */
function moreAtOnce(spans: number, rows: number, limit: number): number {
  const likely = rows === 0 ? 0 : Math.ceil((limit * spans) / rows);
  return Math.max(2 * spans, Math.min(likely, SPANS_GUESSED_MAX));
}

/** How many spans at the beginning stream, and are of the same days. */
function alikeAtFirst(streaming: readonly Span[], spans: readonly Span[]): number {
  const [first] = spans;
  const differs = spans.findIndex(
    (span, index) => streaming[index] !== span || span.from !== first?.from || span.to !== first.to,
  );
  return differs < 0 ? spans.length : differs;
}

/** Daily sums are not in the order of an index, so no more than a day of a subscription is put in order at a time. */
function daysOf({ stackSubscriptionId, from, to }: Span): Span[] {
  const days: Span[] = [];
  for (let day = from; day < to; day += HOURS_PER_DAY) {
    days.push({ stackSubscriptionId, from: day, to: day + HOURS_PER_DAY });
  }
  return days;
}

/** Whether every row of the span comes before this one. */
function isBehind(span: Span, row: AggregateRow, granularity: Granularity): boolean {
  const reportedHour = row.reportedWindow * (granularity === 'DAILY' ? HOURS_PER_DAY : 1);
  return (
    span.stackSubscriptionId < row.stackSubscriptionId ||
    (span.stackSubscriptionId === row.stackSubscriptionId && span.to <= reportedHour)
  );
}

function keyOf({
  stackSubscriptionId,
  reportedWindow,
  usageWindow,
  meterId,
  resourceId,
  part,
}: AggregateRow): UsageKey {
  return [stackSubscriptionId, reportedWindow, usageWindow, meterId, resourceId, part];
}

/** Which reported days to read next: enough of them that their totals alone would fill the page. */
async function spansToRead(
  sql: Sql,
  subscriptions: readonly Pick<ReadableSubscription, 'id'>[],
  question: SpansQuestion,
  after: UsageKey | null,
): Promise<{ readonly spans: readonly Span[]; readonly isLast: boolean }> {
  const { limit } = question;
  const ids = subscriptions.map(({ id }) => id).filter((id) => id >= (after?.[0] ?? 0));
  const enough: DayWithUsage[] = [];
  let promised = 0;
  for (let at = 0, size = subscriptionsAtFirst(question.range); at < ids.length; at += size, size *= 4) {
    const days = await listDaysWithUsage(sql, ids.slice(at, at + size), question, after);
    for (const day of days) {
      if (promised > limit) return { spans: joinedSpans(enough), isLast: false };
      enough.push(day);
      promised += day.totals;
    }
    if (days.length > limit || promised > limit) return { spans: joinedSpans(enough), isLast: false };
  }
  return { spans: joinedSpans(enough), isLast: true };
}

/** By the usage clock, any reported day may hold what is asked for. */
function subscriptionsAtFirst({ clock, from, to }: UsageRange): number {
  const days = clock === 'REPORTED' ? dayOf(to - 1) - dayOf(from) + 1 : Infinity;
  return Math.max(AT_FIRST.subscriptions, Math.floor(AT_FIRST.days / days));
}

const DAY_WITH_USAGE = {
  stackSubscriptionId: d.stackSubscriptionId,
  reportedDay: d.reportedDay,
  totals: count(),
};
type DayWithUsage = Readonly<RowOf<typeof DAY_WITH_USAGE>>;

function listDaysWithUsage(
  sql: Sql,
  ids: readonly number[],
  { filter, granularity, range, limit }: SpansQuestion,
  after: UsageKey | null,
): Promise<DayWithUsage[]> {
  const conditions = [
    among(d.stackSubscriptionId, ids),
    range.clock === 'REPORTED' ? withinDays(d.reportedDay, range) : daysBetween(d.usageDay, range),
    ...totalConditions(filter),
    ...(after === null ? [] : [fromDay(after, granularity)]),
  ];
  const { stackSubscriptionId, reportedDay } = d;
  return select(
    sql,
    DAY_WITH_USAGE,
    `FROM ${d} WHERE ${conditions.join(' AND ')}
      GROUP BY ${stackSubscriptionId}, ${reportedDay}
      ORDER BY ${stackSubscriptionId}, ${reportedDay} LIMIT ${limit + 1}`,
  );
}

function daysBetween(column: Column<number>, { from, to }: UsageRange): string {
  return `${column} >= ${dayOf(from)} AND ${column} < ${dayOf(to - 1) + 1}`;
}

/** A few days are named, so that they are sought in the index by reported day and not in the subscription's history. */
function withinDays(column: Column<number>, range: UsageRange): string {
  const first = dayOf(range.from);
  const days = dayOf(range.to - 1) + 1 - first;
  if (days > DAYS_LOOKED_UP_MAX) return daysBetween(column, range);
  return among(
    column,
    Array.from({ length: days }, (_, index) => first + index),
  );
}

/** On or after the reported day in which the page starts. */
function fromDay(after: UsageKey, granularity: Granularity): string {
  const [subscription = 0, reported = 0] = after;
  const day = granularity === 'DAILY' ? reported : dayOf(reported);
  const from = literal(subscription);
  return `${d.stackSubscriptionId} >= ${from} AND (${d.stackSubscriptionId} > ${from}
    OR ${d.reportedDay} >= ${literal(day)})`;
}

function joinedSpans(days: readonly DayWithUsage[]): Span[] {
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
function endOf(spans: readonly Span[], granularity: Granularity): UsageKey | null {
  const last = spans.at(-1);
  if (last === undefined) return null;
  const reported = granularity === 'DAILY' ? dayOf(last.to) : last.to;
  return [last.stackSubscriptionId, reported, -1, 0, 0, 0];
}
