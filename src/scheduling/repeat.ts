import { setTimeout as timer } from 'node:timers/promises';

/** Something that is done again and again until it is stopped. */
export interface Repetition {
  /** Tells what is running to stop where it may, and answers when it has. Stopping twice does no harm. */
  stop(): Promise<void>;
}

/** How often a task runs, and what happens when it fails. */
export interface Pace {
  /** From the end of one run to the start of the next, on average. */
  readonly paceMs: number;
  /** From 0 to 1. Processes that started together do not stay together. */
  readonly jitter: () => number;
  /** A run that fails is written down, and the next one comes all the same. */
  readonly onError: (error: unknown) => void;
  /** Waits; rejects when the signal is aborted. Tests bring their own. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/**
 * Runs a task at its own pace, never twice at once in this process. What makes it safe in many processes is the task:
 * it must do nothing that another one has done.
 */
export function repeat(task: (signal: AbortSignal) => Promise<void>, pace: Pace): Repetition {
  const { paceMs, jitter, onError, pause = waitFor } = pace;
  const controller = new AbortController();
  const { signal } = controller;
  const isStopped = () => signal.aborted;

  async function run(): Promise<void> {
    while (!isStopped()) {
      try {
        await task(signal);
      } catch (error) {
        if (!isStopped()) onError(error);
      }
      if (!isStopped()) await pause(paceMs * (0.5 + jitter()), signal).catch(() => undefined);
    }
  }

  const running = run();
  return {
    stop: () => {
      controller.abort();
      return running;
    },
  };
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await timer(ms, undefined, { signal });
}
