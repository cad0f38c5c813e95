import { ascii, epochMs, generatedId, integer, nullable, text } from '../database/columns.js';
import { table } from '../database/table.js';
import type { RowOf } from '../database/table.js';
import type { BaseOffer } from '../registration/billing-model.js';

/** An indirect partner that owns some tenants. */
export const resellerTable = table({
  name: 'reseller',
  columns: {
    id: generatedId(),
    name: text(200),
    nameKey: text(200),
    partnerId: nullable(ascii(64)),
    createdAt: epochMs(),
    createdBy: text(200),
  },
  unique: { uq_reseller_name: ['nameKey'] },
});
/** A row of `reseller`. */
export type Reseller = RowOf<typeof resellerTable>;

/**
 * A customer's directory on one registration. The same directory on two stamps is two rows, as in Azure, where a tenant
 * is added to each stamp it uses.
 */
export const tenantTable = table({
  name: 'tenant',
  columns: {
    id: generatedId(),
    registrationId: integer(),
    /** The directory's own id. */
    tenantGuid: ascii(36),
    name: text(200),
    resellerId: nullable(integer()),
    createdAt: epochMs(),
    createdBy: text(200),
  },
  unique: { uq_tenant_guid: ['registrationId', 'tenantGuid'] },
  references: { registrationId: 'registration', resellerId: 'reseller' },
});
/** A row of `tenant`. */
export type Tenant = RowOf<typeof tenantTable>;

/** The customer's Azure subscription under the partner. It lives in exactly one tenant. */
export const cspSubscriptionTable = table({
  name: 'csp_subscription',
  columns: {
    id: generatedId(),
    registrationId: integer(),
    tenantId: integer(),
    /** Lower case: Azure compares these ids without case, and one of its pages demands lower case. */
    cspSubscriptionGuid: ascii(36),
    name: text(200),
    offer: ascii<BaseOffer>(24),
    partnerId: ascii(64),
    createdAt: epochMs(),
    createdBy: text(200),
  },
  unique: { uq_csp_subscription_guid: ['registrationId', 'cspSubscriptionGuid'] },
  references: { registrationId: 'registration', tenantId: 'tenant' },
});
/** A row of `csp_subscription`. */
export type CspSubscription = RowOf<typeof cspSubscriptionTable>;

/** A user subscription on the stamp. It appears with its first usage; whose it is, someone says later. */
export const stackSubscriptionTable = table({
  name: 'stack_subscription',
  columns: {
    id: generatedId(),
    registrationId: integer(),
    stackSubscriptionGuid: ascii(36),
    /** The tenant it belongs to now; null until someone says. History is in the assignments. */
    tenantId: nullable(integer()),
    name: nullable(text(200)),
    firstSeenAt: epochMs(),
  },
  unique: { uq_stack_subscription_guid: ['registrationId', 'stackSubscriptionGuid'] },
  references: { registrationId: 'registration', tenantId: 'tenant' },
  changeable: ['name', 'tenantId'],
});
/** A row of `stack_subscription`. */
export type StackSubscription = RowOf<typeof stackSubscriptionTable>;

/** That a stack subscription belonged to a tenant, from one routing version until another. */
export const stackSubscriptionAssignmentTable = table({
  name: 'stack_subscription_assignment',
  columns: {
    id: generatedId(),
    stackSubscriptionId: integer(),
    tenantId: integer(),
    /** The registration's routing version that brought it. */
    createdVersion: integer(),
    /** The version that replaced it; 0 while it holds. */
    supersededVersion: integer(),
    assignedAt: epochMs(),
    assignedBy: text(200),
  },
  unique: { uq_assignment_in_force: ['stackSubscriptionId', 'supersededVersion'] },
  references: { stackSubscriptionId: 'stack_subscription', tenantId: 'tenant' },
});
/** A row of `stack_subscription_assignment`. */
export type StackSubscriptionAssignment = RowOf<typeof stackSubscriptionAssignmentTable>;

/**
 * One step of a tenant's billing history: from this usage hour on, its usage is billed to this CSP subscription, or to
 * the base subscription where there is none. A step lasts until the next one begins, so that two mappings of a tenant
 * cannot overlap whatever two processes do. A step that was replaced is kept, with the version that replaced it.
 */
export const tenantMappingTable = table({
  name: 'tenant_mapping',
  columns: {
    id: generatedId(),
    tenantId: integer(),
    /** Null: unmapped from here on. */
    cspSubscriptionId: nullable(integer()),
    effectiveFrom: integer(),
    createdVersion: integer(),
    /** 0 while it holds. */
    supersededVersion: integer(),
    createdAt: epochMs(),
    createdBy: text(200),
  },
  unique: { uq_mapping_in_force: ['tenantId', 'effectiveFrom', 'supersededVersion'] },
  references: { tenantId: 'tenant', cspSubscriptionId: 'csp_subscription' },
});
