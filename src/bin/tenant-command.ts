import { ArgumentError } from './exit.js';
import { withBooks } from './open-books.js';
import { textTable } from './text-table.js';
import { printMoves } from './usage-moves.js';
import { COMMAND_LINE } from '../access/actor.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import type { App } from '../app.js';
import type { Sql } from '../database/transaction.js';
import { assignStackSubscription } from '../pipeline/routing/assign-stack-subscription.js';
import { mapTenant, unmapTenant } from '../pipeline/routing/map-tenant.js';
import { hourText, parseInstant, wholeHour } from '../primitives/windows.js';
import type { Hour } from '../primitives/windows.js';
import { previewAssignment } from '../reading/assignment-preview.js';
import { previewTenantMapping } from '../reading/mapping-preview.js';
import { getRegistration } from '../registration/registration-store.js';
import { registerTenant } from '../tenancy/register-tenant.js';
import {
  listCspSubscriptions,
  listMappingHistory,
  listResellers,
  listStackSubscriptions,
  listTenants,
} from '../tenancy/tenancy-store.js';
import type { MappingHistoryRow } from '../tenancy/tenancy-store.js';
import type { Tenant } from '../tenancy/tenancy.entity.js';
import { updateTenant } from '../tenancy/update-tenant.js';

interface OfRegistration {
  readonly registration: string;
}

/** Of a change that moves usage. */
interface ChangeOptions extends OfRegistration {
  readonly from?: string;
  readonly dryRun?: boolean;
}

const TENANTS_PER_READ = 200;
const STACK_SUBSCRIPTIONS_MAX = 100_000;

/** Makes a customer's directory known. */
export async function tenantRegisterCommand(
  tenantId: string,
  { registration, name, reseller }: OfRegistration & { readonly name: string; readonly reseller?: string },
): Promise<void> {
  await withBooks(async (app) => {
    const input = { registration, tenantId, name, reseller, by: COMMAND_LINE };
    const tenant = await registerTenant(app, WHOLE_BOOKS, input);
    console.log(`Registered ${named(tenant)}.`);
  });
}

/** Renames a tenant, gives it to a reseller or takes it back. */
export async function tenantUpdateCommand(
  tenantId: string,
  options: OfRegistration & {
    readonly name?: string;
    /** False where it was said that it has none. */
    readonly reseller?: string | false;
  },
): Promise<void> {
  const { registration, name, reseller } = options;
  if (name === undefined && reseller === undefined) {
    throw new ArgumentError('Say what is otherwise: --name, --reseller or --no-reseller.');
  }
  await withBooks(async (app) => {
    const change = reseller === false ? { isWithoutReseller: true } : { reseller };
    const input = { registration, tenantId, name, ...change, by: COMMAND_LINE };
    const tenant = await updateTenant(app, WHOLE_BOOKS, input);
    console.log(`Updated ${named(tenant)}.`);
  });
}

/** Bills a tenant's usage to a CSP subscription from an hour on. */
export async function tenantMapCommand(
  tenantId: string,
  { registration, cspSubscription, from, dryRun }: ChangeOptions & { readonly cspSubscription: string },
): Promise<void> {
  const change = { registration, tenantId, cspSubscriptionId: cspSubscription, effectiveFrom: hourNamed(from) };
  await withBooks(async (app) => {
    if (dryRun === true) await previewChange(app, change);
    else await tellBilling(app, await mapTenant(app, WHOLE_BOOKS, { ...change, by: COMMAND_LINE }));
  });
}

/** Bills a tenant's usage to the base subscription again, from an hour on. */
export async function tenantUnmapCommand(
  tenantId: string,
  { registration, from, dryRun }: ChangeOptions,
): Promise<void> {
  const change = { registration, tenantId, effectiveFrom: hourNamed(from) };
  await withBooks(async (app) => {
    if (dryRun === true) await previewChange(app, change);
    else await tellBilling(app, await unmapTenant(app, WHOLE_BOOKS, { ...change, by: COMMAND_LINE }));
  });
}

/** Says whose a stack subscription is. */
export async function tenantAssignCommand(
  tenantId: string,
  stackSubscriptionId: string,
  { registration, name, dryRun }: OfRegistration & { readonly name?: string; readonly dryRun?: boolean },
): Promise<void> {
  const input = { registration, tenantId, stackSubscriptionId };
  await withBooks(async (app) => {
    if (dryRun === true) {
      await app.db.inSnapshot(async (sql) => {
        const preview = await previewAssignment(sql, WHOLE_BOOKS, input);
        const sentence = `Stack subscription ${stackSubscriptionId} would belong to ${named(preview.tenant)}.`;
        await printMoves(sql, { ...preview, sentence });
      });
      return;
    }
    const { stackSubscriptionGuid, tenantId: owner } = await assignStackSubscription(app, WHOLE_BOOKS, {
      ...input,
      name,
      by: COMMAND_LINE,
    });
    const [tenant] = await listTenants(app.db.reader, WHOLE_BOOKS, { ids: [owner ?? 0] }, { afterId: 0, limit: 1 });
    console.log(`Stack subscription ${stackSubscriptionGuid} belongs to ${tenant === undefined ? '' : named(tenant)}.`);
  });
}

