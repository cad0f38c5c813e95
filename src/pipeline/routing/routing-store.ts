import { destinationTable } from './destination.entity.js';
import type { MappingStep, RoutingTable } from './destination.js';
import { among } from '../../access/scope.js';
import { insertRow, insertRows, update } from '../../database/change.js';
import { literal } from '../../database/expressions.js';
import { select } from '../../database/select.js';
import { alias, leftJoined } from '../../database/table.js';
import type { Column, RowOf } from '../../database/table.js';
import type { Sql, Tx } from '../../database/transaction.js';
import { invariant } from '../../primitives/errors.js';
import type { Day } from '../../primitives/windows.js';
import {
  stackSubscriptionAssignmentTable,
  stackSubscriptionTable,
  tenantMappingTable,
  tenantTable,
} from '../../tenancy/tenancy.entity.js';
import { closedDayTable } from '../../registration/closed-day.entity.js';
import { correctionDayTable } from '../ingestion/ingestion.entity.js';

const a = alias(stackSubscriptionAssignmentTable, 'a');
const c = alias(correctionDayTable, 'c');
const d = destinationTable;
const m = alias(tenantMappingTable, 'm');
const s = alias(stackSubscriptionTable, 's');
const t = alias(tenantTable, 't');
const x = alias(closedDayTable, 'x');

/** How many versions of routing tables are remembered before the memory is emptied. */
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
  const remembered = new Map<string, RoutingTable>();
  return {
    at: async (sql, registrationId, version) => {
      const key = `${registrationId}:${version}`;
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const table = await loadRoutingTable(sql, registrationId, version);
      if (remembered.size >= REMEMBERED_MAX) remembered.clear();
      remembered.set(key, table);
      return table;
    },
  };
}

/** Reads what holds at a routing version; inside the transaction that makes the version, it sees the new one. */
export async function loadRoutingTable(sql: Sql, registrationId: number, version: number): Promise<RoutingTable> {
  const fallbacks = await select(
    sql,
    { id: d.id, reason: d.reason },
    `FROM ${d} WHERE ${d.registrationId} = ? AND ${d.mappingKey} = 0`,
    [registrationId],
  );
  const assignments = await select(
    sql,
    { stackSubscriptionId: a.stackSubscriptionId, tenantId: a.tenantId },
    `FROM ${a} JOIN ${s} ON ${s.id} = ${a.stackSubscriptionId} WHERE ${s.registrationId} = ? AND ${holdsAt(version, a)}`,
    [registrationId],
  );
  const own = leftJoined(destinationTable, 'd');
  const steps = await select(
    sql,
    {
      tenantId: m.tenantId,
      mappingId: m.id,
      effectiveFrom: m.effectiveFrom,
      cspSubscriptionId: m.cspSubscriptionId,
      destinationId: own.id,
    },
    `FROM ${m}
       JOIN ${t} ON ${t.id} = ${m.tenantId}
       LEFT JOIN ${own} ON ${own.tenantMappingId} = ${m.id}
      WHERE ${t.registrationId} = ? AND ${holdsAt(version, m)}
      ORDER BY ${m.tenantId}, ${m.effectiveFrom}`,
    [registrationId],
  );
  const fallback = (reason: string) => {
    const row = fallbacks.find((candidate) => candidate.reason === reason);
    invariant(row, `registration ${registrationId} has a destination ${reason}`);
    return row.id;
  };
  const stepsOf = new Map<number, MappingStep[]>();
  for (const { tenantId, ...step } of steps) {
    const known = stepsOf.get(tenantId);
    if (known === undefined) stepsOf.set(tenantId, [step]);
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

/** Holds for what was so at a routing version. */
function holdsAt(
  version: number,
  { createdVersion, supersededVersion }: Readonly<Record<'createdVersion' | 'supersededVersion', Column<number>>>,
): string {
  const at = literal(version);
  return `${createdVersion} <= ${at} AND (${supersededVersion} = 0 OR ${supersededVersion} > ${at})`;
}

const CLOSED_CORRECTIONS = {
  stackSubscriptionId: c.stackSubscriptionId,
  correctedDay: c.correctedDay,
  routingVersion: x.routingVersion,
};
/** A closed day of a stack subscription that is corrected in open ones, and the version that closed it. */
export type ClosedCorrections = Readonly<RowOf<typeof CLOSED_CORRECTIONS>>;

/** Which closed days of these stack subscriptions are corrected in open ones. */
export function listClosedCorrections(
  sql: Sql,
  what: {
    readonly registrationId: number;
    readonly stackSubscriptionIds: readonly number[];
    readonly closedBeforeDay: Day;
  },
): Promise<ClosedCorrections[]> {
  return select(
    sql,
    CLOSED_CORRECTIONS,
    `FROM ${c}
       JOIN ${x} ON ${x.registrationId} = ? AND ${x.reportedDay} = ${c.correctedDay}
      WHERE ${among(c.stackSubscriptionId, what.stackSubscriptionIds)}
        AND ${c.reportedDay} >= ? AND ${c.correctedDay} < ?
      GROUP BY ${c.stackSubscriptionId}, ${c.correctedDay}, ${x.routingVersion}`,
    [what.registrationId, what.closedBeforeDay, what.closedBeforeDay],
  );
}

/** The two ways onto the base subscription. Made with the registration, so that usage always has somewhere to go. */
export async function insertFallbackDestinations(tx: Tx, registrationId: number): Promise<void> {
  await insertRows(tx, d, [
    { registrationId, reason: 'TENANT_NOT_MAPPED', tenantMappingId: null, mappingKey: 0 },
    { registrationId, reason: 'TENANT_UNKNOWN', tenantMappingId: null, mappingKey: 0 },
  ]);
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
  const { registrationId, tenantId, cspSubscriptionId, effectiveFrom } = step;
  const id = await insertRow(tx, tenantMappingTable, {
    tenantId,
    cspSubscriptionId,
    effectiveFrom,
    createdVersion: step.version,
    supersededVersion: 0,
    createdAt: step.at,
    createdBy: step.by,
  });
  if (cspSubscriptionId !== null) {
    await insertRow(tx, d, { registrationId, reason: 'MAPPED', tenantMappingId: id, mappingKey: id });
  }
  return id;
}

/** Ends every step of the tenant that begins at this hour or later. They are kept, as what once held. */
export async function supersedeSteps(tx: Tx, tenantId: number, from: number, version: number): Promise<number> {
  const n = tenantMappingTable;
  const later = `${n.tenantId} = ? AND ${n.effectiveFrom} >= ? AND ${n.supersededVersion} = 0`;
  return update(tx, n, { supersededVersion: version }, later, [tenantId, from]);
}
