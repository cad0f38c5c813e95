import type { ReadableSubscription } from './usage-filter.js';
import { alias } from '../database/table.js';
import type { Sql } from '../database/transaction.js';
import { listClosedVersions } from '../pipeline/closing/closed-day-store.js';
import { listCorrectionDays } from '../pipeline/ingestion/correction-store.js';
import { usageRecordTable } from '../pipeline/ingestion/ingestion.entity.js';
import { correctionPartOfHour, correctionParts, dayParts } from '../pipeline/routing/day-parts.js';
import type { DayPart } from '../pipeline/routing/day-parts.js';
import { destinationOf } from '../pipeline/routing/destination.js';
import type { RoutingTable } from '../pipeline/routing/destination.js';
import type { RoutingTables } from '../pipeline/routing/routing-store.js';
import { HOURS_PER_DAY, dayOf, firstHourOf } from '../primitives/windows.js';
import type { Day, Hour, HourRange } from '../primitives/windows.js';

const r = alias(usageRecordTable, 'r');

/** What decides the destination of a row: whose it is, when it was used, and on which reported day it is filed. */
export interface Routable {
  readonly stackSubscriptionId: number;
  readonly usageHour: Hour;
  readonly reportedDay: Day;
  /** Of a correction: the earlier reported day of its record, as whose usage it is routed. */
  readonly correctedDay?: Day | null;
}

/** What says by which routing version a row is routed. */
type Filed = Pick<Routable, 'stackSubscriptionId' | 'reportedDay' | 'correctedDay'>;

/** Where a row is billed, and whether that is final. */
export interface Routed {
  readonly registrationId: number;
  readonly destinationId: number;
  readonly isClosed: boolean;
}

/**
 * Says where rows are billed: rows of an open day by the routing that holds now, rows of a closed day by the version
 * that closed it, and corrections as what they correct.
 */
export interface Router {
  /** One answer for each row; null for one of another subscription. */
  route(rows: readonly Routable[]): Promise<readonly (Routed | null)[]>;
  /** SQL that numbers the parts of a usage day, as `routing/day-parts.ts` does; '0' if no day has two. */
  partOfDay(spans: readonly (HourRange & { readonly stackSubscriptionId: number })[]): Promise<string>;
  /** Where a numbered part of a usage day is billed, filed under a reported day. */
  destinationOfDayPart(row: Filed & { readonly usageDay: Day; readonly part: number }): Promise<number | null>;
  /** Of which part of its usage hour each correction is that has a corrected day. */
  partsOfHour(corrections: readonly Routable[]): Promise<readonly number[]>;
}

/**
 * Routes rows of these subscriptions: those of open days by what holds now, others by the version that closed their
 * day.
 */
export function createRouter(
  sql: Sql,
  routingTables: RoutingTables,
  subscriptions: readonly ReadableSubscription[],
): Router {
  const subscriptionOf = new Map(subscriptions.map((subscription) => [subscription.id, subscription]));

  async function tablesFor(rows: readonly Filed[]): Promise<(row: Filed) => RoutingTable | null> {
    const versionOf = await versionsFor(sql, subscriptionOf, rows);
    const tables = new Map<string, RoutingTable>();
    let before: Filed | undefined;
    for (const row of rows) {
      if (isAlike(row, before)) continue;
      before = row;
      const subscription = subscriptionOf.get(row.stackSubscriptionId);
      if (subscription === undefined) continue;
      const version = versionOf(subscription, routedDay(row));
      const name = `${subscription.registrationId}:${version}`;
      if (tables.has(name)) continue;
      tables.set(name, await routingTables.at(sql, subscription.registrationId, version));
    }
    return (row) => {
      const subscription = subscriptionOf.get(row.stackSubscriptionId);
      if (subscription === undefined) return null;
      const version = versionOf(subscription, routedDay(row));
      return tables.get(`${subscription.registrationId}:${version}`) ?? null;
    };
  }

  return {
    route: async (rows) => {
      const tableOf = await tablesFor(rows);
      let before: Routable | undefined;
      let routed: Routed | null = null;
      return rows.map((row) => {
        // Rows come in order, so most of them are routed as the one before.
        if (!isAlike(row, before) || row.usageHour !== before?.usageHour) {
          const subscription = subscriptionOf.get(row.stackSubscriptionId);
          const table = tableOf(row);
          routed =
            subscription === undefined || table === null
              ? null
              : {
                  registrationId: subscription.registrationId,
                  destinationId: destinationOf(table, row.stackSubscriptionId, row.usageHour),
                  isClosed: row.reportedDay < subscription.closedBeforeDay,
                };
        }
        before = row;
        return routed;
      });
    },
    partOfDay: async (spans) => {
      const days = spans.flatMap(({ stackSubscriptionId, from, to }) =>
        Array.from({ length: dayOf(to) - dayOf(from) }, (_, index) => ({
          stackSubscriptionId,
          reportedDay: dayOf(from) + index,
        })),
      );
      const corrected = await correctionDaysOf(sql, days);
      const tableOf = await tablesFor([...days, ...corrected]);
      const partsOf = (day: Filed) => {
        const own = tableOf({ ...day, correctedDay: null });
        const ofRecord = tableOf(day);
        const { stackSubscriptionId } = day;
        if (own === null || ofRecord === null) return [];
        if (day.correctedDay == null) return dayParts(own, stackSubscriptionId);
        return correctionParts({ own, ofRecord, stackSubscriptionId });
      };
      const terms = joinedDays(
        [...days, ...corrected].flatMap((day) => {
          return partsOf(day).flatMap((part) => (part.part > 0 ? [{ ...day, part }] : []));
        }),
      ).map(
        ({ stackSubscriptionId, correctedDay, part, from, to }) =>
          `${part.part} * (${r.stackSubscriptionId} = ${stackSubscriptionId} AND ${r.usageHour} >= ${part.from}
            AND ${r.usageHour} < ${part.to} AND ${r.reportedHour} >= ${from} AND ${r.reportedHour} < ${to}
            AND ${correctedDay === null ? `${r.correctedDay} IS NULL` : `COALESCE(${r.correctedDay}, 0) = ${correctedDay}`})`,
      );
      return terms.length === 0 ? '0' : `(${terms.join(' + ')})`;
    },
    destinationOfDayPart: async (row) => {
      const table = (await tablesFor([row]))(row);
      const from = firstHourOf(row.usageDay);
      const parts = table === null ? [] : dayParts(table, row.stackSubscriptionId);
      const found = parts.find((part) => {
        return part.part === row.part && part.from < from + HOURS_PER_DAY && part.to > from;
      });
      return found?.destinationId ?? null;
    },
    partsOfHour: async (corrections) => {
      const own = corrections.map((row) => ({ ...row, correctedDay: null }));
      const tableOf = await tablesFor([...corrections, ...own]);
      return corrections.map((row, index) => {
        const ofRecord = tableOf(row);
        const ofDay = own[index] === undefined ? null : tableOf(own[index]);
        if (ofRecord === null || ofDay === null) return 0;
        return correctionPartOfHour({ ...row, own: ofDay, ofRecord }, row.usageHour);
      });
    },
  };
}

