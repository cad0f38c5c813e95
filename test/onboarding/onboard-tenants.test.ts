import { COMMAND_LINE } from '../../src/access/actor.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { LINES_PER_CALL_MAX, onboardTenants } from '../../src/onboarding/onboard-tenants.js';
import type { OnboardingLine } from '../../src/onboarding/onboarding-line.js';
import { mapTenant, unmapTenant } from '../../src/pipeline/routing/map-tenant.js';
import { hourOf } from '../../src/primitives/windows.js';
import { getRegistration } from '../../src/registration/registration-store.js';
import { updateTenant } from '../../src/tenancy/update-tenant.js';
import { OnboardTenantsDocument } from '../operations/operations.js';
import type { OnboardTenantsMutation } from '../operations/operations.js';
import { describeEachDatabase, describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import { run } from '../support/operation.js';
import { guid, push, registerCustomer, registerPartner, registerStamp, usageRecord } from '../support/world.js';

const FROM = '2026-03-10T10:00:00Z';
const ALL_STEPS = ['REGISTER_TENANT', 'ADD_CSP_SUBSCRIPTION', 'MAP_TENANT', 'ASSIGN_STACK_SUBSCRIPTION'];

/** A customer with everything that a line can say, before the parts that are given. */
function lineOf(name: string, parts: Partial<OnboardingLine> = {}) {
  return {
    tenantId: guid(`tenant ${name}`),
    name,
    cspSubscriptionId: guid(`csp ${name}`),
    stackSubscriptionIds: [guid(`stack ${name}`)],
    effectiveFrom: FROM,
    ...parts,
  };
}

async function onboard(
  gateway: TestGateway,
  lines: readonly OnboardingLine[],
  { dryRun = false, who = 'OPERATOR' }: { readonly dryRun?: boolean; readonly who?: Who } = {},
): Promise<OnboardTenantsMutation['onboardTenants']> {
  const input = { registration: 'hub', lines: lines as never, dryRun };
  return (await run(gateway, who, OnboardTenantsDocument, { input })).onboardTenants;
}

/** Every row of who is who, of routing and of the audit log, as text. */
async function rowsOf({ app }: TestGateway): Promise<string> {
  const tables = [
    'tenant',
    'csp_subscription',
    'stack_subscription',
    'stack_subscription_assignment',
    'tenant_mapping',
    'usage_day_total',
    'registration',
    'audit_entry',
  ];
  const rows = [];
  for (const table of tables) rows.push([table, await app.db.reader.query(`SELECT * FROM ${table}`)]);
  return JSON.stringify(rows);
}

async function open(server: Parameters<typeof openTestGateway>[0]): Promise<TestGateway> {
  const gateway = await openTestGateway(server);
  await registerStamp(gateway.app);
  await registerPartner(gateway.app, 'north');
  return gateway;
}

describeEachDatabase('onboarding', (server) => {
  it('does what the single mutations do, moves open usage, and says what it did; again, it changes nothing', async () => {
    const gateway = await open(server);
    const stamp = await getRegistration(gateway.app.db.reader, WHOLE_BOOKS, 'hub');
    const used = ['alder', 'birch'].map((name) =>
      usageRecord({ id: name, stackSubscriptionId: guid(`stack ${name}`), quantity: '2.5' }),
    );
    await push(gateway.app, stamp, used);
    const lines = [lineOf('alder', { reseller: 'NORTH' }), lineOf('birch', { effectiveFrom: undefined })];
    const first = await onboard(gateway, lines);
    expect(first.userErrors).toEqual([]);
    expect(first.lines).toMatchObject([
      {
        index: 0,
        verdict: 'DONE',
        steps: ALL_STEPS,
        tenant: {
          tenantId: guid('tenant alder'),
          name: 'alder',
          reseller: { name: 'north' },
          mapping: {
            effectiveFrom: '2026-03-10T10:00:00.000Z',
            cspSubscription: { cspSubscriptionId: guid('csp alder') },
          },
          stackSubscriptions: [{ stackSubscriptionId: guid('stack alder') }],
        },
        userErrors: [],
      },
      // From the current hour on: its usage of two hours ago stays.
      { index: 1, verdict: 'DONE', tenant: { mapping: { effectiveFrom: '2026-03-10T12:00:00.000Z' } } },
    ]);
    const { data } = await gateway.ask(
      'OPERATOR',
      `{ usageSummary(clock: USAGE, range: { from: "2026-03-10T00:00:00Z", to: "2026-03-11T00:00:00Z" },
         groupBy: [DESTINATION]) { nodes { quantity destination { destinationSubscriptionId reason } } }
         invariants { holds } }`,
    );
    const billed = data.usageSummary.nodes as readonly { destination: object }[];
    expect(billed).toHaveLength(2);
    expect(billed).toEqual(
      expect.arrayContaining([
        { quantity: '2.5', destination: { destinationSubscriptionId: guid('csp alder'), reason: 'MAPPED' } },
        { quantity: '2.5', destination: { destinationSubscriptionId: guid('base hub'), reason: 'TENANT_NOT_MAPPED' } },
      ]),
    );
    expect(data.invariants.every(({ holds }: { holds: boolean }) => holds)).toBe(true);

    const before = await rowsOf(gateway);
    gateway.clock.set('2026-03-10T15:30:00Z');
    const again = await onboard(gateway, lines);
    expect(again.userErrors).toEqual([]);
    expect(again.lines?.map(({ verdict, steps }) => [verdict, steps])).toEqual([
      ['UNCHANGED', []],
      ['UNCHANGED', []],
    ]);
    expect(await rowsOf(gateway)).toBe(before);
    await gateway.close();
  });

  it('says in a dry run what it would do, and does nothing', async () => {
    const gateway = await open(server);
    await registerCustomer(gateway.app, 'hub', 'alder');
    const before = await rowsOf(gateway);
    const lines = [
      lineOf('alder', { name: 'Alder & Sons', reseller: 'north' }),
      lineOf('birch'),
      lineOf('cedar', { effectiveFrom: '2026-03-10T10:30:00Z' }),
    ];
    const planned = await onboard(gateway, lines, { dryRun: true });
    expect(planned.lines?.map(({ verdict, steps, tenant }) => [verdict, steps, tenant?.name])).toEqual([
      ['PLANNED', ['UPDATE_TENANT', 'MAP_TENANT', 'ASSIGN_STACK_SUBSCRIPTION'], 'alder'],
      ['PLANNED', ALL_STEPS, undefined],
      ['REFUSED', [], undefined],
    ]);
    expect(planned.userErrors).toMatchObject([{ code: 'MISALIGNED_TIME', field: ['lines', '2', 'effectiveFrom'] }]);
    expect(withoutDenials(await rowsOf(gateway))).toBe(withoutDenials(before));

    const done = await onboard(gateway, lines);
    expect(done.lines?.map(({ verdict, steps }) => [verdict, steps])).toEqual(
      planned.lines?.map(({ verdict, steps }) => [verdict === 'PLANNED' ? 'DONE' : verdict, steps]),
    );
    expect(done.lines?.[0]?.tenant).toMatchObject({ name: 'Alder & Sons', reseller: { name: 'north' } });
    await gateway.close();
  });

  it('does the other lines where one is refused, and nothing of the one', async () => {
    const gateway = await open(server);
    await registerCustomer(gateway.app, 'hub', 'dogwood');
    const onboarded = await onboard(gateway, [
      lineOf('elm', { cspSubscriptionId: guid('csp dogwood') }),
      lineOf('fir', { reseller: 'nobody' }),
      lineOf('gum'),
    ]);
    expect(onboarded.lines?.map(({ verdict }) => verdict)).toEqual(['REFUSED', 'REFUSED', 'DONE']);
    expect(onboarded.userErrors).toMatchObject([
      { code: 'BadCustomerSubscriptionId', field: ['lines', '0', 'cspSubscriptionId'] },
      { code: 'RESELLER_NOT_FOUND', field: ['lines', '1', 'reseller'] },
    ]);
    const { data } = await gateway.ask('OPERATOR', '{ tenants { nodes { name } } }');
    expect(data.tenants.nodes.map(({ name }: { name: string }) => name)).toEqual(['dogwood', 'gum']);
    await gateway.close();
  });

  it('leaves a line whole or undone where it breaks off; run again, it goes on from there', async () => {
    let isBroken = true;
    let assigned = 0;
    const onStatement = (statement: string) => {
      if (!isBroken || !statement.startsWith('UPDATE stack_subscription SET tenant_id')) return;
      assigned += 1;
      if (assigned === 3) throw new Error('The power is gone.');
    };
    const gateway = await openTestGateway(server, { onStatement });
    await registerStamp(gateway.app);
    const lines = ['alder', 'birch', 'cedar'].map((name) =>
      lineOf(name, { stackSubscriptionIds: [guid(`stack ${name}`), guid(`second stack ${name}`)] }),
    );
    const input = { registration: 'hub', lines, dryRun: false, nameOfLine: String, by: COMMAND_LINE };
    await expect(onboardTenants(gateway.app, WHOLE_BOOKS, input)).rejects.toThrow('The power is gone.');
    isBroken = false;
    const { data } = await gateway.ask('AUDITOR', '{ tenants { nodes { name } } auditLog { nodes { action } } }');
    expect(data.tenants.nodes).toEqual([{ name: 'alder' }]);
    const actions = data.auditLog.nodes.map(({ action }: { action: string }) => action);
    expect(actions.slice(0, 3)).toEqual(['assignStackSubscription', 'assignStackSubscription', 'mapTenant']);
    expect(actions.filter((action: string) => action === 'registerTenant')).toHaveLength(1);
    const again = await onboardTenants(gateway.app, WHOLE_BOOKS, input);
    expect(again.map(({ verdict }) => verdict)).toEqual(['UNCHANGED', 'DONE', 'DONE']);
    await gateway.close();
  });

  it('brings each customer in once when several processes bring in the same ones at the same time', async () => {
    const gateway = await open(server);
    const other = await gateway.second();
    const lines = Array.from({ length: 8 }, (_, index) => lineOf(`customer ${index}`));
    const both = await Promise.all(
      [gateway.app, other, gateway.app].map((app, turn) =>
        onboardTenants(app, WHOLE_BOOKS, {
          registration: 'hub',
          lines: turn === 1 ? [...lines].reverse() : lines,
          dryRun: false,
          nameOfLine: String,
          by: COMMAND_LINE,
        }),
      ),
    );
    const verdicts = both.flat().map(({ verdict }) => verdict);
    expect(verdicts.filter((verdict) => verdict === 'DONE')).toHaveLength(lines.length);
    expect(verdicts.filter((verdict) => verdict !== 'DONE' && verdict !== 'UNCHANGED')).toEqual([]);
    const { data } = await gateway.ask(
      'AUDITOR',
      '{ auditLog(first: 200) { nodes { action } } verifyAuditLog { isIntact } }',
    );
    const actions = data.auditLog.nodes.map(({ action }: { action: string }) => action);
    const times = (action: string) => actions.filter((one: string) => one === action).length;
    const acts = ['registerTenant', 'addCspSubscription', 'mapTenant', 'assignStackSubscription'];
    expect(acts.map(times)).toEqual(acts.map(() => lines.length));
    expect(data.verifyAuditLog.isIntact).toBe(true);
    await gateway.close();
  });
});

describeOnSqlite('onboarding', (server) => {
  it('refuses every line that names what another names, with the path of each', async () => {
    const gateway = await open(server);
    const { lines, userErrors } = await onboard(gateway, [
      lineOf('alder'),
      lineOf('alder', { cspSubscriptionId: undefined, stackSubscriptionIds: [], effectiveFrom: undefined }),
      lineOf('birch', { cspSubscriptionId: guid('csp cedar').toUpperCase() }),
      lineOf('cedar', { stackSubscriptionIds: [guid('stack elm'), guid('stack dogwood')] }),
      lineOf('dogwood'),
      lineOf('fir', { stackSubscriptionIds: [guid('stack fir'), guid('stack fir').toUpperCase()] }),
    ]);
    expect(lines?.map(({ verdict }) => verdict)).toEqual([...Array<string>(5).fill('REFUSED'), 'DONE']);
    expect(userErrors.map(({ code, field }) => [code, field.join('.')])).toEqual([
      ['DUPLICATE_LINE', 'lines.0.tenantId'],
      ['DUPLICATE_LINE', 'lines.1.tenantId'],
      ['DUPLICATE_LINE', 'lines.2.cspSubscriptionId'],
      ['DUPLICATE_LINE', 'lines.3.cspSubscriptionId'],
      ['DUPLICATE_LINE', 'lines.3.stackSubscriptionIds'],
      ['DUPLICATE_LINE', 'lines.4.stackSubscriptionIds'],
    ]);
    expect(userErrors[1]?.message).toBe(`The tenant ${guid('tenant alder')} stands in lines.0 as well: name it once.`);
    await gateway.close();
  });

  it('tells every problem of a line at once', async () => {
    const gateway = await open(server);
    const bad = {
      tenantId: 'contoso',
      name: 'x'.repeat(201),
      cspSubscriptionId: 'azure',
      stackSubscriptionIds: [guid('stack'), 'stack'],
      effectiveFrom: '01.03.2026',
    };
    const { userErrors } = await onboard(gateway, [bad, { tenantId: guid('tenant'), effectiveFrom: FROM }]);
    expect(userErrors.map(({ code, field }) => [code, field.join('.')])).toEqual([
      ['INVALID_INPUT', 'lines.0.tenantId'],
      ['INVALID_INPUT', 'lines.0.name'],
      ['InvalidCustomerSubscriptionId', 'lines.0.cspSubscriptionId'],
      ['INVALID_INPUT', 'lines.0.stackSubscriptionIds.1'],
      ['INVALID_INPUT', 'lines.0.effectiveFrom'],
      ['INVALID_INPUT', 'lines.1.effectiveFrom'],
    ]);
    const nameless = await onboard(gateway, [{ tenantId: guid('tenant') }]);
    expect(nameless.userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['lines', '0', 'name'] }]);
    await gateway.close();
  });

  it.each<[string, (gateway: TestGateway) => Promise<unknown>, Partial<OnboardingLine>, string]>([
    [
      'a mapping to another subscription',
      async ({ app }) => {
        const within = { registration: 'hub', tenantId: guid('tenant alder'), by: 'test' };
        await mapTenant(app, WHOLE_BOOKS, { ...within, cspSubscriptionId: guid('csp alder') });
      },
      { cspSubscriptionId: guid('another csp') },
      'cspSubscriptionId',
    ],
    [
      'the end of a mapping that is decided for later',
      async ({ app }) => {
        const within = { registration: 'hub', tenantId: guid('tenant alder'), by: 'test' };
        await mapTenant(app, WHOLE_BOOKS, { ...within, cspSubscriptionId: guid('csp alder') });
        const effectiveFrom = hourOf(Date.parse('2026-04-01T00:00:00Z'));
        await unmapTenant(app, WHOLE_BOOKS, { ...within, effectiveFrom });
      },
      {},
      'cspSubscriptionId',
    ],
    [
      'another reseller',
      async ({ app }) => {
        await registerPartner(app, 'south');
        const within = { registration: 'hub', tenantId: guid('tenant alder'), by: 'test' };
        await updateTenant(app, WHOLE_BOOKS, { ...within, reseller: 'south' });
      },
      { reseller: 'north' },
      'reseller',
    ],
    [
      'another owner of a stack subscription',
      ({ app }) => registerCustomer(app, 'hub', 'birch', { stackSubscriptions: [guid('stack alder')] }),
      {},
      'stackSubscriptionIds',
    ],
  ])('takes nothing away that was decided: %s', async (_what, decide, parts, field) => {
    const gateway = await open(server);
    await registerCustomer(gateway.app, 'hub', 'alder');
    await decide(gateway);
    const { lines, userErrors } = await onboard(gateway, [lineOf('alder', parts)]);
    expect(lines).toMatchObject([{ verdict: 'REFUSED', steps: [], tenant: null }]);
    expect(userErrors).toMatchObject([{ code: 'ONBOARDING_CONFLICT', field: ['lines', '0', field] }]);
    await gateway.close();
  });

  it('lets a mapping to the same subscription begin earlier, and keeps one that began before', async () => {
    const gateway = await open(server);
    const at = async (effectiveFrom: string) => {
      const { lines, userErrors } = await onboard(gateway, [lineOf('alder', { effectiveFrom })]);
      expect(userErrors).toEqual([]);
      return [lines?.[0]?.verdict, lines?.[0]?.tenant?.mapping?.effectiveFrom];
    };
    expect(await at('2026-03-05')).toEqual(['DONE', '2026-03-05T00:00:00.000Z']);
    expect(await at('2026-03-07T05:00:00+02:00')).toEqual(['UNCHANGED', '2026-03-05T00:00:00.000Z']);
    expect(await at('2026-03-01')).toEqual(['DONE', '2026-03-01T00:00:00.000Z']);
    await gateway.close();
  });

  it('is refused as a whole where the registration bills nobody to CSP subscriptions, and where it is too long', async () => {
    const gateway = await open(server);
    await registerStamp(gateway.app, 'lab', { billingModel: 'DEVELOPMENT' });
    await registerStamp(gateway.app, 'alone', { partnerId: undefined });
    const whole = async (registration: string, lines: readonly OnboardingLine[]) => {
      const input = { registration, lines: lines as never, dryRun: false };
      return (await run(gateway, 'OPERATOR', OnboardTenantsDocument, { input })).onboardTenants;
    };
    const refused = (code: string) => ({ lines: null, userErrors: [{ code, field: ['registration'] }] });
    expect(await whole('lab', [lineOf('alder')])).toMatchObject(refused('CustomerSubscriptionsNotAllowed'));
    expect(await whole('alone', [lineOf('alder')])).toMatchObject(refused('BadCustomerSubscriptionId'));
    expect(await whole('nowhere', [lineOf('alder')])).toMatchObject(refused('RegistrationNotFound'));
    const known = { tenantId: guid('tenant alder'), name: 'Alder' };
    expect(await whole('lab', [known])).toMatchObject({ lines: [{ verdict: 'DONE' }], userErrors: [] });
    expect(await whole('hub', [])).toEqual({ lines: [], userErrors: [] });

    const tooMany = Array.from({ length: LINES_PER_CALL_MAX + 1 }, (_, index) => ({ tenantId: guid(String(index)) }));
    await expect(onboard(gateway, tooMany)).rejects.toThrow('onboardTenants takes 250 lines. Send the rest');
    const tooMuch = [lineOf('alder', { stackSubscriptionIds: tooMany.slice(0, 201).map(({ tenantId }) => tenantId) })];
    await expect(onboard(gateway, tooMuch)).rejects.toThrow('stackSubscriptionIds has at most 200 values.');
    const direct = { registration: 'hub', lines: tooMany, dryRun: true, nameOfLine: String, by: COMMAND_LINE };
    await expect(onboardTenants(gateway.app, WHOLE_BOOKS, direct)).rejects.toMatchObject({ code: 'BATCH_TOO_LARGE' });
    await gateway.close();
  });

  it('costs as much as a mutation a line, and one more for each stack subscription', async () => {
    const gateway = await open(server);
    const { http } = gateway;
    const stackSubscriptionIds = [guid('stack 1'), guid('stack 2'), guid('stack 3')];
    const lines = [lineOf('alder', { stackSubscriptionIds }), lineOf('birch', { stackSubscriptionIds: [] })];
    const response = await http.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: `Bearer ${await gateway.token('OPERATOR')}` },
      payload: {
        query: 'mutation ($input: OnboardTenantsInput!) { onboardTenants(input: $input) { userErrors { code } } }',
        variables: { input: { registration: 'hub', lines, dryRun: true } },
      },
    });
    const { extensions } = response.json<{ extensions: { cost: { actualQueryCost: number } } }>();
    expect(extensions.cost.actualQueryCost).toBe(10 + 2 * 10 + 3 + 1);
    await gateway.close();
  });

  it('leaves an entry for each act, and one for what was refused', async () => {
    const gateway = await open(server);
    await onboard(gateway, [lineOf('alder'), lineOf('birch', { tenantId: 'x' })], { who: 'CSP_ADMIN' });
    const { data } = await gateway.ask(
      'AUDITOR',
      '{ auditLog(first: 5) { nodes { action outcome code subject target } } }',
    );
    const entries = [...data.auditLog.nodes].reverse();
    expect(entries.map(({ action, outcome, code }) => [action, outcome, code])).toEqual([
      ['registerTenant', 'DONE', null],
      ['addCspSubscription', 'DONE', null],
      ['mapTenant', 'DONE', null],
      ['assignStackSubscription', 'DONE', null],
      ['onboardTenants', 'DENIED', 'INVALID_INPUT'],
    ]);
    expect(new Set(entries.map(({ subject }) => subject))).toEqual(new Set(['test-csp_admin']));
    await gateway.close();
  });
});

/** The rows without the entries of what was refused. */
function withoutDenials(rows: string): string {
  const tables = JSON.parse(rows) as readonly (readonly [string, readonly { readonly outcome?: string }[]])[];
  return JSON.stringify(tables.map(([table, all]) => [table, all.filter(({ outcome }) => outcome !== 'DENIED')]));
}
