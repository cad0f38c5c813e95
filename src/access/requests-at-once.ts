import { RateLimited } from '../primitives/errors.js';

/**
 * Counts what runs for each caller in this process, so that one of them cannot take every connection to the database.
 */
export interface RequestsAtOnce {
  /** Counts one request in, and answers what counts it out. Throws RATE_LIMITED. */
  enter(caller: string): () => void;
  /** How many run for this caller now. */
  running(caller: string): number;
}

/** Lets in `max` of each caller at once, and `wholeMax` of all together. `what` names them in refusals. */
export function createRequestsAtOnce(max: number, wholeMax = Infinity, what = 'requests'): RequestsAtOnce {
  // Holds callers who have a request running, and so no more of them than there are connections.
  const counts = new Map<string, number>();
  let whole = 0;
  const running = (caller: string) => counts.get(caller) ?? 0;
  return {
    running,
    enter: (caller) => {
      const count = running(caller);
      if (count >= max) throw new RateLimited(`You have ${count} ${what} running, and no more run at once.`, 1);
      if (whole >= wholeMax) throw new RateLimited(`No more ${what} run here at once. Try again later.`, 1);
      counts.set(caller, count + 1);
      whole += 1;
      let isIn = true;
      return () => {
        if (!isIn) return;
        isIn = false;
        whole -= 1;
        const left = running(caller) - 1;
        if (left === 0) counts.delete(caller);
        else counts.set(caller, left);
      };
    },
  };
}
