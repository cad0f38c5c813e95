import type { CollectionSource } from './collection-file.js';
import { createSignIn } from './sign-in.js';
import { StampError } from './stamp-error.js';
import { createStamp } from './stamp.js';
import type { Pause, Stamp } from './stamp.js';
import type { Pipeline } from '../pipeline/pipeline.js';

/** One source with the books it is pulled into. */
export interface Collector {
  readonly app: Pipeline;
  readonly source: CollectionSource;
  readonly stamp: Stamp;
  readonly registrationId: number;
}

/** Who it says that records were received from, and subscriptions assigned by. */
export const COLLECTOR = 'collector';

export const USAGE_VERSION = '2015-06-01-preview';

/** What pulls from one stamp, with a sign-in of its own. */
export function createCollector(
  app: Pipeline,
  source: CollectionSource,
  registrationId: number,
  pause: Pause,
): Collector {
  const signIn = createSignIn(source.signIn, app.clock);
  return { app, source, registrationId, stamp: createStamp(signIn, { timeoutMs: source.requestTimeoutMs, pause }) };
}

/**
 * What a stamp has to answer within the time of its source, however many answers that takes: each of them may come in
 * time, and all of them never end. Throws UNAVAILABLE where the time is over.
 */
export async function inTime<T>(
  { hourTimeoutMs }: CollectionSource,
  signal: AbortSignal,
  work: (either: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = AbortSignal.timeout(hourTimeoutMs);
  try {
    return await work(AbortSignal.any([signal, timeout]));
  } catch (error) {
    signal.throwIfAborted();
    if (!timeout.aborted) throw error;
    throw new StampError(
      'UNAVAILABLE',
      `The stamp's answers did not end within ${hourTimeoutMs / 60_000} minutes. If it needs longer, set "hourTimeoutMinutes" of its source higher.`,
      null,
      { cause: error },
    );
  }
}

/** An address of the stamp's administrator API. */
export function addressOf(
  { url, subscriptionGuid }: CollectionSource,
  provider: string,
  parameters: Readonly<Record<string, string>>,
): URL {
  const address = new URL(`${url}/subscriptions/${subscriptionGuid}/providers/${provider}`);
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  return address;
}
