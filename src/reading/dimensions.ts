import { among, inScope } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { firstOf } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias, leftJoined } from '../database/table.js';
import type { RowOf } from '../database/table.js';
import type { Sql } from '../database/transaction.js';
import { resourceTable } from '../pipeline/ingestion/ingestion.entity.js';
import { destinationTable } from '../pipeline/routing/destination.entity.js';
import { registrationTable } from '../registration/registration.entity.js';
import { cspSubscriptionTable, stackSubscriptionTable, tenantMappingTable } from '../tenancy/tenancy.entity.js';

const c = leftJoined(cspSubscriptionTable, 'c');
const d = alias(destinationTable, 'd');
const g = alias(registrationTable, 'g');
const m = leftJoined(tenantMappingTable, 'm');
const s = alias(stackSubscriptionTable, 's');
const x = alias(resourceTable, 'x');

const RESOURCE = {
  id: x.id,
  /** Digest of the URI without case. */
  uriKey: x.uriKey,
  uri: x.uri,
  location: x.location,
  tags: x.tags,
  additionalInfo: x.additionalInfo,
};

/** A resource as the usage that names it described it. */
export type ResourceRow = Readonly<RowOf<typeof RESOURCE>>;

/** Resources by row id; only those of stack subscriptions in scope. */
export function findResources(sql: Sql, scope: Scope, ids: readonly number[]): Promise<ResourceRow[]> {
  return select(
    sql,
    RESOURCE,
    `FROM ${x} JOIN ${s} ON ${s.id} = ${x.stackSubscriptionId}
      WHERE ${among(x.id, ids)} AND ${inScope(scope, { registration: s.registrationId, tenant: s.tenantId })}`,
  );
}

const DESTINATION = {
  id: d.id,
  registrationId: d.registrationId,
  reason: d.reason,
  tenantMappingId: d.tenantMappingId,
  cspSubscriptionId: m.cspSubscriptionId,
  effectiveFrom: m.effectiveFrom,
  /** The Azure subscription that is billed. */
  destinationSubscriptionGuid: firstOf(c.cspSubscriptionGuid, g.baseSubscriptionGuid),
};
/** Where usage is billed, and by which mapping. */
export type DestinationRow = Readonly<RowOf<typeof DESTINATION>>;

/**
 * Destinations by row id, with the Azure subscription that each one bills, within the scope. Usage that was billed
 * before its subscription was given to another tenant keeps its destination; whoever sees the new tenant alone does not
 * see where the old one is billed.
 */
export function findDestinations(sql: Sql, scope: Scope, ids: readonly number[]): Promise<DestinationRow[]> {
  return select(
    sql,
    DESTINATION,
    `FROM ${d}
       JOIN ${g} ON ${g.id} = ${d.registrationId}
       LEFT JOIN ${m} ON ${m.id} = ${d.tenantMappingId}
       LEFT JOIN ${c} ON ${c.id} = ${m.cspSubscriptionId}
      WHERE ${among(d.id, ids)}
        AND (${inScope(scope, { registration: d.registrationId, tenant: m.tenantId })}
             OR (${m.id} IS NULL AND ${inScope(scope, { registration: d.registrationId, tenant: null })}))`,
  );
}
