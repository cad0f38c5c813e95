import type { By } from '../../access/actor.js';
import { inAuditedTransaction } from '../../access/audited-transaction.js';
import type { Scope } from '../../access/scope.js';
import type { Database } from '../../database/database.js';
import type { Clock } from '../../primitives/clock.js';
import { getWholeRegistration, lockRegistration, retireRegistration } from '../../registration/registration-store.js';
import { mustBeSettingUp } from '../../registration/registration-state.js';

/** What was taken back. */
export interface DiscardedRegistration {
  readonly name: string;
  readonly cloudId: string;
  readonly stackSubscriptions: number;
  readonly records: number;
}

const OF_REGISTRATION = 'registration_id = ?';
const OF_ITS_TENANTS = 'tenant_id IN (SELECT id FROM tenant WHERE registration_id = ?)';
const OF_ITS_SUBSCRIPTIONS = 'stack_subscription_id IN (SELECT id FROM stack_subscription WHERE registration_id = ?)';

/** What leads to anything of a registration, in an order in which nothing is left that refers to what is gone. */
const ROWS: readonly (readonly [table: string, which: string])[] = [
  ['collection_watermark', OF_REGISTRATION],
  ['quarantined_record', OF_REGISTRATION],
  ['registration_meter', OF_REGISTRATION],
  ['stack_subscription_meter', OF_ITS_SUBSCRIPTIONS],
  ['usage_day_total', OF_ITS_SUBSCRIPTIONS],
  ['corrected_record', OF_ITS_SUBSCRIPTIONS],
  ['correction_day', OF_ITS_SUBSCRIPTIONS],
  ['resource', OF_ITS_SUBSCRIPTIONS],
  ['destination', OF_REGISTRATION],
  ['tenant_mapping', OF_ITS_TENANTS],
  ['stack_subscription_assignment', OF_ITS_SUBSCRIPTIONS],
  ['stack_subscription', OF_REGISTRATION],
  ['csp_subscription', OF_REGISTRATION],
  ['tenant', OF_REGISTRATION],
];

/**
 * Takes back a registration whose books are set up: name and cloud id are free again, and nothing of it is found any
 * more. Its customers, subscriptions, mappings and totals are deleted. Its records are read by nobody then: they
 * are found by their stack subscription alone, whose row id is never given again. Deleting them takes as long as
 * importing them did, so `sweepDiscarded` does it afterwards, some at a time. The audit log keeps what happened. Throws
 * RegistrationNotFound, BOOKS_ARE_OPEN.
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
    const [held] = await tx.query<{ stackSubscriptions: number; records: number | null }>(
      `SELECT COUNT(DISTINCT s.id) AS stackSubscriptions, SUM(d.records) AS records
         FROM stack_subscription s LEFT JOIN usage_day_total d ON d.stack_subscription_id = s.id
        WHERE s.registration_id = ?`,
      [id],
    );
    await tx.execute(
      `INSERT INTO discarded_subscription (stack_subscription_id)
       SELECT id FROM stack_subscription WHERE registration_id = ?`,
      [id],
    );
    for (const [table, which] of ROWS) await tx.execute(`DELETE FROM ${table} WHERE ${which}`, [id]);
    await retireRegistration(tx, id);
    const { name, cloudId } = registration;
    const result = {
      name,
      cloudId,
      stackSubscriptions: Number(held?.stackSubscriptions ?? 0),
      records: Number(held?.records ?? 0),
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
