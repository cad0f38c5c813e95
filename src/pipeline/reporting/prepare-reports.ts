import {
  destinationSubscriptions,
  insertReport,
  insertReportDay,
  insertReportLines,
  insertReportMeters,
  listUnpreparedDays,
} from './report-store.js';
import type { UnpreparedDay } from './report-store.js';
import { checkMayPrepare } from './reportable-books.js';
import type { Database } from '../../database/database.js';
import type { Tx } from '../../database/transaction.js';
import type { Clock } from '../../primitives/clock.js';
import { invariant } from '../../primitives/errors.js';
import { digest16 } from '../../primitives/ids.js';
import { listDaySubscriptions, readDailyAggregates } from '../closing/daily-aggregate-store.js';
import type { DailyAggregate } from '../closing/daily-aggregate.entity.js';
import { loadRoutingTable } from '../routing/routing-store.js';

const DAYS_PER_LOOK = 100;
const LINES_PER_REPORT = 500;

/**
 * Puts the usage of closed days into reports: per Azure subscription, some hundred lines each. A day is one transaction
 * and is done once, whichever process does it; the same day would always give the same reports. Answers how many days.
 * Throws BOOKS_ARE_MIXED.
 */
export async function prepareReports(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  signal?: AbortSignal,
): Promise<number> {
  await checkMayPrepare(db.reader);
  let prepared = 0;
  for (;;) {
    const days = await listUnpreparedDays(db.reader, DAYS_PER_LOOK);
    for (const day of days) {
      if (signal?.aborted === true) return prepared;
      const isOurs = await db.inTransaction((tx) => prepareDay(tx, day, clock.now()));
      if (isOurs) prepared += 1;
    }
    if (days.length < DAYS_PER_LOOK) return prepared;
  }
}

async function prepareDay(tx: Tx, day: UnpreparedDay, now: number): Promise<boolean> {
  if (!(await insertReportDay(tx, day, now))) return false;
  const subscriptionOf = await destinationSubscriptions(tx, day.registrationId);
  const { tenantOf } = await loadRoutingTable(tx, day.registrationId, day.routingVersion);
  const waiting = new Map<string, { batchNo: number; lines: PreparedLine[] }>();
  const meterIds = new Set<number>();
  const subscriptions = await listDaySubscriptions(tx, day);
  for await (const aggregates of readDailyAggregates(tx, day.reportedDay, subscriptions)) {
    for (const aggregate of aggregates) {
      const guid = subscriptionOf.get(aggregate.destinationId);
      invariant(guid, `destination ${aggregate.destinationId} is of the registration that it closes`);
      const batch = waiting.get(guid) ?? { batchNo: 1, lines: [] };
      waiting.set(guid, batch);
      meterIds.add(aggregate.meterId);
      batch.lines.push({ ...aggregate, tenantId: tenantOf.get(aggregate.stackSubscriptionId) ?? null });
      if (batch.lines.length < LINES_PER_REPORT) continue;
      await write(tx, day, { guid, ...batch, now });
      waiting.set(guid, { batchNo: batch.batchNo + 1, lines: [] });
    }
  }
  for (const [guid, batch] of waiting) {
    if (batch.lines.length > 0) await write(tx, day, { guid, ...batch, now });
  }
  await insertReportMeters(tx, day, [...meterIds]);
  return true;
}

/** An aggregate with the tenant whose it was by the routing that billed it: it agrees with the destination. */
type PreparedLine = DailyAggregate & { readonly tenantId: number | null };

async function write(
  tx: Tx,
  day: UnpreparedDay,
  batch: {
    readonly guid: string;
    readonly batchNo: number;
    readonly lines: readonly PreparedLine[];
    readonly now: number;
  },
): Promise<void> {
  const { guid, batchNo, lines, now } = batch;
  const key = [day.cloudId, String(day.reportedDay), guid, String(batchNo)];
  const reportId = await insertReport(tx, {
    registrationId: day.registrationId,
    reportedDay: day.reportedDay,
    destinationSubscriptionGuid: guid,
    batchNo,
    idempotencyKey: digest16(key).toString('hex'),
    lineCount: lines.length,
    createdAt: now,
  });
  await insertReportLines(tx, reportId, lines);
}
