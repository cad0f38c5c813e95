/**
 * Tells the streams of this process what has changed. One look at the books serves all of them, and nobody looks while
 * nobody listens. Whose credential has ended, or who may not see it, hears nothing of a change, also when that was
 * different when the stream was opened.
 */
import type { Credentials } from '../access/credentials.js';
import type { Caller } from '../access/principal.js';
import type { Scope } from '../access/scope.js';
import type { Database } from '../database/database.js';
import { asUnavailable } from '../database/faults.js';
import type { Sql } from '../database/transaction.js';
import type { Clock } from '../primitives/clock.js';
import type { ResolveScope } from '../tenancy/resolve-scope.js';
import { startDeadline } from '../primitives/deadline.js';
import { DomainError } from '../primitives/errors.js';
import { isSeenBy, watchTopic } from './live-changes.js';
import type { LiveChange, LiveTopic, Look } from './live-changes.js';

/** The live updates of this process. */
export interface LiveFeed {
  /** What is committed after this has answered comes out of the stream, once, as far as its caller sees it. */
  open(listener: Listener): Promise<ChangeStream>;
  /** Looks once. What it finds waits in the streams when it answers. Throws when the books cannot be read. */
  tick(): Promise<void>;
  /** A reader took nothing for too long, and was cut off. */
  noteStall(): void;
  counts(): LiveCounts;
}

/** Who listens, and to what. `registrationId` null: to all that the caller may see. */
export interface Listener {
  readonly caller: Caller;
  readonly topic: LiveTopic;
  readonly registrationId: number | null;
}

/** What this process has told so far, for its metrics. */
export interface LiveCounts {
  readonly open: number;
  readonly told: number;
  readonly cutOff: number;
}

/** Changes for one listener, until somebody ends it. */
export interface ChangeStream extends AsyncIterableIterator<LiveChange> {
  /** The next change; done when it was closed, and rejected, once, when it was cut off. */
  next(): Promise<IteratorResult<LiveChange, undefined>>;
  /** Closes it, also while somebody waits for the next change. Never waits itself. */
  return(): Promise<IteratorResult<LiveChange, undefined>>;
}

interface LiveLimits {
  /** Rows that one look reads. */
  readonly liveRowsMax: number;
  /** Changes that wait for one reader. */
  readonly liveBufferMax: number;
  /** Milliseconds that one look takes. */
  readonly requestMsMax: number;
}

interface Books {
  readonly db: Database;
  readonly clock: Clock;
  readonly tokens: Pick<Credentials, 'lapsed'>;
  readonly resolveScope: ResolveScope;
  readonly limits: LiveLimits;
}

interface Open extends Listener {
  readonly push: (change: LiveChange) => void;
  readonly cutOff: (error: DomainError) => void;
}

const LAPSED = 'The credential with which this stream was opened is not valid any more.';
const LOST = 'Something changed that could not be told. Ask for what is so now, and open the stream again.';
const OVERRUN = 'More was to tell than this reader took. Ask for what is so now, and open the stream again.';

/** Makes the feed; it reads nothing before somebody listens. */
export function createLiveFeed({ db, clock, tokens, resolveScope, limits }: Books): LiveFeed {
  const streams = new Set<Open>();
  const looks = new Map<LiveTopic, Look>();
  const counts = { told: 0, cutOff: 0 };
  let turn: Promise<unknown> = Promise.resolve();

  /** One at a time: a look must not pass over what another is in the middle of. */
  function inTurn<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    const run = turn.then(async () => {
      const deadline = startDeadline(limits.requestMsMax);
      try {
        return await work(db.within(deadline).reader);
      } finally {
        deadline.end();
      }
    });
    turn = run.catch(() => undefined);
    return run;
  }

  async function endLapsed(): Promise<void> {
    const lapsed = await tokens.lapsed([...streams].map(({ caller }) => caller));
    for (const stream of streams) {
      if (lapsed.has(stream.caller)) stream.cutOff(new DomainError('UNAUTHENTICATED', LAPSED));
    }
  }

  async function tell(sql: Sql, topic: LiveTopic, changes: readonly LiveChange[]): Promise<void> {
    if (changes.length === 0) return;
    const scopes = new Map<string, Promise<Scope>>();
    for (const stream of [...streams].filter((one) => one.topic === topic)) {
      try {
        const { registrations, tenants, resellers } = stream.caller;
        const grant = JSON.stringify([registrations, tenants, resellers]);
        // What a grant stands for changes: a tenant may have another reseller than when the stream was opened.
        const resolving = scopes.get(grant) ?? resolveScope(sql, stream.caller);
        scopes.set(grant, resolving);
        const scope = await resolving;
        const { registrationId } = stream;
        changes
          .filter((change) => registrationId === null || registrationId === change.registrationId)
          .filter((change) => isSeenBy(scope, change))
          .forEach(stream.push);
      } catch (error) {
        // It was found and is not found again, so that going on would leave it out without a word.
        const fault = asUnavailable(error);
        stream.cutOff(fault instanceof DomainError ? fault : new DomainError('UNAVAILABLE', LOST));
      }
    }
  }

  return {
    open: (listener) =>
      inTurn(async (sql) => {
        const { topic } = listener;
        const looking = { clock, rowsMax: limits.liveRowsMax };
        if (!looks.has(topic)) looks.set(topic, await watchTopic(topic, sql, looking));
        return openStream(listener);
      }),
    tick: async () => {
      if (streams.size === 0 && looks.size === 0) return;
      await inTurn(async (sql) => {
        if (streams.size > 0) await endLapsed();
        const topics = new Set([...streams].map(({ topic }) => topic));
        for (const [topic, look] of looks) {
          if (topics.has(topic)) await tell(sql, topic, await look(sql));
          else looks.delete(topic);
        }
      });
    },
    noteStall: () => {
      counts.cutOff += 1;
    },
    counts: () => ({ ...counts, open: streams.size }),
  };

  function openStream(listener: Listener): ChangeStream {
    const waiting: LiveChange[] = [];
    let end: { readonly error: DomainError | null } | null = null;
    let wake: () => void = () => undefined;

    function close(error: DomainError | null): void {
      if (end !== null) return;
      end = { error };
      waiting.length = 0;
      streams.delete(stream);
      wake();
    }

    const stream: Open = {
      ...listener,
      push: (change) => {
        if (waiting.length >= limits.liveBufferMax) stream.cutOff(new DomainError('STREAM_OVERRUN', OVERRUN));
        if (end !== null) return;
        waiting.push(change);
        wake();
      },
      cutOff: (error) => {
        if (end === null) counts.cutOff += 1;
        close(error);
      },
    };
    streams.add(stream);
    return {
      next: async () => {
        while (waiting.length === 0 && end === null) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        const value = waiting.shift();
        if (value !== undefined) {
          counts.told += 1;
          return { done: false, value };
        }
        const error = end?.error ?? null;
        end = { error: null };
        if (error !== null) throw error;
        return OVER;
      },
      return: async () => {
        close(null);
        return OVER;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

const OVER = { done: true, value: undefined } as const;
