/**
 * Reads the rows of aggregates: from the records, or from what closing froze. Both answer the same for a closed day.
 */
import { afterKey, recordConditions } from './usage-filter.js';
import type { ReadableSubscription, UsageFilter, UsageKey, UsageRange } from './usage-filter.js';
import type { Router } from './usage-router.js';
import { among } from '../access/scope.js';
import { count, dayOfHour, exactSum, expression, least, literal, whole } from '../database/expressions.js';
import { select, selectTuples } from '../database/select.js';
import { alias } from '../database/table.js';
import type { Column } from '../database/table.js';
import type { Sql, SqlValue } from '../database/transaction.js';
import { dailyAggregateTable } from '../pipeline/closing/daily-aggregate.entity.js';
import { aggregateKeyOf } from '../pipeline/closing/daily-aggregate-store.js';
import { usageRecordTable } from '../pipeline/ingestion/ingestion.entity.js';
import { destinationOfPart } from '../pipeline/routing/day-parts.js';
import { sum } from '../primitives/quantity.js';
import type { Quantity } from '../primitives/quantity.js';
import { dayOf, firstHourOf } from '../primitives/windows.js';
import type { Day, Hour, HourRange } from '../primitives/windows.js';

const r = alias(usageRecordTable, 'r');
/** Under the same name as the records: a filter narrows both alike. */
const f = alias(dailyAggregateTable, 'r');

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
  /** Of an aggregate read from records: an hour that says where all of it is billed; null where none does. */
  firstUsageHour: Hour | null;
  /** Where it is billed; null where `firstUsageHour` says so. */
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

const FROZEN_KEY = aggregateKeyOf(f);

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
  const rows = await readFromRecords(sql, { ...question, isDaily: true }, spans, await router.partOfDay(spans));
  for (const row of rows) {
    const { stackSubscriptionId, reportedWindow: reportedDay, usageWindow: usageDay, part } = row;
    row.destinationId = destinationOfPart(part);
    // Corrections alone, which go where some other hour of the day goes.
    if (row.destinationId === null && row.firstUsageHour === null) {
      row.destinationId = await router.destinationOfDayPart({ stackSubscriptionId, reportedDay, usageDay, part });
    }
  }
  return rows;
}

/** Records read beyond the page, so that its last sum is usually seen to its end in one question. */
const READ_AHEAD = 64;

/** Stack subscription, reported hour, usage hour, meter, resource, quantity, day of what it corrects. */
type RecordTuple = readonly [number, Hour, Hour, number, number, string, Day | null];

/**
 * Hourly rows. Nearly all of them are one record, and records lie in the order of the rows: they are read as they are
 * and added up here, which takes less than half the time that the database takes to group them. Corrections of usage
 * that was billed elsewhere are rows of their own where a router is given; without one they are added to the others.
 */
export async function readHourlyRows(
  sql: Sql,
  router: Router | null,
  question: RowsQuestion,
  spans: readonly Span[],
): Promise<readonly AggregateRow[]> {
  const { limit } = question;
  const rows: AggregateRow[] = [];
  // The parts of a window are read together; of the window on which the page before ended, some may be left.
  let { after } = question;
  let isAfterWindow = router === null;
  while (rows.length < limit) {
    const wanted = limit - rows.length + READ_AHEAD;
    const asked = { ...question, after, limit: wanted };
    const records = await readRecords(sql, asked, spans, isAfterWindow ? '>' : '>=');
    const sums = addedUp(records);
    // The last sum may go on in records that were not read.
    const rest = records.length === wanted ? sums.pop() : undefined;
    if (rest !== undefined && sums.length === 0) sums.push(await readWindow(sql, question, rest.row));
    for (const row of await inParts(router, sums)) if (!isBehind(row, question.after)) rows.push(row);
    if (records.length < wanted) break;
    const last = sums.at(-1)?.row;
    if (last === undefined) break;
    after = [last.stackSubscriptionId, last.reportedWindow, last.usageWindow, last.meterId, last.resourceId, 0];
    isAfterWindow = true;
  }
  return rows.slice(0, limit);
}

const HOURLY_KEY = [r.stackSubscriptionId, r.reportedHour, r.usageHour, r.meterId, r.resourceId] as const;

function readRecords(
  sql: Sql,
  question: RowsQuestion,
  spans: readonly Span[],
  compares: '>' | '>=',
): Promise<RecordTuple[]> {
  const { where, values } = recordsWithin(question, spans, HOURLY_KEY, compares);
  const order = `ORDER BY ${HOURLY_KEY.join(', ')} LIMIT ${question.limit}`;
  return selectTuples(sql, [...HOURLY_KEY, r.quantity, r.correctedDay], `FROM ${r} WHERE ${where} ${order}`, values);
}

