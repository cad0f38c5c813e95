import { WHOLE_BOOKS } from '../../../src/access/scope.js';
import { isDuplicateKey } from '../../../src/database/faults.js';
import { closeDays } from '../../../src/pipeline/closing/close-days.js';
import { mapTenant, unmapTenant } from '../../../src/pipeline/routing/map-tenant.js';
import { dayOf, hourOf } from '../../../src/primitives/windows.js';
import { BILLING_MODELS } from '../../../src/registration/billing-model.js';
import type { BillingModel } from '../../../src/registration/billing-model.js';
import { checkRegistration } from '../../../src/registration/registration-rules.js';
import type { NewRegistration } from '../../../src/registration/registration-rules.js';
import { linesOfBooks } from '../../support/book-lines.js';
import { describeEachDatabase } from '../../support/databases.js';
import { exactSums, exactly } from '../../support/exact-sum.js';
import { NOW, openTestGateway } from '../../support/gateway.js';
import type { TestGateway } from '../../support/gateway.js';
import { METERS, guid, push, registerCustomer, registerStamp, usageRecord } from '../../support/world.js';

const HOUR = hourOf(Date.parse(NOW));
const NEEDED: Partial<Record<BillingModel, Partial<NewRegistration>>> = {
  CAPACITY: { agreementNumber: 'EA-1' },
  CUSTOM: { msAssetTag: 'tag' },
};
const NEW_REGISTRATION = {
  name: 'new',
  cloudId: guid('cloud new'),
  baseSubscriptionId: guid('base new'),
  baseOffer: 'CSP',
  billingModel: 'PAY_AS_YOU_USE',
} as const;
/** Whether usage goes to Azure where nobody says, as Microsoft's registration script has it. */
const REPORTS: Record<BillingModel, boolean> = {
  PAY_AS_YOU_USE: true,
  CAPACITY: false,
  DEVELOPMENT: true,
  CUSTOM: false,
  RUGGEDIZED: true,
};

/** A mutation's input that is refused; the registrations and tenants it names are made by `openWorld`. */
const REFUSALS: readonly (readonly [what: string, mutation: string, input: object, code: string])[] = [
  ['a registration that is not there', 'mapTenant', { registration: 'nowhere' }, 'RegistrationNotFound'],
  ['a registration that is not there', 'unmapTenant', { registration: 'nowhere' }, 'RegistrationNotFound'],
  ['a registration that is not there', 'addCspSubscription', { registration: 'nowhere' }, 'RegistrationNotFound'],
  ['a registration that is not there', 'registerTenant', { registration: 'nowhere' }, 'RegistrationNotFound'],
  ['a registration that is not there', 'assignStackSubscription', { registration: 'nowhere' }, 'RegistrationNotFound'],
  ['a subscription id that is none', 'mapTenant', { cspSubscriptionId: 'x' }, 'InvalidCustomerSubscriptionId'],
  ['a subscription id that is none', 'addCspSubscription', { cspSubscriptionId: 'x' }, 'InvalidCustomerSubscriptionId'],
  ['a subscription nobody added', 'mapTenant', { cspSubscriptionId: guid('?') }, 'CustomerSubscriptionNotFound'],
  ["another tenant's subscription", 'mapTenant', { tenantId: guid('tenant Fabrikam') }, 'BadCustomerSubscriptionId'],
  ["another partner's subscription", 'addCspSubscription', { partnerId: '4712' }, 'BadCustomerSubscriptionId'],
  ['a subscription of another offer', 'addCspSubscription', { offer: 'OTHER' }, 'InvalidCSPSubscription'],
  ['a shared services subscription', 'addCspSubscription', { offer: 'CSP_SHARED_SERVICES' }, 'InvalidCSPSubscription'],
  ['a stamp without approval', 'addCspSubscription', { registration: 'unapproved' }, 'UnauthorizedCspRegistration'],
  ['a stamp without approval', 'mapTenant', { registration: 'unapproved' }, 'UnauthorizedCspRegistration'],
  ['a base that is no CSP', 'addCspSubscription', { registration: 'enterprise' }, 'UnauthorizedCspRegistration'],
  ['a base that is no CSP', 'mapTenant', { registration: 'enterprise' }, 'UnauthorizedCspRegistration'],
  ...BILLING_MODELS.filter((model) => model !== 'PAY_AS_YOU_USE').flatMap((model) =>
    ['addCspSubscription', 'mapTenant'].map(
      (mutation) => [`a ${model} stamp`, mutation, { registration: model }, 'CustomerSubscriptionsNotAllowed'] as const,
    ),
  ),
  ['a tenant that is not there', 'mapTenant', { tenantId: guid('?') }, 'TENANT_NOT_FOUND'],
  ['a tenant that is not there', 'unmapTenant', { tenantId: guid('?') }, 'TENANT_NOT_FOUND'],
  ['a tenant that is not there', 'assignStackSubscription', { tenantId: guid('?') }, 'TENANT_NOT_FOUND'],
  ['a tenant that is not there', 'addCspSubscription', { tenantId: guid('?') }, 'TENANT_NOT_FOUND'],
  ['a subscription added before', 'addCspSubscription', { cspSubscriptionId: guid('csp Contoso') }, 'ALREADY_EXISTS'],
  ['a tenant registered before', 'registerTenant', {}, 'ALREADY_EXISTS'],
  ['a tenant id that is none', 'registerTenant', { tenantId: 'contoso' }, 'INVALID_INPUT'],
  ['a reseller nobody knows', 'registerTenant', { tenantId: guid('new'), reseller: '?' }, 'RESELLER_NOT_FOUND'],
  ['a stack subscription id that is none', 'assignStackSubscription', { stackSubscriptionId: 'x' }, 'INVALID_INPUT'],
  ['half an hour', 'mapTenant', { effectiveFrom: '2026-03-10T10:30:00Z' }, 'MISALIGNED_TIME'],
  ['half an hour', 'unmapTenant', { effectiveFrom: '2026-03-10T10:00:00+05:30' }, 'MISALIGNED_TIME'],
  ['the name of another stamp', 'createRegistration', { name: 'HUB' }, 'CloudIdUpdateNotAllowed'],
  ['the same stamp again', 'createRegistration', { name: 'hub', cloudId: guid('cloud hub') }, 'ALREADY_EXISTS'],
  ['a stamp of another name', 'createRegistration', { cloudId: guid('cloud hub') }, 'ALREADY_EXISTS'],
  ['capacity without agreement', 'createRegistration', { billingModel: 'CAPACITY' }, 'AGREEMENT_NUMBER_REQUIRED'],
  ['custom without asset tag', 'createRegistration', { billingModel: 'CUSTOM' }, 'MissingMsAssetTag'],
  ['no reporting of what must be', 'createRegistration', { isUsageReportingEnabled: false }, 'REPORTING_REQUIRED'],
  [
    'reporting of capacity',
    'createRegistration',
    { billingModel: 'CAPACITY', agreementNumber: 'EA-1', isUsageReportingEnabled: true },
    'REPORTING_NOT_ALLOWED',
  ],
  ['a name with a slash', 'createRegistration', { name: 'a/b' }, 'INVALID_INPUT'],
  ['a cloud id that is none', 'createRegistration', { cloudId: 'x' }, 'INVALID_INPUT'],
];

