import { sumOf } from '../../database/dialect.js';
import type { Sql } from '../../database/transaction.js';
import { canonicalQuantity } from '../../primitives/quantity.js';
import type { Quantity } from '../../primitives/quantity.js';
import type { Day } from '../../primitives/windows.js';

/** A reported day that closes when books are opened, and how many records it holds. */
export interface OpeningDay {
  readonly day: Day;
  readonly records: number;
}

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
  const rows = await sql.query<OpeningDay>(
    `SELECT d.reported_day AS day, SUM(d.records) AS records
       FROM usage_day_total d JOIN stack_subscription s ON s.id = d.stack_subscription_id
      WHERE s.registration_id = ? AND d.reported_day <= ?
      GROUP BY d.reported_day ORDER BY d.reported_day`,
    [days.registrationId, days.through],
  );
  return rows.map(({ day, records }) => ({ day, records: Number(records) }));
}

/** What these days add up to, in the order of its key. */
export async function listOpeningSums(sql: Sql, days: OpeningDays): Promise<OpeningSum[]> {
  const isHistory = `CASE WHEN d.reported_day < ${Number(days.booksFrom)} THEN 1 ELSE 0 END`;
  const rows = await sql.query<Omit<OpeningSum, 'isHistory' | 'quantity'> & { isHistory: number; quantity: string }>(
    `SELECT ${isHistory} AS isHistory, d.destination_id AS destinationId, d.meter_id AS meterId,
            ${sumOf(sql.dialect, 'd.quantity')} AS quantity, SUM(d.records) AS records
       FROM usage_day_total d JOIN stack_subscription s ON s.id = d.stack_subscription_id
      WHERE s.registration_id = ? AND d.reported_day <= ?
      GROUP BY ${isHistory}, d.destination_id, d.meter_id
      ORDER BY ${isHistory}, d.destination_id, d.meter_id`,
    [days.registrationId, days.through],
  );
  return rows.map((row) => ({
    isHistory: Number(row.isHistory) === 1,
    destinationId: row.destinationId,
    meterId: row.meterId,
    quantity: canonicalQuantity(row.quantity),
    records: Number(row.records),
  }));
}

/** Whether a registration holds any usage at all. */
export async function holdsUsage(sql: Sql, registrationId: number): Promise<boolean> {
  const rows = await sql.query(
    `SELECT 1 AS one FROM usage_day_total d JOIN stack_subscription s ON s.id = d.stack_subscription_id
      WHERE s.registration_id = ? LIMIT 1`,
    [registrationId],
  );
  return rows.length > 0;
}
