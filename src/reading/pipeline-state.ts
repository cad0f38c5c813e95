import { furthestBehind } from '../collection/watermark-store.js';
import { count, countDistinct, least, notNull } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias, leftJoined } from '../database/table.js';
import type { Sql } from '../database/transaction.js';
import { daySealTable } from '../pipeline/closing/daily-aggregate.entity.js';
import { lastDayThatIsOver } from '../pipeline/closing/closing-rule.js';
import { usageBatchTable } from '../pipeline/ingestion/ingestion.entity.js';
import { REPORT_STATES } from '../pipeline/reporting/report-state.js';
import type { ReportState } from '../pipeline/reporting/report-state.js';
import { isToBeReported } from '../pipeline/reporting/report-store.js';
import { usageReportDayTable, usageReportTable } from '../pipeline/reporting/report.entity.js';
import { usageDayTotalTable } from '../pipeline/rollup/rollup.entity.js';
import { firstHourOf, hourStart } from '../primitives/windows.js';
import type { Day } from '../primitives/windows.js';
import { collectionWatermarkTable } from '../registration/collection-watermark.entity.js';
import { registrationTable } from '../registration/registration.entity.js';
import { stackSubscriptionTable } from '../tenancy/tenancy.entity.js';

const b = usageBatchTable;
const c = alias(daySealTable, 'c');
const d = alias(usageDayTotalTable, 'd');
const g = alias(registrationTable, 'g');
const p = alias(usageReportTable, 'p');
const s = alias(stackSubscriptionTable, 's');
const w = leftJoined(collectionWatermarkTable, 'w');

/** Where the stages stand, over all registrations: for whoever runs the gateway. Ages are 0 when nothing waits. */
export interface PipelineState {
  /** Registrations whose books are being set up. */
  readonly settingUp: number;
  /** Since the oldest of them was made; 0 where there is none. */
  readonly oldestSettingUpAgeMs: number;
  readonly lastBatchAgeMs: number;
  /**
   * How far the watermark lies behind of the registration whose usage was pulled least far; 0 where nothing is pulled.
   */
  readonly collectionLagMs: number;
  readonly openDays: number;
  readonly oldestOpenDayAgeMs: number;
  /** Since the oldest day that is to be closed now could have been closed. */
  readonly closingLagMs: number;
  readonly closedDays: number;
  readonly unpreparedDays: number;
  readonly oldestUnsentAgeMs: number;
  readonly reports: Readonly<Record<ReportState, number>>;
}

/** Reads totals, seals and reports, and no records. `graceMs`: how long a day stays open after its end. */
export async function readPipelineState(sql: Sql, now: number, graceMs: number): Promise<PipelineState> {
  const [batch] = await select(sql, { receivedAt: b.receivedAt }, `FROM ${b} ORDER BY ${b.id} DESC LIMIT 1`);
  const [settingUp] = await select(
    sql,
    { registrations: count(), oldest: least(g.createdAt) },
    `FROM ${g} WHERE ${g.state} = 'SETTING_UP'`,
  );
  const pulledBefore = await furthestBehind(sql);
  // Registrations with open days that hold usage.
  const open = await select(
    sql,
    {
      state: g.state,
      usageIntake: g.usageIntake,
      pulledBefore: w.collectedBeforeHour,
      days: countDistinct(d.reportedDay),
      oldest: notNull(least(d.reportedDay)),
    },
    `FROM ${g}
       JOIN ${s} ON ${s.registrationId} = ${g.id}
       JOIN ${d} ON ${d.stackSubscriptionId} = ${s.id}
        AND ${d.reportedDay} >= ${g.closedBeforeDay} AND ${d.reportedDay} >= ${g.booksFromDay}
       LEFT JOIN ${w} ON ${w.registrationId} = ${g.id}
      WHERE ${g.state} = 'OPEN'
      GROUP BY ${g.id}, ${g.state}, ${g.usageIntake}, ${w.collectedBeforeHour}`,
  );
  const due = open.filter(({ oldest, ...intake }) => (lastDayThatIsOver({ ...intake, now, graceMs }) ?? -1) >= oldest);
  const [closed] = await select(sql, { days: count() }, `FROM ${c}`);
  const prepared = leftJoined(usageReportDayTable, 'd');
  const [unprepared] = await select(
    sql,
    { days: count(), oldest: least(c.reportedDay) },
    `FROM ${c}
       JOIN ${g} ON ${g.id} = ${c.registrationId}
       LEFT JOIN ${prepared} ON ${prepared.registrationId} = ${c.registrationId}
             AND ${prepared.reportedDay} = ${c.reportedDay}
      WHERE ${prepared.registrationId} IS NULL AND ${isToBeReported(c.reportedDay, g)}`,
  );
  const states = await select(
    sql,
    { state: p.state, reports: count(), oldest: notNull(least(p.reportedDay)) },
    `FROM ${p} JOIN ${g} ON ${g.id} = ${p.registrationId} WHERE ${g.isUsageReportingEnabled} = 1 GROUP BY ${p.state}`,
  );
  const unsent = states.filter(({ state }) => state !== 'ACCEPTED').map(({ oldest }) => oldest);
  const countOf = (wanted: ReportState) => states.find(({ state }) => state === wanted)?.reports ?? 0;
  return {
    settingUp: settingUp?.registrations ?? 0,
    oldestSettingUpAgeMs: msSince(settingUp?.oldest, now),
    lastBatchAgeMs: msSince(batch?.receivedAt, now),
    collectionLagMs: pulledBefore === null ? 0 : Math.max(0, now - hourStart(pulledBefore).getTime()),
    openDays: open.reduce((sum, { days }) => sum + days, 0),
    oldestOpenDayAgeMs: Math.max(0, ...open.map(({ oldest }) => ageOf(oldest, now))),
    closingLagMs: Math.max(0, ...due.map(({ oldest }) => ageOf(oldest, now) - graceMs)),
    closedDays: closed?.days ?? 0,
    unpreparedDays: unprepared?.days ?? 0,
    oldestUnsentAgeMs: Math.max(0, ...[...unsent, unprepared?.oldest ?? null].map((day) => ageOf(day, now))),
    reports: Object.fromEntries(REPORT_STATES.map((state) => [state, countOf(state)])) as Record<ReportState, number>,
  };
}

function msSince(moment: number | null | undefined, now: number): number {
  return moment == null ? 0 : Math.max(0, now - moment);
}

function ageOf(day: Day | null, now: number): number {
  return day === null ? 0 : Math.max(0, now - hourStart(firstHourOf(day + 1)).getTime());
}
