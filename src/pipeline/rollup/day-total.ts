import { fromUnits, toUnits } from '../../primitives/quantity.js';
import type { Quantity } from '../../primitives/quantity.js';
import { dayOf } from '../../primitives/windows.js';
import type { Day, Hour } from '../../primitives/windows.js';

/** What of a record decides which total it belongs to. */
export interface Counted {
  readonly stackSubscriptionId: number;
  readonly usageHour: Hour;
  readonly reportedHour: Hour;
  readonly meterId: number;
  readonly quantity: Quantity;
}

/** What a batch adds to one day total. */
export interface DayTotalDelta {
  readonly stackSubscriptionId: number;
  readonly usageDay: Day;
  readonly reportedDay: Day;
  readonly meterId: number;
  readonly destinationId: number;
  readonly quantity: Quantity;
  readonly records: number;
}

interface Sum extends Omit<DayTotalDelta, 'quantity' | 'records'> {
  units: bigint;
  records: number;
}

/**
 * Folds records into what they add to the day totals, in the order of the totals' key: writers that touch rows in one
 * order wait for each other instead of deadlocking. The sum over the deltas is exactly the sum over the records.
 */
export function foldIntoDays(
  records: readonly Counted[],
  destinationOf: (stackSubscriptionId: number, usageHour: Hour) => number,
): readonly DayTotalDelta[] {
  const sums = new Map<string, Sum>();
  for (const record of records) {
    const { stackSubscriptionId, usageHour, meterId } = record;
    const usageDay = dayOf(usageHour);
    const reportedDay = dayOf(record.reportedHour);
    const destinationId = destinationOf(stackSubscriptionId, usageHour);
    const name = `${stackSubscriptionId} ${usageDay} ${reportedDay} ${meterId} ${destinationId}`;
    const sum = sums.get(name);
    if (sum === undefined) {
      sums.set(name, {
        stackSubscriptionId,
        usageDay,
        reportedDay,
        meterId,
        destinationId,
        units: toUnits(record.quantity),
        records: 1,
      });
    } else {
      sum.units += toUnits(record.quantity);
      sum.records += 1;
    }
  }
  return [...sums.values()].map(deltaOf).sort(byKey);
}

/** Field by field: a spread would be the most expensive step of adding up. */
function deltaOf(sum: Sum): DayTotalDelta {
  return {
    stackSubscriptionId: sum.stackSubscriptionId,
    usageDay: sum.usageDay,
    reportedDay: sum.reportedDay,
    meterId: sum.meterId,
    destinationId: sum.destinationId,
    quantity: fromUnits(sum.units),
    records: sum.records,
  };
}

function byKey(left: DayTotalDelta, right: DayTotalDelta): number {
  return (
    left.stackSubscriptionId - right.stackSubscriptionId ||
    left.usageDay - right.usageDay ||
    left.reportedDay - right.reportedDay ||
    left.meterId - right.meterId ||
    left.destinationId - right.destinationId
  );
}
