import { LARGE, RANGE, STACKS, TENANTS, fillBooks } from '../support/books.js';
import { describeEachDatabase } from '../support/databases.js';
import { NOW, openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import { refusals, run } from '../support/operation.js';
import { METERS, push, registerCustomer, registerStamp, usageRecord } from '../support/world.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { mapTenant } from '../../src/pipeline/routing/map-tenant.js';
import { hourOf } from '../../src/primitives/windows.js';
import {
  AggregatesAloneDocument,
  CspSubscriptionsDocument,
  MetersDocument,
  NodesByIdDocument,
  QuarantinedRecordsDocument,
  RegistrationDocument,
  RegistrationsDocument,
  ResellersDocument,
  StackSubscriptionsDocument,
  TenantDocument,
  TenantsDocument,
  UsageAggregatesDocument,
  UsageRecordsDocument,
  ViewerDocument,
} from '../operations/operations.js';

describeEachDatabase('lists and nodes', (server) => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await openTestGateway(server);
    const { hubId } = await fillBooks(gateway);
    await push(gateway.app, { id: hubId }, [usageRecord({ id: 'broken', quantity: 'NaN' })]);
  });
  afterAll(async () => gateway.close());

  it.each([
    ['meters', '', 200],
    ['tenants', '', 200],
    ['quarantinedRecords', '', 200],
    ['usageAggregates', `range: { from: "${RANGE.from}", to: "${RANGE.to}" }, `, 1000],
    ['usageSummary', `range: { from: "${RANGE.from}", to: "${RANGE.to}" }, `, 1000],
    ['fallbackUsage', `range: { from: "${RANGE.from}", to: "${RANGE.to}" }, `, 1000],
    ['usageRecords', `range: { from: "${RANGE.from}", to: "${RANGE.to}" }, `, 1000],
  ])('%s has pages of 1 to its most rows', async (field, args, most) => {
    for (const [first, code] of [
      [1],
      [most],
      [0, 'INVALID_INPUT'],
      [-1, 'INVALID_INPUT'],
      [most + 1, 'INVALID_INPUT'],
    ]) {
      const query = `{ ${field}(${args}first: ${first}) { nodes { __typename } edges { cursor } } }`;
      const { errors } = await gateway.ask('OPERATOR', query);
      expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(code === undefined ? [] : [code]);
    }
  });

  it('goes on with a page under the next token of the same caller', async () => {
    const question = { range: RANGE, first: 3 };
    const { usageAggregates } = await run(gateway, 'AUDITOR', AggregatesAloneDocument, question);
    gateway.clock.set(Date.parse(NOW) + 1_000);
    const after = usageAggregates.pageInfo.endCursor ?? '';
    expect(await refusals(gateway, 'AUDITOR', AggregatesAloneDocument, { ...question, after })).toEqual([]);
    gateway.clock.set(NOW);
  });

  it('takes a cursor only from the same question of the same caller, as it was given', async () => {
    const question = { range: RANGE, first: 3 };
    const { usageAggregates } = await run(gateway, 'AUDITOR', AggregatesAloneDocument, question);
    const after = usageAggregates.pageInfo.endCursor ?? '';
    const answer = (who: Who, variables: object) =>
      refusals(gateway, who, AggregatesAloneDocument, { ...question, after, ...variables });
    expect(await answer('AUDITOR', {})).toEqual([]);
    expect(await answer('AUDITOR', { first: 5 })).toEqual([]);
    for (const [who, variables] of [
      ['OPERATOR', {}],
      ['AUDITOR', { granularity: 'DAILY' }],
      ['AUDITOR', { clock: 'USAGE' }],
      ['AUDITOR', { filter: { registration: 'hub' } }],
      ['AUDITOR', { range: { ...RANGE, from: '2026-03-08T00:00:00Z' } }],
      ['AUDITOR', { after: '' }],
      ['AUDITOR', { after: 'garbage' }],
      ['AUDITOR', { after: 'A'.repeat(5_000) }],
    ] as const) {
      expect(await answer(who, variables)).toEqual(['INVALID_CURSOR']);
    }
    const bytes = Buffer.from(after, 'base64url');
    for (let index = 0; index < bytes.length; index += 5) {
      const flipped = Buffer.from(bytes);
      flipped[index] = (bytes[index] ?? 0) ^ 1;
      expect(await answer('AUDITOR', { after: flipped.toString('base64url') })).toEqual(['INVALID_CURSOR']);
    }
  });

  it('finds a thing of every type again by its id, and nothing for a foreign or a made-up one', async () => {
    const ids = await idsOfEveryType(gateway);
    const found = await run(gateway, 'AUDITOR', NodesByIdDocument, { ids: Object.values(ids) });
    expect(found.nodes).toEqual(Object.entries(ids).map(([__typename, id]) => ({ __typename, id })));

    const foreign: Who = { role: 'TENANT_USER', tenants: [TENANTS.birch] };
    const { nodes } = await run(gateway, foreign, NodesByIdDocument, { ids: Object.values(ids) });
    // The first stamp is that of this tenant too, and meters are everyone's.
    const own = nodes.flatMap((node) => (node === null ? [] : [node.__typename]));
    expect(own).toEqual(['Registration', 'Meter']);

    const [any = ''] = Object.values(ids);
    const garbage = ['', 'x', any.slice(1), `${any}A`, id('Tenant:999999'), id('Tenant:1 OR 1=1'), id('Nothing:1')];
    const numbers = [
      id('UsageAggregate:HOURLY:1:2:3'),
      id('UsageAggregate:HOURLY:1:2:3:4:5:x'),
      id('UsageRecord:1'),
      id('TenantMapping:1:-1'),
      id('TenantMapping:x:1'),
    ];
    const none = await run(gateway, 'AUDITOR', NodesByIdDocument, { ids: [...garbage, ...numbers] });
    expect(none.nodes).toEqual([...garbage, ...numbers].map(() => null));
    const many = { ids: Array.from({ length: 101 }, () => any) };
    expect(await refusals(gateway, 'AUDITOR', NodesByIdDocument, many)).toEqual(['INVALID_INPUT']);
  });

  it('shows tenants with their mapping in force and every step, also the superseded one', async () => {
    const { tenants } = await run(gateway, 'CSP_ADMIN', TenantsDocument, { registration: 'Hub', isMapped: true });
    const [alder, ...others] = tenants.nodes;
    expect(others).toEqual([]);
    expect(alder).toMatchObject({ tenantId: TENANTS.alder, reseller: { name: 'north' } });
    const steps = alder?.mappingHistory?.map(({ effectiveFrom, isSuperseded }) => [
      effectiveFrom.slice(0, 13),
      isSuperseded,
    ]);
    expect(steps).toHaveLength(3);
    expect(steps).toEqual(
      expect.arrayContaining([
        ['2026-03-12T00', true],
        ['2026-03-09T13', false],
        ['2026-03-08T06', false],
      ]),
    );
    expect(alder?.mapping?.effectiveFrom.slice(0, 13)).toBe('2026-03-09T13');
    const unmapped = await run(gateway, 'CSP_ADMIN', TenantsDocument, { registration: 'hub', isMapped: false });
    expect(unmapped.tenants.nodes.map(({ tenantId }) => tenantId)).toEqual([TENANTS.birch]);
  });

  it('answers what is not yours like what does not exist', async () => {
    const edge: Who = { role: 'CSP_ADMIN', registrations: ['edge'] };
    expect(await run(gateway, edge, RegistrationDocument, { name: 'hub' })).toEqual({ registration: null });
    expect(await run(gateway, edge, RegistrationDocument, { name: 'nowhere' })).toEqual({ registration: null });
    const alder = { registration: 'hub', tenantId: TENANTS.alder };
    expect(await run(gateway, edge, TenantDocument, alder)).toEqual({ tenant: null });
    expect((await run(gateway, edge, TenantsDocument, {})).tenants.nodes).toHaveLength(1);
    expect((await run(gateway, edge, StackSubscriptionsDocument, {})).stackSubscriptions.nodes).toHaveLength(1);
    expect((await run(gateway, edge, QuarantinedRecordsDocument, {})).quarantinedRecords.nodes).toEqual([]);
  });

  it('lists meters by what is known of them, and records by their sender and id', async () => {
    const unknown = await run(gateway, 'TENANT_USER', MetersDocument, { isKnown: false });
    expect(new Set(unknown.meters.nodes.map(({ meterId }) => meterId))).toEqual(
      new Set([METERS.unknown, LARGE.meterId]),
    );
    const known = await run(gateway, 'AUDITOR', MetersDocument, { isKnown: true, first: 200 });
    expect(known.meters.nodes).toHaveLength(85);
    const { usageRecords } = await run(gateway, 'AUDITOR', UsageRecordsDocument, { range: RANGE, recordId: 'large' });
    expect(usageRecords.nodes).toMatchObject([{ recordId: 'large', quantity: LARGE.quantity, receivedBy: 'test' }]);
  });

  it('tells callers who they are, and nobody without a token', async () => {
    const who: Who = { role: 'RESELLER', resellers: ['north'] };
    const viewer = {
      subject: 'test-reseller',
      role: 'RESELLER',
      registrations: null,
      tenants: null,
      resellers: ['north'],
      books: 'LIVE',
    };
    expect(await run(gateway, who, ViewerDocument, {})).toEqual({ viewer });
    const anonymous = await gateway.http.inject({
      method: 'POST',
      url: '/graphql',
      payload: { query: '{ viewer { role } }' },
    });
    expect(anonymous.statusCode).toBe(401);
    expect(anonymous.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });
});

