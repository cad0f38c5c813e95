import { REPORT_FORM } from './commerce-client.js';
import type { ReportBatch, ReportLine, LineAnswer } from './commerce-client.js';
import { NEVER_DUE } from './report-state.js';
import type { ReportState } from './report-state.js';
import type { UsageReport, UsageReportLine } from './report.entity.js';
import { among } from '../../access/scope.js';
import { onDuplicateKeep } from '../../database/dialect.js';
import { insertRow } from '../../database/transaction.js';
import type { Sql, Tx } from '../../database/transaction.js';
import { canonicalQuantity } from '../../primitives/quantity.js';
import { dayText, firstHourOf, hourText } from '../../primitives/windows.js';
import type { Day } from '../../primitives/windows.js';
import { DAILY_AGGREGATE_KEY, sameAggregate } from '../closing/daily-aggregate-store.js';

/** A closed day that is to be reported and is not yet in reports. */
export interface UnpreparedDay {
  readonly registrationId: number;
  readonly cloudId: string;
  readonly reportedDay: Day;
  /** By which it was billed. */
  readonly routingVersion: number;
}

/**
 * Holds where a closed day is to be reported: its registration reports, and the day is no history. The columns are our
 * own names, of the day and of its registration's row.
 */
export function isToBeReported(reportedDay: string, registration: string): string {
  return `${registration}.is_usage_reporting_enabled = 1 AND ${registration}.billing_model <> 'CAPACITY'
          AND ${reportedDay} >= ${registration}.books_from_day`;
}

/** Closed days that are to be reported, oldest first. */
export function listUnpreparedDays(sql: Sql, limit: number): Promise<UnpreparedDay[]> {
  return sql.query<UnpreparedDay>(
    `SELECT p.registration_id AS registrationId, g.cloud_id AS cloudId, p.reported_day AS reportedDay,
            c.routing_version AS routingVersion
       FROM day_seal p
       JOIN closed_day c ON c.registration_id = p.registration_id AND c.reported_day = p.reported_day
       JOIN registration g ON g.id = p.registration_id
       LEFT JOIN usage_report_day d ON d.registration_id = p.registration_id AND d.reported_day = p.reported_day
      WHERE d.registration_id IS NULL AND ${isToBeReported('p.reported_day', 'g')}
      ORDER BY p.reported_day, p.registration_id LIMIT ${Number(limit)}`,
  );
}

/** Says that a day is in reports; false when another process has said so. */
export async function insertReportDay(tx: Tx, day: UnpreparedDay, preparedAt: number): Promise<boolean> {
  const inserted = await tx.insertRows({
    table: 'usage_report_day',
    columns: ['registration_id', 'reported_day', 'prepared_at'],
    rows: [[day.registrationId, day.reportedDay, preparedAt]],
    onDuplicate: onDuplicateKeep(tx.dialect, 'reported_day'),
  });
  return inserted === 1;
}

/** The Azure subscription behind each destination of a registration. */
export async function destinationSubscriptions(sql: Sql, registrationId: number): Promise<ReadonlyMap<number, string>> {
  const rows = await sql.query<{ id: number; guid: string }>(
    `SELECT d.id, COALESCE(c.csp_subscription_guid, g.base_subscription_guid) AS guid
       FROM destination d
       JOIN registration g ON g.id = d.registration_id
       LEFT JOIN tenant_mapping m ON m.id = d.tenant_mapping_id
       LEFT JOIN csp_subscription c ON c.id = m.csp_subscription_id
      WHERE d.registration_id = ?`,
    [registrationId],
  );
  return new Map(rows.map(({ id, guid }) => [id, guid]));
}

/** Answers the row id. A day, destination and batch has one report: a second one fails. */
export function insertReport(
  tx: Tx,
  report: Pick<
    UsageReport,
    | 'registrationId'
    | 'reportedDay'
    | 'destinationSubscriptionGuid'
    | 'batchNo'
    | 'idempotencyKey'
    | 'lineCount'
    | 'createdAt'
  >,
): Promise<number> {
  return insertRow<UsageReport>(tx, 'usage_report', {
    ...report,
    generation: 0,
    state: 'PENDING',
    attempts: 0,
    dueAt: report.createdAt,
    leaseToken: '',
    receipt: null,
    errorCode: null,
    errorMessage: null,
    settledAt: null,
    form: REPORT_FORM,
  });
}

const METERS_PER_STATEMENT = 500;

/** Keeps what the meters of a day are called now. */
export async function insertReportMeters(tx: Tx, day: UnpreparedDay, meterIds: readonly number[]): Promise<void> {
  for (let start = 0; start < meterIds.length; start += METERS_PER_STATEMENT) {
    await tx.execute(
      `INSERT INTO usage_report_meter (registration_id, reported_day, meter_id, name, unit)
       SELECT ${Number(day.registrationId)}, ${Number(day.reportedDay)}, m.id, m.name, m.unit
         FROM meter m WHERE ${among('m.id', meterIds.slice(start, start + METERS_PER_STATEMENT))}`,
    );
  }
}

