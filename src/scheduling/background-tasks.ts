import { repeat } from './repeat.js';
import type { Repetition } from './repeat.js';
import type { App } from '../app.js';
import { findWatermark } from '../collection/watermark-store.js';
import { closeDueDays } from '../pipeline/closing/close-due-days.js';
import { sweepDiscarded } from '../pipeline/closing/sweep-discarded.js';
import { prepareReports } from '../pipeline/reporting/prepare-reports.js';
import { sendReports } from '../pipeline/reporting/send-reports.js';
import { chance } from '../primitives/chance.js';
import { DomainError } from '../primitives/errors.js';
import type { ErrorCode } from '../primitives/errors.js';

const WITHHELD: readonly ErrorCode[] = ['BOOKS_ARE_DEMO', 'BOOKS_ARE_MIXED'];

/** Where a task says what it did. */
export interface TaskLog {
  info(what: object, sentence: string): void;
  warn(what: object, sentence: string): void;
  error(what: object, sentence: string): void;
}

/**
 * Closes and reports by itself. Every gateway process may do this: each task takes what is due from the database, which
 * lets one process have it, and does nothing that has been done.
 */
export function startBackgroundTasks(app: App, log: TaskLog): Repetition {
  const onError = (task: string) => (err: unknown) =>
    log.error({ task, err }, 'A background task failed; it is tried again.');
  const closing = repeat((signal) => close(app, log, signal), {
    paceMs: app.config.closing.everyMs,
    jitter: chance,
    onError: onError('closing'),
  });
  const reporting = repeat(reportingTask(app, log), {
    paceMs: app.config.closing.reportEveryMs,
    jitter: chance,
    onError: onError('reporting'),
  });
  return {
    stop: async () => {
      await Promise.all([closing.stop(), reporting.stop()]);
    },
  };
}

/**
 * Looks for what streams tell, as long as somebody listens. Unlike the other tasks, every process does this for its own
 * callers.
 */
export function startLiveUpdates(app: App, log: TaskLog): Repetition {
  return repeat(() => app.live.tick(), {
    paceMs: app.config.limits.livePaceMs,
    jitter: chance,
    onError: (err) =>
      log.error({ task: 'live updates', err }, 'What streams tell could not be read; it is tried again.'),
  });
}

async function close(app: App, log: TaskLog, signal: AbortSignal): Promise<void> {
  const { graceMs } = app.config.closing;
  const { closed, failures } = await closeDueDays(app, { graceMs, by: 'gateway', signal, pulledBefore: findWatermark });
  if (closed > 0) log.info({ task: 'closing', closed }, 'Closed reported days.');
  const swept = await sweepDiscarded(app, signal);
  if (swept > 0) log.info({ task: 'closing', swept }, 'Deleted records of discarded registrations.');
  for (const { registration, error: err } of failures) {
    log.error({ task: 'closing', registration, err }, 'A registration could not be closed; it is tried again.');
  }
}

/**
 * Puts closed days into reports and sends what is due. That books are not to be reported is said once: trying does not
 * change it.
 */
export function reportingTask(app: App, log: TaskLog): (signal: AbortSignal) => Promise<void> {
  const told = new Set<ErrorCode>();
  return async (signal) => {
    try {
      await report(app, log, signal);
    } catch (error) {
      if (!(error instanceof DomainError && WITHHELD.includes(error.code))) throw error;
      const { code, message } = error;
      if (told.has(code)) return;
      told.add(code);
      log.warn({ task: 'reporting', client: app.commerce?.name ?? 'none', code }, `Reports wait. ${message}`);
    }
  };
}

async function report(app: App, log: TaskLog, signal: AbortSignal): Promise<void> {
  const prepared = await prepareReports(app, signal);
  if (prepared > 0) log.info({ task: 'reporting', prepared }, 'Put closed days into reports.');
  const { commerce } = app;
  if (commerce === null) return;
  const sent = await sendReports({ ...app, commerce, jitter: chance }, signal);
  const { ACCEPTED: accepted, REFUSED: refused, GIVEN_UP: givenUp, PENDING: failed } = sent;
  const counts = { task: 'reporting', client: commerce.name, accepted, refused, givenUp, failed };
  if (refused + givenUp + failed > 0) log.warn(counts, 'Some reports were not taken.');
  else if (accepted > 0) log.info(counts, 'Sent reports.');
}
