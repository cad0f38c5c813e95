import { furthestBehind } from '../collection/watermark-store.js';
import type { Sql } from '../database/transaction.js';
import { lastDayThatIsOver } from '../pipeline/closing/closing-rule.js';
import { REPORT_STATES } from '../pipeline/reporting/report-state.js';
import { isToBeReported } from '../pipeline/reporting/report-store.js';
import type { ReportState } from '../pipeline/reporting/report-state.js';
import { firstHourOf, hourStart } from '../primitives/windows.js';
import type { Day, Hour } from '../primitives/windows.js';
import type { RegistrationState } from '../registration/registration-state.js';
import type { UsageIntake } from '../registration/usage-intake.js';

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
  const [batch] = await sql.query<{ receivedAt: number }>(
    'SELECT received_at AS receivedAt FROM usage_batch ORDER BY id DESC LIMIT 1',
  );
  const [settingUp] = await sql.query<{ registrations: number; oldest: number | null }>(
    "SELECT COUNT(*) AS registrations, MIN(created_at) AS oldest FROM registration WHERE state = 'SETTING_UP'",
  );
  const pulledBefore = await furthestBehind(sql);
  const open = await sql.query<OpenRegistration>(
    `SELECT g.state, g.usage_intake AS usageIntake, w.collected_before_hour AS pulledBefore,
            COUNT(DISTINCT d.reported_day) AS days, MIN(d.reported_day) AS oldest
       FROM registration g
       JOIN stack_subscription s ON s.registration_id = g.id
       JOIN usage_day_total d ON d.stack_subscription_id = s.id
        AND d.reported_day >= g.closed_before_day AND d.reported_day >= g.books_from_day
       LEFT JOIN collection_watermark w ON w.registration_id = g.id
      WHERE g.state = 'OPEN'
      GROUP BY g.id, g.state, g.usage_intake, w.collected_before_hour`,
  );
  const due = open.filter(({ oldest, ...intake }) => (lastDayThatIsOver({ ...intake, now, graceMs }) ?? -1) >= oldest);
  const [closed] = await sql.query<{ days: number }>('SELECT COUNT(*) AS days FROM day_seal');
  const [unprepared] = await sql.query<{ days: number; oldest: Day | null }>(
    `SELECT COUNT(*) AS days, MIN(c.reported_day) AS oldest
       FROM day_seal c
       JOIN registration g ON g.id = c.registration_id
       LEFT JOIN usage_report_day d ON d.registration_id = c.registration_id AND d.reported_day = c.reported_day
      WHERE d.registration_id IS NULL AND ${isToBeReported('c.reported_day', 'g')}`,
  );
  const states = await sql.query<{ state: ReportState; reports: number; oldest: Day }>(
    `SELECT p.state, COUNT(*) AS reports, MIN(p.reported_day) AS oldest
       FROM usage_report p JOIN registration g ON g.id = p.registration_id
      WHERE g.is_usage_reporting_enabled = 1 GROUP BY p.state`,
  );
  const unsent = states.filter(({ state }) => state !== 'ACCEPTED').map(({ oldest }) => oldest);
  const countOf = (wanted: ReportState) => Number(states.find(({ state }) => state === wanted)?.reports ?? 0);
  const settingUpSince = settingUp?.oldest ?? null;
  return {
    settingUp: Number(settingUp?.registrations ?? 0),
    oldestSettingUpAgeMs: settingUpSince === null ? 0 : Math.max(0, now - Number(settingUpSince)),
    lastBatchAgeMs: batch === undefined ? 0 : Math.max(0, now - Number(batch.receivedAt)),
    collectionLagMs: pulledBefore === null ? 0 : Math.max(0, now - hourStart(pulledBefore).getTime()),
    openDays: open.reduce((sum, { days }) => sum + Number(days), 0),
    oldestOpenDayAgeMs: Math.max(0, ...open.map(({ oldest }) => ageOf(oldest, now))),
    closingLagMs: Math.max(0, ...due.map(({ oldest }) => ageOf(oldest, now) - graceMs)),
    closedDays: daysIn(closed),
    unpreparedDays: daysIn(unprepared),
    oldestUnsentAgeMs: Math.max(0, ...[...unsent, unprepared?.oldest ?? null].map((day) => ageOf(day, now))),
    reports: Object.fromEntries(REPORT_STATES.map((state) => [state, countOf(state)])) as Record<ReportState, number>,
  };
}

/** A registration with open days that hold usage. */
interface OpenRegistration {
  readonly state: RegistrationState;
  readonly usageIntake: UsageIntake;
  readonly pulledBefore: Hour | null;
  readonly days: number;
  readonly oldest: Day;
}

function daysIn(row: { readonly days: number } | undefined): number {
  return Number(row?.days ?? 0);
}

function ageOf(day: Day | null, now: number): number {
  return day === null ? 0 : Math.max(0, now - hourStart(firstHourOf(day + 1)).getTime());
}
