import { checkCspSubscription, checkMappingAllowed } from './csp-rules.js';
import { countOfOtherPartners, findTenant, listCspSubscriptions } from './tenancy-store.js';
import { cspSubscriptionTable } from './tenancy.entity.js';
import type { CspSubscription } from './tenancy.entity.js';
import { subjectOf } from '../access/actor.js';
import type { By } from '../access/actor.js';
import { inAuditedTransaction } from '../access/audited-transaction.js';
import { WHOLE_BOOKS, mustSeeAllTenants } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import type { Database } from '../database/database.js';
import { insertRow } from '../database/change.js';
import { isDuplicateKey } from '../database/faults.js';
import type { Tx } from '../database/transaction.js';
import type { Clock } from '../primitives/clock.js';
import { DomainError, invariant } from '../primitives/errors.js';
import { givenName } from '../primitives/given-text.js';
import { canonicalGuid } from '../primitives/ids.js';
import type { BaseOffer } from '../registration/billing-model.js';
import { getRegistration, holdOpenState } from '../registration/registration-store.js';

/**
 * Makes a customer's CSP subscription known, in the tenant it lives in. Nothing is billed to it until the tenant is
 * mapped to it. Refused by the rules of Azure's registrations, under their names.
 */
export async function addCspSubscription(
  app: { readonly db: Database; readonly clock: Clock },
  scope: Scope,
  input: {
    readonly registration: string;
    readonly tenantId: string;
    readonly cspSubscriptionId: string;
    readonly name: string;
    readonly offer: BaseOffer;
    readonly partnerId: string;
    readonly by: By;
  },
): Promise<CspSubscription> {
  const { db, clock } = app;
  mustSeeAllTenants(scope);
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
  const name = givenName(input.name);
  const { offer, partnerId } = input;
  try {
    return await inAuditedTransaction(app, { action: 'addCspSubscription', by: input.by }, async (tx) => {
      await holdOpenState(tx, registration.id);
      await insertRow(tx, cspSubscriptionTable, {
        registrationId: registration.id,
        tenantId: tenant.id,
        cspSubscriptionGuid,
        name,
        offer,
        partnerId,
        createdAt: clock.now(),
        createdBy: subjectOf(input.by),
      });
      const key = { registrationId: registration.id, cspSubscriptionGuid };
      const [created] = await listCspSubscriptions(tx, WHOLE_BOOKS, key, { afterId: 0, limit: 1 });
      invariant(created, 'a CSP subscription that was inserted can be read');
      return {
        result: created,
        target: `CSP subscription ${cspSubscriptionGuid} of tenant ${tenantGuid} of ${registration.name}`,
        registrationId: registration.id,
        tenantId: tenant.id,
        before: null,
        after: { name, offer, partnerId },
      };
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new DomainError('ALREADY_EXISTS', 'The subscription is known here already.', ['cspSubscriptionId']);
  }
}

/** Refuses a partner to whom not all CSP subscriptions of the registration belong, under Azure's name for that. */
export async function checkPartnerOfAll(
  tx: Tx,
  { id, partnerId }: { readonly id: number; readonly partnerId: string | null },
): Promise<void> {
  if ((await countOfOtherPartners(tx, id, partnerId)) === 0) return;
  throw new DomainError(
    'BadCustomerSubscriptionId',
    'The registration has CSP subscriptions of another partner than this.',
    ['partnerId'],
  );
}

/** The refusal for a tenant that the registration does not have, or the caller may not see. */
export function tenantNotFound(): DomainError {
  return new DomainError('TENANT_NOT_FOUND', 'The registration has no such tenant.', ['tenantId']);
}

/** The refusal for a CSP subscription that the registration does not have, or the caller may not see. */
export function customerSubscriptionNotFound(): DomainError {
  return new DomainError('CustomerSubscriptionNotFound', 'The registration has no such CSP subscription.', [
    'cspSubscriptionId',
  ]);
}