/** Puts daily aggregates into a report, numbered from 1 in the order given. */
export async function insertReportLines(
  tx: Tx,
  reportId: number,
  lines: readonly Omit<UsageReportLine, 'reportId' | 'lineNo' | 'status' | 'code'>[],
): Promise<void> {
  await tx.insertRows({
    table: 'usage_report_line',
    columns: ['report_id', 'line_no', ...DAILY_AGGREGATE_KEY, 'status', 'tenant_id'],
    rows: lines.map((line, index) => [
      reportId,
      index + 1,
      line.stackSubscriptionId,
      line.reportedDay,
      line.usageDay,
      line.meterId,
      line.resourceId,
      line.part,
      'PENDING',
      line.tenantId,
    ]),
    onDuplicate: '',
  });
}

/** Reports whose time has come, and those whose sender let its lease run out. */
export async function listDueReports(sql: Sql, now: number, limit: number): Promise<number[]> {
  const rows = await sql.query<{ id: number }>(
    `SELECT id FROM usage_report WHERE due_at <= ? ORDER BY due_at, id LIMIT ${Number(limit)}`,
    [now],
  );
  return rows.map(({ id }) => id);
}

/** Takes a due report for one attempt; false when another process was first. The database decides. */
export async function claimReport(
  tx: Tx,
  claim: { readonly id: number; readonly now: number; readonly leaseUntil: number; readonly leaseToken: string },
): Promise<boolean> {
  const { affected } = await tx.execute(
    `UPDATE usage_report SET state = 'SENDING', due_at = ?, lease_token = ?, attempts = attempts + 1
      WHERE id = ? AND due_at <= ? AND state IN ('PENDING', 'SENDING')`,
    [claim.leaseUntil, claim.leaseToken, claim.id, claim.now],
  );
  if (affected === 0) return false;
  await tx.execute(
    `INSERT INTO usage_report_attempt (report_id, attempt_no, started_at, outcome)
     SELECT id, attempts, ?, 'UNKNOWN' FROM usage_report WHERE id = ?`,
    [claim.now, claim.id],
  );
  return true;
}

/** Makes a lease last until another moment; false when another process has taken the report over. */
export async function renewLease(
  tx: Tx,
  lease: { readonly id: number; readonly leaseUntil: number; readonly leaseToken: string },
): Promise<boolean> {
  const { affected } = await tx.execute(
    "UPDATE usage_report SET due_at = ? WHERE id = ? AND lease_token = ? AND state = 'SENDING'",
    [lease.leaseUntil, lease.id, lease.leaseToken],
  );
  if (affected === 1) return true;
  // A row that was as asked already does not count as changed.
  const rows = await tx.query("SELECT id FROM usage_report WHERE id = ? AND lease_token = ? AND state = 'SENDING'", [
    lease.id,
    lease.leaseToken,
  ]);
  return rows.length === 1;
}

/** Ends what waits of a registration whose usage is made up: it is not sent, and cannot be retried. */
export async function giveUpReports(tx: Tx, registrationId: number, now: number): Promise<void> {
  await tx.execute(
    `UPDATE usage_report SET state = 'GIVEN_UP', due_at = ?, lease_token = '', error_code = 'DemoUsage',
            error_message = 'Usage of the demo is made up.', settled_at = ?
      WHERE registration_id = ? AND state <> 'ACCEPTED'`,
    [NEVER_DUE, now, registrationId],
  );
}

/** The report of a row id that is known to exist. */
export async function getReport(sql: Sql, id: number): Promise<UsageReport> {
  const [row] = await sql.query<UsageReport>(`SELECT ${REPORT_COLUMNS} FROM usage_report p WHERE p.id = ?`, [id]);
  if (row === undefined) throw new Error(`There is no report ${id}.`);
  return asReport(row);
}

/** Columns of a report `p`. */
export const REPORT_COLUMNS = `p.id, p.registration_id AS registrationId, p.reported_day AS reportedDay,
  p.destination_subscription_guid AS destinationSubscriptionGuid, p.batch_no AS batchNo,
  p.idempotency_key AS idempotencyKey, p.generation, p.line_count AS lineCount, p.state, p.attempts, p.due_at AS dueAt,
  p.lease_token AS leaseToken, p.receipt, p.error_code AS errorCode, p.error_message AS errorMessage,
  p.created_at AS createdAt, p.settled_at AS settledAt, p.form`;

/** Long numbers come back as text from one of the drivers. */
export function asReport(row: UsageReport): UsageReport {
  return {
    ...row,
    dueAt: Number(row.dueAt),
    createdAt: Number(row.createdAt),
    settledAt: row.settledAt === null ? null : Number(row.settledAt),
  };
}

