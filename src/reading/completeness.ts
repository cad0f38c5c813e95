import { findUnsent } from './reports.js';
import type { UnsentUsage } from './reports.js';
import { findWatermark } from '../collection/watermark-store.js';
import { count, countDistinct, dayOfHour, greatest, notNull } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias } from '../database/table.js';
import type { Sql } from '../database/transaction.js';
import { usageRecordTable } from '../pipeline/ingestion/ingestion.entity.js';
import { HOURS_PER_DAY, firstHourOf, hourOf } from '../primitives/windows.js';
import type { Day, Hour } from '../primitives/windows.js';
import { booksFromOf, waitingLevelOf } from '../registration/registration-state.js';
import type { WaitingLevel } from '../registration/registration-state.js';
import type { Registration } from '../registration/registration.entity.js';
import type { UsageIntake } from '../registration/usage-intake.js';
import { stackSubscriptionTable } from '../tenancy/tenancy.entity.js';

const r = alias(usageRecordTable, 'r');
const s = alias(stackSubscriptionTable, 's');

/** A reported day that can still change, and how much of it is there. */
export interface OpenDay {
  readonly day: Day;
  /** Hours of it that are over. */
  readonly expectedHours: number;
  /** Hours of it under which anything is filed. */
  readonly seenHours: number;
  readonly records: number;
  /** Whether it lies before the first day of the books. */
  readonly isHistory: boolean;
}

/** How complete a registration's books are. */
export interface Completeness {
  readonly registration: Registration;
  /** Since when the registration waits for its books to be opened, in milliseconds since 1970; null once they are. */
  readonly waitingSince: number | null;
  readonly waitingLevel: WaitingLevel;
  /** Every reported hour before this one is closed; null while none is. */
  readonly completeThrough: Hour | null;
  readonly usageIntake: UsageIntake;
  /** Every reported hour before this one was pulled from the stamp; null where nothing is pulled. */
  readonly pulledThrough: Hour | null;
  /** The latest reported hour under which anything is filed, among the open days; null when they hold nothing. */
  readonly lastSeenHour: Hour | null;
  /** Whole hours that are over since then; null when nothing is open. */
  readonly lagHours: number | null;
  /** Days that hold usage and are open, oldest first. */
  readonly openDays: readonly OpenDay[];
  readonly unsent: UnsentUsage;
}

const OPEN_DAYS_SHOWN = 400;

/** Reads the open days' records, so its cost is that of what is open. */
export async function readCompleteness(sql: Sql, registration: Registration, now: number): Promise<Completeness> {
  const { id, closedBeforeDay, usageIntake } = registration;
  const booksFrom = booksFromOf(registration);
  const day = dayOfHour(sql.dialect, r.reportedHour);
  const lastHour = notNull(greatest(r.reportedHour));
  const rows = await select(
    sql,
    { day, seenHours: countDistinct(r.reportedHour), lastHour, records: count() },
    `FROM ${r} JOIN ${s} ON ${s.id} = ${r.stackSubscriptionId}
      WHERE ${s.registrationId} = ? AND ${r.reportedHour} >= ?
      GROUP BY ${day} ORDER BY ${day} DESC LIMIT ${OPEN_DAYS_SHOWN}`,
    [id, firstHourOf(closedBeforeDay)],
  );
  const lastSeenHour = rows[0]?.lastHour ?? null;
  return {
    registration,
    waitingSince: registration.state === 'SETTING_UP' ? registration.createdAt : null,
    waitingLevel: waitingLevelOf(registration, now),
    completeThrough: closedBeforeDay === 0 ? null : firstHourOf(closedBeforeDay),
    usageIntake,
    pulledThrough: await findWatermark(sql, id),
    lastSeenHour,
    lagHours: lastSeenHour === null ? null : Math.max(0, hourOf(now) - lastSeenHour - 1),
    openDays: rows.reverse().map((row) => ({
      day: row.day,
      expectedHours: Math.min(HOURS_PER_DAY, Math.max(0, hourOf(now) - firstHourOf(row.day))),
      seenHours: row.seenHours,
      records: row.records,
      isHistory: booksFrom !== null && row.day < booksFrom,
    })),
    unsent: await findUnsent(sql, id, now),
  };
}
