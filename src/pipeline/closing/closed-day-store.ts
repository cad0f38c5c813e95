import { among } from '../../access/scope.js';
import { insertRow, insertSelected } from '../../database/change.js';
import { exactSum, greatest, least, literal, total } from '../../database/expressions.js';
import { select } from '../../database/select.js';
import { alias } from '../../database/table.js';
import type { Sql, Tx } from '../../database/transaction.js';
import type { Day, Month } from '../../primitives/windows.js';
import { closedDayTable } from '../../registration/closed-day.entity.js';
import type { ClosedDay } from '../../registration/closed-day.entity.js';
import { stackSubscriptionTable } from '../../tenancy/tenancy.entity.js';
import { usageDayTotalTable, usageMonthTotalTable } from '../rollup/rollup.entity.js';

const c = closedDayTable;
const d = alias(usageDayTotalTable, 'd');
const s = alias(stackSubscriptionTable, 's');

/** Day totals of the reported days of a range, whose values are to be bound. */
const IN_RANGE = `FROM ${d} JOIN ${s} ON ${s.id} = ${d.stackSubscriptionId}
  WHERE ${s.registrationId} = ? AND ${d.reportedDay} >= ? AND ${d.reportedDay} < ?`;

/** A half-open range of reported days of one registration. */
export interface ReportedDays {
  readonly registrationId: number;
  readonly from: Day;
  readonly to: Day;
}

/** The first reported day in the range that holds usage; null when none does. */
export async function findReportedDay(sql: Sql, days: ReportedDays): Promise<Day | null> {
  const first = { reportedDay: least(d.reportedDay) };
  const [row] = await select(sql, first, IN_RANGE, [days.registrationId, days.from, days.to]);
  return row?.reportedDay ?? null;
}

/** First and last usage day that the range holds; null when it holds none. */
export async function usageDaysOf(
  sql: Sql,
  days: ReportedDays,
): Promise<{ readonly first: Day; readonly last: Day } | null> {
  const ends = { first: least(d.usageDay), last: greatest(d.usageDay) };
  const [row] = await select(sql, ends, IN_RANGE, [days.registrationId, days.from, days.to]);
  if (row === undefined || row.first === null || row.last === null) return null;
  return { first: row.first, last: row.last };
}

/** Puts on record that a day is closed; the key refuses to close it twice. */
export async function insertClosedDay(tx: Tx, day: ClosedDay): Promise<void> {
  await insertRow(tx, c, day);
}

/** Adds the range's usage of one calendar month, whose days are [firstDay, endDay), to the month totals. */
export async function addToMonthTotals(
  tx: Tx,
  days: ReportedDays,
  month: { readonly month: Month; readonly firstDay: Day; readonly endDay: Day },
): Promise<void> {
  const { stackSubscriptionId, meterId, destinationId } = d;
  await insertSelected(
    tx,
    usageMonthTotalTable,
    {
      stackSubscriptionId,
      usageMonth: literal(month.month),
      meterId,
      destinationId,
      quantity: exactSum(tx.dialect, d.quantity),
      records: total(d.records),
    },
    `${IN_RANGE} AND ${d.usageDay} >= ? AND ${d.usageDay} < ?
      GROUP BY ${stackSubscriptionId}, ${meterId}, ${destinationId}`,
    [days.registrationId, days.from, days.to, month.firstDay, month.endDay],
    { key: ['stackSubscriptionId', 'usageMonth', 'meterId', 'destinationId'], adds: ['quantity', 'records'] },
  );
}

/** By which routing version each closed reported day was billed: registration → day → version. */
export async function listClosedVersions(
  sql: Sql,
  registrationIds: readonly number[],
  days: { readonly from: Day; readonly to: Day },
): Promise<ReadonlyMap<number, ReadonlyMap<Day, number>>> {
  const rows = await select(
    sql,
    { registrationId: c.registrationId, reportedDay: c.reportedDay, version: c.routingVersion },
    `FROM ${c} WHERE ${among(c.registrationId, registrationIds)} AND ${c.reportedDay} >= ? AND ${c.reportedDay} < ?`,
    [days.from, days.to],
  );
  const versions = new Map<number, Map<Day, number>>();
  for (const { registrationId, reportedDay, version } of rows) {
    const known = versions.get(registrationId) ?? new Map<Day, number>();
    versions.set(registrationId, known.set(reportedDay, version));
  }
  return versions;
}
