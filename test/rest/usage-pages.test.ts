import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PROVIDER_PATH, TENANT_PATH, azure, usageUrl } from '../support/azure.js';
import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { METERS, guid, push, registerCustomer, registerStamp, usageRecord } from '../support/world.js';
import { deliveriesOfProvider, readUsageFile } from '../../src/pipeline/ingestion/usage-wire.js';
import { recordUsage } from '../../src/pipeline/pipeline.js';
import { hourOf } from '../../src/primitives/windows.js';

const FIXTURE = join(import.meta.dirname, '..', 'fixtures', 'provider-usage-hour.json');
const RECORDED_CALLER = '39c82aed-b2b7-4a66-abdb-611de00bf11e';

interface WireRow {
  readonly id: string;
  readonly properties: {
    readonly instanceData: string;
    readonly quantity: number;
    readonly usageStartTime: string;
    readonly meterId: string;
  };
}

/** Follows nextLink to the end; answers the pages. */
async function pagesOf(
  gateway: TestGateway,
  url: string,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<WireRow[][]> {
  const pages: WireRow[][] = [];
  for (let next = url; ;) {
    const { status, body }: { status: number; body: { value: WireRow[]; nextLink?: string } } = await azure(
      gateway,
      'OPERATOR',
      next,
    );
    expect(status).toBe(200);
    pages.push(body.value);
    await between();
    if (body.nextLink === undefined) return pages;
    next = body.nextLink.replace(/^http:\/\/localhost(:80)?/, '');
  }
}

function uriOf({ properties }: WireRow): string {
  const instance = JSON.parse(properties.instanceData) as { 'Microsoft.Resources': { resourceUri: string } };
  return instance['Microsoft.Resources'].resourceUri;
}

function machines(count: number, parts: Readonly<Record<string, string>> = {}, prefix = 'vm') {
  return Array.from({ length: count }, (_, index) =>
    usageRecord({ id: `${prefix}-${index}`, resourceUri: `/subscriptions/x/${prefix}-${index}`, ...parts }),
  );
}

describeEachDatabase('pages of the usage APIs', (server) => {
  let gateway: TestGateway;

  // One gateway, and a stamp of its own for each test: they share nothing but the server.
  beforeAll(async () => {
    gateway = await openTestGateway(server);
  });
  afterAll(() => gateway.close());

  /** A stamp to which usage is sent at a moment; `base` is the subscription to ask it by. */
  async function stampAt(name: string, moment = '2026-03-10T10:20:00Z') {
    gateway.clock.set(moment);
    return { stamp: await registerStamp(gateway.app, name), base: guid(`base ${name}`) };
  }

  it('give the recorded hour of a real stamp back, row by row: ids, names, instance data and numbers', async () => {
    const stamp = await registerStamp(gateway.app, 'hub', { baseSubscriptionId: RECORDED_CALLER });
    const bytes = await readFile(FIXTURE);
    const now = gateway.clock.now();
    const file = readUsageFile(bytes, now);
    if (file.format !== 'provider-response') throw new Error('The fixture is a provider response.');
    const pulled = { reportedHour: hourOf(Date.parse('2019-12-10T19:00:00Z')), source: 'azure-stack', now };
    const receipt = await recordUsage(gateway.app, {
      registrationId: stamp.id,
      receivedBy: 'test',
      deliveries: deliveriesOfProvider(file.response, pulled),
    });
    expect(receipt.accepted).toBe(236);

    const window = { reportedStartTime: '2019-12-10T19:00:00.0000000+00:00', reportedEndTime: '2019-12-10T20:00:00Z' };
    const answer = await azure(gateway, 'OPERATOR', usageUrl(PROVIDER_PATH, RECORDED_CALLER, window));
    const recorded = (JSON.parse(bytes.toString()) as { value: WireRow[] }).value;
    const sorted = (rows: readonly WireRow[]) => rows.map((row) => JSON.stringify(row)).sort();
    expect(answer.body.value).toHaveLength(236);
    expect(sorted(answer.body.value)).toEqual(sorted(recorded));
    expect(answer.text).toContain('"quantity":0.00000008381903171539307,');
  });

  it('hold 1,000, 1,000 and 500 of 2,500 rows, each once, also while new usage arrives', async () => {
    const { stamp, base } = await stampAt('paged');
    await push(gateway.app, stamp, machines(2_500));
    gateway.clock.set('2026-03-10T12:30:00Z');
    const url = usageUrl(PROVIDER_PATH, base, { reportedEndTime: '2026-03-10T12:00:00Z' });
    let arrivals = 0;
    const arrive = () => push(gateway.app, stamp, machines(50, { source: `arrival ${(arrivals += 1)}` }, 'new'));
    const pages = await pagesOf(gateway, url, arrive);
    expect(pages.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
    expect(new Set(pages.flat().map(uriOf)).size).toBe(2_500);
  });

  it('go on under the next token of the same caller', async () => {
    const { stamp, base } = await stampAt('renewed');
    await push(gateway.app, stamp, machines(1_001));
    gateway.clock.set('2026-03-10T12:30:00Z');
    const renew = async () => gateway.clock.set('2026-03-10T12:30:01Z');
    const pages = await pagesOf(gateway, usageUrl(PROVIDER_PATH, base), renew);
    expect(pages.map(({ length }) => length)).toEqual([1_000, 1]);
    gateway.clock.set('2026-03-10T12:30:00Z');
  });

  it('are still each row once when usage arrives in the very window that is read', async () => {
    const { stamp, base } = await stampAt('late');
    await push(gateway.app, stamp, machines(1_200));
    gateway.clock.set('2026-03-10T12:30:00Z');
    const late = async () => {
      gateway.clock.set('2026-03-10T10:59:00Z');
      await push(gateway.app, stamp, machines(300, { source: 'late', tags: '' }, 'late'));
      await push(
        gateway.app,
        stamp,
        machines(1_200).map((record) => ({ ...record, source: 'late', tags: { moved: 'yes' } })),
      );
      gateway.clock.set('2026-03-10T12:30:00Z');
    };
    const uris = (await pagesOf(gateway, usageUrl(PROVIDER_PATH, base), late)).flat().map(uriOf);
    expect(new Set(uris).size).toBe(uris.length);
    expect(uris.filter((uri) => uri.includes('/vm-'))).toHaveLength(1_200);
  });

  it('hold every row once across subscriptions and days, dense ones and sparse ones, hourly and daily', async () => {
    const { stamp, base } = await stampAt('wide');
    // Every third subscription has many machines, the others one.
    const records = Array.from({ length: 45 }, (_, index) =>
      machines(index % 3 === 0 ? 60 : 1, { stackSubscriptionId: guid(`wide ${index}`) }, `sub${index}`),
    ).flat();
    for (const [day, hours] of [
      ['08', ['03', '17']],
      ['09', ['23']],
    ] as const) {
      for (const hour of hours) {
        gateway.clock.set(`2026-03-${day}T${hour}:20:00Z`);
        const used = {
          source: `${day} ${hour}`,
          usageStartTime: `2026-03-${day}T00:00:00Z`,
          usageEndTime: `2026-03-${day}T01:00:00Z`,
        };
        await push(
          gateway.app,
          stamp,
          records.map((record) => ({ ...record, ...used })),
        );
      }
    }
    gateway.clock.set('2026-03-10T12:30:00Z');
    const days = { reportedStartTime: '2026-03-08T00:00:00Z', reportedEndTime: '2026-03-10T00:00:00Z' };
    for (const [aggregationGranularity, times] of [
      ['Hourly', 3],
      ['Daily', 2],
    ] as const) {
      const pages = await pagesOf(gateway, usageUrl(PROVIDER_PATH, base, { ...days, aggregationGranularity }));
      const rows = pages.flat();
      expect(pages.slice(0, -1).every(({ length }) => length === 1_000)).toBe(true);
      expect(rows).toHaveLength(times * records.length);
      expect(rows.reduce((total, { properties }) => total + properties.quantity, 0)).toBe(3 * records.length);
      expect(new Set(rows.map((row) => `${uriOf(row)} ${row.properties.usageStartTime}`)).size).toBe(
        2 * records.length,
      );
    }
  });

  it('have no next link when the last page is full', async () => {
    const { stamp, base } = await stampAt('full');
    await push(gateway.app, stamp, machines(1_000));
    gateway.clock.set('2026-03-10T12:30:00Z');
    const { body, text } = await azure(gateway, 'OPERATOR', usageUrl(PROVIDER_PATH, base));
    expect(body.value).toHaveLength(1_000);
    expect(text).not.toContain('nextLink');
  });

  it('add what one resource was described by up to one row, under its latest description', async () => {
    const { stamp, base } = await stampAt('described');
    const uri = '/subscriptions/x/resourceGroups/rg/vm';
    await push(gateway.app, stamp, [
      usageRecord({ id: 'a', resourceUri: uri, quantity: '0.1' }),
      usageRecord({ id: 'b', resourceUri: uri.toLowerCase(), quantity: '0.2', tags: { team: 'blue' } }),
      usageRecord({ id: 'c', resourceUri: uri, quantity: '-0.05', corrects: 'a' }),
      usageRecord({ id: 'd', resourceUri: `${uri}2`, quantity: '5' }),
    ]);
    gateway.clock.set('2026-03-11T12:30:00Z');
    const daily = { reportedStartTime: '2026-03-10', reportedEndTime: '2026-03-11', aggregationGranularity: 'Daily' };
    for (const parameters of [{}, daily]) {
      const { body } = await azure(gateway, 'OPERATOR', usageUrl(PROVIDER_PATH, base, parameters));
      const rows = (body.value as WireRow[]).map((row) => [uriOf(row), row.properties.quantity]);
      expect(rows.sort()).toEqual([
        [`${uri}2`, 5],
        [uri.toLowerCase(), 0.25],
      ]);
      expect(JSON.stringify(body)).toContain('blue');
    }
  });

  it('do not cut a day where its billing changes: a row is not about where it is billed', async () => {
    const { stamp, base } = await stampAt('mapped');
    const stack = guid('stack subscription of a mapped tenant');
    const { cspSubscriptionId, tenantId } = await registerCustomer(gateway.app, 'mapped', 'Contoso', {
      stackSubscriptions: [stack],
    });
    await gateway.ask(
      'OPERATOR',
      `mutation ($input: MapTenantInput!) { mapTenant(input: $input) { userErrors { code } } }`,
      { input: { registration: 'mapped', tenantId, cspSubscriptionId, effectiveFrom: '2026-03-10T05:00:00Z' } },
    );
    const hours = ['03', '04', '05', '06'];
    await push(
      gateway.app,
      stamp,
      hours.map((hour) =>
        usageRecord({
          id: hour,
          stackSubscriptionId: stack,
          usageStartTime: `2026-03-10T${hour}:00:00Z`,
          quantity: '0.7',
        }),
      ),
    );
    gateway.clock.set('2026-03-11T12:30:00Z');
    const daily = { reportedStartTime: '2026-03-10', reportedEndTime: '2026-03-11', aggregationGranularity: 'Daily' };
    for (const [path, id] of [
      [PROVIDER_PATH, base],
      [TENANT_PATH, stack],
    ] as const) {
      const { body } = await azure(gateway, 'OPERATOR', usageUrl(path, id, daily));
      expect(body.value.map(({ properties }: WireRow) => properties.quantity)).toEqual([2.8]);
    }
  });

  it('link with all parameters once, and the link is good for its own question and caller only', async () => {
    const { stamp, base } = await stampAt('linked');
    await push(gateway.app, stamp, machines(1_001));
    gateway.clock.set('2026-03-10T12:30:00Z');
    const url = `${usageUrl(PROVIDER_PATH, base)}&showDetails=true`;
    const { body } = await azure(gateway, 'OPERATOR', url, { headers: { host: 'localhost:8443' } });
    const link = new URL(body.nextLink as string);
    const token = link.searchParams.get('continuationToken') ?? '';
    expect(link.origin + link.pathname).toBe(`http://localhost:8443${url.split('?')[0]}`);
    link.searchParams.delete('continuationToken');
    expect(link.search).toBe(`?${url.split('?')[1]}`);

    const again = `${url}&continuationToken=${token}&continuationToken=${token}`;
    expect((await azure(gateway, 'OPERATOR', again)).body.value).toHaveLength(1);
    const elsewhere = [
      ['AUDITOR', again],
      ['OPERATOR', again.replace('T11%3A00', 'T12%3A00')],
      ['OPERATOR', again.replace('Hourly', 'Daily').replaceAll(/T1.%3A00%3A00Z/g, '')],
    ] as const;
    for (const [who, other] of elsewhere) {
      const answer = await azure(gateway, who, other);
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'InvalidProperty' } } });
    }
    const host = { host: 'evil.example/x?' };
    expect(await azure(gateway, 'OPERATOR', url, { headers: host })).toMatchObject({ status: 400 });
  });

  it('never repeat a Host that is not the gateway’s own: the link is relative then, and good', async () => {
    const { stamp, base } = await stampAt('hosts');
    await push(gateway.app, stamp, machines(1_001));
    gateway.clock.set('2026-03-10T12:30:00Z');
    const url = usageUrl(PROVIDER_PATH, base);
    const linkFor = async (host: string) =>
      String((await azure(gateway, 'OPERATOR', url, { headers: { host } })).body.nextLink);
    for (const host of ['evil.example', 'evil.example:443', '203.0.113.9', 'localhost.evil.example', '[2001:db8::1]']) {
      expect([host, await linkFor(host)]).toEqual([host, expect.stringMatching(/^\/subscriptions\//)]);
    }
    const next = await azure(gateway, 'OPERATOR', await linkFor('evil.example'));
    expect(next.body.value).toHaveLength(1);
    for (const host of ['LOCALHOST', '127.0.0.1:8443']) {
      expect([host, await linkFor(host)]).toEqual([host, expect.stringContaining(`http://${host}/subscriptions/`)]);
    }
  });

  it('link under the public address where one is configured', async () => {
    const env = { PUBLIC_URL: 'https://usage.example/gateway/' };
    const other = await openTestGateway(server, { now: '2026-03-10T10:20:00Z', env });
    const stamp = await registerStamp(other.app);
    await push(other.app, stamp, machines(1_001));
    other.clock.set('2026-03-10T12:30:00Z');
    const { body } = await azure(other, 'OPERATOR', usageUrl(PROVIDER_PATH, guid('base hub')));
    expect(body.nextLink).toMatch(`https://usage.example/gateway/subscriptions/${guid('base hub')}/${PROVIDER_PATH}?`);
    await other.close();
  });

  it('file usage of an hour that begins in a moment under that hour, so that no row is reported before its usage', async () => {
    const { stamp, base } = await stampAt('early', '2026-03-10T10:58:00Z');
    await push(gateway.app, stamp, [usageRecord({ usageStartTime: '2026-03-10T11:00:00Z' })]);
    gateway.clock.set('2026-03-10T12:30:00Z');
    const rows = async (reportedStartTime: string, reportedEndTime: string) => {
      const url = usageUrl(PROVIDER_PATH, base, { reportedStartTime, reportedEndTime });
      return (await azure(gateway, 'OPERATOR', url)).body.value.length as number;
    };
    expect(await rows('2026-03-10T10:00:00Z', '2026-03-10T11:00:00Z')).toBe(0);
    expect(await rows('2026-03-10T11:00:00Z', '2026-03-10T12:00:00Z')).toBe(1);
  });

  it('add up over resources with showDetails=false, to the digit, without instanceData', async () => {
    const { stamp, base } = await stampAt('summed');
    const blobs = ['a', 'b', 'c'].map((name, index) =>
      usageRecord({
        id: `blob ${name}`,
        meterId: METERS.blobCapacity,
        resourceUri: `/blob/${name}`,
        quantity: `0.${index + 1}`,
      }),
    );
    const early = usageRecord({ id: 'early', usageStartTime: '2026-03-10T09:00:00Z', quantity: '7' });
    const tiny = usageRecord({ id: 'tiny', resourceUri: '/vm/tiny', quantity: '0.000000000000000000000001' });
    await push(gateway.app, stamp, [...machines(3), ...blobs, early, tiny]);
    const stack = guid('stack subscription');
    gateway.clock.set('2026-03-10T12:30:00Z');
    const { body, text } = await azure(gateway, 'OPERATOR', usageUrl(PROVIDER_PATH, base, { showDetails: 'False' }));
    expect(text).toContain('"quantity":3.000000000000000000000001,');
    expect(body.value).toHaveLength(3);
    const [first] = body.value as WireRow[];
    const name = `${stack}-${METERS.vmHours}`;
    expect(first).toEqual({
      id: `/subscriptions/${base}/providers/Microsoft.Commerce/UsageAggregate/${name}`,
      name,
      type: 'Microsoft.Commerce/UsageAggregate',
      properties: {
        subscriptionId: stack,
        usageStartTime: '2026-03-10T09:00:00+00:00',
        usageEndTime: '2026-03-10T10:00:00+00:00',
        quantity: 7,
        meterId: METERS.vmHours,
        name,
      },
    });
    expect(body.value.map(({ properties }: WireRow) => properties.quantity).sort()).toEqual([0.6, 3, 7]);
    const wrong = await azure(gateway, 'OPERATOR', usageUrl(PROVIDER_PATH, base, { showDetails: 'maybe' }));
    expect(wrong).toMatchObject({ status: 400, body: { error: { code: 'InvalidProperty' } } });
  });

  it('add up to the same with and without details, each sum once, also where a page ends between them', async () => {
    const { stamp, base } = await stampAt('sums');
    const app = await gateway.second({ UNKNOWN_METERS_MAX: '1100' });
    // 1,100 meters, the last 150 of them of two resources: pages end within what is read, not within a sum.
    const records = Array.from({ length: 1_100 }, (_, meter) =>
      [0, 1].slice(0, meter < 950 ? 1 : 2).map((resource) =>
        usageRecord({
          id: `${meter} ${resource}`,
          meterId: guid(`meter ${meter}`),
          resourceUri: `/vm/${resource}`,
          quantity: `${meter}.${resource + 1}`,
        }),
      ),
    ).flat();
    await push(app, stamp, records);
    gateway.clock.set('2026-03-11T12:30:00Z');
    const daily = { reportedStartTime: '2026-03-10', reportedEndTime: '2026-03-11', aggregationGranularity: 'Daily' };
    for (const range of [{}, daily]) {
      const sums = async (showDetails: string) => {
        const pages: number[] = [];
        const tenths = new Map<string, number>();
        let url = usageUrl(PROVIDER_PATH, base, { ...range, showDetails });
        while (url !== '') {
          const { body } = await azure(gateway, 'OPERATOR', url);
          pages.push(body.value.length as number);
          for (const { properties } of body.value as WireRow[]) {
            const before = tenths.get(properties.meterId) ?? 0;
            tenths.set(properties.meterId, before + Math.round(10 * properties.quantity));
          }
          url = String(body.nextLink ?? '').replace(/^http:\/\/localhost(:80)?/, '');
        }
        return { pages, tenths };
      };
      const [detailed, summed] = [await sums('true'), await sums('false')];
      expect([detailed.pages, summed.pages]).toEqual([
        [1_000, 250],
        [1_000, 100],
      ]);
      expect(summed.tenths).toEqual(detailed.tenths);
    }
  });

  it('keep 24 decimals and 24 digits as they are', async () => {
    const { stamp, base } = await stampAt('digits');
    const quantity = '123456789012345678901234.123456789012345678901234';
    await push(gateway.app, stamp, [usageRecord({ quantity, meterId: METERS.unknown.toUpperCase() })]);
    gateway.clock.set('2026-03-10T12:30:00Z');
    const { text } = await azure(gateway, 'OPERATOR', usageUrl(PROVIDER_PATH, base));
    expect(text).toContain(`"quantity":${quantity},"meterId":"${METERS.unknown.toUpperCase()}"`);
  });
});
