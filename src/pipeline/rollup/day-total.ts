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

/** A sum that grows. Of one record it is that record's text: most series report once an hour. */
interface Sum extends Omit<DayTotalDelta, 'quantity' | 'records'> {
  readonly first: Quantity;
  units: bigint | null;
  records: number;
}

/**
 * Folds records into what they add to the day totals, in the order of the totals' key: writers that touch rows in one
 * order wait for each other instead of deadlocking. The sum over the deltas is exactly the sum over the records.
 */
export function foldIntoDays<Record extends Counted>(
  records: readonly Record[],
  destinationOf: (record: Record) => number,
): readonly DayTotalDelta[] {
  const sums: Sum[] = [];
  const byMeter = new Map<number, Map<number, Sum[]>>();
  for (const record of records) {
    const { stackSubscriptionId, usageHour, meterId } = record;
    const usageDay = dayOf(usageHour);
    const reportedDay = dayOf(record.reportedHour);
    const destinationId = destinationOf(record);
    // Numbers as keys: a text per record that names its total would cost more than the addition.
    const ofMeter = byMeter.get(meterId) ?? put(byMeter, meterId, new Map<number, Sum[]>());
    const some = ofMeter.get(stackSubscriptionId) ?? put(ofMeter, stackSubscriptionId, []);
    const sum = some.find(
      (candidate) =>
        candidate.usageDay === usageDay &&
        candidate.reportedDay === reportedDay &&
        candidate.destinationId === destinationId,
    );
    if (sum === undefined) {
      const begun = {
        stackSubscriptionId,
        usageDay,
        reportedDay,
        meterId,
        destinationId,
        first: record.quantity,
        units: null,
        records: 1,
      };
      some.push(begun);
      sums.push(begun);
    } else {
      sum.units = (sum.units ?? toUnits(sum.first)) + toUnits(record.quantity);
      sum.records += 1;
    }
  }
  return sums.map(deltaOf).sort(byKey);
}

function put<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): Value {
  map.set(key, value);
  return value;
}

/** Field by field: a spread would be the most expensive step of adding up. */
function deltaOf(sum: Sum): DayTotalDelta {
  return {
    stackSubscriptionId: sum.stackSubscriptionId,
    usageDay: sum.usageDay,
    reportedDay: sum.reportedDay,
    meterId: sum.meterId,
    destinationId: sum.destinationId,
    quantity: sum.units === null ? sum.first : fromUnits(sum.units),
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