/** The report as it is sent. Everything in it is frozen, so it is the same every time. */
export async function readBatch(sql: Sql, report: UsageReport): Promise<ReportBatch> {
  const [registration] = await sql.query<{ cloudId: string }>(
    'SELECT cloud_id AS cloudId FROM registration WHERE id = ?',
    [report.registrationId],
  );
  const rows = await sql.query<{
    lineNo: number;
    usageDay: Day;
    quantity: string;
    meterId: string;
    stackSubscriptionId: string;
    location: string;
    resourceUri: string;
    tenantId: string | null;
    meterName: string | null;
    unit: string | null;
  }>(
    `SELECT l.line_no AS lineNo, l.usage_day AS usageDay, a.quantity, m.meter_guid AS meterId,
            s.stack_subscription_guid AS stackSubscriptionId, x.location, x.uri AS resourceUri,
            t.tenant_guid AS tenantId, n.name AS meterName, n.unit
       FROM usage_report_line l
       JOIN daily_aggregate a ON ${sameAggregate('a', 'l')}
       JOIN meter m ON m.id = l.meter_id
       JOIN stack_subscription s ON s.id = l.stack_subscription_id
       JOIN resource x ON x.id = l.resource_id
       LEFT JOIN tenant t ON t.id = l.tenant_id
       LEFT JOIN usage_report_meter n ON n.registration_id = ? AND n.reported_day = ? AND n.meter_id = l.meter_id
      WHERE l.report_id = ? ORDER BY l.line_no`,
    [report.registrationId, report.reportedDay, report.id],
  );
  const { form, idempotencyKey, generation, destinationSubscriptionGuid: destinationSubscriptionId } = report;
  const reportedDay = dayText(report.reportedDay);
  return {
    form,
    idempotencyKey: generation === 0 ? idempotencyKey : `${idempotencyKey}.${generation}`,
    cloudId: registration?.cloudId ?? '',
    reportedDay,
    destinationSubscriptionId,
    batchNo: report.batchNo,
    lines: rows.map(({ lineNo, usageDay, quantity, ...line }): ReportLine => ({
      ...line,
      lineId: lineIdOf(report, lineNo),
      quantity: canonicalQuantity(quantity),
      usageStartTime: hourText(firstHourOf(usageDay)),
      usageEndTime: hourText(firstHourOf(usageDay + 1)),
      destinationSubscriptionId,
      usageDay: dayText(usageDay),
      reportedDay,
    })),
  };
}

function lineIdOf({ idempotencyKey }: Pick<UsageReport, 'idempotencyKey'>, lineNo: number): string {
  return `${idempotencyKey}-${lineNo}`;
}

/** What an attempt came to. */
export interface Settlement {
  readonly id: number;
  readonly leaseToken: string;
  readonly attemptNo: number;
  readonly state: ReportState;
  readonly dueAt: number;
  readonly endedAt: number;
  readonly outcome: 'ACCEPTED' | 'REFUSED' | 'FAILED';
  readonly receipt: string | null;
  readonly code: string | null;
  readonly message: string | null;
}

/** Writes down what an attempt came to; false, and nothing is written, when another has taken the report over. */
export async function settleReport(tx: Tx, settlement: Settlement): Promise<boolean> {
  const { id, leaseToken, state, dueAt, endedAt, receipt, code, message } = settlement;
  const settledAt = dueAt === NEVER_DUE ? endedAt : null;
  const { affected } = await tx.execute(
    `UPDATE usage_report SET state = ?, due_at = ?, lease_token = '', receipt = COALESCE(?, receipt), error_code = ?,
            error_message = ?, settled_at = ?
      WHERE id = ? AND lease_token = ? AND state = 'SENDING'`,
    [state, dueAt, receipt, code, message, settledAt, id, leaseToken],
  );
  if (affected === 0) return false;
  await tx.execute(
    `UPDATE usage_report_attempt SET ended_at = ?, outcome = ?, code = ?, message = ?
      WHERE report_id = ? AND attempt_no = ?`,
    [endedAt, settlement.outcome, code, message, id, settlement.attemptNo],
  );
  return true;
}

/** Writes what the receiver said of each line. What it once had, it has: a later answer does not take that back. */
export async function settleLines(tx: Tx, report: UsageReport, answers: readonly LineAnswer[]): Promise<void> {
  const groups = new Map<string, { status: string; code: string | null; lineNos: number[] }>();
  for (const { lineId, status, code } of answers) {
    const name = `${status} ${code ?? ''}`;
    const group = groups.get(name) ?? { status, code, lineNos: [] };
    group.lineNos.push(Number(lineId.slice(lineId.lastIndexOf('-') + 1)));
    groups.set(name, group);
  }
  for (const { status, code, lineNos } of groups.values()) {
    await tx.execute(
      `UPDATE usage_report_line SET status = ?, code = ?
        WHERE report_id = ? AND status IN ('PENDING', 'REJECTED') AND line_no IN (${lineNos.map(Number).join(', ')})`,
      [status, code, report.id],
    );
  }
}
