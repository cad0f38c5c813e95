import { randomInt } from 'node:crypto';

const STEPS = 2 ** 32;

/** A number from 0 to below 1, for spreading what would otherwise happen at the same moment. */
export function chance(): number {
  return randomInt(STEPS) / STEPS;
}
