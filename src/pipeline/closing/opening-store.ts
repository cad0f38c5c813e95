import { exactSum, holdsThat, literal, total } from '../../database/expressions.js';
import { select } from '../../database/select.js';
import { alias } from '../../database/table.js';
import type { RowOf } from '../../database/table.js';
import type { Sql } from '../../database/transaction.js';
import type { Quantity } from '../../primitives/quantity.js';
import type { Day } from '../../primitives/windows.js';
import { stackSubscriptionTable } from '../../tenancy/tenancy.entity.js';
import { usageDayTotalTable } from '../rollup/rollup.entity.js';

const d = alias(usageDayTotalTable, 'd');
const s = alias(stackSubscriptionTable, 's');

const DAY = { day: d.reportedDay, records: total(d.records) };

/** A reported day that closes when books are opened, and how many records it holds. */
export type OpeningDay = Readonly<RowOf<typeof DAY>>;

/** Usage of one meter for one destination on these days, apart for history and for the books. */
export interface OpeningSum {
  readonly isHistory: boolean;
  readonly destinationId: number;
  readonly meterId: number;
  readonly quantity: Quantity;
  readonly records: number;
}

/** Up to which day, and from which one on they are no history. */
export interface OpeningDays {
  readonly registrationId: number;
  readonly through: Day;
  readonly booksFrom: Day;
}

/** Reported days with usage up to and including one, oldest first. */
export async function listOpeningDays(sql: Sql, days: OpeningDays): Promise<OpeningDay[]> {
  return select(
    sql,
    DAY,
    `FROM ${d} JOIN ${s} ON ${s.id} = ${d.stackSubscriptionId}
      WHERE ${s.registrationId} = ? AND ${d.reportedDay} <= ?
      GROUP BY ${d.reportedDay} ORDER BY ${d.reportedDay}`,
    [days.registrationId, days.through],
  );
}

/** What these days add up to, in the order of its key. */
export async function listOpeningSums(sql: Sql, days: OpeningDays): Promise<OpeningSum[]> {
  const isHistory = holdsThat(`${d.reportedDay} < ${literal(days.booksFrom)}`);
  const { destinationId, meterId } = d;
  return select(
    sql,
    { isHistory, destinationId, meterId, quantity: exactSum(sql.dialect, d.quantity), records: total(d.records) },
    `FROM ${d} JOIN ${s} ON ${s.id} = ${d.stackSubscriptionId}
      WHERE ${s.registrationId} = ? AND ${d.reportedDay} <= ?
      GROUP BY ${isHistory}, ${destinationId}, ${meterId} ORDER BY ${isHistory}, ${destinationId}, ${meterId}`,
    [days.registrationId, days.through],
  );
}

/** Whether a registration holds any usage at all. */
export async function holdsUsage(sql: Sql, registrationId: number): Promise<boolean> {
  const rows = await select(
    sql,
    { day: d.reportedDay },
    `FROM ${d} JOIN ${s} ON ${s.id} = ${d.stackSubscriptionId} WHERE ${s.registrationId} = ? LIMIT 1`,
    [registrationId],
  );
  return rows.length > 0;
}
