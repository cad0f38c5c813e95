/**
 * A writer in threads of its own, with their own connections: decoding, checking and (on SQLite, which works inside the
 * process) writing do not hold up those who read. SQLite lets one of them write at a time, and another one reads the
 * next body meanwhile. What the threads say to each other is here; a thread's own half is `bin/writer-thread.ts`.
 */
import { Worker } from 'node:worker_threads';

import { unpacked } from './packed-receipt.js';
import type { PackedReceipt } from './packed-receipt.js';
import type { Patience, UsageBody, UsageTexts, UsageWriter } from './usage-writer.js';
import { systemClock } from '../primitives/clock.js';
import type { Clock } from '../primitives/clock.js';
import { DomainError } from '../primitives/errors.js';
import type { ErrorCode } from '../primitives/errors.js';
import type { OnStage, StageEvent } from '../primitives/stage-event.js';

/** What a thread is started with. */
export interface WriterThreadStart {
  readonly databaseUrl: string;
  /** What the threads know of who wants to write; see `DatabaseOptions.turns`. */
  readonly turns: SharedArrayBuffer;
  readonly unknownMetersMax: number;
}

/** A body, or the records of a mutation. */
type Batch = UsageBody | UsageTexts;

/**
 * One batch for a thread, with when it came by the clock of the gateway and when its time is over by that of the
 * machine; or the word that there will be no more.
 */
export type ToWriter = (Batch & Times & { readonly id: number }) | { readonly isOver: true };

/**
 * What became of a batch: the receipt of a body as it is answered, that of a mutation's records packed. A refusal keeps
 * its code; anything else is a fault, told as text for the log.
 */
export type FromWriter =
  | { readonly event: StageEvent }
  | { readonly id: number; readonly receipt: Receipt }
  | {
      readonly id: number;
      readonly refusal: { readonly code: ErrorCode; readonly message: string; readonly field: readonly string[] };
    }
  | { readonly id: number; readonly fault: string };

type Receipt = Uint8Array | PackedReceipt;

/** A batch lives until it is committed: with less room for the young, each one is copied about several times. */
const YOUNG_MIB = 192;
/** A thread holds a few hundred megabytes: one that was needed for a moment gives them back after this long. */
const REST_MS = 60_000;

interface Waiting {
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: unknown) => void;
}

/** One of the threads: it begins with its first batch, and anew with the next one after it has ended. */
interface Thread {
  /** Batches that have no answer yet. */
  waiting(): number;
  send(batch: Batch & Times, transfer: readonly ArrayBuffer[]): Promise<Receipt>;
  close(): Promise<void>;
}

/** When it came, and when its time is over. */
interface Times {
  readonly receivedAt: number;
  readonly overAt: number;
}

interface Begun {
  readonly worker: Worker;
  /** Batches that have no answer yet, by id. */
  readonly waiting: Map<number, Waiting>;
  /** Runs while there are none. */
  rest: NodeJS.Timeout | undefined;
}

/**
 * Threads that write, up to `count`: a batch goes to the one that has least to do. `entry` is a thread's own half. The
 * first stays once it has begun, since a thread takes a good part of a second to begin; the others end after `restMs`
 * without work.
 */
export function createWriterThreads(
  {
    entry,
    count,
    restMs = REST_MS,
    ...start
  }: WriterThreadStart & { readonly entry: URL; readonly count: number; readonly restMs?: number },
  { clock, onStage }: { readonly clock: Clock; readonly onStage: OnStage },
): UsageWriter {
  const threads = Array.from({ length: count }, (_, place) =>
    createThread({ entry, start, restMs: place === 0 ? null : restMs }, onStage),
  );
  const send = (batch: Batch, { milliseconds }: Patience, transfer: readonly ArrayBuffer[] = []) => {
    const times = { receivedAt: clock.now(), overAt: systemClock.now() + milliseconds };
    return leastBusy(threads).send({ ...batch, ...times }, transfer);
  };
  return {
    write: (body, patience) => {
      const bytes = ownBytes(body.bytes);
      return send({ ...body, bytes }, patience, [bytes.buffer]) as Promise<Uint8Array>;
    },
    record: async (usage, patience) => unpacked((await send(usage, patience)) as PackedReceipt),
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

/** The first of those that have least to do: a thread that is never needed never begins. */
function leastBusy(threads: readonly Thread[]): Thread {
  return threads.reduce((best, thread) => (thread.waiting() < best.waiting() ? thread : best));
}

function createThread(
  { entry, start, restMs }: { readonly entry: URL; readonly start: WriterThreadStart; readonly restMs: number | null },
  onStage: OnStage,
): Thread {
  let thread: Begun | null = null;
  let lastId = 0;
  /** Those that have not ended yet: beside `thread`, the ones that were told to. */
  const alive = new Set<Promise<unknown>>();
  const begin = (): Begun => {
    const waiting = new Map<number, Waiting>();
    const worker = new Worker(entry, { workerData: start, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB } });
    const begun: Begun = { worker, waiting, rest: undefined };
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    alive.add(ended);
    void ended.then(() => alive.delete(ended));
    const rest = () => {
      worker.unref();
      if (restMs !== null) begun.rest = setTimeout(finish, restMs).unref();
    };
    worker.on('message', (answer: FromWriter) => {
      if ('event' in answer) {
        onStage(answer.event);
        return;
      }
      const one = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (waiting.size === 0) rest();
      if ('receipt' in answer) one?.resolve(answer.receipt);
      else if ('refusal' in answer) one?.reject(asRefusal(answer.refusal));
      else one?.reject(new Error(answer.fault));
    });
    const end = (error: unknown) => {
      clearTimeout(begun.rest);
      if (thread === begun) thread = null;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    worker.once('error', end);
    worker.once('exit', () => end(new Error('The thread that writes usage has ended.')));
    return begun;
  };
  /** It ends when it has answered; a batch that comes after this begins another one. */
  const finish = () => {
    if (thread === null) return;
    const { worker } = thread;
    thread = null;
    worker.ref();
    const message: ToWriter = { isOver: true };
    worker.postMessage(message);
  };
  return {
    waiting: () => thread?.waiting.size ?? 0,
    send: (batch, transfer) =>
      new Promise<Receipt>((resolve, reject) => {
        thread ??= begin();
        clearTimeout(thread.rest);
        thread.worker.ref();
        lastId += 1;
        thread.waiting.set(lastId, { resolve, reject });
        const message: ToWriter = { ...batch, id: lastId };
        thread.worker.postMessage(message, transfer);
      }),
    close: async () => {
      finish();
      await Promise.all(alive);
    },
  };
}

function asRefusal({ code, message, field }: { code: ErrorCode; message: string; field: readonly string[] }) {
  return new DomainError(code, message, field);
}

/** Bytes that can be handed over without a copy; small bodies share their memory with others, and are copied. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
  return isAlone ? new Uint8Array(buffer) : Uint8Array.from(bytes);
}
