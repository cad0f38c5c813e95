/**
 * What was refused, in the audit log: each refusal of a caller by itself up to a bound in each minute, and what is
 * beyond it as one entry with a count, written when the minute is over. Entries are chained, so none can count up; and
 * without a bound, whoever is refused for free could fill the disk.
 */
import type { Actor } from './actor.js';
import { appendAuditEntry } from './audit-store.js';
import type { Database } from '../database/database.js';
import type { Clock } from '../primitives/clock.js';

/** Refusals of one caller that have entries of their own, in each minute and in each process. */
export const REFUSALS_PER_MINUTE_MAX = 20;
/** Name of the act in an entry that counts. */
const MORE_REFUSALS = 'moreRefusals';

const MINUTE_MS = 60_000;

/** One change that was refused. */
export interface Refusal {
  readonly action: string;
  readonly code: string;
  readonly target: string;
  /** Only one that the caller may see: an entry must not tell others that somebody guessed at theirs. */
  readonly registrationId: number | null;
}

/** Where a refusal is written, and when. */
interface Books {
  readonly db: Database;
  readonly clock: Clock;
}

/** The refusals of this process. */
export interface Refusals {
  /** Writes it down, in a transaction of its own: what was to be done left nothing behind. Or counts it. */
  record(books: Books, actor: Actor, refusal: Refusal): Promise<void>;
  /** Writes down what was counted in minutes that are over; `all` does not wait for that. */
  flush(which?: 'over' | 'all'): Promise<void>;
  /** Writes down what was counted, and counts no more. A process that is killed loses the counts of its minute. */
  close(): Promise<void>;
}

/** What one caller was refused in one minute. */
interface Counted {
  readonly actor: Actor;
  /** Minutes since 1970. */
  readonly minute: number;
  written: number;
  /** How often each act was refused beyond that, and why: `mapTenant FORBIDDEN`. */
  readonly more: Map<string, number>;
}

/** Counts nothing yet. Counts go into `books`, which outlive a request. */
export function createRefusals(books: Books): Refusals {
  const minuteNow = () => Math.floor(books.clock.now() / MINUTE_MS);
  let counts = new Map<string, Counted>();
  let timer: NodeJS.Timeout | null = null;

  async function flush(which: 'over' | 'all' = 'over'): Promise<void> {
    const now = minuteNow();
    const isOver = ({ minute }: Counted) => which === 'all' || minute < now;
    const over = [...counts].filter(([, counted]) => isOver(counted));
    counts = new Map([...counts].filter(([, counted]) => !isOver(counted)));
    for (const [name, counted] of over) {
      if (counted.more.size === 0) continue;
      try {
        await writeCount(books, counted);
      } catch (error) {
        counts.set(`${name} ${counted.minute}`, counted);
        throw error;
      }
    }
  }

  function flushLater(): void {
    if (timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      // A database that is away now is asked again a minute later.
      flush().catch(flushLater);
    }, MINUTE_MS);
    timer.unref();
  }

  return {
    record: async ({ db, clock }, actor, refusal) => {
      await flush().catch(() => undefined);
      const name = JSON.stringify([actor.credential, actor.role, actor.subject]);
      const counted = counts.get(name) ?? { actor, minute: minuteNow(), written: 0, more: new Map<string, number>() };
      counts.set(name, counted);
      if (counted.written >= REFUSALS_PER_MINUTE_MAX) {
        const what = `${refusal.action} ${refusal.code}`;
        counted.more.set(what, (counted.more.get(what) ?? 0) + 1);
        flushLater();
        return;
      }
      counted.written += 1;
      await db.inTransaction((tx) =>
        appendAuditEntry(tx, {
          ...{ ...refusal, at: clock.now(), outcome: 'DENIED', actor },
          ...{ tenantId: null, before: null, after: null },
        }),
      );
    },
    flush,
    close: async () => {
      if (timer !== null) clearTimeout(timer);
      // Where the database is gone by now, the counts of this minute are lost with it.
      await flush('all').catch(() => undefined);
    },
  };
}

async function writeCount({ db, clock }: Books, { actor, minute, more }: Counted): Promise<void> {
  const count = [...more.values()].reduce((sum, times) => sum + times, 0);
  const from = new Date(minute * MINUTE_MS).toISOString();
  await db.inTransaction((tx) =>
    appendAuditEntry(tx, {
      at: clock.now(),
      action: MORE_REFUSALS,
      outcome: 'DENIED',
      code: null,
      actor: { ...actor, requestId: null },
      target: `${count} more in the minute from ${from}`,
      registrationId: null,
      tenantId: null,
      before: null,
      after: JSON.stringify(Object.fromEntries(more)),
    }),
  );
}
