import { addToMonthTotals, insertClosedDays, listReportedDays, usageDaysOf } from './closed-day-store.js';
import { subjectOf } from '../../access/actor.js';
import type { By } from '../../access/actor.js';
import { inAuditedTransaction } from '../../access/audited-transaction.js';
import type { Database } from '../../database/database.js';
import type { Clock } from '../../primitives/clock.js';
import { DomainError } from '../../primitives/errors.js';
import { dayOf, dayText, firstDayOf, hourOf, monthOf } from '../../primitives/windows.js';
import type { Day } from '../../primitives/windows.js';
import { lockRegistration, moveClosedBoundary } from '../../registration/registration-store.js';

/**
 * Closes a registration's reported days up to and including one that is over. From then on no ingest writes into them,
 * no mapping change moves their usage, and the routing version by which they were billed is on record. Days that are
 * closed already stay as they are, so repeating it changes nothing. Answers the days that were closed now.
 */
export async function closeDays(
  app: { readonly db: Database; readonly clock: Clock },
  input: { readonly registrationId: number; readonly through: Day; readonly by: By },
): Promise<readonly Day[]> {
  const { clock } = app;
  const { registrationId, through } = input;
  if (through >= dayOf(hourOf(clock.now()))) {
    throw new DomainError('WINDOW_NOT_OVER', 'A reported day closes when it is over.', ['through']);
  }
  return inAuditedTransaction(app, { action: 'closeDays', by: input.by }, async (tx) => {
    const registration = await lockRegistration(tx, registrationId);
    const about = { target: `reported days of ${registration.name}`, registrationId, tenantId: null };
    const before = { closedBefore: dayText(registration.closedBeforeDay) };
    if (through < registration.closedBeforeDay) return { ...about, result: [], before, after: before };
    const range = { registrationId, from: registration.closedBeforeDay, to: through + 1 };
    const days = await listReportedDays(tx, range);
    await insertClosedDays(tx, days, {
      registrationId,
      routingVersion: registration.routingVersion,
      closedAt: clock.now(),
      closedBy: subjectOf(input.by),
    });
    const usage = await usageDaysOf(tx, range);
    if (usage !== null) {
      for (let month = monthOf(usage.first); month <= monthOf(usage.last); month += 1) {
        const calendar = { month, firstDay: firstDayOf(month), endDay: firstDayOf(month + 1) };
        await addToMonthTotals(tx, range, calendar);
      }
    }
    await moveClosedBoundary(tx, registrationId, range.to);
    return { ...about, result: days, before, after: { closedBefore: dayText(range.to) } };
  });
}
