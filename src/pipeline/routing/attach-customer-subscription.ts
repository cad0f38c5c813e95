import { mapTenant } from './map-tenant.js';
import type { By } from '../../access/actor.js';
import { asOneChange } from '../../access/audited-transaction.js';
import type { Scope } from '../../access/scope.js';
import type { Database } from '../../database/database.js';
import type { Clock } from '../../primitives/clock.js';
import { DomainError } from '../../primitives/errors.js';
import { getRegistration, lockRegistration } from '../../registration/registration-store.js';
import { addCspSubscription } from '../../tenancy/add-csp-subscription.js';
import { registerTenant } from '../../tenancy/register-tenant.js';
import { findTenant, listCspSubscriptions } from '../../tenancy/tenancy-store.js';
import type { Tenant } from '../../tenancy/tenancy.entity.js';

interface App {
  readonly db: Database;
  readonly clock: Clock;
}

/** A CSP subscription and the directory whose usage is to be billed to it, both in canonical form. */
interface Attachment {
  readonly registration: string;
  readonly cspSubscriptionId: string;
  readonly tenantId: string;
  /** Whether the caller may register tenants. */
  readonly mayRegister: boolean;
  readonly by: By;
}

/**
 * Bills a customer to a CSP subscription, as Azure's scripts ask for it: with nothing known beforehand. A directory
 * that nobody registered is registered, named by its GUID until somebody names it; a subscription that is not known is
 * added, as one of the registration's partner; then the one is mapped to the other. All of it is one transaction, and
 * each act leaves its own entry in the audit log. Asked again, it changes nothing.
 */
export async function attachCustomerSubscription(app: App, scope: Scope, input: Attachment): Promise<Tenant> {
  const { id } = await getRegistration(app.db.reader, scope, input.registration);
  try {
    return await attach(app, scope, id, input);
  } catch (error) {
    // Somebody registered or added the same at this moment, without the lock; now it is known.
    if (!(error instanceof DomainError && error.code === 'ALREADY_EXISTS')) throw error;
    return attach(app, scope, id, input);
  }
}

function attach(app: App, scope: Scope, registrationId: number, input: Attachment): Promise<Tenant> {
  const { registration, cspSubscriptionId, tenantId, mayRegister, by } = input;
  return asOneChange(app, async (joined, tx) => {
    // First: who changes a mapping takes this lock before that of the audit log.
    const { partnerId } = await lockRegistration(tx, registrationId);
    const isTenantKnown = (await findTenant(tx, scope, { registrationId, tenantGuid: tenantId })) !== null;
    // Who does not see all tenants cannot tell an unknown one from somebody else's, and is told of neither.
    if (!isTenantKnown && mayRegister && scope.tenantIds === 'all') {
      await registerTenant(joined, scope, { registration, tenantId, name: tenantId, by });
    }
    const key = { registrationId, cspSubscriptionGuid: cspSubscriptionId };
    const [known] = await listCspSubscriptions(tx, scope, key, { afterId: 0, limit: 1 });
    if (known === undefined) {
      const added = { name: cspSubscriptionId, offer: 'CSP', partnerId: partnerId ?? '' } as const;
      await addCspSubscription(joined, scope, { registration, tenantId, cspSubscriptionId, ...added, by });
    }
    return mapTenant(joined, scope, { registration, tenantId, cspSubscriptionId, by });
  });
}
