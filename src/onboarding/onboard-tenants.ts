import { checkLines, planOf, problemOf } from './onboarding-line.js';
import type {
  CheckedLine,
  KnownOfLine,
  LineProblem,
  OnboardingLine,
  OnboardingPlan,
  OnboardingStep,
  SoundLine,
} from './onboarding-line.js';
import { actorOf } from '../access/actor.js';
import type { By } from '../access/actor.js';
import { asOneChange } from '../access/audited-transaction.js';
import { mustSeeAllTenants } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import type { Database } from '../database/database.js';
import type { Sql } from '../database/transaction.js';
import { assignStackSubscription } from '../pipeline/routing/assign-stack-subscription.js';
import { beginningOf, mapTenant } from '../pipeline/routing/map-tenant.js';
import type { Clock } from '../primitives/clock.js';
import { DomainError } from '../primitives/errors.js';
import { getRegistration, lockRegistration } from '../registration/registration-store.js';
import type { Registration } from '../registration/registration.entity.js';
import { addCspSubscription } from '../tenancy/add-csp-subscription.js';
import { checkMappingAllowed } from '../tenancy/csp-rules.js';
import { registerTenant } from '../tenancy/register-tenant.js';
import {
  listCspSubscriptions,
  listMappingHistory,
  listResellers,
  listStackSubscriptions,
  listTenants,
} from '../tenancy/tenancy-store.js';
import type { Tenant } from '../tenancy/tenancy.entity.js';
import { updateTenant } from '../tenancy/update-tenant.js';

interface App {
  readonly db: Database;
  readonly clock: Clock;
}

/** Lines of one call. */
export const LINES_PER_CALL_MAX = 1_000;
/**
 * Lines of one mutation: with a few stack subscriptions each, they fit into the body and the time of a request, also on
 * a slow server. The command has neither limit.
 */
export const LINES_PER_MUTATION_MAX = 250;
/** Lines whose names are looked up by one set of statements. */
const LINES_PER_LOOK = 100;

/** What became of a line. */
export const ONBOARDING_VERDICTS = ['DONE', 'PLANNED', 'UNCHANGED', 'REFUSED'] as const;
export type OnboardingVerdict = (typeof ONBOARDING_VERDICTS)[number];

/** A line with what became of it. */
export interface OnboardedLine {
  /** Place in the call, from 0. */
  readonly index: number;
  readonly verdict: OnboardingVerdict;
  /** What was done, or in a dry run would be, in order. */
  readonly steps: readonly OnboardingStep[];
  /** Null where it was refused, and in a dry run for one that is not known yet. */
  readonly tenant: Tenant | null;
  /** Empty unless it was refused. */
  readonly problems: readonly LineProblem[];
}

/**
 * Brings many customers in: each line registers its tenant, makes its CSP subscription known, maps the one to the other
 * and assigns stack subscriptions, as far as that is not so already, by the acts of the single mutations. All lines are
 * checked first; then each is done in a transaction of its own, or refused without touching the others. Done again, it
 * changes nothing. A dry run says what would be done and does nothing.
 *
 * For those alone who see all tenants of the registration: whether a name is taken would show. Throws as a whole
 * FORBIDDEN, RegistrationNotFound, BATCH_TOO_LARGE and, where a line names a CSP subscription, the refusals of
 * registrations that cannot map.
 */
export async function onboardTenants(
  app: App,
  scope: Scope,
  input: {
    readonly registration: string;
    readonly lines: readonly OnboardingLine[];
    readonly dryRun: boolean;
    /** How messages call the line at an index. */
    readonly nameOfLine: (index: number) => string;
    readonly by: By;
    /** Told after each line of which the outcome is known. */
    readonly onProgress?: (done: number) => void;
  },
): Promise<readonly OnboardedLine[]> {
  mustSeeAllTenants(scope);
  if (input.lines.length > LINES_PER_CALL_MAX) {
    const message = `A call has at most ${LINES_PER_CALL_MAX} lines, and this one has ${input.lines.length}.`;
    throw new DomainError('BATCH_TOO_LARGE', message, ['lines']);
  }
  const registration = await getRegistration(app.db.reader, scope, input.registration);
  const checked = checkLines(input.lines, input.nameOfLine);
  if (checked.some((one) => one.ok && one.line.cspSubscriptionGuid !== null)) checkMayMap(registration);

  const outcomes = await planAll(app, scope, registration, checked);
  // A key that makes one act safe to repeat would take the second line for the first.
  const by = { ...actorOf(input.by), once: null };
  const settled: Outcome[] = [];
  for (const outcome of outcomes) {
    const isLeft = !input.dryRun && outcome.plan !== null && outcome.plan.steps.length > 0;
    settled.push(isLeft ? await carryOut(app, scope, { registration, line: outcome.line, by }) : outcome);
    input.onProgress?.(settled.length);
  }
  const tenants = await tenantsOf(app.db.reader, scope, registration, settled);
  return settled.map(({ line, plan, problems }, index) => ({
    index,
    verdict: verdictOf(plan, input.dryRun),
    steps: plan?.steps ?? [],
    tenant: plan === null ? null : (tenants.get(line.tenantGuid) ?? null),
    problems,
  }));
}

