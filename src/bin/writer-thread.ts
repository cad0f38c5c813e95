/** A thread that takes usage in, with its own connections. Started by `writing/writer-threads`. */
import 'reflect-metadata';
import { parentPort, workerData } from 'node:worker_threads';

import { entities, migrations } from '../data-source.js';
import { openDatabase } from '../database/open-database.js';
import type { Database } from '../database/database.js';
import { asUnavailable } from '../database/faults.js';
import { createDictionary } from '../pipeline/ingestion/dictionary.js';
import { createRoutingTables } from '../pipeline/routing/routing-store.js';
import { systemClock } from '../primitives/clock.js';
import { startDeadline } from '../primitives/deadline.js';
import { DomainError } from '../primitives/errors.js';
import type { StageEvent } from '../primitives/stage-event.js';
import { packed } from '../writing/packed-receipt.js';
import { writerHere } from '../writing/usage-writer.js';
import type { FromWriter, ToWriter, WriterThreadStart } from '../writing/writer-threads.js';

const { databaseUrl, turns } = workerData as WriterThreadStart;
/** Opened with the first batch, and tried again with the next one where that fails: databases come back. */
let opening: Promise<Database> | null = null;
const dictionary = createDictionary();
const routingTables = createRoutingTables();
/** Counted where the metrics are. */
const onStage = (event: StageEvent) => answer({ event });
const atWork = new Set<Promise<void>>();

parentPort?.on('message', (message: ToWriter) => {
  const work = 'isOver' in message ? end() : take(message);
  atWork.add(work);
  void work.finally(() => atWork.delete(work));
});

async function take({ id, receivedAt, overAt, ...batch }: Exclude<ToWriter, { isOver: true }>): Promise<void> {
  const deadline = startDeadline(overAt - systemClock.now());
  try {
    deadline.check();
    const db = (await open()).within(deadline);
    // The gateway has one clock, and the main thread has read it.
    const writer = writerHere({ db, clock: { now: () => receivedAt }, dictionary, routingTables, onStage });
    const patience = { db, milliseconds: overAt - systemClock.now() };
    if ('records' in batch) {
      answer({ id, receipt: packed(await writer.record(batch, patience)) });
    } else {
      const receipt = await writer.write(batch, patience);
      answer({ id, receipt }, [receipt.buffer as ArrayBuffer]);
    }
  } catch (error) {
    answer(failure(id, error));
  } finally {
    deadline.end();
  }
}

function open(): Promise<Database> {
  opening ??= openDatabase({
    url: databaseUrl,
    entities,
    migrations,
    turns: { shared: turns, gives: true },
  }).catch((error: unknown) => {
    opening = null;
    throw error;
  });
  return opening;
}

async function end(): Promise<void> {
  await Promise.allSettled(atWork);
  await (await opening)?.close();
  parentPort?.close();
}

function failure(id: number, error: unknown): FromWriter {
  const fault = asUnavailable(error);
  if (!(fault instanceof DomainError)) {
    return { id, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  const { code, message, field } = fault;
  return { id, refusal: { code, message, field } };
}

function answer(message: FromWriter, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, [...transfer]);
}
