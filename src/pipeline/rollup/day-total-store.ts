import type { DayTotalDelta } from './day-total.js';
import { usageDayTotalTable } from './rollup.entity.js';
import { among } from '../../access/scope.js';
import { insertSelected, insertTuples } from '../../database/change.js';
import { count, dayOfHour, exactSum, literal } from '../../database/expressions.js';
import { alias } from '../../database/table.js';
import type { Column } from '../../database/table.js';
import type { Tx } from '../../database/transaction.js';
import { firstHourOf } from '../../primitives/windows.js';
import type { Day, Hour } from '../../primitives/windows.js';
import { usageRecordTable } from '../ingestion/ingestion.entity.js';

const d = usageDayTotalTable;
const r = alias(usageRecordTable, 'r');

const ADD_TO_TOTAL = {
  key: ['stackSubscriptionId', 'usageDay', 'reportedDay', 'meterId', 'destinationId'],
  adds: ['quantity', 'records'],
} as const;

/** Adds what a batch brought. Must run in the transaction that inserts its records. */
export async function addToDayTotals(tx: Tx, deltas: readonly DayTotalDelta[]): Promise<void> {
  const rows = deltas.map(
    (delta) =>
      [
        delta.stackSubscriptionId,
        delta.usageDay,
        delta.reportedDay,
        delta.meterId,
        delta.destinationId,
        delta.quantity,
        delta.records,
      ] as const,
  );
  await insertTuples(tx, d, [...ADD_TO_TOTAL.key, ...ADD_TO_TOTAL.adds], rows, ADD_TO_TOTAL);
}

/** Holds for a record of an open day that goes where usage goes now: not for a correction of a closed day. */
export function followsRouting(
  { correctedDay }: { readonly correctedDay: Column<Day | null> },
  closedBeforeDay: Day,
): string {
  return `(${correctedDay} IS NULL OR ${correctedDay} >= ${literal(closedBeforeDay)})`;
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
    `DELETE FROM ${d}
      WHERE ${among(d.stackSubscriptionId, what.stackSubscriptionIds)} AND ${d.usageDay} >= ? AND ${d.reportedDay} >= ?`,
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
  const { closedBeforeDay, correctedDay, usageHours } = what;
  const { stackSubscriptionId, usageDay, meterId, quantity } = r;
  const reportedDay = dayOfHour(tx.dialect, r.reportedHour);
  const which =
    correctedDay === null ? followsRouting(r, closedBeforeDay) : `${r.correctedDay} = ${literal(correctedDay)}`;
  await insertSelected(
    tx,
    d,
    {
      stackSubscriptionId,
      usageDay,
      reportedDay,
      meterId,
      destinationId: literal(what.destinationId),
      quantity: exactSum(tx.dialect, quantity),
      records: count(),
    },
    `FROM ${r}
      WHERE ${among(stackSubscriptionId, what.stackSubscriptionIds)}
        AND ${r.reportedHour} >= ? AND ${r.usageHour} >= ? AND ${r.usageHour} < ? AND ${which}
      GROUP BY ${stackSubscriptionId}, ${usageDay}, ${reportedDay}, ${meterId}`,
    [firstHourOf(closedBeforeDay), usageHours.from, usageHours.to],
    ADD_TO_TOTAL,
  );
}
