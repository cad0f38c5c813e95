import { REGISTRATION_VERSION, attaching, azure, customerPath, registrationPath } from '../support/azure.js';
import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import { guid, registerCustomer, registerStamp } from '../support/world.js';
import { registerTenant } from '../../src/tenancy/register-tenant.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';

const DELETE = { method: 'DELETE' } as const;
const PUT = { method: 'PUT' } as const;

describeEachDatabase('the registration API', (server) => {
  let gateway: TestGateway;

  // One gateway, and registrations of its own for each test.
  beforeAll(async () => {
    gateway = await openTestGateway(server);
  });
  afterAll(() => gateway.close());

  async function put(name: string, id: string, tenantId: string, who: Who = 'OPERATOR') {
    return azure(gateway, who, customerPath(name, id), attaching(tenantId));
  }

  /** What the tenant is billed to, as GraphQL tells it, latest first. */
  async function history(name: string, tenantId: string) {
    const { data } = await gateway.ask(
      'OPERATOR',
      `query ($registration: String!, $tenantId: UUID!) { tenant(registration: $registration, tenantId: $tenantId) {
         mapping { cspSubscription { cspSubscriptionId } }
         mappingHistory { isSuperseded createdBy cspSubscription { cspSubscriptionId } } } }`,
      { registration: name, tenantId },
    );
    return data.tenant;
  }

  it('shows a registration under the words of Azure, alone and in lists', async () => {
    await registerStamp(gateway.app, 'shown');
    const { status, body } = await azure(gateway, 'OPERATOR', registrationPath('shown'));
    expect(status).toBe(200);
    expect(body).toEqual({
      id: registrationPath('shown').split('?')[0],
      name: 'shown',
      type: 'Microsoft.AzureStack/registrations',
      location: 'global',
      etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
      properties: { cloudId: guid('cloud shown'), billingModel: 'PayAsYouUse' },
    });
    const base = guid('base shown');
    const lists = [
      `/subscriptions/${base}/resourceGroups/AzureStack/providers/microsoft.azurestack/Registrations?${REGISTRATION_VERSION}`,
      `/subscriptions/${base}/providers/Microsoft.AzureStack/registrations?api-version=2022-06-01`,
    ];
    for (const url of lists) expect((await azure(gateway, 'OPERATOR', url)).body).toEqual({ value: [body] });
    const elsewhere = `/subscriptions/${guid('x')}/providers/Microsoft.AzureStack/registrations?${REGISTRATION_VERSION}`;
    expect((await azure(gateway, 'OPERATOR', elsewhere)).body).toEqual({ value: [] });
  });

  it('attaches a subscription with 200 and its body, under each version, and the list shows it at once', async () => {
    await registerStamp(gateway.app, 'attach');
    const { cspSubscriptionId, tenantId } = await registerCustomer(gateway.app, 'attach', 'Contoso');
    const list = registrationPath('attach', '/customerSubscriptions');
    expect((await azure(gateway, 'OPERATOR', list)).text).toBe('{"value":[]}');
    const expected = {
      id: customerPath('attach', cspSubscriptionId).split('?')[0],
      name: `attach/${cspSubscriptionId}`,
      type: 'Microsoft.AzureStack/registrations/customerSubscriptions',
      etag: expect.any(String),
      properties: { tenantId },
    };
    for (const version of ['2017-06-01', '2020-06-01-preview', '2022-06-01']) {
      const url = registrationPath(
        'attach',
        `/customerSubscriptions/${cspSubscriptionId.toUpperCase()}`,
        `api-version=${version}`,
      );
      const answer = await azure(gateway, 'CSP_ADMIN', url, attaching(tenantId.toUpperCase()));
      expect([version, answer.status, answer.body]).toEqual([version, 200, expected]);
      expect((await azure(gateway, 'OPERATOR', url)).body).toEqual(expected);
    }
    expect((await azure(gateway, 'OPERATOR', list)).body).toEqual({ value: [expected] });
    // Repeating it changed nothing.
    expect(await history('attach', tenantId)).toEqual({
      mapping: { cspSubscription: { cspSubscriptionId } },
      mappingHistory: [{ isSuperseded: false, createdBy: 'test-csp_admin', cspSubscription: { cspSubscriptionId } }],
    });
  });

  it('overwrites what the tenant was mapped to, and keeps the history', async () => {
    await registerStamp(gateway.app, 'overwrite');
    const { cspSubscriptionId: first, tenantId } = await registerCustomer(gateway.app, 'overwrite', 'Contoso');
    const second = guid('second csp');
    await put('overwrite', first, tenantId);
    expect((await put('overwrite', second, tenantId)).status).toBe(200);
    const { body } = await azure(gateway, 'OPERATOR', registrationPath('overwrite', '/customerSubscriptions'));
    expect(body.value.map(({ name }: { name: string }) => name)).toEqual([`overwrite/${second}`]);
    const { mapping, mappingHistory } = await history('overwrite', tenantId);
    expect(mapping.cspSubscription.cspSubscriptionId).toBe(second);
    expect(mappingHistory).toHaveLength(2);
  });

  it('adds a subscription that it does not know, where it is told whose it is', async () => {
    await registerStamp(gateway.app, 'adds');
    const tenantId = guid('tenant adds');
    const within = { registration: 'adds', tenantId, by: 'test' };
    await registerTenant(gateway.app, WHOLE_BOOKS, { ...within, name: 'Fabrikam' });
    const id = guid('csp adds');
    const untold = await azure(gateway, 'OPERATOR', customerPath('adds', id), PUT);
    expect(untold).toMatchObject({ status: 400, body: { error: { code: 'InvalidProperty' } } });
    expect(untold.body.error.message).toContain('properties.tenantId');
    expect(await put('adds', id, tenantId)).toMatchObject({ status: 200, body: { properties: { tenantId } } });
    // From then on the subscription's tenant is known.
    await azure(gateway, 'OPERATOR', customerPath('adds', id), DELETE);
    expect((await azure(gateway, 'OPERATOR', customerPath('adds', id), PUT)).status).toBe(200);
  });

  it('detaches with 204 and an empty body, also what is not attached, and never another subscription', async () => {
    await registerStamp(gateway.app, 'detach');
    const { cspSubscriptionId: first, tenantId } = await registerCustomer(gateway.app, 'detach', 'Contoso');
    const second = guid('second csp of detach');
    await put('detach', first, tenantId);
    await put('detach', second, tenantId);
    const removed = await azure(gateway, 'OPERATOR', customerPath('detach', first), DELETE);
    expect([removed.status, removed.text]).toEqual([204, '']);
    expect((await history('detach', tenantId)).mapping.cspSubscription.cspSubscriptionId).toBe(second);
    for (const _ of ['once', 'twice']) {
      expect((await azure(gateway, 'OPERATOR', customerPath('detach', second), DELETE)).status).toBe(204);
    }
    expect((await history('detach', tenantId)).mapping).toBeNull();
    expect(await azure(gateway, 'OPERATOR', customerPath('detach', second))).toMatchObject({
      status: 404,
      body: { error: { code: 'CustomerSubscriptionNotFound' } },
    });
  });

  it('pages its lists with $skipToken, each subscription once', async () => {
    await registerStamp(gateway.app, 'many');
    const tenantId = (index: number) => guid(`tenant ${index} of many`);
    const rows = Array.from({ length: 203 }, (_, index) => ({ index, guid: tenantId(index) }));
    await gateway.app.db.inTransaction(async (tx) => {
      const [registration] = await tx.query<{ id: number }>("SELECT id FROM registration WHERE name_key = 'many'");
      await tx.insertRows({
        table: 'tenant',
        columns: ['registration_id', 'tenant_guid', 'name', 'reseller_id', 'created_at', 'created_by'],
        rows: rows.map((row) => [registration?.id ?? 0, row.guid, `tenant ${row.index}`, null, 0, 'test']),
        onDuplicate: '',
      });
    });
    for (const row of rows) await put('many', guid(`csp ${row.index} of many`), row.guid);
    const sizes: number[] = [];
    const seen = new Set<string>();
    for (let url = registrationPath('many', '/customerSubscriptions'); url !== '';) {
      const { body } = await azure(gateway, 'OPERATOR', url);
      sizes.push(body.value.length as number);
      for (const { name } of body.value as { name: string }[]) seen.add(name);
      url = String(body.nextLink ?? '').replace(/^http:\/\/localhost(:80)?/, '');
      if (url !== '') expect(url).toMatch(/&\$skipToken=/);
    }
    expect([sizes, seen.size]).toEqual([[100, 100, 3], 203]);
  });

  it('links to a next page that is good under the next token of the same caller', async () => {
    await registerStamp(gateway.app, 'renewed');
    for (let index = 0; index < 101; index += 1) await registerCustomer(gateway.app, 'renewed', `customer ${index}`);
    const url = registrationPath('renewed', '/customerSubscriptions');
    for (let index = 0; index < 101; index += 1) {
      await put('renewed', guid(`csp customer ${index}`), guid(`tenant customer ${index}`));
    }
    const first = await azure(gateway, 'OPERATOR', url);
    gateway.clock.set(gateway.clock.now() + 1_000);
    const next = String(first.body.nextLink).replace(/^http:\/\/localhost(:80)?/, '');
    expect(await azure(gateway, 'OPERATOR', next)).toMatchObject({ status: 200, body: { value: [{}] } });
  });

  it('refuses under the codes of Azure, each with its status', async () => {
    await registerStamp(gateway.app, 'rules');
    await registerStamp(gateway.app, 'capacity', { billingModel: 'CAPACITY', agreementNumber: 'EA-1' });
    await registerStamp(gateway.app, 'unapproved', { isMultitenancyApproved: false });
    const { cspSubscriptionId, tenantId } = await registerCustomer(gateway.app, 'rules', 'Contoso');
    await registerCustomer(gateway.app, 'rules', 'Fabrikam');
    const other = guid('tenant Fabrikam');
    const csp = guid('another csp');
    const at = (path: string) => path.replace(guid('base rules'), guid('base of nobody'));
    const table: readonly (readonly [string, string, Parameters<typeof azure>[3], number, string])[] = [
      ['no version', registrationPath('rules', '', ''), {}, 400, 'NoApiVersion'],
      [
        'a version of nothing',
        registrationPath('rules', '', 'api-version=2015-06-01-preview'),
        {},
        400,
        'InvalidApiVersionParameter',
      ],
      ['no such name', registrationPath('nobody'), {}, 404, 'RegistrationNotFound'],
      ['another subscription', at(registrationPath('rules')), {}, 404, 'RegistrationNotFound'],
      ['another group', registrationPath('rules').replace('/azurestack/', '/other/'), {}, 404, 'RegistrationNotFound'],
      ['no such customer', customerPath('rules', csp), {}, 404, 'CustomerSubscriptionNotFound'],
      ['an id that is none', customerPath('rules', 'x'), attaching(tenantId), 400, 'InvalidCustomerSubscriptionId'],
      ['a tenant that is none', customerPath('rules', csp), attaching('x'), 400, 'InvalidProperty'],
      ['a body that is none', customerPath('rules', csp), { ...PUT, payload: '{' }, 400, 'InvalidRequestContent'],
      ['a body that is a list', customerPath('rules', csp), { ...PUT, payload: '[]' }, 400, 'InvalidRequestContent'],
      [
        'the tenant of another',
        customerPath('rules', cspSubscriptionId),
        attaching(other),
        400,
        'BadCustomerSubscriptionId',
      ],
      ['a capacity stamp', customerPath('capacity', csp), attaching(tenantId), 409, 'CustomerSubscriptionsNotAllowed'],
      ['no approval', customerPath('unapproved', csp), attaching(tenantId), 403, 'UnauthorizedCspRegistration'],
      ['a method', registrationPath('rules'), { method: 'POST' }, 405, 'MethodNotAllowed'],
      ['an address of nothing', '/providers/Microsoft.Nothing/operations', {}, 404, 'InvalidResourceType'],
    ];
    for (const [name, url, options, status, code] of table) {
      const answer = await azure(gateway, 'OPERATOR', url, options);
      expect([name, answer.status, answer.body]).toEqual([
        name,
        status,
        { error: { code, message: expect.stringMatching(/\S/) } },
      ]);
    }
  });

  it('keeps each role to what it may do, and another registration is like none', async () => {
    await registerStamp(gateway.app, 'roles');
    const { cspSubscriptionId, tenantId } = await registerCustomer(gateway.app, 'roles', 'Contoso');
    await put('roles', cspSubscriptionId, tenantId);
    const list = registrationPath('roles', '/customerSubscriptions');
    const one = customerPath('roles', cspSubscriptionId);
    const own = { tenants: [tenantId] } as const;
    const table: readonly (readonly [Who | null, string, Parameters<typeof azure>[3], number])[] = [
      ['AUDITOR', one, {}, 200],
      ['AUDITOR', one, attaching(tenantId), 403],
      ['AUDITOR', one, DELETE, 403],
      ['INGESTOR', list, {}, 403],
      ['INGESTOR', registrationPath('roles'), {}, 403],
      [
        'INGESTOR',
        `/subscriptions/${guid('base roles')}/providers/Microsoft.AzureStack/registrations?${REGISTRATION_VERSION}`,
        {},
        403,
      ],
      ['AUDITOR', registrationPath('roles'), {}, 200],
      [{ role: 'TENANT_USER', ...own }, list, {}, 403],
      [{ role: 'RESELLER', ...own }, one, {}, 200],
      [{ role: 'RESELLER', ...own }, one, DELETE, 403],
      [{ role: 'RESELLER', tenants: [guid('nobody')] }, list, {}, 404],
      [{ role: 'CSP_ADMIN', registrations: ['rules'] }, list, {}, 404],
      [{ role: 'CSP_ADMIN', registrations: ['rules'] }, one, DELETE, 404],
      [null, list, {}, 401],
    ];
    for (const [who, url, options, status] of table) {
      expect([who, url, options, (await azure(gateway, who, url, options)).status]).toEqual([
        who,
        url,
        options,
        status,
      ]);
    }
  });

  it('lists the stack subscriptions of a stamp with their directories, for its provider', async () => {
    await registerStamp(gateway.app, 'stack');
    const stack = guid('a stack subscription of stack');
    const { tenantId } = await registerCustomer(gateway.app, 'stack', 'Contoso', { stackSubscriptions: [stack] });
    const base = guid('base stack');
    const url = `/subscriptions/${base}/providers/Microsoft.Subscriptions.Admin/subscriptions?api-version=2015-11-01`;
    expect((await azure(gateway, 'OPERATOR', url)).body).toEqual({
      value: [
        {
          id: `/subscriptions/${base}/providers/Microsoft.Subscriptions.Admin/subscriptions/${stack}`,
          subscriptionId: stack,
          tenantId,
          delegatedProviderSubscriptionId: base,
        },
      ],
    });
    expect((await azure(gateway, { role: 'RESELLER', tenants: [tenantId] }, url)).status).toBe(403);
  });
});
