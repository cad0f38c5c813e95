import { RateLimited } from '../primitives/errors.js';

/** Counts what runs for each caller in this process, so that one of them cannot take every connection to the database. */
export interface RequestsAtOnce {
  /** Counts one request in, and answers what counts it out. Throws RATE_LIMITED. */
  enter(caller: string): () => void;
}

export function createRequestsAtOnce(max: number): RequestsAtOnce {
  // Holds callers who have a request running, and so no more of them than there are connections.
  const running = new Map<string, number>();
  return {
    enter: (caller) => {
      const count = running.get(caller) ?? 0;
      if (count >= max) throw new RateLimited(`You have ${count} requests running, and no more run at once.`, 1);
      running.set(caller, count + 1);
      let isIn = true;
      return () => {
        if (!isIn) return;
        isIn = false;
        const left = (running.get(caller) ?? 1) - 1;
        if (left === 0) running.delete(caller);
        else running.set(caller, left);
      };
    },
  };
}
