import { METERS, push, registerStamp, usageRecord } from '../support/world.js';
import { ALDER_REMAPPED, CSP, LARGE, OPEN_FROM, RANGE, RESELLER, STACKS, TENANTS } from '../support/books.js';
import { answered, dayText, fillBooks, hourText, sumsOf } from '../support/books.js';
import type { Books, KnownRecord } from '../support/books.js';
import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import { everyPage, refusals, run } from '../support/operation.js';
import { AggregatesAloneDocument, NodeByIdDocument, UsageAggregatesDocument } from '../operations/operations.js';
import type { AggregateFragment, UsageAggregatesQueryVariables } from '../operations/operations.js';

describeEachDatabase('usageAggregates', (server) => {
  let gateway: TestGateway;
  let books: Books;

  beforeAll(async () => {
    gateway = await openTestGateway(server);
    books = await fillBooks(gateway);
  });
  afterAll(async () => gateway.close());

  const all = (variables: Partial<UsageAggregatesQueryVariables>, who: Who = 'AUDITOR') =>
    everyPage(gateway, who, {
      document: UsageAggregatesDocument,
      variables: { range: RANGE, first: 1000, ...variables },
      page: ({ usageAggregates }) => usageAggregates,
    });

  async function expectFoundAgain(rows: readonly AggregateFragment[]): Promise<void> {
    expect(rows.length).toBeGreaterThan(3);
    for (const { id, quantity, records, usageWindow, destination } of rows) {
      const { node } = await run(gateway, 'AUDITOR', NodeByIdDocument, { id });
      const { start } = usageWindow;
      const reason = destination?.reason;
      expect(node).toMatchObject({ id, quantity, records, usageWindow: { start }, destination: { reason } });
    }
  }

  it.each(['HOURLY', 'DAILY'] as const)('answers %s sums that are those of the records', async (granularity) => {
    const keyOf = granularity === 'HOURLY' ? hourlyKeyOf : dailyKeyOf;
    const rows = await all({ granularity });
    expect(answered(rows, rowKey)).toEqual(sumsOf(books.records, keyOf));
    for (const row of rows) {
      const isClosed = row.registration?.name === 'hub' && row.reportedWindow.start < OPEN_FROM;
      expect(row.status).toBe(isClosed ? 'CLOSED' : 'PROVISIONAL');
    }
  });

  it('splits a day at the hour at which its tenant was remapped, and names each part by an id of its own', async () => {
    const filter = { stackSubscriptionIds: [STACKS.alderShop], meterIds: [METERS.vmHours] };
    const rows = await all({ granularity: 'DAILY', filter });
    const day = rows.filter(
      ({ usageWindow, reportedWindow }) =>
        usageWindow.start.startsWith('2026-03-09') && reportedWindow.start.startsWith('2026-03-09'),
    );
    const billed = day.map(({ destination }) => destination?.cspSubscription?.cspSubscriptionId);
    expect(new Set(billed)).toEqual(new Set([CSP.alder, CSP.alderToo]));
    expect(day.find(({ destination }) => destination?.mappedSince === ALDER_REMAPPED)).toBeDefined();
    await expectFoundAgain(rows);
  });

  it.each(['HOURLY', 'DAILY'] as const)('finds %s rows again by their ids', async (granularity) => {
    for (const stackSubscriptionId of [STACKS.alderLab, STACKS.stray, STACKS.elm]) {
      const filter = { stackSubscriptionIds: [stackSubscriptionId], meterIds: [METERS.vmHours] };
      await expectFoundAgain(await all({ granularity, filter }));
    }
  });

  it.each<[string, UsageAggregatesQueryVariables['filter'], (record: KnownRecord) => boolean]>([
    ['a registration in any case', { registration: 'HUB' }, ({ registration }) => registration === 'hub'],
    ['tenants', { tenantIds: [TENANTS.alder.toUpperCase()] }, ({ tenant }) => tenant === TENANTS.alder],
    ['an unknown tenant', { isTenantUnknown: true }, ({ tenant }) => tenant === null],
    ['a known tenant', { isTenantUnknown: false }, ({ tenant }) => tenant !== null],
    ['resellers', { resellers: [RESELLER.toUpperCase()] }, ({ tenant }) => tenant === TENANTS.alder],
    [
      'stack subscriptions',
      { stackSubscriptionIds: [STACKS.birch, STACKS.elm] },
      ({ stackSubscription }) => [STACKS.birch, STACKS.elm].includes(stackSubscription),
    ],
    ['meters', { meterIds: [METERS.unknown] }, ({ meterId }) => meterId === METERS.unknown],
    [
      'a resource in any case',
      {
        resourceUri: `/SUBSCRIPTIONS/${STACKS.birch}/resourcegroups/shop/providers/microsoft.COMPUTE/virtualMachines/vm1`,
      },
      ({ resourceUri }) => resourceUri.endsWith('VM1') && resourceUri.includes(STACKS.birch),
    ],
    ['a location', { location: 'munich' }, ({ location }) => location === 'munich'],
    ['reasons', { reasons: ['TENANT_NOT_MAPPED'] }, ({ destination }) => destination.reason === 'TENANT_NOT_MAPPED'],
    [
      'CSP subscriptions',
      { cspSubscriptionIds: [CSP.alderToo] },
      ({ destination }) => destination.subscription === CSP.alderToo,
    ],
    [
      'several of them at once',
      { reasons: ['MAPPED'], location: 'frankfurt', meterIds: [METERS.blobCapacity] },
      ({ destination, location, meterId }) =>
        destination.reason === 'MAPPED' && location === 'frankfurt' && meterId === METERS.blobCapacity,
    ],
    ['nothing that exists', { registration: 'nowhere' }, () => false],
    ['an empty list', { tenantIds: [] }, () => false],
  ])('narrows to %s', async (_what, filter, isMeant) => {
    const meant = books.records.filter(isMeant);
    const hourly = await all({ filter, first: 40 });
    expect(answered(hourly, rowKey)).toEqual(sumsOf(meant, hourlyKeyOf));
    const daily = await all({ filter, granularity: 'DAILY', first: 40 });
    expect(answered(daily, rowKey)).toEqual(sumsOf(meant, dailyKeyOf));
  });

  it('asks by one clock or the other, and never mixes them', async () => {
    const range = { from: '2026-03-08T05:00:00.000Z', to: '2026-03-09T14:00:00.000Z' };
    const inRange = (hour: number) => hourText(hour) >= range.from && hourText(hour) < range.to;
    const reported = await all({ range, clock: 'REPORTED' });
    const meant = books.records.filter(({ reportedHour }) => inRange(reportedHour));
    expect(answered(reported, rowKey)).toEqual(sumsOf(meant, hourlyKeyOf));
    const used = await all({ range, clock: 'USAGE' });
    const consumed = books.records.filter(({ usageHour }) => inRange(usageHour));
    expect(answered(used, rowKey)).toEqual(sumsOf(consumed, hourlyKeyOf));
    expect(answered(used, rowKey)).not.toEqual(answered(reported, rowKey));
  });

  it('keeps every digit of numbers that no float holds', async () => {
    const [row] = await all({ filter: { meterIds: [LARGE.meterId] } });
    expect(row?.quantity).toBe(LARGE.quantity);
  });

  it.each([
    ['HOURLY', 'REPORTED', undefined],
    ['DAILY', 'REPORTED', undefined],
    ['HOURLY', 'USAGE', undefined],
    ['DAILY', 'USAGE', undefined],
    ['HOURLY', 'REPORTED', { cspSubscriptionIds: [CSP.alderToo] }],
    ['DAILY', 'REPORTED', { cspSubscriptionIds: [CSP.alderToo] }],
  ] as const)('pages through %s rows by the %s clock, %j, once each', async (granularity, clock, filter) => {
    const only = { ...filter, stackSubscriptionIds: [STACKS.alderShop, STACKS.stray], meterIds: [METERS.blobCapacity] };
    const question = { range: RANGE, granularity, clock, filter: only };
    const page = (first: number) =>
      everyPage(gateway, 'AUDITOR', {
        document: AggregatesAloneDocument,
        variables: { ...question, first },
        page: ({ usageAggregates }) => usageAggregates,
      });
    const whole = (await page(1000)).map(({ id }) => id);
    expect(whole.length).toBeGreaterThan(1);
    expect(new Set(whole).size).toBe(whole.length);
    for (const first of [1, 4, whole.length - 1, whole.length]) {
      expect((await page(first)).map(({ id }) => id)).toEqual(whole);
    }
  });

  it.each([
    [{ from: '2026-03-08T05:30:00Z', to: RANGE.to }, 'HOURLY', '2026-03-08T05:00:00.000Z or 2026-03-08T06:00:00.000Z'],
    [
      { from: RANGE.from, to: '2026-03-08T05:00:00.001Z' },
      'HOURLY',
      '2026-03-08T05:00:00.000Z or 2026-03-08T06:00:00.000Z',
    ],
    [{ from: '2026-03-08T05:00:00Z', to: RANGE.to }, 'DAILY', '2026-03-08T00:00:00.000Z or 2026-03-09T00:00:00.000Z'],
  ] as const)('names the nearest legal values of the range %j, %s', async (range, granularity, legal) => {
    const query = `query ($range: TimeRangeInput!, $granularity: Granularity) {
      usageAggregates(range: $range, granularity: $granularity) { nodes { id } } }`;
    const { errors } = await gateway.ask('AUDITOR', query, { range, granularity });
    expect(errors).toMatchObject([{ extensions: { code: 'MISALIGNED_TIME' } }]);
    expect(errors[0]?.message).toContain(legal);
  });

  it.each([
    ['empty', { from: RANGE.to, to: RANGE.to }],
    ['backwards', { from: RANGE.to, to: RANGE.from }],
    ['longer than three years', { from: '2020-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }],
  ])('refuses a range that is %s', async (_what, range) => {
    expect(await refusals(gateway, 'AUDITOR', AggregatesAloneDocument, { range })).toEqual(['INVALID_INPUT']);
  });

  it('refuses lists in a filter that are longer than they may be', async () => {
    const filter = { meterIds: Array.from({ length: 201 }, () => METERS.vmHours) };
    const codes = await refusals(gateway, 'AUDITOR', AggregatesAloneDocument, { range: RANGE, filter });
    expect(codes).toEqual(['INVALID_INPUT']);
  });

  it('shows a tenant its own usage and not where it is billed', async () => {
    const alder: Who = { role: 'TENANT_USER', tenants: [TENANTS.alder] };
    const { nodes } = (await run(gateway, alder, AggregatesAloneDocument, { range: RANGE, first: 1000 }))
      .usageAggregates;
    const own = books.records.filter(({ tenant }) => tenant === TENANTS.alder);
    expect(nodes.length).toBe(sumsOf(own, hourlyKeyOf).size);
    const billed = await refusals(gateway, alder, UsageAggregatesDocument, { range: RANGE, first: 1 });
    expect(billed).toEqual(['FORBIDDEN']);
    const filter = { reasons: ['MAPPED' as const] };
    expect(await refusals(gateway, alder, AggregatesAloneDocument, { range: RANGE, filter })).toEqual(['FORBIDDEN']);
    const foreign = { tenantIds: [TENANTS.birch] };
    const others = await run(gateway, alder, AggregatesAloneDocument, { range: RANGE, filter: foreign });
    expect(others.usageAggregates.nodes).toEqual([]);
  });
});

describeEachDatabase('usageAggregates of hours with many records', (server) => {
  it('add all of them up, wherever a page ends', async () => {
    const gateway = await openTestGateway(server);
    const hub = await registerStamp(gateway.app);
    const counts = [1, 300, 2, 90, 1];
    for (const [machine, count] of counts.entries()) {
      const resourceUri = `/vm/${machine}`;
      const records = Array.from({ length: count }, (_, index) =>
        usageRecord({ id: `${machine}-${index}`, resourceUri, quantity: '0.1' }),
      );
      await push(gateway.app, hub, records);
    }
    const ask = (first: number) =>
      everyPage(gateway, 'AUDITOR', {
        document: UsageAggregatesDocument,
        variables: { range: RANGE, first },
        page: ({ usageAggregates }) => usageAggregates,
      });
    for (const first of [1, 2, 3, 4, 5, 1000]) {
      expect((await ask(first)).map(({ records }) => records)).toEqual(counts);
      expect((await ask(first)).map(({ quantity }) => Number(quantity))).toEqual(counts.map((n) => n / 10));
    }
    await gateway.close();
  });
});

describeEachDatabase('usageAggregates while usage arrives', (server) => {
  it('answers what was there exactly once, on pages of any length', async () => {
    const gateway = await openTestGateway(server);
    const { hubId } = await fillBooks(gateway);
    const question = { range: RANGE, filter: { meterIds: [METERS.blobCapacity] } };
    const page = ({
      usageAggregates,
    }: {
      usageAggregates: {
        nodes: readonly { id: string; quantity: string }[];
        pageInfo: { hasNextPage: boolean; endCursor: string | null };
      };
    }) => usageAggregates;
    for (const first of [8]) {
      const before = await everyPage(gateway, 'AUDITOR', {
        document: AggregatesAloneDocument,
        variables: { ...question, first: 1000 },
        page,
      });
      let arrived = 0;
      const during = await everyPage(gateway, 'AUDITOR', {
        document: AggregatesAloneDocument,
        variables: { ...question, first },
        page,
        between: () => {
          arrived += 1;
          const stackSubscriptionId = arrived % 2 === 0 ? STACKS.alderShop : STACKS.stray;
          const parts = { id: `${first}-${arrived}`, stackSubscriptionId, meterId: METERS.blobCapacity };
          const usageStartTime = `2026-03-09T${String(arrived % 24).padStart(2, '0')}:00:00Z`;
          return push(gateway.app, { id: hubId }, [usageRecord({ ...parts, usageStartTime })]);
        },
      });
      const ids = during.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.filter((id) => before.some((row) => row.id === id))).toEqual(before.map(({ id }) => id));
    }
    await gateway.close();
  });
});

function hourlyKeyOf(record: KnownRecord): readonly unknown[] {
  const { usageHour, reportedHour } = record;
  return keyOf(record, ['HOURLY', hourText(usageHour), hourText(reportedHour)]);
}

function dailyKeyOf(record: KnownRecord): readonly unknown[] {
  const { usageHour, reportedHour } = record;
  return keyOf(record, ['DAILY', dayText(usageHour), dayText(reportedHour)]);
}

function keyOf(record: KnownRecord, windows: readonly string[]): readonly unknown[] {
  const { registration, tenant, stackSubscription, meterId, resourceUri, location, destination } = record;
  const { subscription, reason, since } = destination;
  const billed = [subscription, reason, since === null ? null : hourText(since)];
  return [...windows, registration, tenant, stackSubscription, meterId, resourceUri, location, ...billed];
}

function rowKey(row: AggregateFragment): readonly unknown[] {
  const { granularity, usageWindow, reportedWindow, destination } = row;
  const start = (time: string) => (granularity === 'HOURLY' ? time : time.slice(0, 10));
  return [
    granularity,
    start(usageWindow.start),
    start(reportedWindow.start),
    row.registration?.name,
    row.tenant?.tenantId ?? null,
    row.stackSubscription?.stackSubscriptionId,
    row.meter.meterId,
    row.resource?.uri,
    row.resource?.location,
    destination?.destinationSubscriptionId,
    destination?.reason,
    destination?.mappedSince,
  ];
}
