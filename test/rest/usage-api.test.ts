import { beginWatermark } from '../../src/collection/watermark-store.js';
import { hourOf } from '../../src/primitives/windows.js';
import { describeEachDatabase } from '../support/databases.js';
import type { TestServer } from '../support/databases.js';
import { PROVIDER_PATH, TENANT_PATH, USAGE_VERSION, azure, usageUrl } from '../support/azure.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import { METERS, guid, push, registerCustomer, registerStamp, usageRecord } from '../support/world.js';

const STACK = guid('stack subscription');
const OTHER_STACK = guid('stack subscription of another stamp');
const BASE = guid('base hub');
const NOW = '2026-03-12T12:30:00Z';

/** Each refusal: what is asked, and the status and code of the answer. `null` leaves a parameter out. */
const REFUSALS: readonly (readonly [string, Readonly<Record<string, string | null>>, number, string])[] = [
  ['no api-version', { 'api-version': null }, 400, 'NoApiVersion'],
  ['an empty api-version', { 'api-version': '' }, 400, 'NoApiVersion'],
  ['an api-version of another API', { 'api-version': '2017-06-01' }, 400, 'InvalidApiVersionParameter'],
  ['no start', { reportedStartTime: null }, 400, 'InvalidProperty'],
  ['no end', { reportedEndTime: null }, 400, 'InvalidProperty'],
  ['an empty end', { reportedEndTime: '' }, 400, 'InvalidProperty'],
  ['a start that is no time', { reportedStartTime: '10.03.2026' }, 400, 'InvalidProperty'],
  ['a day that is not in the calendar', { reportedStartTime: '2026-02-30T00:00:00Z' }, 400, 'InvalidProperty'],
  ['an hourly start within an hour', { reportedStartTime: '2026-03-10T10:30:00Z' }, 400, 'InvalidProperty'],
  ['an hourly end within an hour', { reportedEndTime: '2026-03-10T11:00:01Z' }, 400, 'InvalidProperty'],
  ['daily times off midnight', { aggregationGranularity: 'Daily' }, 400, 'InvalidProperty'],
  ['an end that is the start', { reportedEndTime: '2026-03-10T10:00:00Z' }, 400, 'InvalidProperty'],
  ['an end before the start', { reportedEndTime: '2026-03-10T09:00:00Z' }, 400, 'InvalidProperty'],
  ['a span of four years', { reportedStartTime: '2022-03-01T00:00:00Z' }, 400, 'InvalidProperty'],
  ['an end in the future', { reportedEndTime: '2026-03-12T13:00:00Z' }, 400, 'RequestEndTimeIsInFuture'],
  ['another granularity', { aggregationGranularity: 'Monthly' }, 400, 'InvalidAggregationGranularity'],
  ['a token that nobody gave', { continuationToken: 'AAAA' }, 400, 'InvalidProperty'],
];

const PROVIDER_REFUSALS: typeof REFUSALS = [
  ['a subscriber that is no id', { subscriberId: 'me' }, 400, 'InvalidProperty'],
  ['an empty subscriber', { subscriberId: '' }, 400, 'InvalidProperty'],
  ['a subscriber nobody knows', { subscriberId: guid('nobody') }, 400, 'SubscriberIdIsNotDirectTenant'],
  ['a subscriber of another stamp', { subscriberId: OTHER_STACK }, 400, 'SubscriberIdIsNotDirectTenant'],
];

/** Every form of date that Azure's tools send for 2026-03-10T10:00Z. */
const DATES = [
  '2026-03-10T10:00:00Z',
  '2026-03-10T10:00:00.000Z',
  '2026-03-10T10:00:00.0000000Z',
  '2026-03-10T10:00:00+00:00',
  '2026-03-10T10:00:00.0000000+00:00',
  '2026-03-10T02:00:00-08:00',
  '2026-03-10T15:30:00+05:30',
  '2026-03-10T10:00:00+00:00Z',
  '2026-03-10T10:00:00',
  '2026-03-10T10:00Z',
  '2026-03-10t10:00:00z',
];

async function openWithUsage(server: TestServer, env: Readonly<Record<string, string>> = {}): Promise<TestGateway> {
  const gateway = await openTestGateway(server, { now: '2026-03-10T10:20:00Z', env });
  const hub = await registerStamp(gateway.app);
  const edge = await registerStamp(gateway.app, 'edge');
  await registerCustomer(gateway.app, 'hub', 'Contoso', { stackSubscriptions: [STACK] });
  await push(gateway.app, hub, [usageRecord({ quantity: '0.1', usageStartTime: '2026-03-10T09:00:00Z' })]);
  await push(gateway.app, edge, [usageRecord({ stackSubscriptionId: OTHER_STACK, quantity: '9' })]);
  gateway.clock.set(NOW);
  return gateway;
}

