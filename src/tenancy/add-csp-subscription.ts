import { checkCspSubscription, checkMappingAllowed } from './csp-rules.js';
import { checkedName } from './register-tenant.js';
import { findTenant, listCspSubscriptions } from './tenancy-store.js';
import type { CspSubscription } from './tenancy.entity.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import type { Database } from '../database/database.js';
import { insertRow, isDuplicateKey } from '../database/transaction.js';
import type { Clock } from '../primitives/clock.js';
import { DomainError, invariant } from '../primitives/errors.js';
import { canonicalGuid } from '../primitives/ids.js';
import type { BaseOffer } from '../registration/billing-model.js';
import { getRegistration } from '../registration/registration-store.js';

/**
 * Makes a customer's CSP subscription known, in the tenant it lives in. Nothing is billed to it until the tenant is
 * mapped to it. Refused by the rules of Azure's registrations, under their names.
 */
export async function addCspSubscription(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  scope: Scope,
  input: {
    readonly registration: string;
    readonly tenantId: string;
    readonly cspSubscriptionId: string;
    readonly name: string;
    readonly offer: BaseOffer;
    readonly partnerId: string;
    readonly by: string;
  },
): Promise<CspSubscription> {
  const registration = await getRegistration(db.reader, scope, input.registration);
  checkMappingAllowed(registration);
  const cspSubscriptionGuid = canonicalGuid(input.cspSubscriptionId);
  if (cspSubscriptionGuid === null) {
    throw new DomainError('InvalidCustomerSubscriptionId', 'This is no Azure subscription id.', ['cspSubscriptionId']);
  }
  checkCspSubscription(registration, input);
  const tenantGuid = canonicalGuid(input.tenantId) ?? '';
  const tenant = await findTenant(db.reader, scope, { registrationId: registration.id, tenantGuid });
  if (tenant === null) throw tenantNotFound();
  try {
    await db.inTransaction((tx) =>
      insertRow<CspSubscription>(tx, 'csp_subscription', {
        registrationId: registration.id,
        tenantId: tenant.id,
        cspSubscriptionGuid,
        name: checkedName(input.name),
        offer: input.offer,
        partnerId: input.partnerId,
        createdAt: clock.now(),
        createdBy: input.by,
      }),
    );
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new DomainError('ALREADY_EXISTS', 'The subscription is known here already.', ['cspSubscriptionId']);
  }
  const [created] = await listCspSubscriptions(
    db.reader,
    WHOLE_BOOKS,
    { registrationId: registration.id, cspSubscriptionGuid },
    { afterId: 0, limit: 1 },
  );
  invariant(created, 'a CSP subscription that was committed can be read');
  return created;
}

export function tenantNotFound(): DomainError {
  return new DomainError('TENANT_NOT_FOUND', 'The registration has no such tenant.', ['tenantId']);
}