describeEachDatabase('the rules of mapping', (server) => {
  it('refuse under the names that Azure gives its refusals, and change nothing', async () => {
    const gateway = await openWorld();
    const before = await booksOfAll(gateway);
    for (const [what, mutation, input, code] of REFUSALS) {
      const errors = await userErrors(gateway, mutation, input);
      expect([what, mutation, errors.map((error) => error.code)]).toEqual([what, mutation, [code]]);
    }
    expect(await booksOfAll(gateway)).toEqual(before);
    await gateway.close();
  });

  it('keep a tenant on one CSP subscription at a time when two processes map it at once', async () => {
    const gateway = await openWorld();
    const other = await gateway.second();
    const { id } = await registrationOf(gateway);
    await push(gateway.app, { id }, [usageRecord({ id: 'a', stackSubscriptionId: guid('stack') })]);
    const change = { registration: 'hub', tenantId: guid('tenant Contoso'), by: 'test' };
    const csp = { cspSubscriptionId: guid('csp Contoso') };
    await Promise.all(
      [5, 3, 3, 1, -4, 5].flatMap((back) => [
        mapTenant(gateway.app, WHOLE_BOOKS, { ...change, ...csp, effectiveFrom: HOUR - back }),
        mapTenant(other, WHOLE_BOOKS, { ...change, ...csp, effectiveFrom: HOUR - back }),
        unmapTenant(other, WHOLE_BOOKS, { ...change, effectiveFrom: HOUR - back + 1 }),
      ]),
    );
    const { reader } = gateway.app.db;
    const steps = await reader.query<{ start: number; created: number; superseded: number; csp: number | null }>(
      `SELECT effective_from AS start, created_version AS created, superseded_version AS superseded,
              csp_subscription_id AS csp FROM tenant_mapping ORDER BY effective_from`,
    );
    const [row] = await reader.query<{ version: number }>(
      "SELECT routing_version AS version FROM registration WHERE name = 'hub'",
    );
    // At every version there ever was, no two steps begin at one hour, and neighbours differ.
    for (let version = 1; version <= (row?.version ?? 0); version += 1) {
      const held = steps.filter((s) => s.created <= version && (s.superseded === 0 || s.superseded > version));
      expect(new Set(held.map(({ start }) => start)).size).toBe(held.length);
      held.forEach((step, index) => expect(step.csp).not.toBe(index === 0 ? null : held[index - 1]?.csp));
    }
    const { data } = await gateway.ask('OPERATOR', '{ invariants { name holds detail } }');
    expect(data.invariants.filter(({ holds }: { holds: boolean }) => !holds)).toEqual([]);
    await gateway.close();
  });

  it('are the word of the database as well: a second step at the same hour cannot be written', async () => {
    const gateway = await openWorld();
    const change = { registration: 'hub', tenantId: guid('tenant Contoso'), by: 'test', effectiveFrom: HOUR };
    await mapTenant(gateway.app, WHOLE_BOOKS, { ...change, cspSubscriptionId: guid('csp Contoso') });
    const again = gateway.app.db.inTransaction((tx) =>
      tx.execute(
        `INSERT INTO tenant_mapping (tenant_id, csp_subscription_id, effective_from, created_version,
           superseded_version, created_at, created_by)
         SELECT tenant_id, NULL, effective_from, 99, 0, 0, 'intruder' FROM tenant_mapping`,
      ),
    );
    const refusal = await again.catch((error: unknown) => error);
    expect(isDuplicateKey(refusal)).toBe(true);
    await gateway.close();
  });

  it('tell beforehand exactly what mapping and unmapping will move, and what stays because it is closed', async () => {
    const gateway = await openWorld();
    const { id } = await registrationOf(gateway);
    const stackSubscriptionId = guid('stack');
    const used = (recordId: string, back: number, quantity: string, meterId: string = METERS.vmHours) =>
      usageRecord({
        id: recordId,
        stackSubscriptionId,
        meterId,
        quantity,
        usageStartTime: new Date((HOUR - back) * 3_600_000).toISOString(),
      });
    await push(gateway.app, { id }, [used('closed', 2, '100'), used('closed early', 9, '1000')]);
    gateway.clock.set(Date.parse(NOW) + 24 * 3_600_000);
    await closeDays(gateway.app, { registrationId: id, through: dayOf(HOUR), by: 'test' });
    await push(gateway.app, { id }, [
      used('early', 5, '0.5'),
      used('a', 4, '0.1'),
      used('b', 3, '0.2'),
      used('c', 2, '0.4', METERS.unknown),
      used('d', 0, '7.000000000000000000000001'),
    ]);
    for (const cspSubscriptionId of [guid('csp Contoso'), guid('csp Contoso'), null, guid('csp Contoso')]) {
      const from = HOUR - 4;
      const input = `registration: "hub", tenantId: "${guid('tenant Contoso')}", effectiveFrom: "${new Date(from * 3_600_000).toISOString()}"`;
      const target = cspSubscriptionId === null ? '' : `, cspSubscriptionId: "${cspSubscriptionId}"`;
      const { data, errors } = await gateway.ask(
        'OPERATOR',
        `{ previewTenantMapping(${input}${target}) { closedRecords moves { quantity records meter { meterId } from { reason } } } }`,
      );
      expect(errors).toEqual([]);
      const before = await openTotals(gateway);
      const mutation = cspSubscriptionId === null ? 'unmapTenant' : 'mapTenant';
      expect(
        await userErrors(gateway, mutation, {
          effectiveFrom: new Date(from * 3_600_000).toISOString(),
          cspSubscriptionId: cspSubscriptionId ?? undefined,
        }),
      ).toEqual([]);
      const moved = movesBetween(before, await openTotals(gateway));
      const promised = (data.previewTenantMapping.moves as Move[]).map(
        ({ meter, from: { reason }, records, quantity }) =>
          `${meter.meterId} from ${reason}: ${exactly(String(records))}, ${exactly(quantity)}`,
      );
      expect(promised.sort()).toEqual(moved);
      expect(data.previewTenantMapping.closedRecords).toBe(moved.length === 0 ? 0 : 1);
    }
    await gateway.close();
  });

  async function openWorld(): Promise<TestGateway> {
    const gateway = await openTestGateway(server);
    await registerStamp(gateway.app);
    await registerCustomer(gateway.app, 'hub', 'Contoso', { stackSubscriptions: [guid('stack')] });
    await registerCustomer(gateway.app, 'hub', 'Fabrikam');
    await registerStamp(gateway.app, 'unapproved', { isMultitenancyApproved: false });
    await registerStamp(gateway.app, 'enterprise', { baseOffer: 'ENTERPRISE_AGREEMENT' });
    for (const billingModel of BILLING_MODELS) {
      if (billingModel === 'PAY_AS_YOU_USE') continue;
      await registerStamp(gateway.app, billingModel, { billingModel, ...NEEDED[billingModel] });
    }
    for (const registration of ['unapproved', 'enterprise', ...BILLING_MODELS.filter((m) => m !== 'PAY_AS_YOU_USE')]) {
      const input = { registration, name: 'Contoso' };
      expect(await userErrors(gateway, 'registerTenant', input)).toEqual([]);
    }
    return gateway;
  }
});

