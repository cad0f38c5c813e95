import { REGISTRATION_VERSION, attaching, azure, customerPath, registrationPath } from '../support/azure.js';
import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import { guid, registerCustomer, registerStamp, setUpStamp } from '../support/world.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { UNSERVED_CALLS } from '../../src/rest/arm-routes.js';
import { updateRegistration } from '../../src/registration/update-registration.js';
import { checkPartnerOfAll } from '../../src/tenancy/add-csp-subscription.js';
import { registerTenant } from '../../src/tenancy/register-tenant.js';
import { updateTenant } from '../../src/tenancy/update-tenant.js';

describeEachDatabase('what scripts begin with over the registration API', (server) => {
  let gateway: TestGateway;

  // One gateway, and registrations of its own for each test.
  beforeAll(async () => {
    gateway = await openTestGateway(server);
  });
  afterAll(() => gateway.close());

  async function put(name: string, id: string, tenantId: string, who: Who = 'OPERATOR') {
    return azure(gateway, who, customerPath(name, id), attaching(tenantId));
  }

  /** What was done about a registration, oldest first. */
  async function actsOn(registrationId: number): Promise<string[][]> {
    const rows = await gateway.app.db.reader.query<{ action: string; outcome: string }>(
      'SELECT action, outcome FROM audit_entry WHERE registration_id = ? ORDER BY sequence',
      [registrationId],
    );
    return rows.map(({ action, outcome }) => [action, outcome]);
  }

  it('registers a directory that nobody registered, maps it, and leaves an entry of each act, once', async () => {
    const registration = await registerStamp(gateway.app, 'stranger');
    const tenantId = guid('a directory that nobody registered');
    const id = guid('csp of a stranger');
    for (const _ of ['once', 'twice']) {
      expect(await put('stranger', id, tenantId, 'CSP_ADMIN')).toMatchObject({
        status: 200,
        body: { properties: { tenantId } },
      });
    }
    const { data } = await gateway.ask(
      'OPERATOR',
      `query ($tenantId: UUID!) { tenant(registration: "stranger", tenantId: $tenantId) {
         name createdBy mapping { cspSubscription { cspSubscriptionId } } mappingHistory { id } } }`,
      { tenantId },
    );
    expect(data.tenant).toEqual({
      name: tenantId,
      createdBy: 'test-csp_admin',
      mapping: { cspSubscription: { cspSubscriptionId: id } },
      mappingHistory: [{ id: expect.any(String) }],
    });
    expect(await actsOn(registration.id)).toEqual([
      ['createRegistration', 'DONE'],
      ['openBooks', 'DONE'],
      ['registerTenant', 'DONE'],
      ['addCspSubscription', 'DONE'],
      ['mapTenant', 'DONE'],
      ['mapTenant', 'UNCHANGED'],
    ]);
  });

  it('keeps the name that somebody gave such a directory', async () => {
    await registerStamp(gateway.app, 'named');
    const tenantId = guid('a directory that is named later');
    await put('named', guid('csp named'), tenantId);
    const change = { registration: 'named', tenantId, name: 'Wide World Importers', by: 'test' };
    await updateTenant(gateway.app, WHOLE_BOOKS, change);
    await put('named', guid('another csp named'), tenantId);
    const { data } = await gateway.ask(
      'OPERATOR',
      'query ($tenantId: UUID!) { tenant(registration: "named", tenantId: $tenantId) { name } }',
      { tenantId },
    );
    expect(data.tenant.name).toBe('Wide World Importers');
  });

  it('registers nobody where it does not map: all of it is one transaction', async () => {
    await registerStamp(gateway.app, 'nothing');
    const { cspSubscriptionId } = await registerCustomer(gateway.app, 'nothing', 'Contoso');
    const tenantId = guid('a directory that comes to nothing');
    const owned = await put('nothing', cspSubscriptionId, tenantId);
    expect(owned).toMatchObject({ status: 400, body: { error: { code: 'BadCustomerSubscriptionId' } } });
    const limited = { role: 'CSP_ADMIN', tenants: [guid('tenant Contoso')] } as const;
    const unseen = await put('nothing', cspSubscriptionId, tenantId, limited);
    expect(unseen).toMatchObject({ status: 400, body: { error: { code: 'TENANT_NOT_FOUND' } } });
    const [{ tenants } = { tenants: -1 }] = await gateway.app.db.reader.query<{ tenants: number }>(
      'SELECT COUNT(*) AS tenants FROM tenant WHERE tenant_guid = ?',
      [tenantId],
    );
    expect(Number(tenants)).toBe(0);
  });

  it('registers a directory once, however many scripts ask for it at once', async () => {
    await registerStamp(gateway.app, 'race');
    const tenantId = guid('a directory in a race');
    const ids = ['a', 'b', 'c', 'd'].map((name) => guid(`csp ${name} of the race`));
    const registered = registerTenant(gateway.app, WHOLE_BOOKS, {
      registration: 'race',
      tenantId,
      name: 'Mutation',
      by: 'test',
    }).then(
      () => 200,
      () => 200,
    );
    const statuses = await Promise.all([
      ...ids.map(async (id) => (await put('race', id, tenantId)).status),
      registered,
    ]);
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    const list = await azure(gateway, 'OPERATOR', registrationPath('race', '/customerSubscriptions'));
    expect(list.body.value).toHaveLength(1);
  });

  it('begins the books of a stamp from the token that a registration script sends, and again changes nothing', async () => {
    const token = Buffer.from(
      JSON.stringify({
        CloudId: guid('cloud begun').toUpperCase(),
        BillingModel: 'Capacity',
        UsageReportingEnabled: false,
        MarketplaceSyndicationEnabled: true,
        AgreementNumber: 'EA-1',
        MsAssetTag: '',
        HardwareInfo: [{ Cores: 512 }],
      }),
    ).toString('base64');
    const body = { location: 'Global', properties: { registrationToken: `${token}\r\n` } };
    const write = { method: 'PUT', payload: JSON.stringify(body) } as const;
    const expected = {
      id: registrationPath('begun').split('?')[0],
      name: 'begun',
      type: 'Microsoft.AzureStack/registrations',
      location: 'global',
      etag: expect.any(String),
      properties: { cloudId: guid('cloud begun'), billingModel: 'Capacity' },
    };
    for (const version of ['2017-06-01', '2022-06-01']) {
      const answer = await azure(gateway, 'OPERATOR', registrationPath('begun', '', `api-version=${version}`), write);
      expect([answer.status, answer.body]).toEqual([200, expected]);
    }
    // What it is answered with may be sent back.
    const { text } = await azure(gateway, 'OPERATOR', registrationPath('begun'));
    for (const method of ['PUT', 'PATCH'] as const) {
      expect((await azure(gateway, 'OPERATOR', registrationPath('begun'), { method, payload: text })).body).toEqual(
        expected,
      );
    }
    const { data } = await gateway.ask(
      'OPERATOR',
      `{ registration(name: "begun") { baseOffer partnerId isMultitenancyApproved isUsageReportingEnabled
         agreementNumber msAssetTag usageIntake resourceGroup createdBy } }`,
    );
    expect(data.registration).toEqual({
      baseOffer: 'OTHER',
      partnerId: null,
      isMultitenancyApproved: false,
      isUsageReportingEnabled: false,
      agreementNumber: 'EA-1',
      msAssetTag: null,
      usageIntake: 'PUSHED',
      resourceGroup: 'azurestack',
      createdBy: 'test-operator',
    });
    const [{ id } = { id: 0 }] = await gateway.app.db.reader.query<{ id: number }>(
      "SELECT id FROM registration WHERE name_key = 'begun'",
    );
    expect(await actsOn(id)).toEqual([['createRegistration', 'DONE']]);
    const renewed = { properties: { agreementNumber: 'EA-2' } };
    const patch = { method: 'PATCH', payload: JSON.stringify(renewed) } as const;
    expect((await azure(gateway, 'OPERATOR', registrationPath('begun'), patch)).status).toBe(200);
    expect(await actsOn(id)).toEqual([
      ['createRegistration', 'DONE'],
      ['updateRegistration', 'DONE'],
    ]);
  });

  it('makes a registration by the one act that makes them: a mutation that asks for the same finds it', async () => {
    const properties = { cloudId: guid('cloud same'), billingModel: 'PayAsYouUse' };
    const write = { method: 'PUT', payload: JSON.stringify({ properties }) } as const;
    expect((await azure(gateway, 'OPERATOR', registrationPath('same'), write)).status).toBe(200);
    await expect(registerStamp(gateway.app, 'same')).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    const csp = await put('same', guid('csp same'), guid('tenant same'));
    expect(csp).toMatchObject({ status: 403, body: { error: { code: 'UnauthorizedCspRegistration' } } });
    const terms = { baseOffer: 'CSP', partnerId: '4711', isMultitenancyApproved: true } as const;
    await updateRegistration(
      gateway.app,
      WHOLE_BOOKS,
      { registration: 'same', ...terms, by: 'test' },
      checkPartnerOfAll,
    );
    expect((await put('same', guid('csp same'), guid('tenant same'))).status).toBe(200);
  });

  it('refuses a registration under the codes of Azure, and says what may not change', async () => {
    await registerStamp(gateway.app, 'kept');
    const token = (text: string) => ({ registrationToken: Buffer.from(text).toString('base64') });
    const cloudId = guid('cloud kept');
    const table: readonly (readonly [string, string, 'PUT' | 'PATCH', unknown, number, string])[] = [
      ['nothing', 'fresh', 'PUT', {}, 400, 'InvalidProperty'],
      ['a token that is a number', 'fresh', 'PUT', { registrationToken: 7 }, 400, 'InvalidProperty'],
      ['a token that is no base64', 'fresh', 'PUT', { registrationToken: '~~' }, 400, 'InvalidProperty'],
      ['a token of no JSON', 'fresh', 'PUT', token('hello'), 400, 'InvalidProperty'],
      ['a token of a list', 'fresh', 'PUT', token('[]'), 400, 'InvalidProperty'],
      ['a token of equal keys', 'fresh', 'PUT', token('{"CloudId":"a","CloudId":"b"}'), 400, 'InvalidProperty'],
      ['a token without end', 'fresh', 'PUT', token(`{"CloudId":"${'x'.repeat(20_000)}"}`), 400, 'InvalidProperty'],
      ['no billing model', 'fresh', 'PUT', token(`{"CloudId":"${guid('x')}"}`), 400, 'InvalidProperty'],
      ['a model of nothing', 'fresh', 'PUT', { cloudId: guid('x'), billingModel: 'Free' }, 400, 'InvalidProperty'],
      ['a cloud id that is none', 'fresh', 'PUT', { cloudId: 'x', billingModel: 'Development' }, 400, 'INVALID_INPUT'],
      [
        'no agreement',
        'fresh',
        'PUT',
        { cloudId: guid('x'), billingModel: 'Capacity' },
        400,
        'AGREEMENT_NUMBER_REQUIRED',
      ],
      ['no asset tag', 'fresh', 'PUT', { cloudId: guid('x'), billingModel: 'Custom' }, 400, 'MissingMsAssetTag'],
      [
        'unreported use',
        'fresh',
        'PUT',
        { cloudId: guid('x'), billingModel: 'PayAsYouUse', usageReportingEnabled: 'False' },
        400,
        'REPORTING_REQUIRED',
      ],
      ['a stamp of another name', 'fresh', 'PUT', { cloudId, billingModel: 'Development' }, 409, 'ALREADY_EXISTS'],
      ['another stamp', 'kept', 'PUT', { cloudId: guid('x') }, 400, 'CloudIdUpdateNotAllowed'],
      ['another model', 'kept', 'PATCH', { billingModel: 'Development' }, 409, 'PropertyChangeNotAllowed'],
      ['other reporting', 'kept', 'PUT', { usageReportingEnabled: false }, 409, 'PropertyChangeNotAllowed'],
      ['a patch of nothing', 'fresh', 'PATCH', { cloudId }, 404, 'RegistrationNotFound'],
    ];
    for (const [name, registration, method, properties, status, code] of table) {
      const payload = JSON.stringify({ properties });
      const answer = await azure(gateway, 'OPERATOR', registrationPath(registration), { method, payload });
      expect([name, answer.status, answer.body]).toEqual([
        name,
        status,
        { error: { code, message: expect.stringMatching(/\S/) } },
      ]);
    }
    const roles = [
      ['CSP_ADMIN', 403],
      ['AUDITOR', 403],
      [{ role: 'OPERATOR', registrations: ['kept'] }, 403],
    ] as const;
    const payload = JSON.stringify({ properties: { cloudId: guid('x'), billingModel: 'Development' } });
    for (const [who, status] of roles) {
      expect([who, (await azure(gateway, who, registrationPath('fresh'), { method: 'PUT', payload })).status]).toEqual([
        who,
        status,
      ]);
    }
    const refused = await gateway.app.db.reader.query<{ code: string }>(
      "SELECT code FROM audit_entry WHERE action = 'registrations' AND outcome = 'DENIED' AND code = 'PropertyChangeNotAllowed'",
    );
    expect(refused).toHaveLength(2);
  });

  it('discards a registration that is set up, as often as it is asked, and keeps one whose books are open', async () => {
    const { id, baseSubscriptionGuid } = await setUpStamp(gateway.app, 'a-wrong-start');
    const open = await registerStamp(gateway.app, 'never-deleted');
    const path = registrationPath('a-wrong-start');
    const remove = { method: 'DELETE' } as const;
    expect(path).toContain(baseSubscriptionGuid);
    for (const who of ['CSP_ADMIN', 'AUDITOR', 'INGESTOR'] as const) {
      expect((await azure(gateway, who, path, remove)).status).toBe(403);
    }
    expect((await azure(gateway, { role: 'OPERATOR', registrations: ['never-deleted'] }, path, remove)).status).toBe(
      204,
    );
    expect((await azure(gateway, 'OPERATOR', path)).status).toBe(200);
    for (const _ of ['once', 'twice']) expect((await azure(gateway, 'OPERATOR', path, remove)).status).toBe(204);
    expect((await azure(gateway, 'OPERATOR', path)).status).toBe(404);
    expect(await actsOn(id)).toEqual([
      ['createRegistration', 'DONE'],
      ['discardRegistration', 'DONE'],
    ]);
    expect(await azure(gateway, 'OPERATOR', registrationPath('never-deleted'), remove)).toMatchObject({
      status: 409,
      body: { error: { code: 'BOOKS_ARE_OPEN', message: expect.stringContaining('kept') } },
    });
    expect((await azure(gateway, 'OPERATOR', registrationPath('never-deleted'))).status).toBe(200);
    expect(await actsOn(open.id)).toContainEqual(['openBooks', 'DONE']);
  });

  it('lists what can be done here, for whoever has a credential', async () => {
    const { status, body } = await azure(
      gateway,
      'INGESTOR',
      `/providers/microsoft.azurestack/Operations?${REGISTRATION_VERSION}`,
    );
    expect(status).toBe(200);
    expect(body.value.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['Microsoft.AzureStack/registrations/customerSubscriptions/write']),
    );
    expect(
      (await azure(gateway, null, `/providers/Microsoft.AzureStack/operations?${REGISTRATION_VERSION}`)).status,
    ).toBe(401);
    expect((await azure(gateway, 'OPERATOR', '/providers/Microsoft.AzureStack/operations')).status).toBe(400);
  });

  it.each(UNSERVED_CALLS.flatMap(({ path, methods }) => methods.map((method) => [method, path] as const)))(
    'answers %s %s in the form of Azure’s errors, and says why it is not served',
    async (method, path) => {
      // Clients spell addresses in their own case, and some of these calls go without a version or a body.
      const url = path.replaceAll(/\{\w+\}/g, 'x').replace('/providers/', '/PROVIDERS/');
      const answer = await azure(gateway, 'OPERATOR', url, { method });
      expect([answer.status, answer.body]).toEqual([
        501,
        { error: { code: 'NotImplemented', message: expect.stringMatching(/^The gateway |^Books /) } },
      ]);
      expect((await azure(gateway, null, url, { method })).status).toBe(401);
    },
  );
});
