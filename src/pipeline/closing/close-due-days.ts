import { closeNextDay } from './close-days.js';
import { lastDayThatIsOver } from './closing-rule.js';
import type { By } from '../../access/actor.js';
import { WHOLE_BOOKS } from '../../access/scope.js';
import type { Database } from '../../database/database.js';
import type { Sql } from '../../database/transaction.js';
import type { Clock } from '../../primitives/clock.js';
import type { OnStage } from '../../primitives/stage-event.js';
import type { Day, Hour } from '../../primitives/windows.js';
import { listRegistrations } from '../../registration/registration-store.js';

const REGISTRATIONS_PER_PAGE = 200;

/** A registration whose days could not be closed now. The others went on without it. */
export interface ClosingFailure {
  readonly registration: string;
  readonly error: unknown;
}

/** How long to wait, who closes, and when to stop. */
export interface Closing {
  readonly graceMs: number;
  readonly by: By;
  readonly signal?: AbortSignal;
  /** Up to which reported hour a registration's usage was pulled; null where nothing is pulled. */
  readonly pulledBefore?: (sql: Sql, registrationId: number) => Promise<Hour | null>;
}

interface Due {
  readonly registrationId: number;
  readonly name: string;
  readonly through: Day;
}

/**
 * Closes every reported day that is over, of all registrations: one day of each in turn, so that a long backlog does
 * not keep the others waiting, and one that fails is left out until the next time. Stops between two days when it is
 * told to.
 */
export async function closeDueDays(
  app: { readonly db: Database; readonly clock: Clock; readonly onStage?: OnStage },
  options: Closing,
): Promise<{ readonly closed: number; readonly failures: readonly ClosingFailure[] }> {
  const failures: ClosingFailure[] = [];
  let closed = 0;
  let due = await listDue(app, options);
  while (due.length > 0) {
    const again: Due[] = [];
    for (const one of due) {
      if (options.signal?.aborted === true) return { closed, failures };
      const begun = performance.now();
      const tell = (outcome: 'CLOSED' | 'FAILED') =>
        app.onStage?.({ stage: 'closing', outcome, seconds: (performance.now() - begun) / 1_000 });
      try {
        const { day, isDone } = await closeNextDay(app, { ...one, by: options.by });
        if (day !== null) {
          closed += 1;
          tell('CLOSED');
        }
        if (!isDone) again.push(one);
      } catch (error) {
        tell('FAILED');
        failures.push({ registration: one.name, error });
      }
    }
    due = again;
  }
  return { closed, failures };
}

async function listDue(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  { graceMs, pulledBefore = async () => null }: Closing,
): Promise<Due[]> {
  const due: Due[] = [];
  const now = clock.now();
  for (let afterId = 0; ;) {
    const page = await listRegistrations(db.reader, WHOLE_BOOKS, { afterId, limit: REGISTRATIONS_PER_PAGE });
    for (const { id, name, state, usageIntake, closedBeforeDay } of page) {
      const through = lastDayThatIsOver({
        state,
        usageIntake,
        pulledBefore: await pulledBefore(db.reader, id),
        now,
        graceMs,
      });
      if (through !== null && through >= closedBeforeDay) due.push({ registrationId: id, name, through });
    }
    const last = page.at(-1);
    if (last === undefined || page.length < REGISTRATIONS_PER_PAGE) return due;
    afterId = last.id;
  }
}