/** The records of one window of one resource, added up; corrections of earlier days apart, each day by itself. */
interface WindowSum {
  readonly row: AggregateRow;
  corrections: Map<Day, Pick<AggregateRow, 'quantity' | 'records'>> | null;
}

/** A window that holds more records than a page, by day of what they correct. */
async function readWindow(sql: Sql, { filter }: RowsQuestion, row: AggregateRow): Promise<WindowSum> {
  const { conditions, values } = recordConditions(filter);
  const key = [row.stackSubscriptionId, row.reportedWindow, row.usageWindow, row.meterId, row.resourceId];
  const where = [...HOURLY_KEY.map((column, index) => `${column} = ${literal(key[index] ?? 0)}`), ...conditions];
  const { correctedDay } = r;
  const sums = await select(
    sql,
    { correctedDay, quantity: exactSum(sql.dialect, r.quantity), records: count() },
    `FROM ${r} WHERE ${where.join(' AND ')} GROUP BY ${correctedDay}`,
    values,
  );
  const own = sums.find(({ correctedDay }) => correctedDay === null);
  const corrections = sums.flatMap(({ correctedDay: day, quantity, records }) =>
    day === null ? [] : [[day, { quantity, records }] as const],
  );
  return {
    row: { ...row, quantity: own?.quantity ?? '0', records: own?.records ?? 0 },
    corrections: corrections.length === 0 ? null : new Map(corrections),
  };
}

/** Neighbouring records of the same window of the same resource as one sum. */
function addedUp(records: readonly RecordTuple[]): WindowSum[] {
  const sums: WindowSum[] = [];
  let last: WindowSum | undefined;
  for (const record of records) {
    if (last === undefined || !isOfRow(record, last.row)) {
      last = begun(record);
      sums.push(last);
    } else if (record[6] === null) {
      last.row.quantity = sum([last.row.quantity as Quantity, record[5] as Quantity]);
      last.row.records += 1;
    } else addCorrection(last, record[6], record[5]);
  }
  return sums;
}

function begun(record: RecordTuple): WindowSum {
  const row = rowOf(record);
  if (record[6] === null) return { row, corrections: null };
  const none = { row: { ...row, quantity: '0', records: 0 }, corrections: null };
  addCorrection(none, record[6], record[5]);
  return none;
}

function addCorrection(to: WindowSum, correctedDay: Day, quantity: string): void {
  to.corrections ??= new Map();
  const before = to.corrections.get(correctedDay);
  to.corrections.set(correctedDay, {
    quantity: before === undefined ? quantity : sum([before.quantity as Quantity, quantity as Quantity]),
    records: (before?.records ?? 0) + 1,
  });
}

