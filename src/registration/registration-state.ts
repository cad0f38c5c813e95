import { DomainError } from '../primitives/errors.js';
import { dayOf, dayText, hourOf } from '../primitives/windows.js';
import type { Day } from '../primitives/windows.js';
import type { UsageIntake } from './usage-intake.js';

/**
 * Whether a registration's books have begun. While they are set up nothing closes, so everything in them can still be
 * put right; once they are open, days close, and there is no way back.
 */
export const REGISTRATION_STATES = ['SETTING_UP', 'OPEN'] as const;
export type RegistrationState = (typeof REGISTRATION_STATES)[number];

/**
 * How far ahead the first day of the books may lie. Further on it is a slip that would keep usage from being billed.
 */
const DAYS_AHEAD_MAX = 31;
const MS_PER_DAY = 86_400_000;
const MUST_REPORT_WITHIN_DAYS = 30;
const WARNED_AFTER_DAYS = 7;

/** What of a registration says where its books begin. */
export interface Beginning {
  /** What somebody said, or the stamp's collection; null while neither did. */
  readonly booksFromDay: Day | null;
  readonly usageIntake: UsageIntake;
  readonly createdAt: number;
}

/**
 * The first reported day of the books; days before it are HISTORY. Where nobody said one, it is the day on which the
 * registration was made, so that nothing that is imported from before is ever reported by mistake. Null for pulled
 * usage until its collection begins, which says it.
 */
export function booksFromOf({ booksFromDay, usageIntake, createdAt }: Beginning): Day | null {
  if (booksFromDay !== null) return booksFromDay;
  return usageIntake === 'PULLED' ? null : dayOf(hourOf(createdAt));
}

/** Checks the first day of the books that somebody asks for. Throws INVALID_INPUT for one that is a slip. */
export function checkBooksFrom(day: Day, now: number): Day {
  const last = dayOf(hourOf(now)) + DAYS_AHEAD_MAX;
  if (day >= 0 && day <= last) return day;
  throw new DomainError('INVALID_INPUT', `Books begin on a day from 1970-01-01 to ${dayText(last)}.`, ['booksFrom']);
}

/** Refuses what is only for books that are set up. */
export function mustBeSettingUp({ name, state }: { readonly name: string; readonly state: RegistrationState }): void {
  if (state === 'SETTING_UP') return;
  throw new DomainError('BOOKS_ARE_OPEN', `The books of "${name}" are open. This is for books that are being set up.`, [
    'registration',
  ]);
}

/** How urgent it is that somebody opens the books. */
export const WAITING_LEVELS = ['NONE', 'WAITING', 'WARNING', 'ALARM'] as const;
export type WaitingLevel = (typeof WAITING_LEVELS)[number];

/** Pay-as-you-use must report within 30 days, which it cannot before its books are open: it warns after 7. */
export function waitingLevelOf(
  registration: { readonly state: RegistrationState; readonly billingModel: string; readonly createdAt: number },
  now: number,
): WaitingLevel {
  if (registration.state === 'OPEN') return 'NONE';
  const days = (now - registration.createdAt) / MS_PER_DAY;
  if (registration.billingModel !== 'PAY_AS_YOU_USE' || days < WARNED_AFTER_DAYS) return 'WAITING';
  return days < MUST_REPORT_WITHIN_DAYS ? 'WARNING' : 'ALARM';
}
