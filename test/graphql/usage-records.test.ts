import { ROUTING_REASONS } from '../../src/pipeline/routing/destination.js';
import { canonicalQuantity } from '../../src/primitives/quantity.js';
import { UsageRecordsDocument } from '../operations/operations.js';
import type { UsageRecordsQueryVariables } from '../operations/operations.js';
import { CSP, RANGE, RESELLER, STACKS, TENANTS, fillBooks, hourText } from '../support/books.js';
import type { Books, KnownRecord } from '../support/books.js';
import { describeEachDatabase, describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import { everyPage, refusals } from '../support/operation.js';
import { METERS, guid, push, registerStamp, usageRecord } from '../support/world.js';

type Filter = UsageRecordsQueryVariables['filter'];

/** Where a record is billed is not stored with it: these filters are decided for one record after the other. */
describeEachDatabase('usageRecords, narrowed by where they are billed', (server) => {
  let gateway: TestGateway;
  let books: Books;

  beforeAll(async () => {
    gateway = await openTestGateway(server);
    books = await fillBooks(gateway);
  });
  afterAll(async () => gateway.close());

  const found = async (who: Who, filter: Filter, first = 1000) => {
    const rows = await everyPage(gateway, who, {
      document: UsageRecordsDocument,
      variables: { range: RANGE, first, filter },
      page: ({ usageRecords }) => usageRecords,
    });
    return rows
      .map(({ stackSubscription, usageWindow, quantity, destination }) =>
        [stackSubscription?.stackSubscriptionId, usageWindow.start, quantity, destination?.reason].join(' '),
      )
      .sort();
  };
  const known = (isMeant: (record: KnownRecord) => boolean) =>
    books.records
      .filter(isMeant)
      .map(({ stackSubscription, usageHour, quantity, destination }) =>
        [stackSubscription, hourText(usageHour), canonicalQuantity(quantity), destination.reason].join(' '),
      )
      .sort();

  it.each<[string, Filter, (record: KnownRecord) => boolean]>([
    ...ROUTING_REASONS.map((reason): [string, Filter, (record: KnownRecord) => boolean] => [
      `the reason ${reason}`,
      { reasons: [reason] },
      ({ destination }) => destination.reason === reason,
    ]),
    [
      'several reasons',
      { reasons: ['TENANT_NOT_MAPPED', 'TENANT_UNKNOWN'] },
      ({ destination }) => destination.reason !== 'MAPPED',
    ],
    ['all reasons', { reasons: [...ROUTING_REASONS] }, () => true],
    ['no reason', { reasons: [] }, () => false],
    [
      'a CSP subscription',
      { cspSubscriptionIds: [CSP.alderToo] },
      ({ destination }) => destination.subscription === CSP.alderToo,
    ],
    [
      'a reason and a CSP subscription that exclude each other',
      { reasons: ['TENANT_UNKNOWN'], cspSubscriptionIds: [CSP.alder] },
      () => false,
    ],
    [
      'a reason and a stack subscription',
      { reasons: ['MAPPED'], stackSubscriptionIds: [STACKS.alderLab] },
      ({ destination, stackSubscription }) => destination.reason === 'MAPPED' && stackSubscription === STACKS.alderLab,
    ],
  ])('are those of %s, each once, on pages of any length', async (_what, filter, isMeant) => {
    const meant = known(isMeant);
    expect(await found('AUDITOR', filter)).toEqual(meant);
    expect(await found('AUDITOR', filter, 7)).toEqual(meant);
  });

  it('are the caller’s own alone, whatever reasons it names', async () => {
    const isAlders = ({ tenant }: KnownRecord) => tenant === TENANTS.alder;
    const limited: readonly Who[] = [
      { role: 'AUDITOR', resellers: [RESELLER] },
      { role: 'AUDITOR', tenants: [TENANTS.alder] },
    ];
    for (const who of limited) {
      for (const reason of ROUTING_REASONS) {
        const own = known((record) => isAlders(record) && record.destination.reason === reason);
        expect([reason, await found(who, { reasons: [reason] })]).toEqual([reason, own]);
      }
      expect(await found(who, { reasons: [...ROUTING_REASONS], tenantIds: [TENANTS.birch] })).toEqual([]);
    }
    const hub: Who = { role: 'AUDITOR', registrations: ['hub'] };
    const ofHub = known(({ registration, destination }) => registration === 'hub' && destination.reason !== 'MAPPED');
    expect(await found(hub, { reasons: ['TENANT_NOT_MAPPED', 'TENANT_UNKNOWN'] })).toEqual(ofHub);
    expect(ofHub.length).toBeLessThan(known(({ destination }) => destination.reason !== 'MAPPED').length);
  });

  it('are refused to a customer, who must not find out by a filter what the field does not tell', async () => {
    const alder: Who = { role: 'TENANT_USER', tenants: [TENANTS.alder] };
    const filter = { reasons: ['MAPPED' as const] };
    const codes = await refusals(gateway, alder, UsageRecordsDocument, { range: RANGE, filter });
    expect([...new Set(codes)]).toEqual(['FORBIDDEN']);
  });
});

interface Found {
  readonly stackSubscription: { readonly stackSubscriptionId: string };
}

/** Answers that are sparse among very much: a page ends before it is full, and says that more may follow. */
describeOnSqlite('a page that would have to read too much', (server) => {
  const SUBSCRIPTIONS = 20_001;
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await openTestGateway(server);
    const { id } = await registerStamp(gateway.app);
    await gateway.app.db.inTransaction((tx) =>
      tx.insertRows({
        table: 'stack_subscription',
        columns: ['registration_id', 'stack_subscription_guid', 'first_seen_at'],
        rows: Array.from({ length: SUBSCRIPTIONS }, (_, index) => [id, guid(`subscription ${index}`), 0]),
        onDuplicate: '',
      }),
    );
    await push(gateway.app, { id }, [
      usageRecord({ id: 'rare', stackSubscriptionId: guid(`subscription ${SUBSCRIPTIONS - 1}`) }),
    ]);
    for (const part of [0, 1, 2]) {
      const records = Array.from({ length: 8_000 }, (_, index) =>
        usageRecord({
          id: `${part} ${index}`,
          stackSubscriptionId: guid('subscription 0'),
          meterId: METERS.blobCapacity,
        }),
      );
      await push(gateway.app, { id }, records);
    }
  });
  afterAll(async () => gateway.close());

  /** Pages to the end: how many rows each holds, and the source ids of the rows. */
  async function pages(field: 'usageRecords' | 'usageAggregates', filter: object) {
    const found: unknown[][] = [];
    for (let after: string | null = null; ;) {
      const { data, errors }: Awaited<ReturnType<TestGateway['ask']>> = await gateway.ask(
        'OPERATOR',
        `query ($filter: ResourceUsageFilterInput, $after: String) { ${field}(filter: $filter, after: $after, first: 10,
           range: { from: "2026-03-10T00:00:00Z", to: "2026-03-11T00:00:00Z" }) {
             nodes { stackSubscription { stackSubscriptionId } } pageInfo { hasNextPage endCursor } } }`,
        { filter, after },
      );
      expect(errors).toEqual([]);
      const { nodes, pageInfo } = data[field];
      found.push(
        (nodes as readonly Found[]).map(({ stackSubscription: { stackSubscriptionId } }) => stackSubscriptionId),
      );
      if (!pageInfo.hasNextPage) return found;
      after = pageInfo.endCursor;
    }
  }

  it.each(['usageRecords', 'usageAggregates'] as const)(
    'of %s goes on behind twenty thousand stack subscriptions without any',
    async (field) => {
      const found = await pages(field, { meterIds: [METERS.vmHours] });
      expect(found.flat()).toEqual([guid(`subscription ${SUBSCRIPTIONS - 1}`)]);
    },
  );

  it('goes on behind twenty thousand records that are billed elsewhere', async () => {
    const found = await pages('usageRecords', { reasons: ['TENANT_NOT_MAPPED'] });
    expect(found.flat()).toEqual([]);
    expect(found.length).toBeGreaterThan(1);
  });
});
