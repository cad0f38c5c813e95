import { setTimeout as wait } from 'node:timers/promises';

import type { Pause } from './stamp.js';

/** Waits by the machine's clock. */
export const pauseFor: Pause = async (ms, signal) => {
  await wait(ms, undefined, { signal });
};