/** A line and what is, or was, to be done for it; no plan where it is refused. */
type Outcome =
  | { readonly line: SoundLine; readonly plan: OnboardingPlan; readonly problems: readonly [] }
  | { readonly line: SoundLine | null; readonly plan: null; readonly problems: readonly LineProblem[] };

function verdictOf(plan: OnboardingPlan | null, dryRun: boolean): OnboardingVerdict {
  if (plan === null) return 'REFUSED';
  if (plan.steps.length === 0) return 'UNCHANGED';
  return dryRun ? 'PLANNED' : 'DONE';
}

/** The same refusal for every line would be told a thousand times. */
function checkMayMap(registration: Registration): void {
  checkMappingAllowed(registration);
  if (registration.partnerId !== null) return;
  throw new DomainError(
    'BadCustomerSubscriptionId',
    'The registration names no partner to whom CSP subscriptions could belong. Say it with updateRegistration.',
    ['registration'],
  );
}

async function planAll(
  { db, clock }: App,
  scope: Scope,
  registration: Registration,
  checked: readonly CheckedLine[],
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let start = 0; start < checked.length; start += LINES_PER_LOOK) {
    const some = checked.slice(start, start + LINES_PER_LOOK);
    const sound = some.flatMap((one) => (one.ok ? [one.line] : []));
    const known = await knownOf({ sql: db.reader, clock }, scope, registration, sound);
    for (const one of some) {
      if (one.ok) outcomes.push(plannedOf(one.line, known(one.line)));
      else outcomes.push({ line: null, plan: null, problems: one.problems });
    }
  }
  return outcomes;
}

function plannedOf(line: SoundLine, known: KnownOfLine): Outcome {
  try {
    return { line, plan: planOf(line, known), problems: [] };
  } catch (error) {
    return refusedOf(line, error);
  }
}

/** What is nobody's fault but ours, or the request's as a whole, is no verdict on a line. */
function refusedOf(line: SoundLine, error: unknown): Outcome {
  if (!(error instanceof DomainError) || error.code === 'TIMEOUT' || error.code === 'UNAVAILABLE') throw error;
  return { line, plan: null, problems: [problemOf(error)] };
}

/** Does what is left of a line, in one transaction: what changed since it was planned is seen under the lock. */
async function carryOut(
  app: App,
  scope: Scope,
  { registration, line, by }: { readonly registration: Registration; readonly line: SoundLine; readonly by: By },
): Promise<Outcome> {
  try {
    return await asOneChange(app, async (joined, tx) => {
      // First of all, as in each of the acts: whoever has the lock of the audit log as well never waits for this one.
      const now = await lockRegistration(tx, registration.id);
      const known = (await knownOf({ sql: tx, clock: app.clock }, scope, now, [line]))(line);
      const plan = planOf(line, known);
      await follow(joined, scope, { registration: now, line, plan, by, name: known.tenant?.name ?? '' });
      return { line, plan, problems: [] };
    });
  } catch (error) {
    return refusedOf(line, error);
  }
}