describeEachDatabase('the number of SQL statements', (server) => {
  it('does not grow with the rows of a page', async () => {
    const statements: string[] = [];
    const gateway = await openTestGateway(server, { onStatement: (text) => statements.push(String(text)) });
    const hub = await registerStamp(gateway.app);
    for (let index = 0; index < 50; index += 1) {
      const stack = STACKS.birch.slice(0, -2) + String(index + 10);
      const { tenantId, cspSubscriptionId } = await registerCustomer(gateway.app, 'hub', `customer ${index}`, {
        stackSubscriptions: [stack],
      });
      const from = hourOf(gateway.clock.now()) - 24;
      const change = { registration: 'hub', tenantId, cspSubscriptionId, effectiveFrom: from, by: 'test' };
      await mapTenant(gateway.app, WHOLE_BOOKS, change);
      const parts = { id: `record-${index}`, stackSubscriptionId: stack, resourceUri: `/vm/${index}` };
      await push(gateway.app, hub, [usageRecord(parts)]);
    }
    const counted = async (question: () => Promise<{ readonly nodes: readonly unknown[] }>, first: number) => {
      statements.length = 0;
      expect((await question()).nodes).toHaveLength(first);
      return statements.length;
    };
    const aggregates = (first: number) =>
      counted(
        async () => (await run(gateway, 'AUDITOR', UsageAggregatesDocument, { range: RANGE, first })).usageAggregates,
        first,
      );
    const tenants = (first: number) =>
      counted(async () => (await run(gateway, 'AUDITOR', TenantsDocument, { first })).tenants, first);
    await aggregates(5);
    // Stack subscriptions are looked at in ever larger groups.
    expect(await aggregates(50)).toBeLessThanOrEqual((await aggregates(5)) + 1);
    expect(await tenants(50)).toBe(await tenants(5));
    expect(await aggregates(5)).toBeLessThan(15);
    await gateway.close();
  });
});

