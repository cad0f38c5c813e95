import { createHash } from 'node:crypto';

import { lastDayThatIsOver } from './closing-rule.js';
import { holdsUsage, listOpeningDays, listOpeningSums } from './opening-store.js';
import type { OpeningDay, OpeningSum } from './opening-store.js';
import type { Sql } from '../../database/transaction.js';
import { DomainError } from '../../primitives/errors.js';
import { dayText, firstHourOf, hourText } from '../../primitives/windows.js';
import type { Day, Hour } from '../../primitives/windows.js';
import { booksFromOf } from '../../registration/registration-state.js';
import type { Registration } from '../../registration/registration.entity.js';

/** By what it is decided which days close when books are opened. */
export interface OpeningRule {
  readonly now: number;
  /** How long after its end a reported day of pushed usage stays open, in milliseconds. */
  readonly graceMs: number;
  /** Up to which reported hour a registration's usage was pulled; null where nothing is pulled. */
  readonly pulledBefore: (sql: Sql, registrationId: number) => Promise<Hour | null>;
}

/** What would close at once if books that are set up were opened now. */
export interface Opening {
  /** The first day of the books. Null where nobody has said it and the stamp's collection has not begun. */
  readonly booksFrom: Day | null;
  /** The last reported day that closes; null when none does. */
  readonly through: Day | null;
  readonly days: readonly OpeningDay[];
  readonly sums: readonly OpeningSum[];
  /** Stands for all of the above and for the routing that holds. Who opens the books says which one was looked at. */
  readonly digest: string;
  /** Why the books cannot be opened now. */
  readonly refusals: readonly DomainError[];
}

/**
 * Reads what opening a registration would close. Asked under the registration's lock, nothing of it changes any more.
 */
export async function readOpening(sql: Sql, registration: Registration, rule: OpeningRule): Promise<Opening> {
  const { id, usageIntake } = registration;
  const pulledBefore = await rule.pulledBefore(sql, id);
  const booksFrom = booksFromOf(registration);
  const through = lastDayThatIsOver({ ...rule, state: 'OPEN', usageIntake, pulledBefore });
  const closing = { registrationId: id, through: through ?? -1, booksFrom: booksFrom ?? 0 };
  const days = await listOpeningDays(sql, closing);
  const sums = await listOpeningSums(sql, closing);
  const isEmpty = days.length === 0 && !(await holdsUsage(sql, id));
  return {
    booksFrom,
    through,
    days,
    sums,
    digest: digestOf(registration, { booksFrom, through, days, sums }),
    refusals: [...notPulledYet(registration, booksFrom, pulledBefore), ...(isEmpty ? [areEmpty(registration)] : [])],
  };
}

/** Hours before the first day of the books are pulled as history, and a day of the books once its hours come in. */
function notPulledYet(
  { name, usageIntake }: Registration,
  booksFrom: Day | null,
  pulledBefore: Hour | null,
): readonly DomainError[] {
  const isPulled = pulledBefore !== null || usageIntake === 'PULLED';
  if (!isPulled || (booksFrom !== null && pulledBefore !== null && pulledBefore > firstHourOf(booksFrom))) return [];
  const soFar = pulledBefore === null ? 'Nothing' : `Usage up to ${hourText(pulledBefore)}`;
  const wanted = booksFrom === null ? 'its collection begins' : `the books begin on ${dayText(booksFrom)}`;
  return [
    new DomainError(
      'NOT_PULLED_YET',
      `${soFar} of "${name}" was pulled; its books can be opened once it is past where ${wanted}.`,
      ['registration'],
    ),
  ];
}

function areEmpty({ name }: Registration): DomainError {
  return new DomainError(
    'BOOKS_ARE_EMPTY',
    `The books of "${name}" hold no record. Whatever is imported afterwards finds its days closed; ask with evenIfEmpty if that is meant.`,
    ['evenIfEmpty'],
  );
}

/**
 * SHA-256 in hex. Records are only ever added, and every change of routing has a version, so counts and sums by day,
 * meter and destination tell two states of the same books apart.
 */
function digestOf(
  { cloudId, routingVersion }: Registration,
  { booksFrom, through, days, sums }: Pick<Opening, 'booksFrom' | 'through' | 'days' | 'sums'>,
): string {
  const lines = [
    ['usage-gateway opening 1', cloudId, booksFrom ?? '-', through ?? '-', routingVersion],
    ...days.map(({ day, records }) => [day, records]),
    ...sums.map((sum) => [Number(sum.isHistory), sum.destinationId, sum.meterId, sum.quantity, sum.records]),
  ];
  return createHash('sha256')
    .update(lines.map((line) => `${line.join('\t')}\n`).join(''))
    .digest('hex');
}
