import { rerouteOpenUsage } from './reroute-open-usage.js';
import { loadRoutingTable } from './routing-store.js';
import { subjectOf } from '../../access/actor.js';
import type { By } from '../../access/actor.js';
import { inAuditedTransaction } from '../../access/audited-transaction.js';
import { WHOLE_BOOKS } from '../../access/scope.js';
import type { Scope } from '../../access/scope.js';
import type { Database } from '../../database/database.js';
import { insertRow, update } from '../../database/change.js';
import { isDuplicateKey } from '../../database/faults.js';
import type { Tx } from '../../database/transaction.js';
import type { Clock } from '../../primitives/clock.js';
import { DomainError, invariant } from '../../primitives/errors.js';
import { givenName } from '../../primitives/given-text.js';
import { canonicalGuid } from '../../primitives/ids.js';
import { bumpRoutingVersion, getRegistration, lockRegistration } from '../../registration/registration-store.js';
import { tenantNotFound } from '../../tenancy/add-csp-subscription.js';
import { findTenant, listStackSubscriptions, listTenants } from '../../tenancy/tenancy-store.js';
import { stackSubscriptionAssignmentTable, stackSubscriptionTable } from '../../tenancy/tenancy.entity.js';
import type { StackSubscription, StackSubscriptionAssignment } from '../../tenancy/tenancy.entity.js';

const s = stackSubscriptionTable;

/**
 * Says whose a stack subscription is; it may be one that has not sent usage yet. Its open usage moves to the tenant's
 * destinations in the same transaction, closed days stay as they were billed. Repeating it changes nothing. A caller
 * who sees only some tenants moves subscriptions between those, and takes none that is nobody's or somebody else's.
 */
export async function assignStackSubscription(
  app: { readonly db: Database; readonly clock: Clock },
  scope: Scope,
  input: {
    readonly registration: string;
    readonly stackSubscriptionId: string;
    readonly tenantId: string;
    readonly name?: string | undefined;
    readonly by: By;
  },
): Promise<StackSubscription> {
  const { db, clock } = app;
  const seen = await getRegistration(db.reader, scope, input.registration);
  const stackSubscriptionGuid = canonicalGuid(input.stackSubscriptionId);
  if (stackSubscriptionGuid === null) {
    throw new DomainError('INVALID_INPUT', 'A stack subscription id is a GUID.', ['stackSubscriptionId']);
  }
  const name = input.name === undefined ? null : givenName(input.name);
  return inAuditedTransaction(app, { action: 'assignStackSubscription', by: input.by }, async (tx) => {
    const registration = await lockRegistration(tx, seen.id);
    const tenantGuid = canonicalGuid(input.tenantId) ?? '';
    const tenant = await findTenant(tx, scope, { registrationId: seen.id, tenantGuid });
    if (tenant === null) throw tenantNotFound();
    const key = { registrationId: seen.id, stackSubscriptionGuid };
    const subscription = await findOrInsert(tx, scope, { ...key, firstSeenAt: clock.now() });
    if (name !== null) {
      await update(tx, s, { name }, `${s.id} = ?`, [subscription.id]);
    }
    const renamed = { ...subscription, name: name ?? subscription.name, tenantId: tenant.id };
    const owner = await ownerOf(tx, subscription);
    const done = {
      result: renamed,
      target: `stack subscription ${stackSubscriptionGuid} of ${registration.name}`,
      registrationId: seen.id,
      tenantId: tenant.id,
      before: { tenantId: owner, name: subscription.name },
      after: { tenantId: tenant.tenantGuid, name: renamed.name },
    };
    if (subscription.tenantId === tenant.id) return done;

    const version = await bumpRoutingVersion(tx, seen.id);
    await assign(tx, {
      stackSubscriptionId: subscription.id,
      tenantId: tenant.id,
      createdVersion: version,
      supersededVersion: 0,
      assignedAt: clock.now(),
      assignedBy: subjectOf(input.by),
    });
    await rerouteOpenUsage(tx, {
      table: await loadRoutingTable(tx, seen.id, version),
      stackSubscriptionIds: [subscription.id],
      fromHour: 0,
      closedBeforeDay: registration.closedBeforeDay,
    });
    return done;
  });
}

/** The directory whose it was so far; null while nobody has said. */
async function ownerOf(tx: Tx, { tenantId }: StackSubscription): Promise<string | null> {
  if (tenantId === null) return null;
  const [owner] = await listTenants(tx, WHOLE_BOOKS, { ids: [tenantId] }, { afterId: 0, limit: 1 });
  return owner?.tenantGuid ?? null;
}

async function findOrInsert(
  tx: Tx,
  scope: Scope,
  key: Pick<StackSubscription, 'registrationId' | 'stackSubscriptionGuid' | 'firstSeenAt'>,
): Promise<StackSubscription> {
  const page = { afterId: 0, limit: 1 };
  const [known] = await listStackSubscriptions(tx, scope, key, page);
  if (known !== undefined) return known;
  // Who sees only some tenants makes no subscription known: whether it is somebody else's would show in the answer.
  if (scope.tenantIds !== 'all') {
    throw new DomainError('STACK_SUBSCRIPTION_NOT_FOUND', 'There is no such stack subscription.', [
      'stackSubscriptionId',
    ]);
  }
  const row = { ...key, tenantId: null, name: null };
  await insertRow(tx, s, row).catch((error: unknown) => {
    // Its first usage arrived at the same moment.
    if (!isDuplicateKey(error)) throw error;
  });
  const [inserted] = await listStackSubscriptions(tx, scope, key, page);
  invariant(inserted, 'a stack subscription that was inserted can be read');
  return inserted;
}

async function assign(tx: Tx, assignment: Omit<StackSubscriptionAssignment, 'id'>): Promise<void> {
  const { stackSubscriptionId, tenantId, createdVersion } = assignment;
  const a = stackSubscriptionAssignmentTable;
  const inForce = `${a.stackSubscriptionId} = ? AND ${a.supersededVersion} = 0`;
  await update(tx, a, { supersededVersion: createdVersion }, inForce, [stackSubscriptionId]);
  await insertRow(tx, a, assignment);
  await update(tx, s, { tenantId }, `${s.id} = ?`, [stackSubscriptionId]);
}
