import { setMaxListeners } from 'node:events';

import { DomainError } from './errors.js';

/** How long something may take. `end` forgets it, and is called when the work is done. */
export interface Deadline {
  /** Fires when the time is over, or the caller has gone. */
  readonly signal: AbortSignal;
  /**
   * Throws TIMEOUT once the time is over. It looks at the time itself, because timers do not fire while work that never
   * yields holds up the process.
   */
  readonly check: () => void;
  /** Nobody waits for the answer any more. */
  abandon(): void;
  end(): void;
}

/** A deadline that many milliseconds from now. Whoever starts it ends it. */
export function startDeadline(milliseconds: number): Deadline {
  const controller = new AbortController();
  // Every statement that is under way listens, and a page may have many.
  setMaxListeners(0, controller.signal);
  const over = performance.now() + milliseconds;
  const timer = setTimeout(() => controller.abort(), milliseconds);
  timer.unref();
  return {
    signal: controller.signal,
    check: () => {
      if (controller.signal.aborted || performance.now() >= over) throw timedOut();
    },
    abandon: () => controller.abort(),
    end: () => clearTimeout(timer),
  };
}

/** The refusal of what took too long. */
export function timedOut(): DomainError {
  return new DomainError(
    'TIMEOUT',
    'This took longer than REQUEST_MS_MAX allows, and was given up; nothing of it was written. Ask for less, or try again later.',
  );
}
