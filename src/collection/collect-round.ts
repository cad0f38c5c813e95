import { assignSubscriptions } from './assign-subscriptions.js';
import { collectUsage, rereadHours } from './collect-usage.js';
import type { Collected } from './collect-usage.js';
import type { CollectionEvent, CollectionLog } from './collection-log.js';
import type { CollectionSource } from './collection-file.js';
import { createCollector, inTime } from './collector.js';
import type { Collector } from './collector.js';
import type { PulledHour } from './pull-hour.js';
import type { Pause } from './stamp.js';
import { StampError } from './stamp-error.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import { refusalOf } from '../books/books-kind.js';
import { readBooks } from '../books/books-store.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import { hourOf, hourText } from '../primitives/windows.js';
import type { Hour } from '../primitives/windows.js';
import { getRegistration } from '../registration/registration-store.js';

/** How one round of collecting goes. */
export interface Round {
  readonly rereads: boolean;
  /** Only reported hours before this one. */
  readonly until?: Hour | undefined;
  readonly pause: Pause;
  readonly log: CollectionLog;
  readonly signal: AbortSignal;
}

/** How a round ended; both are logged in full. */
export interface RoundResult {
  /** Something could not be pulled. The watermark stands before it, and the next round begins there. */
  readonly hasFailed: boolean;
  /** Something was refused, or the stamp's past has changed; it is in quarantine. */
  readonly needsAttention: boolean;
}

/**
 * One round of one source: whose its subscriptions are, the usage of the hours that are complete, and past hours once
 * more. What fails of it is logged and does not keep the rest from being tried. Throws RegistrationNotFound,
 * BOOKS_ARE_DEMO (a stamp's usage would never be reported from there), and what the books throw.
 */
export async function collectRound(app: Pipeline, source: CollectionSource, round: Round): Promise<RoundResult> {
  const { kind } = await readBooks(app.db.reader);
  if (kind === 'DEMO') throw refusalOf(kind);
  const { id } = await getRegistration(app.db.reader, WHOLE_BOOKS, source.registration);
  const collector = createCollector(app, source, id, round.pause);
  const result = { hasFailed: false, needsAttention: false };
  const log = logFor(source, round.log, result);
  const attempt = async (what: 'usage' | 'reread' | 'subscriptions', act: () => Promise<void>) => {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof StampError)) throw error;
      // A reread hour that its stamp writes again is no fault; anything else is.
      log({ level: 'error', event: 'failed', what, kind: error.kind, code: error.code, message: error.message });
    }
  };
  if (source.pullsSubscriptions) await attempt('subscriptions', () => pullSubscriptions(collector, round, log));
  await attempt('usage', () => pullUsage(collector, round, log));
  if (round.rereads && source.rereadHours > 0) await attempt('reread', () => reread(collector, round, log));
  return result;
}

type Event = CollectionEvent extends infer Each ? (Each extends unknown ? Omit<Each, 'registration'> : never) : never;
type Log = (event: Event) => void;

/** Errors and warnings count for the result: what is logged is what the exit code says. */
function logFor(
  { registration }: CollectionSource,
  log: CollectionLog,
  result: { hasFailed: boolean; needsAttention: boolean },
): Log {
  return (event) => {
    if (event.level === 'error') result.hasFailed = true;
    if (event.level === 'warn') result.needsAttention = true;
    log({ ...event, registration });
  };
}

async function pullSubscriptions(collector: Collector, { signal }: Round, log: Log): Promise<void> {
  const assigned = await inTime(collector.source, signal, (either) => assignSubscriptions(collector, either));
  log({ level: assigned.differing.length > 0 ? 'warn' : 'info', event: 'subscriptions', ...assigned });
}

async function pullUsage(collector: Collector, { until, signal }: Round, log: Log): Promise<void> {
  const onHour = (pulled: PulledHour, endHour: Hour) => log(hourEvent(pulled, endHour));
  const collected = await collectUsage(collector, { until, onHour, signal });
  log({
    level: 'info',
    event: 'collected',
    before: hourText(collected.collectedBefore),
    hours: collected.hours,
    lagHours: lagOf(collector, collected),
  });
  const { error } = collected;
  // The stamp says itself that it is not that far yet.
  if (error !== null && error.kind !== 'NOT_COMPLETE') throw error;
}

function hourEvent(pulled: PulledHour, endHour: Hour): Event {
  const { hour, rows, accepted, duplicates, conflicts, rejected, isSplit } = pulled;
  return {
    level: conflicts + rejected > 0 ? 'warn' : 'info',
    event: 'hour',
    reportedHour: hourText(hour),
    rows,
    accepted,
    duplicates,
    conflicts,
    rejected,
    isSplit,
    hoursLeft: endHour - hour - 1,
  };
}

async function reread(collector: Collector, { signal }: Round, log: Log): Promise<void> {
  const hours = await rereadHours(collector, {
    hours: collector.source.rereadHours,
    onHour: ({ hour, added, changed, missing }) => {
      if (added + changed + missing === 0) return;
      log({ level: 'warn', event: 'hour-changed', reportedHour: hourText(hour), added, changed, missing });
    },
    signal,
  });
  const changedHours = hours.filter(({ added, changed, missing }) => added + changed + missing > 0).length;
  log({ level: 'info', event: 'reread', hours: hours.length, changedHours });
}

/** Hours that are over and not in the books. */
function lagOf({ app }: Collector, { collectedBefore }: Collected): number {
  return Math.max(0, hourOf(app.clock.now()) - collectedBefore);
}
