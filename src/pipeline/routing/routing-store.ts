import { LRUCache } from 'lru-cache';

import type { MappingStep, RoutingTable } from './destination.js';
import { among } from '../../access/scope.js';
import type { Sql, Tx } from '../../database/transaction.js';
import { invariant } from '../../primitives/errors.js';
import type { Day } from '../../primitives/windows.js';

/** How many versions of routing tables are remembered. */
const REMEMBERED_MAX = 500;

/**
 * Remembers routing tables by registration and version. A version never changes once it is committed, so what is
 * remembered is never stale.
 */
export interface RoutingTables {
  at(sql: Sql, registrationId: number, version: number): Promise<RoutingTable>;
}

/** Routing tables with an empty memory. One per thread. */
export function createRoutingTables(): RoutingTables {
  const remembered = new LRUCache<string, RoutingTable>({ max: REMEMBERED_MAX });
  return {
    at: async (sql, registrationId, version) => {
      const key = `${registrationId}:${version}`;
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const table = await loadRoutingTable(sql, registrationId, version);
      remembered.set(key, table);
      return table;
    },
  };
}

/**
 * Reads what holds at a routing version; inside the transaction that makes the version, it sees the new one. With
 * `tenantId`, at the latest version only, what decides about that tenant's subscriptions: a change of one customer
 * reads no other's, so that a thousand changes do not read the customers a thousand times.
 */
export async function loadRoutingTable(
  sql: Sql,
  registrationId: number,
  version: number,
  tenantId?: number,
): Promise<RoutingTable> {
  const ofTenant = (column: string) => (tenantId === undefined ? '' : `AND ${column} = ${Number(tenantId)}`);
  const holds = (alias: string) =>
    `${alias}.created_version <= ${version} AND (${alias}.superseded_version = 0 OR ${alias}.superseded_version > ${version})`;
  const fallbacks = await sql.query<{ id: number; reason: string }>(
    'SELECT id, reason FROM destination WHERE registration_id = ? AND mapping_key = 0',
    [registrationId],
  );
  const assignments = await sql.query<{ stackSubscriptionId: number; tenantId: number }>(
    `SELECT a.stack_subscription_id AS stackSubscriptionId, a.tenant_id AS tenantId
       FROM stack_subscription_assignment a
       JOIN stack_subscription s ON s.id = a.stack_subscription_id
      WHERE s.registration_id = ? ${ofTenant('s.tenant_id')} AND ${holds('a')}`,
    [registrationId],
  );
  const steps = await sql.query<MappingStep & { tenantId: number }>(
    `SELECT m.tenant_id AS tenantId, m.id AS mappingId, m.effective_from AS effectiveFrom,
            m.csp_subscription_id AS cspSubscriptionId, d.id AS destinationId
       FROM tenant_mapping m
       JOIN tenant t ON t.id = m.tenant_id
       LEFT JOIN destination d ON d.tenant_mapping_id = m.id
      WHERE t.registration_id = ? ${ofTenant('t.id')} AND ${holds('m')}
      ORDER BY m.tenant_id, m.effective_from`,
    [registrationId],
  );
  const fallback = (reason: string) => {
    const row = fallbacks.find((candidate) => candidate.reason === reason);
    invariant(row, `registration ${registrationId} has a destination ${reason}`);
    return row.id;
  };
  const stepsOf = new Map<number, MappingStep[]>();
  for (const { tenantId: id, ...step } of steps) {
    const known = stepsOf.get(id);
    if (known === undefined) stepsOf.set(id, [step]);
    else known.push(step);
  }
  return {
    registrationId,
    version,
    tenantNotMapped: fallback('TENANT_NOT_MAPPED'),
    tenantUnknown: fallback('TENANT_UNKNOWN'),
    tenantOf: new Map(assignments.map((row) => [row.stackSubscriptionId, row.tenantId])),
    stepsOf,
  };
}

/** A closed day of a stack subscription that is corrected in open ones, and the version that closed it. */
export interface ClosedCorrections {
  readonly stackSubscriptionId: number;
  readonly correctedDay: Day;
  readonly routingVersion: number;
}

/** Which closed days of these stack subscriptions are corrected in open ones. */
export function listClosedCorrections(
  sql: Sql,
  what: {
    readonly registrationId: number;
    readonly stackSubscriptionIds: readonly number[];
    readonly closedBeforeDay: Day;
  },
): Promise<ClosedCorrections[]> {
  return sql.query<ClosedCorrections>(
    `SELECT DISTINCT c.stack_subscription_id AS stackSubscriptionId, c.corrected_day AS correctedDay,
            x.routing_version AS routingVersion
       FROM correction_day c
       JOIN closed_day x ON x.registration_id = ? AND x.reported_day = c.corrected_day
      WHERE ${among('c.stack_subscription_id', what.stackSubscriptionIds)}
        AND c.reported_day >= ? AND c.corrected_day < ?`,
    [what.registrationId, what.closedBeforeDay, what.closedBeforeDay],
  );
}

/** The two ways onto the base subscription. Made with the registration, so that usage always has somewhere to go. */
export async function insertFallbackDestinations(tx: Tx, registrationId: number): Promise<void> {
  await tx.insertRows({
    table: 'destination',
    columns: ['registration_id', 'reason', 'tenant_mapping_id', 'mapping_key'],
    rows: [
      [registrationId, 'TENANT_NOT_MAPPED', null, 0],
      [registrationId, 'TENANT_UNKNOWN', null, 0],
    ],
    onDuplicate: '',
  });
}

/** Begins a new step of a tenant's billing history, with its destination where it maps. */
export async function insertMappingStep(
  tx: Tx,
  step: {
    readonly registrationId: number;
    readonly tenantId: number;
    readonly cspSubscriptionId: number | null;
    readonly effectiveFrom: number;
    readonly version: number;
    readonly at: number;
    readonly by: string;
  },
): Promise<number> {
  const { insertedId } = await tx.execute(
    `INSERT INTO tenant_mapping (tenant_id, csp_subscription_id, effective_from, created_version,
       superseded_version, created_at, created_by) VALUES (?, ?, ?, ?, 0, ?, ?)`,
    [step.tenantId, step.cspSubscriptionId, step.effectiveFrom, step.version, step.at, step.by],
  );
  if (step.cspSubscriptionId !== null) {
    await tx.execute(
      `INSERT INTO destination (registration_id, reason, tenant_mapping_id, mapping_key)
       VALUES (?, 'MAPPED', ?, ?)`,
      [step.registrationId, insertedId, insertedId],
    );
  }
  return insertedId;
}

/** Ends every step of the tenant that begins at this hour or later. They are kept, as what once held. */
export async function supersedeSteps(tx: Tx, tenantId: number, from: number, version: number): Promise<number> {
  const { affected } = await tx.execute(
    `UPDATE tenant_mapping SET superseded_version = ?
      WHERE tenant_id = ? AND effective_from >= ? AND superseded_version = 0`,
    [version, tenantId, from],
  );
  return affected;
}
