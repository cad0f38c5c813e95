import { among } from '../../access/scope.js';
import { sumOf } from '../../database/dialect.js';
import type { Sql, Tx } from '../../database/transaction.js';
import type { Day, Month } from '../../primitives/windows.js';
import { addToTotal } from '../rollup/day-total-store.js';

const KEYS = ['stack_subscription_id', 'usage_month', 'meter_id', 'destination_id'];

/** A half-open range of reported days of one registration. */
export interface ReportedDays {
  readonly registrationId: number;
  readonly from: Day;
  readonly to: Day;
}

/** The reported days in the range that hold usage. */
export async function listReportedDays(sql: Sql, days: ReportedDays): Promise<Day[]> {
  const rows = await sql.query<{ reportedDay: Day }>(
    `SELECT DISTINCT d.reported_day AS reportedDay
       FROM usage_day_total d JOIN stack_subscription s ON s.id = d.stack_subscription_id
      WHERE s.registration_id = ? AND d.reported_day >= ? AND d.reported_day < ?
      ORDER BY d.reported_day`,
    [days.registrationId, days.from, days.to],
  );
  return rows.map(({ reportedDay }) => reportedDay);
}

/** First and last usage day that the range holds; null when it holds none. */
export async function usageDaysOf(
  sql: Sql,
  days: ReportedDays,
): Promise<{ readonly first: Day; readonly last: Day } | null> {
  const [row] = await sql.query<{ first: Day | null; last: Day | null }>(
    `SELECT MIN(d.usage_day) AS first, MAX(d.usage_day) AS last
       FROM usage_day_total d JOIN stack_subscription s ON s.id = d.stack_subscription_id
      WHERE s.registration_id = ? AND d.reported_day >= ? AND d.reported_day < ?`,
    [days.registrationId, days.from, days.to],
  );
  if (row === undefined || row.first === null || row.last === null) return null;
  return { first: row.first, last: row.last };
}

/** Writes down that days are closed, by which routing version, when and by whom. */
export async function insertClosedDays(
  tx: Tx,
  days: readonly Day[],
  what: {
    readonly registrationId: number;
    readonly routingVersion: number;
    readonly closedAt: number;
    readonly closedBy: string;
  },
): Promise<void> {
  await tx.insertRows({
    table: 'closed_day',
    columns: ['registration_id', 'reported_day', 'routing_version', 'closed_at', 'closed_by'],
    rows: days.map((day) => [what.registrationId, day, what.routingVersion, what.closedAt, what.closedBy]),
    onDuplicate: '',
  });
}

/** Adds the range's usage of one calendar month, whose days are [firstDay, endDay), to the month totals. */
export async function addToMonthTotals(
  tx: Tx,
  days: ReportedDays,
  month: { readonly month: Month; readonly firstDay: Day; readonly endDay: Day },
): Promise<void> {
  await tx.execute(
    `INSERT INTO usage_month_total (${KEYS.join(', ')}, quantity, records)
     SELECT d.stack_subscription_id, ${Number(month.month)}, d.meter_id, d.destination_id,
            ${sumOf(tx.dialect, 'd.quantity')}, SUM(d.records)
       FROM usage_day_total d JOIN stack_subscription s ON s.id = d.stack_subscription_id
      WHERE s.registration_id = ? AND d.reported_day >= ? AND d.reported_day < ?
        AND d.usage_day >= ? AND d.usage_day < ?
      GROUP BY d.stack_subscription_id, d.meter_id, d.destination_id
     ${addToTotal(tx.dialect, 'usage_month_total', KEYS)}`,
    [days.registrationId, days.from, days.to, month.firstDay, month.endDay],
  );
}

/** By which routing version each closed reported day was billed: registration → day → version. */
export async function listClosedVersions(
  sql: Sql,
  registrationIds: readonly number[],
  days: { readonly from: Day; readonly to: Day },
): Promise<ReadonlyMap<number, ReadonlyMap<Day, number>>> {
  const rows = await sql.query<{ registrationId: number; reportedDay: Day; version: number }>(
    `SELECT registration_id AS registrationId, reported_day AS reportedDay, routing_version AS version
       FROM closed_day WHERE ${among('registration_id', registrationIds)}
        AND reported_day >= ? AND reported_day < ?`,
    [days.from, days.to],
  );
  const versions = new Map<number, Map<Day, number>>();
  for (const { registrationId, reportedDay, version } of rows) {
    const known = versions.get(registrationId) ?? new Map<Day, number>();
    versions.set(registrationId, known.set(reportedDay, version));
  }
  return versions;
}
