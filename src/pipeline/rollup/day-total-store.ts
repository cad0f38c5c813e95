import type { DayTotalDelta } from './day-total.js';
import { among } from '../../access/scope.js';
import { added, dayOfHour, incoming, onDuplicate, sumOf } from '../../database/dialect.js';
import type { Dialect } from '../../database/dialect.js';
import type { Tx } from '../../database/transaction.js';
import { firstHourOf } from '../../primitives/windows.js';
import type { Day, Hour } from '../../primitives/windows.js';

const KEYS = ['stack_subscription_id', 'usage_day', 'reported_day', 'meter_id', 'destination_id'];

/** Adds what a batch brought. Must run in the transaction that inserts its records. */
export async function addToDayTotals(tx: Tx, deltas: readonly DayTotalDelta[]): Promise<void> {
  if (deltas.length === 0) return;
  await tx.insertRows({
    table: 'usage_day_total',
    columns: [...KEYS, 'quantity', 'records'],
    decimals: ['quantity'],
    rows: deltas.map((delta) => [
      delta.stackSubscriptionId,
      delta.usageDay,
      delta.reportedDay,
      delta.meterId,
      delta.destinationId,
      delta.quantity,
      delta.records,
    ]),
    onDuplicate: addToTotal(tx.dialect, 'usage_day_total', KEYS),
  });
}

/** What follows an insert into a table of totals to add to the row that is there. */
export function addToTotal(dialect: Dialect, table: string, keys: readonly string[]): string {
  return onDuplicate(dialect, keys, {
    quantity: added(dialect, `${table}.quantity`, incoming(dialect, 'quantity')),
    records: `${table}.records + ${incoming(dialect, 'records')}`,
  });
}

/** Holds for a record of an open day that goes where usage goes now: not for a correction of a closed day. */
export function followsRouting(record: string, closedBeforeDay: Day): string {
  return `(${record}.corrected_day IS NULL OR ${record}.corrected_day >= ${Number(closedBeforeDay)})`;
}

/** Forgets the open totals of some stack subscriptions from a usage day on, to be written anew. */
export async function deleteOpenDayTotals(
  tx: Tx,
  what: {
    readonly stackSubscriptionIds: readonly number[];
    readonly usageDayFrom: Day;
    readonly closedBeforeDay: Day;
  },
): Promise<void> {
  await tx.execute(
    `DELETE FROM usage_day_total
      WHERE ${among('stack_subscription_id', what.stackSubscriptionIds)}
        AND usage_day >= ? AND reported_day >= ?`,
    [what.usageDayFrom, what.closedBeforeDay],
  );
}

/**
 * Writes the open totals of some stack subscriptions for a span of usage hours, from the records themselves: from those
 * that go where usage goes now, or from corrections of one closed day.
 */
export async function addRecordsToDayTotals(
  tx: Tx,
  what: {
    readonly stackSubscriptionIds: readonly number[];
    readonly usageHours: { readonly from: Hour; readonly to: Hour };
    readonly closedBeforeDay: Day;
    readonly correctedDay: Day | null;
    readonly destinationId: number;
  },
): Promise<void> {
  const reportedDay = dayOfHour(tx.dialect, 'r.reported_hour');
  await tx.execute(
    `INSERT INTO usage_day_total (${KEYS.join(', ')}, quantity, records)
     SELECT r.stack_subscription_id, r.usage_day, ${reportedDay}, r.meter_id, ${Number(what.destinationId)},
            ${sumOf(tx.dialect, 'r.quantity')}, COUNT(*)
       FROM usage_record r
      WHERE ${among('r.stack_subscription_id', what.stackSubscriptionIds)}
        AND r.reported_hour >= ? AND r.usage_hour >= ? AND r.usage_hour < ?
        AND ${what.correctedDay === null ? followsRouting('r', what.closedBeforeDay) : `r.corrected_day = ${Number(what.correctedDay)}`}
      GROUP BY r.stack_subscription_id, r.usage_day, ${reportedDay}, r.meter_id
     ${addToTotal(tx.dialect, 'usage_day_total', KEYS)}`,
    [firstHourOf(what.closedBeforeDay), what.usageHours.from, what.usageHours.to],
  );
}