function rowOf(record: RecordTuple): AggregateRow {
  return {
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

/** Sums as rows: one for each destination, in the order of the parts. Nearly every window has one. */
async function inParts(router: Router | null, sums: readonly WindowSum[]): Promise<readonly AggregateRow[]> {
  const corrected = sums.flatMap(({ row, corrections }) =>
    [...(corrections?.keys() ?? [])].map((correctedDay) => ({
      stackSubscriptionId: row.stackSubscriptionId,
      usageHour: row.usageWindow,
      reportedDay: dayOf(row.reportedWindow),
      correctedDay,
    })),
  );
  if (corrected.length === 0) return sums.map(({ row }) => row);
  const parts = (router === null ? corrected.map(() => 0) : await router.partsOfHour(corrected)).values();
  return sums.flatMap(({ row, corrections }) => {
    const rows = new Map<number, AggregateRow>(row.records === 0 ? [] : [[0, row]]);
    for (const correction of corrections?.values() ?? []) {
      const { value: part = 0 } = parts.next();
      const known = rows.get(part);
      if (known === undefined) {
        rows.set(part, { ...row, ...correction, part, destinationId: destinationOfPart(part) });
      } else {
        known.quantity = sum([known.quantity as Quantity, correction.quantity as Quantity]);
        known.records += correction.records;
      }
    }
    return [...rows.values()].sort((left, right) => left.part - right.part);
  });
}

/** Whether a row is of the window on which the page before ended, and was on it. */
function isBehind(row: AggregateRow, after: UsageKey | null): boolean {
  if (after === null) return false;
  const { stackSubscriptionId, reportedWindow, usageWindow, meterId, resourceId, part } = row;
  const key = [stackSubscriptionId, reportedWindow, usageWindow, meterId, resourceId];
  return key.every((value, index) => value === after[index]) && part <= (after[5] ?? 0);
}

/** Rows of spans from the records themselves; `part` is SQL that numbers the parts of a day, or WHOLE_WINDOW. */
export async function readFromRecords(
  sql: Sql,
  { isDaily, ...question }: RowsQuestion & { readonly isDaily: boolean },
  spans: readonly Span[],
  part: string,
): Promise<AggregateRow[]> {
  const reported = isDaily ? dayOfHour(sql.dialect, r.reportedHour) : r.reportedHour;
  const usage = isDaily ? r.usageDay : r.usageHour;
  const columns = [r.stackSubscriptionId, reported, usage, r.meterId, r.resourceId, whole(part)];
  // Where a day has parts, a correction's hour says nothing of its part.
  const ownHour = expression(`CASE WHEN ${r.correctedDay} IS NULL THEN ${r.usageHour} END`, r.usageHour);
  const grouped = isDaily && part !== WHOLE_WINDOW ? columns : columns.slice(0, -1);
  const { where, values } = recordsWithin(question, spans, grouped);
  return select(
    sql,
    {
      stackSubscriptionId: r.stackSubscriptionId,
      reportedWindow: reported,
      usageWindow: usage,
      meterId: r.meterId,
      resourceId: r.resourceId,
      part: whole(part),
      firstUsageHour: least(part === WHOLE_WINDOW ? r.usageHour : ownHour),
      destinationId: expression('NULL', least(f.destinationId)),
      quantity: exactSum(sql.dialect, r.quantity),
      records: count(),
    },
    `FROM ${r} WHERE ${where}
      GROUP BY ${grouped.join(', ')} ORDER BY ${grouped.join(', ')} LIMIT ${question.limit}`,
    values,
  );
}

/** Which records a question is about, those after its key only. */
function recordsWithin(
  { filter, range, after }: RowsQuestion,
  spans: readonly Span[],
  key: readonly Column[],
  compares: '>' | '>=' = '>',
): { readonly where: string; readonly values: readonly SqlValue[] } {
  const { conditions, values } = recordConditions(filter);
  // Spans are whole days. SQLite seeks by one pair of bounds and only compares the other, so there is one.
  const where = [
    ...(range.clock === 'REPORTED'
      ? [within(spans.map((span) => overlap(span, range)).filter(isSpan), r.reportedHour, (hour) => hour)]
      : [
          within(spans, r.reportedHour, (hour) => hour),
          `${r.usageHour} >= ${range.from} AND ${r.usageHour} < ${range.to}`,
        ]),
    ...conditions,
    ...(after === null ? [] : [afterKey(key, after.slice(0, key.length), compares)]),
  ];
  return { where: where.join(' AND '), values };
}

const { reportedDay: reportedWindow, usageDay: usageWindow, ...FROZEN_AS_IT_IS } = f;
const FROZEN = { ...FROZEN_AS_IT_IS, reportedWindow, usageWindow, firstUsageHour: literal(0) };

function readFrozen(
  sql: Sql,
  { filter, range, after, limit }: RowsQuestion,
  spans: readonly Span[],
): Promise<AggregateRow[]> {
  const clock = range.clock === 'REPORTED' ? f.reportedDay : f.usageDay;
  const { conditions, values } = recordConditions(filter);
  const where = [
    within(spans, f.reportedDay, dayOf),
    `${clock} >= ${dayOf(range.from)} AND ${clock} < ${dayOf(range.to - 1) + 1}`,
    ...conditions,
    ...(after === null ? [] : [afterKey(FROZEN_KEY, after)]),
  ];
  return select(
    sql,
    FROZEN,
    `FROM ${f} WHERE ${where.join(' AND ')} ORDER BY ${FROZEN_KEY.join(', ')} LIMIT ${limit}`,
    values,
  );
}

/** Spans of the same days as one range of the index, which is then read in its order. */
function within(spans: readonly Span[], column: Column<number>, unit: (hour: Hour) => Hour): string {
  const subscriptionsOf = new Map<string, number[]>();
  const name = String(column);
  for (const { stackSubscriptionId, from, to } of spans) {
    const range = `${name} >= ${unit(from)} AND ${name} < ${unit(to)}`;
    const known = subscriptionsOf.get(range);
    if (known === undefined) subscriptionsOf.set(range, [stackSubscriptionId]);
    else known.push(stackSubscriptionId);
  }
  const terms = [...subscriptionsOf].map(([range, ids]) => `(${among(r.stackSubscriptionId, ids)} AND ${range})`);
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
    left.part - right.part
  );
}
