import { REPORT_FORM } from './commerce-client.js';
import type { ReportBatch, ReportLine, LineAnswer } from './commerce-client.js';
import { NEVER_DUE } from './report-state.js';
import type { ReportState } from './report-state.js';
import {
  usageReportAttemptTable,
  usageReportDayTable,
  usageReportLineTable,
  usageReportMeterTable,
  usageReportTable,
} from './report.entity.js';
import type { UsageReport, UsageReportLine } from './report.entity.js';
import { among } from '../../access/scope.js';
import { insertRow, insertRows, insertSelected, update } from '../../database/change.js';
import { expression, firstOf, literal } from '../../database/expressions.js';
import { select } from '../../database/select.js';
import { alias, leftJoined } from '../../database/table.js';
import type { Column, RowOf } from '../../database/table.js';
import type { Sql, Tx } from '../../database/transaction.js';
import { meterTable } from '../../metering/meter.entity.js';
import { dayText, firstHourOf, hourText } from '../../primitives/windows.js';
import type { Day } from '../../primitives/windows.js';
import { closedDayTable } from '../../registration/closed-day.entity.js';
import { registrationTable } from '../../registration/registration.entity.js';
import {
  cspSubscriptionTable,
  stackSubscriptionTable,
  tenantMappingTable,
  tenantTable,
} from '../../tenancy/tenancy.entity.js';
import { dailyAggregateTable, daySealTable } from '../closing/daily-aggregate.entity.js';
import { sameAggregate } from '../closing/daily-aggregate-store.js';
import { resourceTable } from '../ingestion/ingestion.entity.js';
import { destinationTable } from '../routing/destination.entity.js';

const a = alias(dailyAggregateTable, 'a');
const c = alias(closedDayTable, 'c');
const d = alias(destinationTable, 'd');
const g = alias(registrationTable, 'g');
const l = alias(usageReportLineTable, 'l');
const p = usageReportTable;
const s = alias(stackSubscriptionTable, 's');
const t = usageReportAttemptTable;
const x = alias(resourceTable, 'x');

/**
 * Holds where a closed day is to be reported: its registration reports, and the day is no history. It is given the
 * columns of the day and of its registration's row.
 */
export function isToBeReported(reportedDay: Column<Day>, registration: typeof registrationTable): string {
  return `${registration.isUsageReportingEnabled} = 1 AND ${registration.billingModel} <> 'CAPACITY'
          AND ${reportedDay} >= ${registration.booksFromDay}`;
}

const sealed = alias(daySealTable, 'p');
const prepared = leftJoined(usageReportDayTable, 'd');

const UNPREPARED_DAY = {
  registrationId: sealed.registrationId,
  cloudId: g.cloudId,
  reportedDay: sealed.reportedDay,
  /** By which it was billed. */
  routingVersion: c.routingVersion,
};
/** A closed day that is to be reported and is not yet in reports. */
export type UnpreparedDay = Readonly<RowOf<typeof UNPREPARED_DAY>>;

/** Closed days that are to be reported, oldest first. */
export function listUnpreparedDays(sql: Sql, limit: number): Promise<UnpreparedDay[]> {
  const { registrationId, reportedDay } = sealed;
  return select(
    sql,
    UNPREPARED_DAY,
    `FROM ${sealed}
       JOIN ${c} ON ${c.registrationId} = ${registrationId} AND ${c.reportedDay} = ${reportedDay}
       JOIN ${g} ON ${g.id} = ${registrationId}
       LEFT JOIN ${prepared} ON ${prepared.registrationId} = ${registrationId} AND ${prepared.reportedDay} = ${reportedDay}
      WHERE ${prepared.registrationId} IS NULL AND ${isToBeReported(reportedDay, g)}
      ORDER BY ${reportedDay}, ${registrationId} LIMIT ${literal(limit)}`,
  );
}

/** Says that a day is in reports; false when another process has said so. */
export async function insertReportDay(tx: Tx, day: UnpreparedDay, preparedAt: number): Promise<boolean> {
  const { registrationId, reportedDay } = day;
  return (await insertRows(tx, usageReportDayTable, [{ registrationId, reportedDay, preparedAt }], 'KEEP')) === 1;
}

