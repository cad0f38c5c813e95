import { DomainError } from '../../primitives/errors.js';
import { dayOf, hourOf } from '../../primitives/windows.js';
import type { Day, Hour } from '../../primitives/windows.js';
import type { RegistrationState } from '../../registration/registration-state.js';
import type { UsageIntake } from '../../registration/usage-intake.js';

/** What decides which reported days of a registration are over. */
export interface Intake {
  readonly state: RegistrationState;
  readonly usageIntake: UsageIntake;
  /** Every reported hour before this one was pulled; null where nothing is. */
  readonly pulledBefore: Hour | null;
  readonly now: number;
  /** How long after its end a reported day of pushed usage stays open, in milliseconds. */
  readonly graceMs: number;
}

/**
 * The last reported day that may be closed; null when that is not for the clock to say: while books are set up nothing
 * closes. A day of pushed usage is over a grace after its end: time in which a mapping can still be put right before it
 * decides for good. Pulled usage may be of any hour that the stamp still has, so its days wait until all of their hours
 * were pulled, and the grace.
 */
export function lastDayThatIsOver({ state, usageIntake, pulledBefore, now, graceMs }: Intake): Day | null {
  if (state === 'SETTING_UP') return null;
  const isOver = dayOf(hourOf(now - graceMs)) - 1;
  if (pulledBefore !== null) return Math.min(dayOf(pulledBefore) - 1, isOver);
  return usageIntake === 'PULLED' ? null : isOver;
}

/** Refuses to close anything of books that are set up, whoever asks: the one thing that cannot be put right. */
export function mustBeOpen({ name, state }: { readonly name: string; readonly state: RegistrationState }): void {
  if (state === 'OPEN') return;
  throw new DomainError(
    'BOOKS_NOT_OPEN',
    `The books of "${name}" are being set up: nothing of them closes before they are opened (openBooks).`,
    ['registration'],
  );
}
