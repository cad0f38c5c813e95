import { among, inScope } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import type { Sql } from '../database/transaction.js';
import type { RoutingReason } from '../pipeline/routing/destination.js';

/** A resource as the usage that names it described it. */
export interface ResourceRow {
  readonly id: number;
  /** Digest of the URI without case. */
  readonly uriKey: Buffer;
  readonly uri: string;
  readonly location: string;
  readonly tags: string;
  readonly additionalInfo: string;
}

/** Resources by row id; only those of stack subscriptions in scope. */
export function findResources(sql: Sql, scope: Scope, ids: readonly number[]): Promise<ResourceRow[]> {
  return sql.query<ResourceRow>(
    `SELECT x.id, x.uri_key AS uriKey, x.uri, x.location, x.tags, x.additional_info AS additionalInfo
       FROM resource x JOIN stack_subscription s ON s.id = x.stack_subscription_id
      WHERE ${among('x.id', ids)}
        AND ${inScope(scope, { registration: 's.registration_id', tenant: 's.tenant_id' })}`,
  );
}

/** Where usage is billed, and by which mapping. */
export interface DestinationRow {
  readonly id: number;
  readonly registrationId: number;
  readonly reason: RoutingReason;
  readonly tenantMappingId: number | null;
  readonly cspSubscriptionId: number | null;
  /** The Azure subscription that is billed. */
  readonly destinationSubscriptionGuid: string;
  readonly effectiveFrom: number | null;
}

/**
 * Destinations by row id, with the Azure subscription that each one bills, within the scope. Usage that was billed
 * before its subscription was given to another tenant keeps its destination; whoever sees the new tenant alone does not
 * see where the old one is billed.
 */
export function findDestinations(sql: Sql, scope: Scope, ids: readonly number[]): Promise<DestinationRow[]> {
  return sql.query<DestinationRow>(
    `SELECT d.id, d.registration_id AS registrationId, d.reason, d.tenant_mapping_id AS tenantMappingId,
            m.csp_subscription_id AS cspSubscriptionId, m.effective_from AS effectiveFrom,
            COALESCE(c.csp_subscription_guid, g.base_subscription_guid) AS destinationSubscriptionGuid
       FROM destination d
       JOIN registration g ON g.id = d.registration_id
       LEFT JOIN tenant_mapping m ON m.id = d.tenant_mapping_id
       LEFT JOIN csp_subscription c ON c.id = m.csp_subscription_id
      WHERE ${among('d.id', ids)}
        AND (${inScope(scope, { registration: 'd.registration_id', tenant: 'm.tenant_id' })}
             OR (m.id IS NULL AND ${inScope(scope, { registration: 'd.registration_id', tenant: null })}))`,
  );
}
