import { counted } from './counted.js';
import { sentenceOf } from './error-sentence.js';
import { dayNamed } from './registration-books-command.js';
import { ArgumentError, CommandError, EXIT } from './exit.js';
import { withBooks } from './open-books.js';
import { withProgress } from './progress.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import type { App } from '../app.js';
import { findWatermark } from '../collection/watermark-store.js';
import { closeDays } from '../pipeline/closing/close-days.js';
import { mustBeOpen } from '../pipeline/closing/closing-rule.js';
import { closeDueDays } from '../pipeline/closing/close-due-days.js';
import { DomainError } from '../primitives/errors.js';
import { dayOf, dayText, hourOf, hourText } from '../primitives/windows.js';
import { getRegistration } from '../registration/registration-store.js';

interface Options {
  readonly registration?: string;
  readonly through?: string;
}

const BY = 'command line';

/** Closes what is over: of all registrations, or of one through a day that is named. Safe beside running gateways. */
export async function closeCommand(options: Options): Promise<void> {
  await withBooks(async (app) => {
    if (options.registration === undefined) {
      if (options.through !== undefined) throw new ArgumentError('--through needs --registration.');
      await closeAll(app);
    } else await closeOne(app, options.registration, options.through);
  });
}

async function closeAll(app: App): Promise<void> {
  const { closed, failures } = await withProgress((progress) => {
    let count = 0;
    app.listen(({ stage, outcome }: Partial<Record<'stage' | 'outcome', string>>) => {
      if (stage === 'closing' && outcome === 'CLOSED') progress.show(`Closed ${counted((count += 1), 'reported day')}`);
    });
    return closeDueDays(app, { graceMs: app.config.closing.graceMs, by: BY, pulledBefore: findWatermark });
  });
  console.log(`Closed ${counted(closed, 'reported day')} with usage.`);
  for (const { registration, error } of failures) {
    console.error(`${registration}: ${error instanceof DomainError ? error.message : sentenceOf(error)}`);
  }
  if (failures.length > 0) process.exitCode = EXIT.failed;
}

async function closeOne(app: App, name: string, through: string | undefined): Promise<void> {
  const { id, usageIntake, ...registration } = await getRegistration(app.db.reader, WHOLE_BOOKS, name);
  mustBeOpen(registration);
  const last = through === undefined ? dayOf(hourOf(app.clock.now())) - 1 : dayNamed(through, '--through');
  const pulledBefore = await findWatermark(app.db.reader, id);
  if (pulledBefore === null && usageIntake === 'PULLED') {
    throw new CommandError(`Usage of ${name} was not pulled yet. What is pulled later could not be taken in any more.`);
  }
  if (pulledBefore !== null && last >= dayOf(pulledBefore)) {
    throw new CommandError(
      `Usage of ${name} was pulled up to ${hourText(pulledBefore)} only. What is pulled later could not be taken in any more.`,
    );
  }
  const days = await withProgress((progress) =>
    closeDays(app, { registrationId: id, through: last, by: BY }, (day) =>
      progress.show(`Closed ${dayText(day)} of ${name}`),
    ),
  );
  const span = days.length === 0 ? '' : ` (${dayText(days[0] ?? last)} to ${dayText(days.at(-1) ?? last)})`;
  console.log(
    `Closed ${counted(days.length, 'reported day')} with usage${span}. ${name} is closed through ${dayText(last)}.`,
  );
}
