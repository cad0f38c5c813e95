import { routedSpans } from './destination.js';
import type { RoutingTable } from './destination.js';
import { listClosedCorrections, loadRoutingTable } from './routing-store.js';
import { FOREVER, dayOf, firstHourOf } from '../../primitives/windows.js';
import type { Day, Hour } from '../../primitives/windows.js';
import type { Tx } from '../../database/transaction.js';
import { addRecordsToDayTotals, deleteOpenDayTotals } from '../rollup/day-total-store.js';

/**
 * Gives open usage the destinations that now hold: the open day totals of these stack subscriptions, from the day of
 * `fromHour` on, are written anew from their records. Closed days are not touched, and what corrects them stays where
 * they were billed. The caller holds the registration's lock, so no record arrives in between. The stack subscriptions
 * must be of one tenant: they share their destinations.
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
  const write = async (by: RoutingTable, ids: readonly [number, ...number[]], correctedDay: Day | null) => {
    for (const span of routedSpans(by, ids[0], firstHourOf(usageDayFrom))) {
      await addRecordsToDayTotals(tx, {
        stackSubscriptionIds: ids,
        usageHours: { from: span.from, to: Math.min(span.to, FOREVER) },
        closedBeforeDay,
        correctedDay,
        destinationId: span.destinationId,
      });
    }
  };
  await write(table, [any, ...stackSubscriptionIds.slice(1)], null);
  for (const closed of await listClosedCorrections(tx, { ...table, stackSubscriptionIds, closedBeforeDay })) {
    // Whose it was then may be somebody else than now.
    const then = await loadRoutingTable(tx, table.registrationId, closed.routingVersion);
    await write(then, [closed.stackSubscriptionId], closed.correctedDay);
  }
}