describeEachDatabase('the usage APIs', (server) => {
  let gateway: TestGateway;

  // These tests only ask, and each says what time it is; the books are the same for all of them.
  beforeAll(async () => {
    gateway = await openWithUsage(server);
  });
  beforeEach(() => gateway.clock.set(NOW));
  afterAll(() => gateway.close());

  it.each([
    ['provider', PROVIDER_PATH, BASE, [...REFUSALS, ...PROVIDER_REFUSALS]],
    ['tenant', TENANT_PATH, STACK, REFUSALS],
  ] as const)(
    'refuse what is wrong with the %s question, each fault under its own code',
    async (_, path, id, table) => {
      for (const [name, parameters, status, code] of table) {
        const answer = await azure(gateway, 'OPERATOR', usageUrl(path, id, parameters));
        expect([name, answer.status, answer.body]).toEqual([
          name,
          status,
          { error: { code, message: expect.stringMatching(/\S/) } },
        ]);
      }
    },
  );

  it('name the property that is wrong and the nearest times that are right', async () => {
    const url = usageUrl(PROVIDER_PATH, BASE, { reportedStartTime: '2026-03-10T10:30:00Z' });
    const { body } = await azure(gateway, 'OPERATOR', url);
    expect(body.error.message).toBe(
      "The property 'reportedStartTime' must be a whole UTC hour for Hourly: 2026-03-10T10:00:00.000Z or 2026-03-10T11:00:00.000Z.",
    );
  });

  it('answer a row in the shape of the wire', async () => {
    const name = `${STACK}-${METERS.vmHours}`;
    const { status, body, text } = await azure(gateway, 'OPERATOR', usageUrl(PROVIDER_PATH, BASE));
    expect(status).toBe(200);
    expect(body).toEqual({
      value: [
        {
          id: `/subscriptions/${BASE}/providers/Microsoft.Commerce/UsageAggregate/${name}`,
          name,
          type: 'Microsoft.Commerce/UsageAggregate',
          properties: {
            subscriptionId: STACK,
            usageStartTime: '2026-03-10T09:00:00+00:00',
            usageEndTime: '2026-03-10T10:00:00+00:00',
            instanceData: JSON.stringify({
              'Microsoft.Resources': {
                resourceUri: '/subscriptions/x/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm1',
                location: 'frankfurt',
                tags: '',
                additionalInfo: '',
              },
            }),
            quantity: 0.1,
            meterId: METERS.vmHours,
            name,
          },
        },
      ],
    });
    expect(text).not.toContain('nextLink');
  });

  it('take paths and names of parameters in any case, the legacy path, and parameters that come twice', async () => {
    const expected = (await azure(gateway, 'OPERATOR', usageUrl(PROVIDER_PATH, BASE))).text;
    const search = `reportedstartTime=2026-03-10T10:00:00Z&REPORTEDENDTIME=2026-03-10T11:00:00Z&AggregationGranularity=hOURLY&API-Version=${USAGE_VERSION}`;
    const urls = [
      `/subscriptions/${BASE}/${PROVIDER_PATH}?${search}`,
      `/SUBSCRIPTIONS/${BASE.toUpperCase()}/PROVIDERS/microsoft.commerce.admin/SUBSCRIBERUSAGEAGGREGATES?${search}`,
      `/subscriptions/${BASE}/providers/Microsoft.Commerce/subscriberUsageAggregates?${search}`,
      `/subscriptions/${BASE}/${PROVIDER_PATH}/?${search}`,
      `/subscriptions/${BASE}/${PROVIDER_PATH}?${search}&${search}&showDetails=true&showdetails=maybe`,
      `/subscriptions/${BASE}/${PROVIDER_PATH}?${search}&continuationToken=`,
      `/subscriptions/${BASE}/${PROVIDER_PATH}?${search}&subscriberId=${STACK.toUpperCase()}`,
    ];
    for (const url of urls)
      expect(await azure(gateway, 'OPERATOR', url)).toMatchObject({ status: 200, text: expected });
    // An end of the tenant's path in the older spelling of the SDKs.
    const tenant = await azure(gateway, 'OPERATOR', usageUrl('providers/microsoft.commerce/UsageAggregates', STACK));
    expect(tenant.body.value).toHaveLength(1);
  });

  it('take every form of date that Azure tools send', async () => {
    for (const date of DATES) {
      const escaped = usageUrl(PROVIDER_PATH, BASE, { reportedStartTime: date });
      const raw = usageUrl(PROVIDER_PATH, BASE, { reportedStartTime: null }) + `&reportedStartTime=${date}`;
      for (const url of [escaped, raw]) {
        const { status, body } = await azure(gateway, 'OPERATOR', url);
        expect([date, status, body.value?.length]).toEqual([date, 200, 1]);
      }
    }
    const byDate = { reportedStartTime: '2026-03-10', reportedEndTime: '2026-03-11', aggregationGranularity: null };
    const { body } = await azure(gateway, 'OPERATOR', usageUrl(PROVIDER_PATH, BASE, byDate));
    expect(body.value).toHaveLength(1);
    expect(body.value[0].properties.usageStartTime).toBe('2026-03-10T00:00:00+00:00');
    expect(body.value[0].properties.usageEndTime).toBe('2026-03-11T00:00:00+00:00');
  });

  it('filter by reported time alone, the start included and the end not', async () => {
    const rows = async (reportedStartTime: string, reportedEndTime: string) => {
      const url = usageUrl(PROVIDER_PATH, BASE, { reportedStartTime, reportedEndTime });
      return (await azure(gateway, 'OPERATOR', url)).body.value.length as number;
    };
    expect(await rows('2026-03-10T09:00:00Z', '2026-03-10T10:00:00Z')).toBe(0);
    expect(await rows('2026-03-10T10:00:00Z', '2026-03-10T11:00:00Z')).toBe(1);
    expect(await rows('2026-03-10T11:00:00Z', '2026-03-10T12:00:00Z')).toBe(0);
  });

  it('answer the last full hour, and say that a window is not complete while its usage may be on its way', async () => {
    const hour = { reportedStartTime: '2026-03-12T11:00:00Z', reportedEndTime: '2026-03-12T12:00:00Z' };
    const day = {
      reportedStartTime: '2026-03-11T00:00:00Z',
      reportedEndTime: '2026-03-12T00:00:00Z',
      aggregationGranularity: 'Daily',
    };
    for (const parameters of [hour, day]) {
      const end = Date.parse(parameters.reportedEndTime);
      const url = usageUrl(PROVIDER_PATH, BASE, parameters);
      gateway.clock.set(end + 119_000);
      const early = await azure(gateway, 'OPERATOR', url);
      expect(early).toMatchObject({ status: 202, body: { error: { code: 'ProcessingNotCompleted' } } });
      expect(early.headers['retry-after']).toBe('1');
      gateway.clock.set(end + 120_000);
      expect(await azure(gateway, 'OPERATOR', url)).toMatchObject({ status: 200, body: { value: [] } });
    }
  });

  it('say that no window is complete of a stamp whose usage is to be pulled and never was', async () => {
    const { id } = await registerStamp(gateway.app, 'never-pulled', { usageIntake: 'PULLED' });
    gateway.clock.set('2026-03-12T12:30:00Z');
    const url = usageUrl(PROVIDER_PATH, guid('base never-pulled'));
    const early = await azure(gateway, 'OPERATOR', url);
    expect(early).toMatchObject({ status: 202, body: { error: { code: 'ProcessingNotCompleted' } } });
    const at = gateway.clock.now();
    await gateway.app.db.inTransaction((tx) => beginWatermark(tx, { registrationId: id, hour: hourOf(at), at }));
    expect(await azure(gateway, 'OPERATOR', url)).toMatchObject({ status: 200, body: { value: [] } });
  });

  it('refuse an end on the current date where Microsoft is to be read literally, for the provider alone', async () => {
    const strict = await openWithUsage(server, { USAGE_API_STRICT_DATES: 'true' });
    const today = { reportedStartTime: '2026-03-11T00:00:00Z', reportedEndTime: '2026-03-12T00:00:00Z' };
    const yesterday = { reportedStartTime: '2026-03-10T00:00:00Z', reportedEndTime: '2026-03-11T23:00:00Z' };
    const ask = async (path: string, id: string, parameters: typeof today) =>
      (await azure(strict, 'OPERATOR', usageUrl(path, id, parameters))).status;
    expect(await ask(PROVIDER_PATH, BASE, today)).toBe(202);
    expect(await ask(PROVIDER_PATH, BASE, yesterday)).toBe(200);
    expect(await ask(TENANT_PATH, STACK, today)).toBe(200);
    await strict.close();
  });

  it('name the caller subscription that is missing or no id', async () => {
    for (const path of [PROVIDER_PATH, TENANT_PATH]) {
      const missing = await azure(gateway, 'OPERATOR', usageUrl(path, ''));
      expect(missing).toMatchObject({ status: 400, body: { error: { code: 'SubscriptionIdMissingInRequest' } } });
      const malformed = await azure(gateway, 'OPERATOR', usageUrl(path, 'default'));
      expect(malformed).toMatchObject({ status: 400, body: { error: { code: 'InvalidProperty' } } });
    }
  });

  it('let each caller see what is theirs, and answer what is not like what does not exist', async () => {
    const nobody = guid('nobody');
    const contoso = guid('tenant Contoso');
    const cloud = guid('cloud hub');
    const table: readonly (readonly [Who | null, string, string, number, string | number])[] = [
      ['OPERATOR', PROVIDER_PATH, BASE, 200, 1],
      ['OPERATOR', PROVIDER_PATH, cloud, 200, 1],
      ['CSP_ADMIN', PROVIDER_PATH, BASE, 200, 1],
      ['AUDITOR', PROVIDER_PATH, BASE, 200, 1],
      [{ role: 'CSP_ADMIN', registrations: ['edge'] }, PROVIDER_PATH, BASE, 403, 'AuthorizationFailed'],
      ['OPERATOR', PROVIDER_PATH, nobody, 403, 'AuthorizationFailed'],
      ['OPERATOR', PROVIDER_PATH, STACK, 403, 'AuthorizationFailed'],
      [{ role: 'TENANT_USER', tenants: [contoso] }, PROVIDER_PATH, BASE, 403, 'AuthorizationFailed'],
      [{ role: 'RESELLER', tenants: [contoso] }, PROVIDER_PATH, BASE, 403, 'AuthorizationFailed'],
      ['INGESTOR', PROVIDER_PATH, BASE, 403, 'AuthorizationFailed'],
      [{ role: 'TENANT_USER', tenants: [contoso] }, TENANT_PATH, STACK, 200, 1],
      [{ role: 'TENANT_USER', tenants: [nobody] }, TENANT_PATH, STACK, 403, 'AuthorizationFailed'],
      [{ role: 'TENANT_USER', tenants: [contoso] }, TENANT_PATH, OTHER_STACK, 403, 'AuthorizationFailed'],
      [{ role: 'TENANT_USER', tenants: [contoso] }, TENANT_PATH, nobody, 403, 'AuthorizationFailed'],
      ['INGESTOR', TENANT_PATH, STACK, 403, 'AuthorizationFailed'],
      ['CSP_ADMIN', TENANT_PATH, STACK, 200, 1],
      [null, PROVIDER_PATH, BASE, 401, 'AuthenticationFailed'],
      [null, TENANT_PATH, STACK, 401, 'AuthenticationFailed'],
    ];
    for (const [who, path, id, status, expected] of table) {
      const { status: got, body } = await azure(gateway, who, usageUrl(path, id));
      expect([who, path, id, got, body.error?.code ?? body.value.length]).toEqual([who, path, id, status, expected]);
    }
    const [theirs, none] = [OTHER_STACK, nobody].map((id) => usageUrl(TENANT_PATH, id));
    const who = { role: 'TENANT_USER', tenants: [contoso] } as const;
    const message = async (url = '') => (await azure(gateway, who, url)).body.error.message as string;
    expect((await message(theirs)).replace(OTHER_STACK, '*')).toBe((await message(none)).replace(nobody, '*'));
  });

  it('answer with the headers of Azure Resource Manager', async () => {
    const headers = {
      'x-ms-correlation-request-id': 'abc-1',
      'x-ms-client-request-id': 'mine-1',
      'x-ms-return-client-request-id': 'true',
    };
    const good = await azure(gateway, 'OPERATOR', usageUrl(PROVIDER_PATH, BASE), { headers });
    expect(good.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'private, no-cache',
      vary: 'authorization',
      'x-ms-correlation-request-id': 'abc-1',
      'x-ms-client-request-id': 'mine-1',
      'x-ms-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-ms-routing-request-id': expect.stringMatching(/^USAGEGATEWAY:20260312T123000Z:[0-9a-f-]{36}$/),
    });
    const bad = await azure(gateway, null, '/subscriptions/x/nothing');
    expect(bad.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'www-authenticate': 'Bearer',
      'x-ms-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('answer unknown resource types and methods in the nested body', async () => {
    const unknown = await azure(gateway, 'OPERATOR', `/subscriptions/${BASE}/providersMicrosoft.Commerce.Admin/x`);
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'InvalidResourceType' } } });
    const post = await azure(gateway, 'OPERATOR', usageUrl(PROVIDER_PATH, BASE), { method: 'POST', payload: '{}' });
    expect(post).toMatchObject({ status: 405, body: { error: { code: 'MethodNotAllowed' } } });
  });
});
