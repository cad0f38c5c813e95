import { routedSpans } from './destination.js';
import type { RoutingTable } from './destination.js';
import { FOREVER, dayOf, firstHourOf } from '../../primitives/windows.js';
import type { Day, Hour } from '../../primitives/windows.js';
import type { Tx } from '../../database/transaction.js';
import { addRecordsToDayTotals, deleteOpenDayTotals } from '../rollup/day-total-store.js';

/**
 * Gives open usage the destinations that now hold: the open day totals of these stack subscriptions, from the day of
 * `fromHour` on, are written anew from their records. Closed days are not touched. The caller holds the registration's
 * lock, so no record arrives in between. The stack subscriptions must be of one tenant: they share their destinations.
 */
export async function rerouteOpenUsage(
  tx: Tx,
  what: {
    readonly table: RoutingTable;
    readonly stackSubscriptionIds: readonly number[];
    readonly fromHour: Hour;
    readonly closedBeforeDay: Day;
  },
): Promise<void> {
  const { table, stackSubscriptionIds, closedBeforeDay } = what;
  const [any] = stackSubscriptionIds;
  if (any === undefined) return;
  const usageDayFrom = dayOf(what.fromHour);
  await deleteOpenDayTotals(tx, { stackSubscriptionIds, usageDayFrom, closedBeforeDay });
  for (const span of routedSpans(table, any, firstHourOf(usageDayFrom))) {
    await addRecordsToDayTotals(tx, {
      stackSubscriptionIds,
      usageHours: { from: span.from, to: Math.min(span.to, FOREVER) },
      closedBeforeDay,
      destinationId: span.destinationId,
    });
  }
}
