import type { Collector } from './collector.js';
import { pullHour } from './pull-hour.js';
import type { PulledHour } from './pull-hour.js';
import { StampError } from './stamp-error.js';
import { advanceWatermark, beginWatermark, countPulledRecords, findWatermark } from './watermark-store.js';
import { invariant } from '../primitives/errors.js';
import { dayOf, hourOf, hourText } from '../primitives/windows.js';
import type { Hour } from '../primitives/windows.js';
import { holdOpenState, sayBooksFrom } from '../registration/registration-store.js';

/** How far a round came. */
export interface Collected {
  /** Up to which reported hour (exclusive) everything is in the books. */
  readonly collectedBefore: Hour;
  /** Up to which (exclusive) it could be, by the clock. */
  readonly endHour: Hour;
  readonly hours: number;
  /** Why it ended early; null when everything that is complete was pulled. */
  readonly error: StampError | null;
}

/** An hour that was read again, held against the books. */
export interface RereadHour {
  readonly hour: Hour;
  readonly rows: number;
  /** Rows that the stamp did not have the first time. They are counted now, if their reported day is open. */
  readonly added: number;
  /** Rows with another quantity than the books have: kept in quarantine, nothing was changed. */
  readonly changed: number;
  /** Records of the books that the stamp no longer has. */
  readonly missing: number;
}

/** What a caller may follow: each hour when it is in the books and the watermark has passed it. */
export type OnHour = (pulled: PulledHour, endHour: Hour) => void;

/**
 * Pulls every reported hour that is complete and not in the books yet, oldest first, some at once. The watermark moves
 * over an hour only when the usage of it and of every hour before is committed; where an hour cannot be pulled, it
 * stays there, and a later round begins with that hour. Two processes that pull the same do each other no harm.
 */
export async function collectUsage(
  collector: Collector,
  options: { readonly until?: Hour | undefined; readonly onHour?: OnHour; readonly signal: AbortSignal },
): Promise<Collected> {
  const start = await beginOrFind(collector);
  const endHour = Math.max(start, lastCompleteHour(collector, options.until));
  let hours = 0;
  const error = await inOrder(collector, { from: start, to: endHour }, options.signal, async (pulled) => {
    if (pulled.tooLate > 0) throw alreadyClosed(pulled);
    await pass(collector, pulled.hour);
    hours += 1;
    options.onHour?.(pulled, endHour);
  });
  return { collectedBefore: start + hours, endHour, hours, error };
}

/** Reads hours before the watermark again and holds them against the books. Throws a StampError. */
export async function rereadHours(
  collector: Collector,
  options: { readonly hours: number; readonly onHour?: (hour: RereadHour) => void; readonly signal: AbortSignal },
): Promise<readonly RereadHour[]> {
  const before = await findWatermark(collector.app.db.reader, collector.registrationId);
  if (before === null) return [];
  const from = Math.max(collector.source.from, before - options.hours);
  const reread: RereadHour[] = [];
  const error = await inOrder(collector, { from, to: before }, options.signal, async (pulled) => {
    const stored = await countPulledRecords(collector.app.db.reader, collector.registrationId, pulled.hour);
    const { hour, rows, accepted, conflicts, distinct, tooLate } = pulled;
    const read = {
      hour,
      rows,
      added: accepted + tooLate,
      changed: conflicts,
      missing: Math.max(0, stored - (distinct - tooLate)),
    };
    reread.push(read);
    options.onHour?.(read);
  });
  if (error !== null) throw error;
  return reread;
}

/**
 * Pulls hours, several at once, and hands each on when all before it were handed on. Answers why it ended early:
 * nothing after that hour was handed on then. Only a StampError is an answer; anything else is thrown.
 */
async function inOrder(
  collector: Collector,
  hours: { readonly from: Hour; readonly to: Hour },
  signal: AbortSignal,
  take: (pulled: PulledHour) => Promise<void>,
): Promise<StampError | null> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const running: Promise<PulledHour>[] = [];
  let next = hours.from;
  try {
    for (;;) {
      while (running.length < collector.source.hoursAtOnce && next < hours.to) {
        const pulling = pullHour(collector, next, either);
        // It is looked at when its turn comes.
        pulling.catch(() => undefined);
        running.push(pulling);
        next += 1;
      }
      const first = running.shift();
      if (first === undefined) return null;
      await take(await first);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StampError) return error;
    throw error;
  } finally {
    stop.abort();
    // What is being committed is finished before anything else happens, such as closing the database.
    await Promise.allSettled(running);
  }
}

async function beginOrFind({ app, registrationId, source }: Collector): Promise<Hour> {
  const known = await findWatermark(app.db.reader, registrationId);
  if (known !== null) return known;
  await app.db.inTransaction(async (tx) => {
    await holdOpenState(tx, registrationId);
    await sayBooksFrom(tx, registrationId, dayOf(source.from));
    await beginWatermark(tx, { registrationId, hour: source.from, at: app.clock.now() });
  });
  const begun = await findWatermark(app.db.reader, registrationId);
  invariant(begun !== null, 'a watermark that was begun can be read');
  return begun;
}

function lastCompleteHour({ app, source }: Collector, until: Hour | undefined): Hour {
  const byClock = hourOf(app.clock.now() - source.completeAfterMs);
  return until === undefined ? byClock : Math.min(byClock, until);
}

/** Its rows are in quarantine and not in the books, and a watermark that passed it would say that they are. */
function alreadyClosed({ hour, tooLate }: PulledHour): StampError {
  return new StampError(
    'REFUSED',
    `${tooLate} rows of ${hourText(hour)} cannot be taken in, because their reported day is closed. Set "from" to the first day that is open.`,
  );
}

/** The usage of the hour is committed; only now does the watermark pass it. */
async function pass({ app, registrationId }: Collector, hour: Hour): Promise<void> {
  await app.db.inTransaction((tx) => advanceWatermark(tx, { registrationId, hour, at: app.clock.now() }));
}
