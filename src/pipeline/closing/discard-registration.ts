import type { By } from '../../access/actor.js';
import { inAuditedTransaction } from '../../access/audited-transaction.js';
import type { Scope } from '../../access/scope.js';
import type { Database } from '../../database/database.js';
import { countDistinct, total } from '../../database/expressions.js';
import { select } from '../../database/select.js';
import { alias, leftJoined } from '../../database/table.js';
import type { Column, Table } from '../../database/table.js';
import type { Clock } from '../../primitives/clock.js';
import { collectionWatermarkTable } from '../../registration/collection-watermark.entity.js';
import { getWholeRegistration, lockRegistration, retireRegistration } from '../../registration/registration-store.js';
import { mustBeSettingUp } from '../../registration/registration-state.js';
import {
  cspSubscriptionTable,
  stackSubscriptionAssignmentTable,
  stackSubscriptionTable,
  tenantMappingTable,
  tenantTable,
} from '../../tenancy/tenancy.entity.js';
import {
  correctedRecordTable,
  correctionDayTable,
  quarantinedRecordTable,
  resourceTable,
} from '../ingestion/ingestion.entity.js';
import { usageDayTotalTable } from '../rollup/rollup.entity.js';
import { destinationTable } from '../routing/destination.entity.js';

/** What was taken back. */
export interface DiscardedRegistration {
  readonly name: string;
  readonly cloudId: string;
  readonly stackSubscriptions: number;
  readonly records: number;
}

const d = leftJoined(usageDayTotalTable, 'd');
const s = alias(stackSubscriptionTable, 's');
const t = alias(tenantTable, 't');

const ofRegistration = ({ registrationId }: { readonly registrationId: Column<number> }) => `${registrationId} = ?`;
const ofItsTenants = ({ tenantId }: { readonly tenantId: Column<number> }) =>
  `${tenantId} IN (SELECT ${t.id} FROM ${t} WHERE ${t.registrationId} = ?)`;
const ofItsSubscriptions = ({ stackSubscriptionId }: { readonly stackSubscriptionId: Column<number | null> }) =>
  `${stackSubscriptionId} IN (SELECT ${s.id} FROM ${s} WHERE ${s.registrationId} = ?)`;

/** What leads to anything of a registration, in an order in which nothing is left that refers to what is gone. */
const ROWS: readonly (readonly [table: Table, which: string])[] = [
  [collectionWatermarkTable, ofRegistration(collectionWatermarkTable)],
  [quarantinedRecordTable, ofRegistration(quarantinedRecordTable)],
  [usageDayTotalTable, ofItsSubscriptions(usageDayTotalTable)],
  [correctedRecordTable, ofItsSubscriptions(correctedRecordTable)],
  [correctionDayTable, ofItsSubscriptions(correctionDayTable)],
  [resourceTable, ofItsSubscriptions(resourceTable)],
  [destinationTable, ofRegistration(destinationTable)],
  [tenantMappingTable, ofItsTenants(tenantMappingTable)],
  [stackSubscriptionAssignmentTable, ofItsSubscriptions(stackSubscriptionAssignmentTable)],
  [stackSubscriptionTable, ofRegistration(stackSubscriptionTable)],
  [cspSubscriptionTable, ofRegistration(cspSubscriptionTable)],
  [tenantTable, ofRegistration(tenantTable)],
];

/**
 * Takes back a registration whose books are set up: name and cloud id are free again, and nothing of it is found any
 * more. Its customers, subscriptions, mappings and totals are deleted. Its records stay where they are and are read by
 * nobody: they are found by their stack subscription alone, whose row id is never given again, and deleting them would
 * take as long as importing them did. The audit log keeps what happened. Throws RegistrationNotFound, BOOKS_ARE_OPEN.
 */
export async function discardRegistration(
  app: { readonly db: Database; readonly clock: Clock },
  scope: Scope,
  input: { readonly registration: string; readonly by: By },
): Promise<DiscardedRegistration> {
  const { id } = await getWholeRegistration(app.db.reader, scope, input.registration);
  return inAuditedTransaction(app, { action: 'discardRegistration', by: input.by }, async (tx) => {
    const registration = await lockRegistration(tx, id);
    mustBeSettingUp(registration);
    const [held] = await select(
      tx,
      { stackSubscriptions: countDistinct(s.id), records: total(d.records) },
      `FROM ${s} LEFT JOIN ${d} ON ${d.stackSubscriptionId} = ${s.id} WHERE ${s.registrationId} = ?`,
      [id],
    );
    for (const [table, which] of ROWS) await tx.execute(`DELETE FROM ${table} WHERE ${which}`, [id]);
    await retireRegistration(tx, id);
    const { name, cloudId } = registration;
    const result = {
      name,
      cloudId,
      stackSubscriptions: held?.stackSubscriptions ?? 0,
      records: held?.records ?? 0,
    };
    return {
      result,
      target: `registration ${name}`,
      registrationId: id,
      tenantId: null,
      before: { state: registration.state, ...result },
      after: { state: 'DISCARDED' },
    };
  });
}
