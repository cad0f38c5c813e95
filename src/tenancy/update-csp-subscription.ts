import { customerSubscriptionNotFound } from './add-csp-subscription.js';
import { changeCspSubscription, listCspSubscriptions, listTenants } from './tenancy-store.js';
import type { CspSubscription } from './tenancy.entity.js';
import type { By } from '../access/actor.js';
import { inAuditedTransaction } from '../access/audited-transaction.js';
import { mustSeeAllTenants } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import type { Database } from '../database/database.js';
import type { Clock } from '../primitives/clock.js';
import { givenName } from '../primitives/given-text.js';
import { canonicalGuid } from '../primitives/ids.js';
import { getRegistration, lockRegistration } from '../registration/registration-store.js';

const ONE = { afterId: 0, limit: 1 };

/**
 * Renames a CSP subscription; what is left out stays. One that Azure's API made known is called by its GUID until then.
 * Throws RegistrationNotFound, CustomerSubscriptionNotFound and INVALID_INPUT.
 */
export async function updateCspSubscription(
  app: { readonly db: Database; readonly clock: Clock },
  scope: Scope,
  input: {
    readonly registration: string;
    readonly cspSubscriptionId: string;
    readonly name?: string | undefined;
    readonly by: By;
  },
): Promise<CspSubscription> {
  mustSeeAllTenants(scope);
  const registration = await getRegistration(app.db.reader, scope, input.registration);
  const name = input.name === undefined ? undefined : givenName(input.name);
  const key = {
    registrationId: registration.id,
    cspSubscriptionGuid: canonicalGuid(input.cspSubscriptionId) ?? '',
  };
  return inAuditedTransaction(app, { action: 'updateCspSubscription', by: input.by }, async (tx) => {
    // Whoever changes the same subscription waits, so that the entry says what was before.
    await lockRegistration(tx, registration.id);
    const [before] = await listCspSubscriptions(tx, scope, key, ONE);
    if (before === undefined) throw customerSubscriptionNotFound();
    const [tenant] = await listTenants(tx, scope, { ids: [before.tenantId] }, ONE);
    const after = { ...before, name: name ?? before.name };
    await changeCspSubscription(tx, after);
    return {
      result: after,
      target: `CSP subscription ${key.cspSubscriptionGuid} of tenant ${tenant?.tenantGuid ?? ''} of ${registration.name}`,
      registrationId: registration.id,
      tenantId: before.tenantId,
      before: { name: before.name },
      after: { name: after.name },
    };
  });
}
