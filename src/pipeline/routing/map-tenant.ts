import { stepInForce } from './destination.js';
import type { MappingStep } from './destination.js';
import { rerouteOpenUsage } from './reroute-open-usage.js';
import { insertMappingStep, loadRoutingTable, supersedeSteps } from './routing-store.js';
import { subjectOf } from '../../access/actor.js';
import type { By } from '../../access/actor.js';
import { inAuditedTransaction } from '../../access/audited-transaction.js';
import { WHOLE_BOOKS } from '../../access/scope.js';
import type { Scope } from '../../access/scope.js';
import type { Database } from '../../database/database.js';
import type { Sql, Tx } from '../../database/transaction.js';
import type { Clock } from '../../primitives/clock.js';
import { DomainError } from '../../primitives/errors.js';
import { canonicalGuid } from '../../primitives/ids.js';
import { hourOf, hourText } from '../../primitives/windows.js';
import type { Hour } from '../../primitives/windows.js';
import { bumpRoutingVersion, getRegistration, lockRegistration } from '../../registration/registration-store.js';
import type { Registration } from '../../registration/registration.entity.js';
import { customerSubscriptionNotFound, tenantNotFound } from '../../tenancy/add-csp-subscription.js';
import { checkCspSubscription, checkMappingAllowed, checkSameTenant } from '../../tenancy/csp-rules.js';
import { findTenant, listCspSubscriptions, listStackSubscriptions } from '../../tenancy/tenancy-store.js';
import type { Tenant } from '../../tenancy/tenancy.entity.js';

interface App {
  readonly db: Database;
  readonly clock: Clock;
}

/** Of whom and from when. Left out, it is what `beginningOf` says. */
export interface TenantChange {
  readonly registration: string;
  readonly tenantId: string;
  readonly effectiveFrom?: Hour | undefined;
}

/** More stack subscriptions than a tenant has; a tenant beyond it needs rerouting in parts. */
const STACK_SUBSCRIPTIONS_MAX = 100_000;

/**
 * Bills a tenant's usage to a CSP subscription from an hour on, replacing whatever was to hold from then (Azure's PUT
 * overwrites too). What was replaced is kept. Usage whose reported day is open moves in the same transaction; closed
 * days stay as they were billed. Asking for what already holds changes nothing.
 *
 * Azure consults its mapping when usage arrives and documents nothing retroactive; we decide by the usage hour and
 * record which mapping decided.
 */
export async function mapTenant(
  app: App,
  scope: Scope,
  input: TenantChange & { readonly cspSubscriptionId: string; readonly by: By },
): Promise<Tenant> {
  return changeMapping(app, scope, { ...input, action: 'mapTenant' }, async (tx, registration, tenant) => {
    checkMappingAllowed(registration);
    return mappableSubscription(tx, scope, registration, tenant, input.cspSubscriptionId);
  });
}

/**
 * Lets a tenant's usage go to the base subscription again, from an hour on. With `onlyFrom`, the row id of a CSP
 * subscription, only while the tenant is mapped to that one: throws CustomerSubscriptionNotFound where it is not.
 */
export async function unmapTenant(
  app: App,
  scope: Scope,
  input: TenantChange & { readonly onlyFrom?: number | undefined; readonly by: By },
): Promise<Tenant> {
  return changeMapping(
    app,
    scope,
    { ...input, action: 'unmapTenant' },
    async (_tx, _registration, _tenant, inForce) => {
      if (input.onlyFrom !== undefined && input.onlyFrom !== inForce) throw customerSubscriptionNotFound();
      return null;
    },
  );
}

/** The row id of the CSP subscription that this tenant may be mapped to; refuses any other under Azure's names. */
export async function mappableSubscription(
  sql: Sql,
  scope: Scope,
  registration: Registration,
  tenant: Tenant,
  cspSubscriptionId: string,
): Promise<number> {
  const cspSubscriptionGuid = canonicalGuid(cspSubscriptionId);
  if (cspSubscriptionGuid === null) {
    throw new DomainError('InvalidCustomerSubscriptionId', 'This is no Azure subscription id.', ['cspSubscriptionId']);
  }
  const [found] = await listCspSubscriptions(
    sql,
    scope,
    { registrationId: registration.id, cspSubscriptionGuid },
    { afterId: 0, limit: 1 },
  );
  if (found === undefined) throw customerSubscriptionNotFound();
  checkCspSubscription(registration, found);
  checkSameTenant(tenant, found);
  return found.id;
}

