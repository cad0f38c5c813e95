import { among, inWholeRegistrations } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { sumOf } from '../database/dialect.js';
import type { Sql } from '../database/transaction.js';
import { sameAggregate } from '../pipeline/closing/daily-aggregate-store.js';
import { CommerceError } from '../pipeline/reporting/commerce-client.js';
import type { CommerceClient, CommerceTotal } from '../pipeline/reporting/commerce-client.js';
import { checkMaySend } from '../pipeline/reporting/reportable-books.js';
import { ALARM_AGE_MS, WARNING_AGE_MS } from '../pipeline/reporting/report-state.js';
import type { LineStatus, ReportState } from '../pipeline/reporting/report-state.js';
import { REPORT_COLUMNS, asReport, isToBeReported } from '../pipeline/reporting/report-store.js';
import type { UsageReport, UsageReportAttempt } from '../pipeline/reporting/report.entity.js';
import { DomainError } from '../primitives/errors.js';
import { ZERO, canonicalQuantity } from '../primitives/quantity.js';
import type { Quantity } from '../primitives/quantity.js';
import { firstHourOf, hourStart } from '../primitives/windows.js';
import type { Day } from '../primitives/windows.js';

/** Which reports to list: latest first, those before a row id. */
export interface ReportsQuestion {
  readonly registrationId?: number;
  readonly states?: readonly ReportState[];
  readonly ids?: readonly number[];
  readonly beforeId: number | null;
  readonly limit: number;
}

/** Reports, latest first. */
export async function listReports(sql: Sql, scope: Scope, question: ReportsQuestion): Promise<UsageReport[]> {
  const { registrationId, states, ids, beforeId, limit } = question;
  const where = [
    inWholeRegistrations(scope, 'p.registration_id'),
    ...(registrationId === undefined ? [] : [`p.registration_id = ${Number(registrationId)}`]),
    ...(states === undefined
      ? []
      : [states.length === 0 ? '1 = 0' : `p.state IN (${states.map(() => '?').join(', ')})`]),
    ...(ids === undefined ? [] : [among('p.id', ids)]),
    ...(beforeId === null ? [] : [`p.id < ${Number(beforeId)}`]),
  ];
  const rows = await sql.query<UsageReport>(
    `SELECT ${REPORT_COLUMNS} FROM usage_report p WHERE ${where.join(' AND ')} ORDER BY p.id DESC LIMIT ${Number(limit)}`,
    [...(states ?? [])],
  );
  return rows.map(asReport);
}

/** Reports that are not settled, of one state and one reason. */
export interface WaitingReports {
  /** PENDING: tried again later. SENDING: another process sends them, or did when it died. */
  readonly state: 'PENDING' | 'SENDING';
  /** Why the last attempt failed; null where there was none. */
  readonly errorCode: string | null;
  readonly count: number;
  /** When the first of them is tried again, in milliseconds since 1970. */
  readonly dueAt: number;
}

/** What waits to be sent, the next to be sent first. */
export async function countWaitingReports(sql: Sql): Promise<readonly WaitingReports[]> {
  const rows = await sql.query<WaitingReports>(
    `SELECT state, error_code AS errorCode, COUNT(*) AS count, MIN(due_at) AS dueAt FROM usage_report
      WHERE state IN ('PENDING', 'SENDING') GROUP BY state, error_code ORDER BY MIN(due_at)`,
  );
  return rows.map((row) => ({ ...row, count: Number(row.count), dueAt: Number(row.dueAt) }));
}

const ATTEMPTS_SHOWN = 100;

/** The latest attempts at a report, latest first. The report was read in scope. */
export async function listAttempts(sql: Sql, scope: Scope, reportId: number): Promise<UsageReportAttempt[]> {
  const rows = await sql.query<UsageReportAttempt>(
    `SELECT a.report_id AS reportId, a.attempt_no AS attemptNo, a.started_at AS startedAt, a.ended_at AS endedAt,
            a.outcome, a.code, a.message
       FROM usage_report_attempt a JOIN usage_report p ON p.id = a.report_id
      WHERE a.report_id = ? AND ${inWholeRegistrations(scope, 'p.registration_id')}
      ORDER BY a.attempt_no DESC LIMIT ${ATTEMPTS_SHOWN}`,
    [reportId],
  );
  return rows.map((row) => ({
    ...row,
    startedAt: Number(row.startedAt),
    endedAt: row.endedAt === null ? null : Number(row.endedAt),
  }));
}

/** The line on which an aggregate was reported. */
export interface ReportedLine {
  readonly reportId: number;
  readonly lineNo: number;
  readonly status: LineStatus;
  readonly code: string | null;
}

/** Where the usage of an aggregate was reported: that of its whole usage day, for its destination. Null: not yet. */
export async function findReportedLine(
  sql: Sql,
  scope: Scope,
  aggregate: {
    readonly stackSubscriptionId: number;
    readonly reportedDay: Day;
    readonly usageDay: Day;
    readonly meterId: number;
    readonly resourceId: number;
    readonly destinationId: number;
  },
): Promise<ReportedLine | null> {
  const [row] = await sql.query<ReportedLine>(
    `SELECT l.report_id AS reportId, l.line_no AS lineNo, l.status, l.code
       FROM daily_aggregate a
       JOIN usage_report_line l ON ${sameAggregate('a', 'l')}
       JOIN usage_report p ON p.id = l.report_id
      WHERE a.stack_subscription_id = ? AND a.reported_day = ? AND a.usage_day = ? AND a.meter_id = ?
        AND a.resource_id = ? AND a.destination_id = ?
        AND ${inWholeRegistrations(scope, 'p.registration_id')}`,
    [
      aggregate.stackSubscriptionId,
      aggregate.reportedDay,
      aggregate.usageDay,
      aggregate.meterId,
      aggregate.resourceId,
      aggregate.destinationId,
    ],
  );
  return row ?? null;
}

