import { DomainError } from './errors.js';

/** How long something may take. `end` forgets it, and is called when the work is done. */
export interface Deadline {
  /** The time was over while somebody could still be told, or the caller has gone. */
  readonly isOver: () => boolean;
  /** Calls back once when the time is over, or the caller has gone; answers what stops that. */
  onOver(listener: () => void): () => void;
  /**
   * Throws TIMEOUT once the time is over. It looks at the time itself, because timers do not fire while work that never
   * yields holds up the process.
   */
  readonly check: () => void;
  /** Nobody waits for the answer any more. */
  abandon(): void;
  end(): void;
}

/**
 * A deadline that many milliseconds from now. Whoever starts it ends it. Every request has one, and most never listen:
 * an AbortController for each would cost more than checking its credential.
 */
export function startDeadline(milliseconds: number): Deadline {
  const listeners = new Set<() => void>();
  let isOver = false;
  const finish = () => {
    isOver = true;
    for (const listener of listeners) listener();
    listeners.clear();
  };
  const over = performance.now() + milliseconds;
  const timer = setTimeout(finish, milliseconds);
  timer.unref();
  return {
    isOver: () => isOver,
    onOver: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    check: () => {
      if (isOver || performance.now() >= over) throw timedOut();
    },
    abandon: finish,
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