interface Move {
  readonly quantity: string;
  readonly records: number;
  readonly meter: { readonly meterId: string };
  readonly from: { readonly reason: string };
}

describe('a registration', () => {
  it.each(BILLING_MODELS)('that is %s reports to Azure by default as its model says', (billingModel) => {
    const input = { ...NEW_REGISTRATION, billingModel, ...NEEDED[billingModel] };
    expect(checkRegistration(input).isUsageReportingEnabled).toBe(REPORTS[billingModel]);
  });
});

/** Inputs that would be good, before the parts that a case replaces. */
const GOOD: Readonly<Record<string, readonly [type: string, input: object]>> = {
  mapTenant: ['MapTenantInput', { cspSubscriptionId: guid('csp Contoso') }],
  unmapTenant: ['UnmapTenantInput', {}],
  registerTenant: ['RegisterTenantInput', { name: 'Contoso' }],
  addCspSubscription: [
    'AddCspSubscriptionInput',
    { name: 'new', partnerId: '4711', cspSubscriptionId: guid('csp new') },
  ],
  assignStackSubscription: ['AssignStackSubscriptionInput', { stackSubscriptionId: guid('stack new') }],
};

async function userErrors(gateway: TestGateway, mutation: string, parts: object): Promise<{ code: string }[]> {
  const [type, good] = GOOD[mutation] ?? ['CreateRegistrationInput', NEW_REGISTRATION];
  const place = GOOD[mutation] === undefined ? {} : { registration: 'hub', tenantId: guid('tenant Contoso') };
  const { data, errors } = await gateway.ask(
    'OPERATOR',
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code } } }`,
    { input: { ...place, ...good, ...parts } },
  );
  expect(errors).toEqual([]);
  return data[mutation].userErrors;
}

async function registrationOf({ app }: TestGateway): Promise<{ id: number }> {
  const [row] = await app.db.reader.query<{ id: number }>("SELECT id FROM registration WHERE name = 'hub'");
  return { id: row?.id ?? 0 };
}

/** What the refused mutations could have changed. */
async function booksOfAll(gateway: TestGateway): Promise<unknown[]> {
  const { id } = await registrationOf(gateway);
  const counts = await Promise.all(
    ['registration', 'tenant', 'csp_subscription', 'tenant_mapping', 'stack_subscription', 'destination'].map((table) =>
      gateway.app.db.reader.query(`SELECT COUNT(*) AS count FROM ${table}`),
    ),
  );
  return [counts, await linesOfBooks(gateway.app.db, id)];
}

interface Total {
  readonly meter: string;
  readonly reason: string;
  readonly quantity: string;
  readonly records: number;
}

/** What open reported days hold per meter and reason: exact amounts, and how many records. */
async function openTotals({
  app,
}: TestGateway): Promise<Readonly<Record<'amounts' | 'records', Record<string, bigint>>>> {
  const rows = await app.db.reader.query<Total>(
    `SELECT n.meter_guid AS meter, e.reason, d.quantity, d.records
       FROM usage_day_total d JOIN destination e ON e.id = d.destination_id JOIN meter n ON n.id = d.meter_id
      WHERE d.reported_day > ${dayOf(HOUR)}`,
  );
  const nameOf = ({ meter, reason }: Total) => `${meter} from ${reason}`;
  return {
    amounts: exactSums(rows, nameOf, ({ quantity }) => quantity),
    records: exactSums(rows, nameOf, ({ records }) => String(records)),
  };
}

type Totals = Awaited<ReturnType<typeof openTotals>>;

/** What left each destination: "meter from reason: records, amount". */
function movesBetween(before: Totals, after: Totals): string[] {
  return Object.keys(before.records)
    .filter((name) => (after.records[name] ?? 0n) < (before.records[name] ?? 0n))
    .map((name) => {
      const gone = (of: 'amounts' | 'records') => (before[of][name] ?? 0n) - (after[of][name] ?? 0n);
      return `${name}: ${gone('records')}, ${gone('amounts')}`;
    })
    .sort();
}
