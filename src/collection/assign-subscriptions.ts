import { COLLECTOR } from './collector.js';
import type { Collector } from './collector.js';
import { listStampSubscriptions } from './stamp-subscriptions.js';
import type { StampSubscription } from './stamp-subscriptions.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import { assignStackSubscription } from '../pipeline/routing/assign-stack-subscription.js';
import { listStackSubscriptions, listTenants } from '../tenancy/tenancy-store.js';
import type { StackSubscription, Tenant } from '../tenancy/tenancy.entity.js';

/** What the stamp's list of subscriptions came to. */
export interface AssignedSubscriptions {
  readonly listed: number;
  /** Given to their tenants now. */
  readonly assigned: number;
  /** Of directories that nobody registered: left as they are. */
  readonly unregistered: number;
  /** The books say another tenant than the stamp: left as they are, for a person to decide. */
  readonly differing: readonly string[];
}

const PER_QUESTION = 200;

/**
 * Asks the stamp whose its subscriptions are, and gives those whose tenant nobody has said to the registered tenant of
 * their directory. What a person has said is never overruled: it decides who pays. Throws a StampError.
 */
export async function assignSubscriptions(collector: Collector, signal: AbortSignal): Promise<AssignedSubscriptions> {
  const listed = await listStampSubscriptions(collector, signal);
  let assigned = 0;
  let unregistered = 0;
  const differing: string[] = [];
  for (let start = 0; start < listed.length; start += PER_QUESTION) {
    const some = listed.slice(start, start + PER_QUESTION);
    const { tenants, known } = await lookUp(collector, some);
    for (const subscription of some) {
      const { tenantGuid, stackSubscriptionGuid } = subscription;
      const tenant = tenants.get(tenantGuid ?? '');
      const current = known.get(stackSubscriptionGuid)?.tenantId ?? null;
      if (tenantGuid === null || tenant === undefined) unregistered += 1;
      else if (current === null) {
        await assign(collector, subscription, tenantGuid);
        assigned += 1;
      } else if (current !== tenant.id) differing.push(stackSubscriptionGuid);
    }
  }
  return { listed: listed.length, assigned, unregistered, differing };
}

async function lookUp(
  { app, registrationId }: Collector,
  subscriptions: readonly StampSubscription[],
): Promise<{
  readonly tenants: ReadonlyMap<string, Tenant>;
  readonly known: ReadonlyMap<string, StackSubscription>;
}> {
  const sql = app.db.reader;
  const page = { afterId: 0, limit: PER_QUESTION };
  const tenantGuids = [...new Set(subscriptions.flatMap(({ tenantGuid }) => tenantGuid ?? []))];
  const stackSubscriptionGuids = subscriptions.map(({ stackSubscriptionGuid }) => stackSubscriptionGuid);
  const tenants = await listTenants(sql, WHOLE_BOOKS, { registrationId, tenantGuids }, page);
  const known = await listStackSubscriptions(sql, WHOLE_BOOKS, { registrationId, stackSubscriptionGuids }, page);
  return {
    tenants: new Map(tenants.map((tenant) => [tenant.tenantGuid, tenant])),
    known: new Map(known.map((subscription) => [subscription.stackSubscriptionGuid, subscription])),
  };
}

async function assign(
  { app, source }: Collector,
  { stackSubscriptionGuid, name }: StampSubscription,
  tenantGuid: string,
): Promise<void> {
  await assignStackSubscription(app, WHOLE_BOOKS, {
    registration: source.registration,
    stackSubscriptionId: stackSubscriptionGuid,
    tenantId: tenantGuid,
    name: name ?? undefined,
    by: COLLECTOR,
  });
}
