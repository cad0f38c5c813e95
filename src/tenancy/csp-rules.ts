import type { CspSubscription, Tenant } from './tenancy.entity.js';
import { DomainError } from '../primitives/errors.js';
import { BILLING_MODEL_RULES } from '../registration/billing-model.js';
import type { Registration } from '../registration/registration.entity.js';

/**
 * Whether a registration may bill customers' usage to CSP subscriptions at all. Names of the refusals are Azure's
 * (registration errors of Azure Stack Hub).
 */
export function checkMappingAllowed(registration: Registration): void {
  if (!BILLING_MODEL_RULES[registration.billingModel].allowsMapping) {
    throw new DomainError(
      'CustomerSubscriptionsNotAllowed',
      'Only a pay-as-you-use registration can bill tenants to CSP subscriptions.',
      ['registration'],
    );
  }
  if (!registration.isMultitenancyApproved) {
    throw new DomainError(
      'UnauthorizedCspRegistration',
      'Microsoft has not approved this registration for multitenancy.',
      ['registration'],
    );
  }
  if (registration.baseOffer !== 'CSP' && registration.baseOffer !== 'CSP_SHARED_SERVICES') {
    throw new DomainError(
      'UnauthorizedCspRegistration',
      'The base subscription is neither CSP nor CSP shared services.',
      ['registration'],
    );
  }
}

/** Whether a CSP subscription may take the registration's usage: made through the same partner, and of offer CSP. */
export function checkCspSubscription(
  registration: Pick<Registration, 'partnerId'>,
  subscription: Pick<CspSubscription, 'offer' | 'partnerId'>,
): void {
  if (subscription.offer !== 'CSP') {
    throw new DomainError('InvalidCSPSubscription', 'The subscription is not of offer CSP.', ['offer']);
  }
  if (registration.partnerId === null || subscription.partnerId !== registration.partnerId) {
    throw new DomainError(
      'BadCustomerSubscriptionId',
      'The subscription belongs to another partner than the base subscription.',
      ['cspSubscriptionId'],
    );
  }
}

/** A CSP subscription lives in one directory; it cannot be billed for another. */
export function checkSameTenant(tenant: Pick<Tenant, 'id'>, subscription: CspSubscription): void {
  if (subscription.tenantId !== tenant.id) {
    throw new DomainError('BadCustomerSubscriptionId', 'The subscription belongs to another tenant.', [
      'cspSubscriptionId',
    ]);
  }
}
