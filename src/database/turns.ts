/** Who writes next, where only one can. */

/**
 * SQLite lets one connection write and tells nobody when it is done, so whoever writes one batch after the other would
 * keep the rest waiting, and those who wait would sleep inside of SQLite. `shared` is what the threads of a process
 * know of each other: how many want to write of those who give no turns, and whose number is called of those that give
 * them. It is advice: the lock is SQLite's.
 */
export interface Turns {
  readonly shared: SharedArrayBuffer;
  readonly gives: boolean;
}

/** What `Turns` of one process share. */
export function sharedTurns(): SharedArrayBuffer {
  return new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT);
}

/** How long the main thread is let through at most: those who wait have a deadline too. */
const GIVEN_MS_MAX = 200;
/** A batch of the most records on a slow disk takes less. Whoever waits longer for one turn to end goes ahead. */
const TURN_MS_MAX = 2_000;

/** One at a time in this thread, and in turn with the others. */
export function inTurn(turns: Turns | undefined): Mutex {
  const alone = mutex();
  if (turns === undefined) return alone;
  const shared = new Int32Array(turns.shared);
  return turns.gives ? (work) => alone(() => afterTheOthers(shared, work)) : (work) => alone(() => first(shared, work));
}

/** What is at which place of what is shared. */
const WANTING = 0;
const LAST_NUMBER = 1;
const NUMBER_CALLED = 2;

async function first<T>(shared: Int32Array, work: () => Promise<T>): Promise<T> {
  Atomics.add(shared, WANTING, 1);
  try {
    return await work();
  } finally {
    Atomics.sub(shared, WANTING, 1);
    Atomics.notify(shared, WANTING);
  }
}

/** In the order of coming, and always without blocking: this thread goes on reading bodies meanwhile. */
async function afterTheOthers<T>(shared: Int32Array, work: () => Promise<T>): Promise<T> {
  const number = Atomics.add(shared, LAST_NUMBER, 1);
  for (;;) {
    const called = Atomics.load(shared, NUMBER_CALLED);
    if (isReached(called, number)) break;
    // A thread that died at its turn never calls the next one.
    if ((await Atomics.waitAsync(shared, NUMBER_CALLED, called, TURN_MS_MAX).value) === 'timed-out') break;
  }
  try {
    const others = Atomics.load(shared, WANTING);
    if (others > 0) await Atomics.waitAsync(shared, WANTING, others, GIVEN_MS_MAX).value;
    return await work();
  } finally {
    callNext(shared, (number + 1) | 0);
  }
}

/** Never back: one who waited for too long and went ahead has called a later number. */
function callNext(shared: Int32Array, number: number): void {
  for (;;) {
    const called = Atomics.load(shared, NUMBER_CALLED);
    if (isReached(called, number)) return;
    if (Atomics.compareExchange(shared, NUMBER_CALLED, called, number) === called) break;
  }
  Atomics.notify(shared, NUMBER_CALLED);
}

/** By the difference, because numbers begin at the other end of the whole numbers one day. */
function isReached(called: number, number: number): boolean {
  return ((called - number) | 0) >= 0;
}

/** Runs one piece of work after the other. */
export type Mutex = <T>(work: () => Promise<T>) => Promise<T>;

/** One at a time, in the order of coming. */
export function mutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