/** As usage of which reported day a row is routed. */
function routedDay({ reportedDay, correctedDay }: Filed): Day {
  return correctedDay ?? reportedDay;
}

/** Which of these days hold corrections of earlier ones, and of which. */
async function correctionDaysOf(sql: Sql, days: readonly Filed[]): Promise<readonly Filed[]> {
  if (days.length === 0) return [];
  const ids = [...new Set(days.map(({ stackSubscriptionId }) => stackSubscriptionId))];
  const numbers = days.map(({ reportedDay }) => reportedDay);
  const from = numbers.reduce((left, right) => Math.min(left, right));
  const to = numbers.reduce((left, right) => Math.max(left, right)) + 1;
  const found = await listCorrectionDays(sql, ids, { from, to });
  if (found.length === 0) return [];
  const asked = new Set(days.map((day) => `${day.stackSubscriptionId} ${day.reportedDay}`));
  return found.filter((day) => asked.has(`${day.stackSubscriptionId} ${day.reportedDay}`));
}

function isAlike(row: Filed, before: Filed | undefined): boolean {
  return (
    before?.stackSubscriptionId === row.stackSubscriptionId &&
    before.reportedDay === row.reportedDay &&
    (before.correctedDay ?? null) === (row.correctedDay ?? null)
  );
}

/** A later part of a usage day, for rows of these reported hours: the routing version of their days has it. */
interface LaterPart extends HourRange {
  readonly stackSubscriptionId: number;
  readonly correctedDay: Day | null;
  readonly part: DayPart;
}

/** The same part for neighbouring reported days as one. Days come in order. */
function joinedDays(days: readonly (Filed & { readonly part: DayPart })[]): readonly LaterPart[] {
  const joined = new Map<string, LaterPart[]>();
  for (const { stackSubscriptionId, reportedDay, correctedDay = null, part } of days) {
    const from = firstHourOf(reportedDay);
    const name = `${stackSubscriptionId} ${correctedDay} ${part.from} ${part.to} ${part.part}`;
    const ranges = joined.get(name) ?? [];
    const last = ranges.at(-1);
    if (last?.to === from) ranges.splice(-1, 1, { ...last, to: from + HOURS_PER_DAY });
    else ranges.push({ stackSubscriptionId, correctedDay, part, from, to: from + HOURS_PER_DAY });
    joined.set(name, ranges);
  }
  return [...joined.values()].flat();
}

async function versionsFor(
  sql: Sql,
  subscriptionOf: ReadonlyMap<number, ReadableSubscription>,
  rows: readonly Filed[],
): Promise<(subscription: ReadableSubscription, day: Day) => number> {
  let first = Infinity;
  let last = -Infinity;
  const registrationIds = new Set<number>();
  for (const row of rows) {
    const subscription = subscriptionOf.get(row.stackSubscriptionId);
    const day = routedDay(row);
    if (subscription === undefined || day >= subscription.closedBeforeDay) continue;
    first = Math.min(first, day);
    last = Math.max(last, day);
    registrationIds.add(subscription.registrationId);
  }
  const closed =
    registrationIds.size === 0
      ? new Map<number, ReadonlyMap<Day, number>>()
      : await listClosedVersions(sql, [...registrationIds], { from: first, to: last + 1 });
  return ({ registrationId, closedBeforeDay, routingVersion }, day) =>
    day < closedBeforeDay ? (closed.get(registrationId)?.get(day) ?? routingVersion) : routingVersion;
}
