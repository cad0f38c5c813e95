import type { CollectionSource } from './collection-file.js';
import { createSignIn } from './sign-in.js';
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
