/**
 * A writer in a thread of its own, with its own connections: decoding, checking and (on SQLite, which works inside the
 * process) writing do not hold up those who read. What the threads say to each other is here; the thread's own half is
 * `bin/writer-thread.ts`.
 */
import { Worker } from 'node:worker_threads';

import type { UsageBody, UsageWriter } from './usage-writer.js';
import { systemClock } from '../primitives/clock.js';
import { DomainError } from '../primitives/errors.js';
import type { ErrorCode } from '../primitives/errors.js';
import type { OnStage, StageEvent } from '../primitives/stage-event.js';

/** What the thread is started with. */
export interface WriterThreadStart {
  readonly databaseUrl: string;
  /** How many in the main thread wait to write, so that a busy writer lets them; see `DatabaseOptions.turns`. */
  readonly turns: SharedArrayBuffer;
}

/** One body for the thread, or the word that there will be no more. */
export type ToWriter = (UsageBody & { readonly id: number; readonly overAt: number }) | { readonly isOver: true };

/** What became of a body. A refusal keeps its code; anything else is a fault, told as text for the log. */
export type FromWriter =
  | { readonly event: StageEvent }
  | { readonly id: number; readonly receipt: Uint8Array }
  | {
      readonly id: number;
      readonly refusal: { readonly code: ErrorCode; readonly message: string; readonly field: readonly string[] };
    }
  | { readonly id: number; readonly fault: string };

/** A batch lives until it is committed: with less room for the young, each one is copied about several times. */
const YOUNG_MIB = 96;

interface Waiting {
  readonly resolve: (receipt: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** A thread that starts with its first body, and anew with the next one should it ever die. `entry` is its own half. */
export function createWriterThread(entry: URL, start: WriterThreadStart, onStage: OnStage): UsageWriter {
  const waiting = new Map<number, Waiting>();
  let thread: Worker | null = null;
  let lastId = 0;
  const begin = () => {
    const begun = new Worker(entry, { workerData: start, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB } });
    begun.on('message', (answer: FromWriter) => {
      if ('event' in answer) {
        onStage(answer.event);
        return;
      }
      const one = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (waiting.size === 0) begun.unref();
      if ('receipt' in answer) one?.resolve(answer.receipt);
      else if ('refusal' in answer) one?.reject(asRefusal(answer.refusal));
      else one?.reject(new Error(answer.fault));
    });
    const end = (error: unknown) => {
      if (thread === begun) thread = null;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    begun.once('error', end);
    begun.once('exit', () => end(new Error('The thread that writes usage has ended.')));
    return begun;
  };
  return {
    write: ({ bytes, ...body }, { milliseconds }) =>
      new Promise((resolve, reject) => {
        thread ??= begin();
        thread.ref();
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        const own = ownBytes(bytes);
        const message: ToWriter = { ...body, bytes: own, id: lastId, overAt: systemClock.now() + milliseconds };
        thread.postMessage(message, [own.buffer]);
      }),
    close: async () => {
      const last = thread;
      if (last === null) return;
      const ended = new Promise((resolve) => last.once('exit', resolve));
      last.ref();
      const message: ToWriter = { isOver: true };
      last.postMessage(message);
      await ended;
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