function id(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** One id of each type, all of the first tenant's where a tenant has them. */
async function idsOfEveryType(gateway: TestGateway): Promise<Readonly<Record<string, string>>> {
  const who = 'AUDITOR';
  const filter = { tenantIds: [TENANTS.alder] };
  const usage = { range: RANGE, filter, first: 1 };
  const [tenant] = (await run(gateway, who, TenantsDocument, { first: 1 })).tenants.nodes;
  const nodes = {
    Registration: (await run(gateway, who, RegistrationsDocument, { first: 1 })).registrations.nodes[0],
    Tenant: tenant,
    TenantMapping: tenant?.mappingHistory?.[0],
    Reseller: (await run(gateway, who, ResellersDocument, { first: 1 })).resellers.nodes[0],
    CspSubscription: (await run(gateway, who, CspSubscriptionsDocument, { tenantId: TENANTS.alder, first: 1 }))
      .cspSubscriptions.nodes[0],
    StackSubscription: (await run(gateway, who, StackSubscriptionsDocument, { tenantId: TENANTS.alder, first: 1 }))
      .stackSubscriptions.nodes[0],
    Meter: (await run(gateway, who, MetersDocument, { first: 1 })).meters.nodes[0],
    UsageAggregate: (await run(gateway, who, AggregatesAloneDocument, usage)).usageAggregates.nodes[0],
    UsageRecord: (await run(gateway, who, UsageRecordsDocument, usage)).usageRecords.nodes[0],
    QuarantinedRecord: (await run(gateway, who, QuarantinedRecordsDocument, { first: 1 })).quarantinedRecords.nodes[0],
  };
  return Object.fromEntries(Object.entries(nodes).map(([type, node]) => [type, node?.id ?? '']));
}
