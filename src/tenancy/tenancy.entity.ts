import { ascii, epochMs, generatedId, integer, text } from '../database/columns.js';
import type { Dialect } from '../database/dialect.js';
import { table } from '../database/table.js';
import type { BaseOffer } from '../registration/billing-model.js';

/** An indirect partner that owns some tenants. */
export interface Reseller {
  id: number;
  name: string;
  nameKey: string;
  partnerId: string | null;
  createdAt: number;
  createdBy: string;
}

/**
 * A customer's directory on one registration. The same directory on two stamps is two rows, as in Azure, where a tenant
 * is added to each stamp it uses.
 */
export interface Tenant {
  id: number;
  registrationId: number;
  /** The directory's own id. */
  tenantGuid: string;
  name: string;
  resellerId: number | null;
  createdAt: number;
  createdBy: string;
}

/** The customer's Azure subscription under the partner. It lives in exactly one tenant. */
export interface CspSubscription {
  id: number;
  registrationId: number;
  tenantId: number;
  /** Lower case: Azure compares these ids without case, and one of its pages demands lower case. */
  cspSubscriptionGuid: string;
  name: string;
  offer: BaseOffer;
  partnerId: string;
  createdAt: number;
  createdBy: string;
}

/** A user subscription on the stamp. It appears with its first usage; whose it is, someone says later. */
export interface StackSubscription {
  id: number;
  registrationId: number;
  stackSubscriptionGuid: string;
  /** The tenant it belongs to now; null until someone says. History is in the assignments. */
  tenantId: number | null;
  name: string | null;
  firstSeenAt: number;
}

/** That a stack subscription belonged to a tenant, from one routing version until another. */
export interface StackSubscriptionAssignment {
  id: number;
  stackSubscriptionId: number;
  tenantId: number;
  /** The registration's routing version that brought it. */
  createdVersion: number;
  /** The version that replaced it; 0 while it holds. */
  supersededVersion: number;
  assignedAt: number;
  assignedBy: string;
}

/**
 * One step of a tenant's billing history: from this usage hour on, its usage is billed to this CSP subscription, or to
 * the base subscription where there is none. A step lasts until the next one begins, so that two mappings of a tenant
 * cannot overlap whatever two processes do. A step that was replaced is kept, with the version that replaced it.
 */
export interface TenantMapping {
  id: number;
  tenantId: number;
  /** Null: unmapped from here on. */
  cspSubscriptionId: number | null;
  effectiveFrom: number;
  createdVersion: number;
  /** 0 while it holds. */
  supersededVersion: number;
  createdAt: number;
  createdBy: string;
}

/** The tables of tenants, resellers, subscriptions and the history of mappings and assignments. */
export function tenancyTables(dialect: Dialect) {
  return [
    table<Reseller>({
      name: 'reseller',
      columns: {
        id: generatedId(),
        name: text(dialect, 200),
        nameKey: text(dialect, 200),
        partnerId: ascii(dialect, 64, { nullable: true }),
        createdAt: epochMs(),
        createdBy: text(dialect, 200),
      },
      unique: { uq_reseller_name: ['nameKey'] },
    }),
    table<Tenant>({
      name: 'tenant',
      columns: {
        id: generatedId(),
        registrationId: integer(),
        tenantGuid: ascii(dialect, 36),
        name: text(dialect, 200),
        resellerId: integer({ nullable: true }),
        createdAt: epochMs(),
        createdBy: text(dialect, 200),
      },
      unique: { uq_tenant_guid: ['registrationId', 'tenantGuid'] },
      references: { registrationId: 'registration', resellerId: 'reseller' },
    }),
    table<CspSubscription>({
      name: 'csp_subscription',
      columns: {
        id: generatedId(),
        registrationId: integer(),
        tenantId: integer(),
        cspSubscriptionGuid: ascii(dialect, 36),
        name: text(dialect, 200),
        offer: ascii(dialect, 24),
        partnerId: ascii(dialect, 64),
        createdAt: epochMs(),
        createdBy: text(dialect, 200),
      },
      unique: { uq_csp_subscription_guid: ['registrationId', 'cspSubscriptionGuid'] },
      references: { registrationId: 'registration', tenantId: 'tenant' },
    }),
    table<StackSubscription>({
      name: 'stack_subscription',
      columns: {
        id: generatedId(),
        registrationId: integer(),
        stackSubscriptionGuid: ascii(dialect, 36),
        tenantId: integer({ nullable: true }),
        name: text(dialect, 200, { nullable: true }),
        firstSeenAt: epochMs(),
      },
      unique: { uq_stack_subscription_guid: ['registrationId', 'stackSubscriptionGuid'] },
      references: { registrationId: 'registration', tenantId: 'tenant' },
    }),
    table<StackSubscriptionAssignment>({
      name: 'stack_subscription_assignment',
      columns: {
        id: generatedId(),
        stackSubscriptionId: integer(),
        tenantId: integer(),
        createdVersion: integer(),
        supersededVersion: integer(),
        assignedAt: epochMs(),
        assignedBy: text(dialect, 200),
      },
      unique: { uq_assignment_in_force: ['stackSubscriptionId', 'supersededVersion'] },
      references: { stackSubscriptionId: 'stack_subscription', tenantId: 'tenant' },
    }),
    table<TenantMapping>({
      name: 'tenant_mapping',
      columns: {
        id: generatedId(),
        tenantId: integer(),
        cspSubscriptionId: integer({ nullable: true }),
        effectiveFrom: integer(),
        createdVersion: integer(),
        supersededVersion: integer(),
        createdAt: epochMs(),
        createdBy: text(dialect, 200),
      },
      unique: { uq_mapping_in_force: ['tenantId', 'effectiveFrom', 'supersededVersion'] },
      references: { tenantId: 'tenant', cspSubscriptionId: 'csp_subscription' },
    }),
  ];
}