/** The Azure subscription behind each destination of a registration. */
export async function destinationSubscriptions(sql: Sql, registrationId: number): Promise<ReadonlyMap<number, string>> {
  const mapping = leftJoined(tenantMappingTable, 'm');
  const csp = leftJoined(cspSubscriptionTable, 'c');
  const rows = await select(
    sql,
    { id: d.id, guid: firstOf(csp.cspSubscriptionGuid, g.baseSubscriptionGuid) },
    `FROM ${d}
       JOIN ${g} ON ${g.id} = ${d.registrationId}
       LEFT JOIN ${mapping} ON ${mapping.id} = ${d.tenantMappingId}
       LEFT JOIN ${csp} ON ${csp.id} = ${mapping.cspSubscriptionId}
      WHERE ${d.registrationId} = ?`,
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
  return insertRow(tx, p, {
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
    const { id: meterId, name, unit } = meterTable;
    const of = { registrationId: literal(day.registrationId), reportedDay: literal(day.reportedDay) };
    const some = among(meterId, meterIds.slice(start, start + METERS_PER_STATEMENT));
    await insertSelected(tx, usageReportMeterTable, { ...of, meterId, name, unit }, `FROM ${meterTable} WHERE ${some}`);
  }
}

/** Puts daily aggregates into a report, numbered from 1 in the order given. */
export async function insertReportLines(
  tx: Tx,
  reportId: number,
  lines: readonly Omit<UsageReportLine, 'reportId' | 'lineNo' | 'status' | 'code'>[],
): Promise<void> {
  await insertRows(
    tx,
    usageReportLineTable,
    lines.map(({ stackSubscriptionId, reportedDay, usageDay, meterId, resourceId, part, tenantId }, index) => ({
      ...{ reportId, lineNo: index + 1 },
      ...{ stackSubscriptionId, reportedDay, usageDay, meterId, resourceId, part },
      ...{ status: 'PENDING', tenantId },
    })),
  );
}

/** Reports whose time has come, and those whose sender let its lease run out. */
export async function listDueReports(sql: Sql, now: number, limit: number): Promise<number[]> {
  const due = `FROM ${p} WHERE ${p.dueAt} <= ? ORDER BY ${p.dueAt}, ${p.id} LIMIT ${literal(limit)}`;
  const rows = await select(sql, { id: p.id }, due, [now]);
  return rows.map(({ id }) => id);
}

/** Takes a due report for one attempt; false when another process was first. The database decides. */
export async function claimReport(
  tx: Tx,
  claim: { readonly id: number; readonly now: number; readonly leaseUntil: number; readonly leaseToken: string },
): Promise<boolean> {
  const { id, now, leaseUntil, leaseToken } = claim;
  const attempts = expression(`${p.attempts} + 1`, p.attempts);
  const claimed = await update(
    tx,
    p,
    { state: 'SENDING', dueAt: leaseUntil, leaseToken, attempts },
    `${p.id} = ? AND ${p.dueAt} <= ? AND ${p.state} IN ('PENDING', 'SENDING')`,
    [id, now],
  );
  if (claimed === 0) return false;
  await insertSelected(
    tx,
    usageReportAttemptTable,
    { reportId: p.id, attemptNo: p.attempts, startedAt: literal(now), outcome: expression("'UNKNOWN'", t.outcome) },
    `FROM ${p} WHERE ${p.id} = ?`,
    [id],
  );
  return true;
}

/** Holds for a report that an attempt has, whose id and token are to be bound. */
const IS_LEASED = `${p.id} = ? AND ${p.leaseToken} = ? AND ${p.state} = 'SENDING'`;

/** Makes a lease last until another moment; false when another process has taken the report over. */
export async function renewLease(
  tx: Tx,
  lease: { readonly id: number; readonly leaseUntil: number; readonly leaseToken: string },
): Promise<boolean> {
  const { id, leaseUntil: dueAt, leaseToken } = lease;
  if ((await update(tx, p, { dueAt }, IS_LEASED, [id, leaseToken])) === 1) return true;
  // A row that was as asked already does not count as changed.
  return (await select(tx, { id: p.id }, `FROM ${p} WHERE ${IS_LEASED}`, [id, leaseToken])).length === 1;
}

/** Ends what waits of a registration whose usage is made up: it is not sent, and cannot be retried. */
export async function giveUpReports(tx: Tx, registrationId: number, now: number): Promise<void> {
  const why = { errorCode: 'DemoUsage', errorMessage: 'Usage of the demo is made up.' };
  await update(
    tx,
    p,
    { state: 'GIVEN_UP', dueAt: NEVER_DUE, leaseToken: '', ...why, settledAt: now },
    `${p.registrationId} = ? AND ${p.state} <> 'ACCEPTED'`,
    [registrationId],
  );
}

/** The report of a row id that is known to exist. */
export async function getReport(sql: Sql, id: number): Promise<UsageReport> {
  const [row] = await select(sql, p, `FROM ${p} WHERE ${p.id} = ?`, [id]);
  if (row === undefined) throw new Error(`There is no report ${id}.`);
  return row;
}

/** The report as it is sent. Everything in it is frozen, so it is the same every time. */
export async function readBatch(sql: Sql, report: UsageReport): Promise<ReportBatch> {
  const { cloudId } = g;
  const [registration] = await select(sql, { cloudId }, `FROM ${g} WHERE ${g.id} = ?`, [report.registrationId]);
  const meter = alias(meterTable, 'm');
  const tenant = leftJoined(tenantTable, 't');
  const told = leftJoined(usageReportMeterTable, 'n');
  const rows = await select(
    sql,
    {
      lineNo: l.lineNo,
      usageDay: l.usageDay,
      quantity: a.quantity,
      meterId: meter.meterGuid,
      stackSubscriptionId: s.stackSubscriptionGuid,
      location: x.location,
      resourceUri: x.uri,
      tenantId: tenant.tenantGuid,
      meterName: told.name,
      unit: told.unit,
    },
    `FROM ${l}
       JOIN ${a} ON ${sameAggregate(a, l)}
       JOIN ${meter} ON ${meter.id} = ${l.meterId}
       JOIN ${s} ON ${s.id} = ${l.stackSubscriptionId}
       JOIN ${x} ON ${x.id} = ${l.resourceId}
       LEFT JOIN ${tenant} ON ${tenant.id} = ${l.tenantId}
       LEFT JOIN ${told} ON ${told.registrationId} = ? AND ${told.reportedDay} = ? AND ${told.meterId} = ${l.meterId}
      WHERE ${l.reportId} = ? ORDER BY ${l.lineNo}`,
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
    lines: rows.map(({ lineNo, usageDay, ...line }): ReportLine => ({
      ...line,
      lineId: lineIdOf(report, lineNo),
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
  const settled = await update(
    tx,
    p,
    // A receipt that it has, it keeps.
    {
      state,
      dueAt,
      leaseToken: '',
      ...(receipt !== null && { receipt }),
      errorCode: code,
      errorMessage: message,
      settledAt,
    },
    IS_LEASED,
    [id, leaseToken],
  );
  if (settled === 0) return false;
  const { attemptNo, outcome } = settlement;
  const isIt = `${t.reportId} = ? AND ${t.attemptNo} = ?`;
  await update(tx, t, { endedAt, outcome, code, message }, isIt, [id, attemptNo]);
  return true;
}

/** Writes what the receiver said of each line. What it once had, it has: a later answer does not take that back. */
export async function settleLines(tx: Tx, report: UsageReport, answers: readonly LineAnswer[]): Promise<void> {
  const groups = new Map<string, Pick<LineAnswer, 'status' | 'code'> & { readonly lineNos: number[] }>();
  for (const { lineId, status, code } of answers) {
    const name = `${status} ${code ?? ''}`;
    const group = groups.get(name) ?? { status, code, lineNos: [] };
    group.lineNos.push(Number(lineId.slice(lineId.lastIndexOf('-') + 1)));
    groups.set(name, group);
  }
  for (const { status, code, lineNos } of groups.values()) {
    const { reportId, status: was, lineNo } = usageReportLineTable;
    const which = `${reportId} = ? AND ${was} IN ('PENDING', 'REJECTED') AND ${among(lineNo, lineNos)}`;
    await update(tx, usageReportLineTable, { status, code }, which, [report.id]);
  }
}
