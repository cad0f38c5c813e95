import { addToMonthTotals, findReportedDay, insertClosedDay, usageDaysOf } from './closed-day-store.js';
import { mustBeOpen } from './closing-rule.js';
import { freezeDay } from './freeze-day.js';
import { subjectOf } from '../../access/actor.js';
import type { By } from '../../access/actor.js';
import type { Database } from '../../database/database.js';
import type { Tx } from '../../database/transaction.js';
import type { Clock } from '../../primitives/clock.js';
import { DomainError } from '../../primitives/errors.js';
import { dayOf, firstDayOf, hourOf, monthOf } from '../../primitives/windows.js';
import type { Day } from '../../primitives/windows.js';
import { lockRegistration, moveClosedBoundary } from '../../registration/registration-store.js';
import { loadRoutingTable } from '../routing/routing-store.js';

interface App {
  readonly db: Database;
  readonly clock: Clock;
}

interface Closing {
  readonly registrationId: number;
  /** The last reported day that is to be closed. */
  readonly through: Day;
  readonly by: By;
}

/**
 * Closes a registration's reported days up to and including one that is over. From then on no ingest writes into them,
 * no mapping change moves their usage, and the routing version by which they were billed is on record. Days that are
 * closed already stay as they are, so repeating it changes nothing. Each day is one transaction, oldest first: what was
 * closed stays closed when a later day fails. Answers the days with usage that were closed now;
 * `onClosed` is told each when it is.
 */
export async function closeDays(
  app: App,
  closing: Closing,
  onClosed: (day: Day) => void = () => undefined,
): Promise<readonly Day[]> {
  const days: Day[] = [];
  for (;;) {
    const { day, isDone } = await closeNextDay(app, closing);
    if (day !== null) {
      days.push(day);
      onClosed(day);
    }
    if (isDone) return days;
  }
}

/**
 * Closes the oldest open day that holds usage, with the empty days before it; where no day up to `through` holds usage,
 * the boundary moves past them all. `isDone` says that nothing up to `through` is open any more.
 *
 * Any number of processes may do this at once: the registration's lock lets one of them in at a time, and each looks
 * anew at what is still open. Ingests hold the same lock shared until they commit, so none of them can add to the day
 * after its usage was read here, and the next one sees the boundary that is moved here. Throws BOOKS_NOT_OPEN while the
 * books are set up: whether they are is read under the same lock.
 */
export async function closeNextDay(
  { db, clock }: App,
  { registrationId, through, by }: Closing,
): Promise<{ readonly day: Day | null; readonly isDone: boolean }> {
  if (through >= dayOf(hourOf(clock.now()))) {
    throw new DomainError('WINDOW_NOT_OVER', 'A reported day closes when it is over.', ['through']);
  }
  return db.inTransaction(async (tx) => {
    const registration = await lockRegistration(tx, registrationId);
    mustBeOpen(registration);
    const { closedBeforeDay, routingVersion } = registration;
    if (through < closedBeforeDay) return { day: null, isDone: true };
    const day = await findReportedDay(tx, { registrationId, from: closedBeforeDay, to: through + 1 });
    if (day === null) {
      await moveClosedBoundary(tx, registrationId, through + 1);
      return { day, isDone: true };
    }
    await insertClosedDay(tx, {
      registrationId,
      reportedDay: day,
      routingVersion,
      closedAt: clock.now(),
      closedBy: subjectOf(by),
    });
    await freezeDay(tx, registration, day, await loadRoutingTable(tx, registrationId, routingVersion));
    await addToMonths(tx, registrationId, day);
    await moveClosedBoundary(tx, registrationId, day + 1);
    return { day, isDone: day === through };
  });
}

async function addToMonths(tx: Tx, registrationId: number, day: Day): Promise<void> {
  const range = { registrationId, from: day, to: day + 1 };
  const usage = await usageDaysOf(tx, range);
  if (usage === null) return;
  for (let month = monthOf(usage.first); month <= monthOf(usage.last); month += 1) {
    await addToMonthTotals(tx, range, { month, firstDay: firstDayOf(month), endDay: firstDayOf(month + 1) });
  }
}