export const UNSENT_LEVELS = ['NONE', 'WAITING', 'WARNING', 'ALARM'] as const;

/** Closed usage that the receiver has not taken. */
export interface UnsentUsage {
  readonly days: number;
  readonly oldestDay: Day | null;
  /** From the end of the oldest day until now, in milliseconds; 0 when there is none. */
  readonly ageMs: number;
  readonly level: (typeof UNSENT_LEVELS)[number];
}

/** What of a registration's closed usage is still to be taken, and how old that is. Pay-as-you-use has 30 days. */
export async function findUnsent(sql: Sql, registrationId: number, now: number): Promise<UnsentUsage> {
  const [row] = await sql.query<{ days: number; oldestDay: Day | null }>(
    `SELECT COUNT(*) AS days, MIN(u.reported_day) AS oldestDay FROM (
       SELECT p.reported_day FROM usage_report p
         JOIN registration g ON g.id = p.registration_id AND g.is_usage_reporting_enabled = 1
        WHERE p.registration_id = ? AND p.state <> 'ACCEPTED'
       UNION
       SELECT c.reported_day FROM day_seal c
         JOIN registration g ON g.id = c.registration_id
         LEFT JOIN usage_report_day d ON d.registration_id = c.registration_id AND d.reported_day = c.reported_day
        WHERE c.registration_id = ? AND d.registration_id IS NULL AND ${isToBeReported('c.reported_day', 'g')}) u`,
    [registrationId, registrationId],
  );
  const oldestDay = row?.oldestDay ?? null;
  if (oldestDay === null) return { days: 0, oldestDay, ageMs: 0, level: 'NONE' };
  const ageMs = Math.max(0, now - hourStart(firstHourOf(oldestDay + 1)).getTime());
  return { days: Number(row?.days), oldestDay, ageMs, level: levelOf(ageMs) };
}

function levelOf(ageMs: number): UnsentUsage['level'] {
  if (ageMs >= ALARM_AGE_MS) return 'ALARM';
  return ageMs >= WARNING_AGE_MS ? 'WARNING' : 'WAITING';
}

/** What we sent for one Azure subscription and meter, and what the receiver has. */
export interface Reconciliation {
  readonly destinationSubscriptionId: string;
  readonly meterId: string;
  readonly sent: Quantity;
  readonly sentLines: number;
  readonly received: Quantity;
  readonly receivedLines: number;
}

/**
 * Compares everything that the receiver took, by our books, with what it says that it has. Null where it cannot be
 * asked; throws RECEIVER_UNAVAILABLE where it does not answer, BOOKS_ARE_DEMO and BOOKS_ARE_MIXED.
 * What it holds of a report whose answer never came shows here as received and not sent, until it is sent again.
 */
export async function reconcileReports(
  sql: Sql,
  commerce: CommerceClient | null,
  registration: { readonly id: number; readonly cloudId: string },
  signal: AbortSignal,
): Promise<readonly Reconciliation[] | null> {
  if (commerce !== null) await checkMaySend(sql, commerce);
  const totals = commerce === null ? null : await askTotals(commerce, registration.cloudId, signal);
  if (totals === null) return null;
  const sent = await sql.query<{ destination: string; meterId: string; quantity: string; lineCount: number }>(
    `SELECT p.destination_subscription_guid AS destination, m.meter_guid AS meterId,
            ${sumOf(sql.dialect, 'a.quantity')} AS quantity, COUNT(*) AS lineCount
       FROM usage_report p
       JOIN usage_report_line l ON l.report_id = p.id AND l.status IN ('ACCEPTED', 'DUPLICATE')
       JOIN daily_aggregate a ON ${sameAggregate('a', 'l')}
       JOIN meter m ON m.id = l.meter_id
      WHERE p.registration_id = ?
      GROUP BY p.destination_subscription_guid, m.meter_guid`,
    [registration.id],
  );
  const rows = new Map<string, Reconciliation>();
  const rowOf = (destinationSubscriptionId: string, meterId: string) =>
    rows.get(`${destinationSubscriptionId} ${meterId}`) ?? {
      destinationSubscriptionId,
      meterId,
      sent: ZERO,
      sentLines: 0,
      received: ZERO,
      receivedLines: 0,
    };
  for (const { destination, meterId, quantity, lineCount } of sent) {
    const row = rowOf(destination, meterId);
    rows.set(`${destination} ${meterId}`, { ...row, sent: canonicalQuantity(quantity), sentLines: Number(lineCount) });
  }
  for (const { destinationSubscriptionId: destination, meterId, quantity, lines } of totals) {
    const row = rowOf(destination, meterId);
    rows.set(`${destination} ${meterId}`, { ...row, received: quantity, receivedLines: lines });
  }
  return [...rows.keys()].sort().flatMap((name) => rows.get(name) ?? []);
}

async function askTotals(
  commerce: CommerceClient,
  cloudId: string,
  signal: AbortSignal,
): Promise<readonly CommerceTotal[] | null> {
  try {
    return await commerce.totals(cloudId, signal);
  } catch (error) {
    if (!(error instanceof CommerceError)) throw error;
    throw new DomainError('RECEIVER_UNAVAILABLE', `The receiver did not say what it has (${error.code}).`);
  }
}