/** Prints the tenants of a registration, and where each is billed. */
export async function tenantListCommand({ registration: name }: OfRegistration): Promise<void> {
  await withBooks(async ({ db }) => {
    const sql = db.reader;
    const { id: registrationId } = await getRegistration(sql, WHOLE_BOOKS, name);
    const rows: string[][] = [];
    for (let afterId = 0; ;) {
      const page = { afterId, limit: TENANTS_PER_READ };
      const tenants = await listTenants(sql, WHOLE_BOOKS, { registrationId }, page);
      rows.push(...(await rowsOf(sql, tenants)));
      if (tenants.length < TENANTS_PER_READ) break;
      afterId = tenants.at(-1)?.id ?? 0;
    }
    if (rows.length === 0) console.log(`${name} has no tenants.`);
    else console.log(textTable(['tenant', 'name', 'reseller', 'billed to', 'from', 'stack subscriptions'], rows));
  });
}

async function rowsOf(sql: Sql, tenants: readonly Tenant[]): Promise<string[][]> {
  const ids = tenants.map(({ id }) => id);
  const history = await listMappingHistory(sql, WHOLE_BOOKS, ids);
  const cspIds = history.flatMap(({ cspSubscriptionId }) => cspSubscriptionId ?? []);
  const subscriptions = await listCspSubscriptions(sql, WHOLE_BOOKS, { ids: cspIds }, all(cspIds));
  const stacks = await listStackSubscriptions(
    sql,
    WHOLE_BOOKS,
    { tenantIds: ids },
    { afterId: 0, limit: STACK_SUBSCRIPTIONS_MAX },
  );
  const resellerIds = tenants.flatMap(({ resellerId }) => resellerId ?? []);
  const resellers = await listResellers(sql, WHOLE_BOOKS, { ids: resellerIds }, all(resellerIds));
  const guidOf = new Map(subscriptions.map((row) => [row.id, row.cspSubscriptionGuid]));
  const resellerOf = new Map(resellers.map((row) => [row.id, row.name]));
  return tenants.map(({ id, tenantGuid, name, resellerId }) => {
    const step = lastStep(history.filter(({ tenantId }) => tenantId === id));
    const billed = step?.cspSubscriptionId == null ? 'base subscription' : (guidOf.get(step.cspSubscriptionId) ?? '');
    const owned = stacks.filter(({ tenantId }) => tenantId === id).length;
    const from = step === null ? '' : beginning(step.effectiveFrom);
    return [tenantGuid, name, resellerOf.get(resellerId ?? 0) ?? '', billed, from, String(owned)];
  });
}

/** The step that holds from the latest hour on. */
function lastStep(history: readonly MappingHistoryRow[]): MappingHistoryRow | null {
  return history.find(({ isSuperseded }) => !isSuperseded) ?? null;
}

/** Says where a tenant is billed, from its latest step on: what was asked for is so, whether it was before or not. */
async function tellBilling({ db }: App, tenant: Tenant): Promise<void> {
  const step = lastStep(await listMappingHistory(db.reader, WHOLE_BOOKS, [tenant.id]));
  const ids = step?.cspSubscriptionId == null ? [] : [step.cspSubscriptionId];
  const [subscription] = await listCspSubscriptions(db.reader, WHOLE_BOOKS, { ids }, all(ids));
  const target =
    subscription === undefined
      ? 'the base subscription'
      : `CSP subscription ${subscription.cspSubscriptionGuid} (${subscription.name})`;
  console.log(`Usage of ${named(tenant)} is billed to ${target} from ${beginning(step?.effectiveFrom ?? 0)} on.`);
}

async function previewChange({ db, clock }: App, change: Parameters<typeof previewTenantMapping>[2]): Promise<void> {
  await db.inSnapshot(async (sql) => {
    const preview = await previewTenantMapping({ sql, clock }, WHOLE_BOOKS, change);
    const target =
      change.cspSubscriptionId === undefined ? 'the base subscription' : `CSP subscription ${change.cspSubscriptionId}`;
    const from = beginning(preview.effectiveFrom);
    const sentence = `Usage of ${named(preview.tenant)} would be billed to ${target} from ${from} on.`;
    await printMoves(sql, { ...preview, sentence });
  });
}

function named({ tenantGuid, name }: Tenant): string {
  return `tenant ${tenantGuid} (${name})`;
}

function beginning(hour: Hour): string {
  return hour === 0 ? 'the beginning' : hourText(hour);
}

function hourNamed(text: string | undefined): Hour | undefined {
  if (text === undefined) return undefined;
  const instant = parseInstant(text);
  const hour = instant === null ? null : wholeHour(instant);
  if (hour === null) throw new ArgumentError('--from is a whole UTC hour or a UTC day, such as 2026-03-09T13:00:00Z.');
  return hour;
}

function all(ids: readonly number[]): { readonly afterId: number; readonly limit: number } {
  return { afterId: 0, limit: ids.length };
}
