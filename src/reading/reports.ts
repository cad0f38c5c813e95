import { among, amongTexts, inWholeRegistrations } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { count, exactSum, expression, notNull, least, literal } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias, leftJoined } from '../database/table.js';
import type { RowOf } from '../database/table.js';
import type { Sql } from '../database/transaction.js';
import { meterTable } from '../metering/meter.entity.js';
import { dailyAggregateTable, daySealTable } from '../pipeline/closing/daily-aggregate.entity.js';
import { sameAggregate } from '../pipeline/closing/daily-aggregate-store.js';
import { CommerceError } from '../pipeline/reporting/commerce-client.js';
import type { CommerceClient, CommerceTotal } from '../pipeline/reporting/commerce-client.js';
import { checkMaySend } from '../pipeline/reporting/reportable-books.js';
import { ALARM_AGE_MS, WARNING_AGE_MS } from '../pipeline/reporting/report-state.js';
import type { ReportState } from '../pipeline/reporting/report-state.js';
import { isToBeReported } from '../pipeline/reporting/report-store.js';
import {
  usageReportAttemptTable,
  usageReportDayTable,
  usageReportLineTable,
  usageReportTable,
} from '../pipeline/reporting/report.entity.js';
import type { UsageReport, UsageReportAttempt } from '../pipeline/reporting/report.entity.js';
import { DomainError } from '../primitives/errors.js';
import { ZERO } from '../primitives/quantity.js';
import type { Quantity } from '../primitives/quantity.js';
import { firstHourOf, hourStart } from '../primitives/windows.js';
import type { Day } from '../primitives/windows.js';
import { registrationTable } from '../registration/registration.entity.js';

const a = alias(dailyAggregateTable, 'a');
const g = alias(registrationTable, 'g');
const l = alias(usageReportLineTable, 'l');
const m = alias(meterTable, 'm');
const p = alias(usageReportTable, 'p');
const t = alias(usageReportAttemptTable, 't');

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
    inWholeRegistrations(scope, p.registrationId),
    ...(registrationId === undefined ? [] : [`${p.registrationId} = ${literal(registrationId)}`]),
    ...(states === undefined ? [] : [amongTexts(p.state, states)]),
    ...(ids === undefined ? [] : [among(p.id, ids)]),
    ...(beforeId === null ? [] : [`${p.id} < ${literal(beforeId)}`]),
  ];
  const latest = `FROM ${p} WHERE ${where.join(' AND ')} ORDER BY ${p.id} DESC LIMIT ${literal(limit)}`;
  return select(sql, p, latest, states ?? []);
}

const WAITING = {
  /** PENDING: tried again later. SENDING: another process sends them, or did when it died. */
  state: p.state,
  /** Why the last attempt failed; null where there was none. */
  errorCode: p.errorCode,
  count: count(),
  /** When the first of them is tried again, in milliseconds since 1970. */
  dueAt: notNull(least(p.dueAt)),
};
/** Reports that are not settled, of one state and one reason. */
export type WaitingReports = Readonly<RowOf<typeof WAITING>>;

/** What waits to be sent, the next to be sent first. */
export async function countWaitingReports(sql: Sql): Promise<readonly WaitingReports[]> {
  return select(
    sql,
    WAITING,
    `FROM ${p} WHERE ${p.state} IN ('PENDING', 'SENDING')
      GROUP BY ${p.state}, ${p.errorCode} ORDER BY ${least(p.dueAt)}`,
  );
}

const ATTEMPTS_SHOWN = 100;

/** The latest attempts at a report, latest first. The report was read in scope. */
export async function listAttempts(sql: Sql, scope: Scope, reportId: number): Promise<UsageReportAttempt[]> {
  return select(
    sql,
    t,
    `FROM ${t} JOIN ${p} ON ${p.id} = ${t.reportId}
      WHERE ${t.reportId} = ? AND ${inWholeRegistrations(scope, p.registrationId)}
      ORDER BY ${t.attemptNo} DESC LIMIT ${ATTEMPTS_SHOWN}`,
    [reportId],
  );
}

const LINE = { reportId: l.reportId, lineNo: l.lineNo, status: l.status, code: l.code };
/** The line on which an aggregate was reported. */
export type ReportedLine = Readonly<RowOf<typeof LINE>>;

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
  const [row] = await select(
    sql,
    LINE,
    `FROM ${a}
       JOIN ${l} ON ${sameAggregate(a, l)}
       JOIN ${p} ON ${p.id} = ${l.reportId}
      WHERE ${a.stackSubscriptionId} = ? AND ${a.reportedDay} = ? AND ${a.usageDay} = ? AND ${a.meterId} = ?
        AND ${a.resourceId} = ? AND ${a.destinationId} = ?
        AND ${inWholeRegistrations(scope, p.registrationId)}`,
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
  const c = alias(daySealTable, 'c');
  const d = leftJoined(usageReportDayTable, 'd');
  const [row] = await select(
    sql,
    { days: count(), oldestDay: least(expression('u.day', p.reportedDay)) },
    `FROM (
       SELECT ${p.reportedDay} AS day FROM ${p}
         JOIN ${g} ON ${g.id} = ${p.registrationId} AND ${g.isUsageReportingEnabled} = 1
        WHERE ${p.registrationId} = ? AND ${p.state} <> 'ACCEPTED'
       UNION
       SELECT ${c.reportedDay} FROM ${c}
         JOIN ${g} ON ${g.id} = ${c.registrationId}
         LEFT JOIN ${d} ON ${d.registrationId} = ${c.registrationId} AND ${d.reportedDay} = ${c.reportedDay}
        WHERE ${c.registrationId} = ? AND ${d.registrationId} IS NULL AND ${isToBeReported(c.reportedDay, g)}) u`,
    [registrationId, registrationId],
  );
  const { days, oldestDay } = row ?? { days: 0, oldestDay: null };
  if (oldestDay === null) return { days: 0, oldestDay, ageMs: 0, level: 'NONE' };
  const ageMs = Math.max(0, now - hourStart(firstHourOf(oldestDay + 1)).getTime());
  return { days, oldestDay, ageMs, level: levelOf(ageMs) };
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
  const [destinationGuid, meterGuid] = [p.destinationSubscriptionGuid, m.meterGuid];
  const sent = await select(
    sql,
    {
      destination: destinationGuid,
      meterId: meterGuid,
      sent: exactSum(sql.dialect, a.quantity),
      sentLines: count(),
    },
    `FROM ${p}
       JOIN ${l} ON ${l.reportId} = ${p.id} AND ${l.status} IN ('ACCEPTED', 'DUPLICATE')
       JOIN ${a} ON ${sameAggregate(a, l)}
       JOIN ${m} ON ${m.id} = ${l.meterId}
      WHERE ${p.registrationId} = ?
      GROUP BY ${destinationGuid}, ${meterGuid}`,
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
  for (const { destination, meterId, ...sums } of sent) {
    rows.set(`${destination} ${meterId}`, { ...rowOf(destination, meterId), ...sums });
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
