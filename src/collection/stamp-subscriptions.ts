import { addressOf } from './collector.js';
import type { Collector } from './collector.js';
import { pagesOf } from './pages.js';
import { isJsonObject } from '../pipeline/ingestion/exact-json.js';
import type { JsonValue } from '../pipeline/ingestion/exact-json.js';
import { canonicalGuid } from '../primitives/ids.js';

/** A user subscription as the stamp lists it. */
export interface StampSubscription {
  readonly stackSubscriptionGuid: string;
  /** Directory of its owner; null where the stamp does not say. */
  readonly tenantGuid: string | null;
  readonly name: string | null;
}

const NAME_LENGTH_MAX = 200;
const SUBSCRIPTIONS_MAX = 100_000;

/** The stamp's user subscriptions. Entries without a subscription id are passed over. Throws a StampError. */
export async function listStampSubscriptions(
  { stamp, source }: Pick<Collector, 'stamp' | 'source'>,
  signal: AbortSignal,
): Promise<readonly StampSubscription[]> {
  const address = addressOf(source, 'Microsoft.Subscriptions.Admin/subscriptions', { 'api-version': '2015-11-01' });
  const found = new Map<string, StampSubscription>();
  for await (const page of pagesOf(stamp, address, signal)) {
    for (const value of page) {
      const read = subscriptionIn(value);
      if (read !== null && found.size < SUBSCRIPTIONS_MAX) found.set(read.stackSubscriptionGuid, read);
    }
  }
  return [...found.values()];
}

function subscriptionIn(value: JsonValue): StampSubscription | null {
  if (!isJsonObject(value)) return null;
  const { subscriptionId, tenantId, displayName } = value;
  const stackSubscriptionGuid = guidIn(subscriptionId);
  if (stackSubscriptionGuid === null) return null;
  const name = typeof displayName === 'string' ? displayName.replace(/\p{Cc}/gu, ' ').trim() : '';
  return {
    stackSubscriptionGuid,
    tenantGuid: guidIn(tenantId),
    name: name === '' ? null : name.slice(0, NAME_LENGTH_MAX),
  };
}

function guidIn(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? canonicalGuid(value) : null;
}
