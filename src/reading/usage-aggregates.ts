import { readDailyRows, readHourlyRows } from './aggregate-rows.js';
import type { AggregateRow } from './aggregate-rows.js';
import type { KeptPages } from './kept-pages.js';
import { afterAllOf, areClosed, filtersDestination, listReadableSubscriptions } from './usage-filter.js';
import { destinationConditions } from './usage-filter.js';
import type { ReadableSubscription, UsageFilter, UsageKey, UsageRange } from './usage-filter.js';
import { startReading } from './usage-spans.js';
import type { Granularity } from './usage-spans.js';
import { createRouter } from './usage-router.js';
import type { Router } from './usage-router.js';
import type { Scope } from '../access/scope.js';
import { select } from '../database/select.js';
import type { Sql } from '../database/transaction.js';
import { destinationTable } from '../pipeline/routing/destination.entity.js';
import type { RoutingTables } from '../pipeline/routing/routing-store.js';
import { canonicalQuantity } from '../primitives/quantity.js';
import type { Quantity } from '../primitives/quantity.js';
import { HOURS_PER_DAY, dayOf } from '../primitives/windows.js';
import type { HourRange } from '../primitives/windows.js';

/** The total of one resource's meter in one usage window, filed under one reported window, for one destination. */
export interface UsageAggregate {
  readonly key: UsageKey;
  readonly registrationId: number;
  readonly stackSubscriptionId: number;
  /** Null while nobody has said whose it is. */
  readonly tenantId: number | null;
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
  /** Pages that are not read again; without it, all are. */
  readonly keptPages?: KeptPages<AggregatesPage>;
}

/** A page of a very sparse answer ends early, and says where to go on. */
const ROUNDS_MAX = 200;

/**
 * Aggregates in the order stack subscription, reported window, usage window, meter, resource. The day totals say which
 * reported days hold anything for the question; only those are read: daily rows of closed days as closing froze them,
 * all others from the records. A page may be shorter than asked and still
 * not be the last: `resumeAfter` says so.
 */
export async function listUsageAggregates(
  reading: Reading,
  scope: Scope,
  question: AggregatesQuestion,
): Promise<AggregatesPage> {
  const { filter, range, after } = question;
  const subscriptions = await listReadableSubscriptions(reading.sql, scope, filter, after?.[0] ?? 0);
  if (subscriptions.length === 0) return { rows: [], resumeAfter: null };
  const read = () => readPage(reading, subscriptions, question);
  // Late usage of any day is filed under a reported window that is still open, so only by that clock is it final.
  if (reading.keptPages === undefined || range.clock !== 'REPORTED' || !areClosed(subscriptions, range.to)) {
    return read();
  }
  // Whose rows these are was asked just now. What they hold depends on the question and on these ids alone.
  return reading.keptPages.page([question, subscriptions.map(({ id, tenantId }) => [id, tenantId])], read);
}

async function readPage(
  { sql, routingTables }: Reading,
  subscriptions: readonly ReadableSubscription[],
  question: AggregatesQuestion,
): Promise<AggregatesPage> {
  const { filter, limit, granularity } = question;
  const router = createRouter(sql, routingTables, subscriptions);
  const tenantOf = new Map(subscriptions.map(({ id, tenantId }) => [id, tenantId]));
  const wanted = filtersDestination(filter) ? await destinationIds(sql, filter) : null;
  const reader = startReading(sql, subscriptions, { ...question, keepsDaysFrozen: true }, (spans, after) =>
    granularity === 'DAILY'
      ? readDailyRows(sql, router, { ...question, after }, { spans, subscriptions })
      : readHourlyRows(sql, router, { ...question, after }, spans),
  );
  const found: UsageAggregate[] = [];
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const read = await reader.next();
    if (read === null) return { rows: found, resumeAfter: afterAllOf(subscriptions) };
    const aggregates = await asAggregates(read.rows, granularity, { router, tenantOf });
    found.push(...aggregates.filter(({ destinationId }) => wanted?.has(destinationId) ?? true));
    if (found.length >= limit) return fullPage(found, limit);
  }
  return { rows: found, resumeAfter: reader.position() };
}

function fullPage(found: readonly UsageAggregate[], limit: number): AggregatesPage {
  const rows = found.slice(0, limit);
  return { rows, resumeAfter: rows.at(-1)?.key ?? null };
}

async function asAggregates(
  rows: readonly AggregateRow[],
  granularity: Granularity,
  { router, tenantOf }: { readonly router: Router; readonly tenantOf: ReadonlyMap<number, number | null> },
): Promise<UsageAggregate[]> {
  const width = granularity === 'DAILY' ? HOURS_PER_DAY : 1;
  const routed = await router.route(
    rows.map((row) => ({
      stackSubscriptionId: row.stackSubscriptionId,
      usageHour: row.firstUsageHour ?? 0,
      reportedDay: granularity === 'DAILY' ? row.reportedWindow : dayOf(row.reportedWindow),
    })),
  );
  const aggregates: UsageAggregate[] = [];
  for (const [index, row] of rows.entries()) {
    const route = routed[index] ?? null;
    if (route === null) continue;
    const { stackSubscriptionId, reportedWindow, usageWindow, meterId, resourceId, part } = row;
    aggregates.push({
      key: [stackSubscriptionId, reportedWindow, usageWindow, meterId, resourceId, part],
      registrationId: route.registrationId,
      destinationId: row.destinationId ?? route.destinationId,
      isClosed: route.isClosed,
      stackSubscriptionId,
      tenantId: tenantOf.get(stackSubscriptionId) ?? null,
      meterId,
      resourceId,
      usage: { from: usageWindow * width, to: (usageWindow + 1) * width },
      reported: { from: reportedWindow * width, to: (reportedWindow + 1) * width },
      quantity: canonicalQuantity(row.quantity),
      records: row.records,
    });
  }
  return aggregates;
}

/** The destinations that a filter names. */
export async function destinationIds(sql: Sql, filter: UsageFilter): Promise<ReadonlySet<number>> {
  const { id } = destinationTable;
  const where = destinationConditions(filter, id).join(' AND ');
  const rows = await select(sql, { id }, `FROM ${destinationTable} WHERE ${where}`);
  return new Set(rows.map(({ id }) => id));
}