/**
 * From which hour on a change holds that names none: from the beginning while the books are set up, so that it moves
 * all usage there is; from the current hour on once they are open.
 */
export function beginningOf({ state }: Pick<Registration, 'state'>, now: number): Hour {
  return state === 'SETTING_UP' ? 0 : hourOf(now);
}

/** The stack subscriptions whose usage follows a tenant's mapping. */
export async function stackSubscriptionIdsOf(sql: Sql, scope: Scope, tenantId: number): Promise<number[]> {
  const page = { afterId: 0, limit: STACK_SUBSCRIPTIONS_MAX };
  const rows = await listStackSubscriptions(sql, scope, { tenantId }, page);
  return rows.map(({ id }) => id);
}

async function changeMapping(
  app: App,
  scope: Scope,
  input: TenantChange & { readonly by: By; readonly action: 'mapTenant' | 'unmapTenant' },
  targetOf: (tx: Tx, registration: Registration, tenant: Tenant, inForce: number | null) => Promise<number | null>,
): Promise<Tenant> {
  const { db, clock } = app;
  const seen = await getRegistration(db.reader, scope, input.registration);
  return inAuditedTransaction(app, input, async (tx) => {
    const registration = await lockRegistration(tx, seen.id);
    const from = input.effectiveFrom ?? beginningOf(registration, clock.now());
    const tenantGuid = canonicalGuid(input.tenantId) ?? '';
    const tenant = await findTenant(tx, scope, { registrationId: seen.id, tenantGuid });
    if (tenant === null) throw tenantNotFound();
    const before = await loadRoutingTable(tx, seen.id, registration.routingVersion, tenant.id);
    const steps = before.stepsOf.get(tenant.id) ?? [];
    const inForce = stepInForce(steps, from)?.cspSubscriptionId ?? null;
    const cspSubscriptionId = await targetOf(tx, registration, tenant, inForce);
    const laterSteps = steps.filter((step) => step.effectiveFrom > from).length;
    const isChange = inForce !== cspSubscriptionId || laterSteps > 0;
    if (isChange) await change(tx, registration, { tenant, cspSubscriptionId, steps, from });

    const guids = await guidsOf(tx, [inForce, cspSubscriptionId]);
    const billed = (id: number | null) => (id === null ? null : (guids.get(id) ?? null));
    const was = { from: hourText(from), cspSubscriptionId: billed(inForce), laterSteps };
    return {
      result: tenant,
      target: `tenant ${tenantGuid} of ${registration.name}`,
      registrationId: seen.id,
      tenantId: tenant.id,
      before: was,
      after: isChange ? { ...was, cspSubscriptionId: billed(cspSubscriptionId), laterSteps: 0 } : was,
    };
  });

  async function change(
    tx: Tx,
    registration: Registration,
    to: {
      readonly tenant: Tenant;
      readonly cspSubscriptionId: number | null;
      readonly steps: readonly MappingStep[];
      readonly from: Hour;
    },
  ): Promise<void> {
    const { tenant, cspSubscriptionId, steps, from } = to;
    const version = await bumpRoutingVersion(tx, seen.id);
    await supersedeSteps(tx, tenant.id, from, version);
    const earlier = steps.filter((step) => step.effectiveFrom < from);
    if ((stepInForce(earlier, from)?.cspSubscriptionId ?? null) !== cspSubscriptionId) {
      await insertMappingStep(tx, {
        registrationId: seen.id,
        tenantId: tenant.id,
        cspSubscriptionId,
        effectiveFrom: from,
        version,
        at: clock.now(),
        by: subjectOf(input.by),
      });
    }
    await rerouteOpenUsage(tx, {
      table: await loadRoutingTable(tx, seen.id, version, tenant.id),
      stackSubscriptionIds: await stackSubscriptionIdsOf(tx, scope, tenant.id),
      fromHour: from,
      closedBeforeDay: registration.closedBeforeDay,
    });
  }
}

/** How CSP subscriptions are called outside, for the audit log. */
async function guidsOf(tx: Tx, ids: readonly (number | null)[]): Promise<ReadonlyMap<number, string>> {
  const wanted = ids.filter((id) => id !== null);
  if (wanted.length === 0) return new Map();
  const rows = await listCspSubscriptions(tx, WHOLE_BOOKS, { ids: wanted }, { afterId: 0, limit: wanted.length });
  return new Map(rows.map(({ id, cspSubscriptionGuid }) => [id, cspSubscriptionGuid]));
}