async function follow(
  app: App,
  scope: Scope,
  what: {
    readonly registration: Registration;
    readonly line: SoundLine;
    readonly plan: OnboardingPlan;
    readonly by: By;
    /** What the tenant is called so far. */
    readonly name: string;
  },
): Promise<void> {
  const { registration, line, plan, by } = what;
  const { tenantGuid: tenantId, cspSubscriptionGuid } = line;
  const within = { registration: registration.name, tenantId, by };
  const named = { ...within, name: line.name ?? what.name };
  const ofReseller = { ...named, reseller: line.reseller ?? undefined };
  const cspSubscriptionId = cspSubscriptionGuid ?? '';
  const acts: Readonly<Record<OnboardingStep, () => Promise<unknown>>> = {
    REGISTER_TENANT: () => registerTenant(app, scope, ofReseller),
    UPDATE_TENANT: () => updateTenant(app, scope, ofReseller),
    ADD_CSP_SUBSCRIPTION: () => {
      const partnerId = registration.partnerId ?? '';
      return addCspSubscription(app, scope, { ...named, cspSubscriptionId, offer: 'CSP', partnerId });
    },
    MAP_TENANT: () =>
      mapTenant(app, scope, { ...within, cspSubscriptionId, effectiveFrom: line.effectiveFrom ?? undefined }),
    ASSIGN_STACK_SUBSCRIPTION: async () => {
      for (const stackSubscriptionId of plan.toAssign) {
        await assignStackSubscription(app, scope, { ...within, stackSubscriptionId });
      }
    },
  };
  for (const step of plan.steps) await acts[step]();
}

/** What there is of what some lines name, by line. */
async function knownOf(
  { sql, clock }: { readonly sql: Sql; readonly clock: Clock },
  scope: Scope,
  registration: Registration,
  lines: readonly SoundLine[],
): Promise<(line: SoundLine) => KnownOfLine> {
  const within = { registrationId: registration.id };
  const given = (values: readonly (string | null)[]) => [...new Set(values.filter((value) => value !== null))];
  const all = (values: readonly string[]) => ({ afterId: 0, limit: values.length });

  const tenantGuids = given(lines.map((line) => line.tenantGuid));
  const tenants = await listTenants(sql, scope, { ...within, tenantGuids }, all(tenantGuids));
  const names = given(lines.map((line) => line.reseller?.toLowerCase() ?? null));
  const resellers = await listResellers(sql, scope, { names }, all(names));
  const cspSubscriptionGuids = given(lines.map((line) => line.cspSubscriptionGuid));
  const cspSubscriptions = await listCspSubscriptions(
    sql,
    scope,
    { ...within, cspSubscriptionGuids },
    all(cspSubscriptionGuids),
  );
  const stackSubscriptionGuids = given(lines.flatMap((line) => line.stackSubscriptionGuids));
  const stackSubscriptions = await listStackSubscriptions(
    sql,
    scope,
    { ...within, stackSubscriptionGuids },
    all(stackSubscriptionGuids),
  );
  const tenantIds = tenants.map(({ id }) => id);
  const history = await listMappingHistory(sql, scope, tenantIds);

  const tenantOf = new Map(tenants.map((row) => [row.tenantGuid, row]));
  const resellerOf = new Map(resellers.map((row) => [row.nameKey, row]));
  const cspSubscriptionOf = new Map(cspSubscriptions.map((row) => [row.cspSubscriptionGuid, row]));
  const stackSubscriptionOf = new Map(stackSubscriptions.map((row) => [row.stackSubscriptionGuid, row]));
  const standardFrom = beginningOf(registration, clock.now());
  return (line) => {
    const tenant = tenantOf.get(line.tenantGuid) ?? null;
    return {
      registration,
      tenant,
      reseller: resellerOf.get(line.reseller?.toLowerCase() ?? '') ?? null,
      cspSubscription: cspSubscriptionOf.get(line.cspSubscriptionGuid ?? '') ?? null,
      stackSubscriptions: line.stackSubscriptionGuids.flatMap((guid) => stackSubscriptionOf.get(guid) ?? []),
      steps: history.filter((step) => step.tenantId === tenant?.id && !step.isSuperseded),
      standardFrom,
    };
  };
}

async function tenantsOf(
  sql: Sql,
  scope: Scope,
  registration: Registration,
  outcomes: readonly Outcome[],
): Promise<ReadonlyMap<string, Tenant>> {
  const tenantGuids = outcomes.flatMap(({ line, plan }) => (plan === null ? [] : [line.tenantGuid]));
  const filter = { registrationId: registration.id, tenantGuids };
  const rows = await listTenants(sql, scope, filter, { afterId: 0, limit: tenantGuids.length });
  return new Map(rows.map((row) => [row.tenantGuid, row]));
}
