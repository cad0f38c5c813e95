import { RANGE, STACKS, TENANTS, fillBooks } from '../support/books.js';
import { describeEachDatabase, describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { assignStackSubscription } from '../../src/pipeline/routing/assign-stack-subscription.js';
import { createKeptPages } from '../../src/reading/kept-pages.js';

/** The days of the books that are closed on every stamp of the hub. */
const CLOSED = { from: RANGE.from, to: '2026-03-09T00:00:00.000Z' };
const HUB = { registration: 'hub' };
const ALDER = { role: 'TENANT_USER', tenants: [TENANTS.alder] } as const;
const BIRCH = { role: 'TENANT_USER', tenants: [TENANTS.birch] } as const;
const PAGE = `query Page($range: TimeRangeInput!, $filter: ResourceUsageFilterInput, $granularity: Granularity!,
    $clock: Clock!, $first: Int, $after: String) {
  usageAggregates(range: $range, filter: $filter, granularity: $granularity, clock: $clock, first: $first, after: $after) {
    nodes { id quantity status stackSubscription { stackSubscriptionId name } tenant { name } }
    pageInfo { hasNextPage endCursor } } }`;
const READS_ROWS = /usage_record|usage_day_total|daily_aggregate|closed_day /;

describeEachDatabase('pages of usage aggregates whose windows are closed', (server) => {
  let gateway: TestGateway;
  const statements: string[] = [];

  beforeAll(async () => {
    gateway = await openTestGateway(server, {
      env: { COST_BUCKET_SIZE: '1000000000', COST_PER_SECOND: '100000000' },
      onStatement: (statement) => statements.push(statement),
    });
    await fillBooks(gateway);
  });
  afterAll(() => gateway.close());

  /** The answer, and how many statements read rows for it. */
  async function page(who: Who, variables: object = {}) {
    statements.length = 0;
    const standard = { range: CLOSED, filter: HUB, granularity: 'HOURLY', clock: 'REPORTED' };
    const { data, errors } = await gateway.ask(who, PAGE, { ...standard, ...variables });
    expect(errors).toEqual([]);
    const { nodes, pageInfo } = data.usageAggregates;
    return { nodes, pageInfo, reads: statements.filter((statement) => READS_ROWS.test(statement)).length };
  }

  async function asked(times: number, who: Who, variables: object = {}) {
    const answers = [];
    for (let time = 0; time < times; time += 1) answers.push(await page(who, variables));
    for (const { nodes, pageInfo } of answers) {
      expect({ nodes, pageInfo }).toEqual({ nodes: answers[0]?.nodes, pageInfo: answers[0]?.pageInfo });
    }
    return answers.map(({ reads }) => reads > 0);
  }

  it.each(['HOURLY', 'DAILY'])('are read twice, and from then on taken from memory: %s', async (granularity) => {
    expect(await asked(4, 'OPERATOR', { granularity })).toEqual([true, true, false, false]);
    const first = { granularity, first: 7 };
    expect(await asked(3, 'OPERATOR', first)).toEqual([true, true, false]);
    const { pageInfo } = await page('OPERATOR', first);
    expect(await asked(3, 'OPERATOR', { ...first, after: pageInfo.endCursor })).toEqual([true, true, false]);
  });

  it('are read each time where a window is open, on any stamp, and where the range is of usage time', async () => {
    for (const open of [
      { range: RANGE },
      { range: { ...RANGE, to: '2026-03-09T01:00:00.000Z' } },
      { filter: null },
      { filter: { registration: 'edge' } },
      { clock: 'USAGE' },
    ]) {
      expect([open, await asked(4, 'OPERATOR', open)]).toEqual([open, [true, true, true, true]]);
    }
  });

  it('are shared by those alone who may read the same subscriptions, and hold nobody else’s rows', async () => {
    const variables = { first: 9 };
    expect(await asked(3, ALDER, variables)).toEqual([true, true, false]);
    expect(await asked(1, { ...ALDER, subject: 'a colleague' }, variables)).toEqual([false]);
    expect(await asked(1, { role: 'CSP_ADMIN', tenants: [TENANTS.alder] }, variables)).toEqual([false]);
    expect(await asked(1, BIRCH, variables)).toEqual([true]);
    const stacksOf = async (who: Who) => {
      const { nodes } = await page(who, variables);
      return new Set(
        nodes.map(
          (node: { stackSubscription: { stackSubscriptionId: string } }) => node.stackSubscription.stackSubscriptionId,
        ),
      );
    };
    expect(await stacksOf(ALDER)).toEqual(new Set([STACKS.alderShop]));
    expect(await stacksOf(BIRCH)).toEqual(new Set([STACKS.birch]));
    expect((await page({ role: 'TENANT_USER', tenants: [TENANTS.elm] }, variables)).nodes).toEqual([]);
  });

  it('are others for each filter', async () => {
    const pages = [];
    for (const filter of [
      HUB,
      { ...HUB, stackSubscriptionIds: [STACKS.birch] },
      { ...HUB, isTenantUnknown: true },
      { ...HUB, reasons: ['MAPPED'] },
      { ...HUB, location: 'munich' },
      { ...HUB, resellers: ['north'] },
    ]) {
      expect(await asked(3, 'OPERATOR', { filter, first: 1000 })).toEqual([true, true, false]);
      pages.push(JSON.stringify((await page('OPERATOR', { filter, first: 1000 })).nodes));
    }
    expect(new Set(pages).size).toBe(pages.length);
  });
});

describeOnSqlite('memory for pages of closed windows', (server) => {
  it('holds no more rows than it is told, whatever is asked, and drops what was asked longest ago', async () => {
    const kept = createKeptPages<{ readonly rows: readonly number[] }>(100, () => undefined);
    let reads = 0;
    const ask = (name: number, length: number) =>
      kept.page([name, length], async () => {
        reads += 1;
        return { rows: Array.from({ length }, () => name) };
      });
    for (let name = 0; name < 1_000; name += 1) {
      for (let time = 0; time < 3; time += 1) expect((await ask(name, name % 60)).rows).toHaveLength(name % 60);
      expect(kept.rows()).toBeLessThanOrEqual(100);
    }
    reads = 0;
    await ask(999, 999 % 60);
    expect(reads).toBe(0);
    await ask(1, 1);
    expect(reads).toBe(1);
    for (let time = 0; time < 3; time += 1) await ask(5_000, 101);
    expect(reads).toBe(4);
    for (let name = 10_000; name < 11_000; name += 1) for (let time = 0; time < 2; time += 1) await ask(name, 0);
    expect(kept.rows()).toBe(100);
  });

  it('keeps nothing that could not be read', async () => {
    const kept = createKeptPages<{ readonly rows: readonly number[] }>(100, () => undefined);
    const fail = () => Promise.reject(new Error('The database is away.'));
    for (let time = 0; time < 3; time += 1) await expect(kept.page(['a'], fail)).rejects.toThrow('away');
    expect(kept.rows()).toBe(0);
  });

  it('says whose a subscription is now, not whose it was when the page was kept', async () => {
    const gateway = await openTestGateway(server);
    await fillBooks(gateway);
    const filter = { ...HUB, stackSubscriptionIds: [STACKS.stray] };
    const tenants = async () => {
      const variables = { range: CLOSED, filter, granularity: 'HOURLY', clock: 'REPORTED' };
      const { data } = await gateway.ask('OPERATOR', PAGE, variables);
      return new Set(data.usageAggregates.nodes.map((node: { tenant: { name: string } | null }) => node.tenant?.name));
    };
    for (let time = 0; time < 3; time += 1) expect(await tenants()).toEqual(new Set([undefined]));
    await assignStackSubscription(gateway.app, WHOLE_BOOKS, {
      registration: 'hub',
      stackSubscriptionId: STACKS.stray,
      tenantId: TENANTS.birch,
      by: 'test',
    });
    for (let time = 0; time < 3; time += 1) expect(await tenants()).toEqual(new Set(['birch']));
    await gateway.close();
  });

  it('is turned off by ROWS_KEPT_MAX=0', async () => {
    const statements: string[] = [];
    const env = { ROWS_KEPT_MAX: '0' };
    const gateway = await openTestGateway(server, { env, onStatement: (statement) => statements.push(statement) });
    await fillBooks(gateway);
    for (let time = 0; time < 4; time += 1) {
      statements.length = 0;
      await gateway.ask('OPERATOR', PAGE, { range: CLOSED, filter: HUB, granularity: 'DAILY', clock: 'REPORTED' });
      expect(statements.some((statement) => READS_ROWS.test(statement))).toBe(true);
    }
    expect(gateway.app.keptPages.rows()).toBe(0);
    await gateway.close();
  });
});
