import type { Clock } from '../../src/primitives/clock.js';

/** A clock that runs faster than the machine's, the same in every process that is told of it. */
export interface FastClock {
  /** When it was started, by the machine's clock. */
  readonly startedAt: number;
  /** What it said then. */
  readonly simulatedAt: number;
  /** How many of its seconds pass in one. */
  readonly speed: number;
}

export function clockOf({ startedAt, simulatedAt, speed }: FastClock): Clock {
  return { now: () => Math.round(simulatedAt + (Date.now() - startedAt) * speed) };
}
