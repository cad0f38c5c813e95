/** Questions that are short to ask and long to answer. */
import { createCostBuckets } from '../../src/access/cost-buckets.js';
import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { sendQuery } from '../support/raw-request.js';
import { guid, registerCustomer, registerStamp } from '../support/world.js';

const MONTH = '{ from: "2026-02-01T00:00:00Z", to: "2026-03-01T00:00:00Z" }';
const TEN_YEARS = '{ from: "2016-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z" }';

describeOnSqlite('questions that cost too much', (server) => {
  let gateway: TestGateway;
  const statements: string[] = [];
  beforeAll(async () => {
    gateway = await openTestGateway(server, { onStatement: (statement) => statements.push(statement) });
  });
  afterAll(() => gateway.close());

  it.each(['1000000', '-1', '0', '1001'])('A21 page size abuse: first: %s is refused', async (first) => {
    const { status, body } = await sendQuery(
      gateway,
      `{ usageAggregates(range: ${MONTH}, first: ${first}) { nodes { quantity } } }`,
    );
    expect(body.errors).toMatchObject([
      { message: 'first lies between 1 and 1000.', extensions: { code: 'INVALID_INPUT', field: ['first'] } },
    ]);
    expect({ status, data: body.data }).toEqual({ status: 400, data: undefined });
  });

  it.each(['1e3', '"10"', '10.5', '99999999999'])('A21 first: %s is no page size', async (first) => {
    const answer = await sendQuery(gateway, `{ meters(first: ${first}) { nodes { id } } }`);
    expect({ status: answer.status, codes: answer.codes, data: answer.body.data }).toEqual({
      status: 400,
      codes: ['GRAPHQL_VALIDATION_FAILED'],
      data: undefined,
    });
  });

  it('A21 a page of no said length has the standard one', async () => {
    for (const args of ['', '(first: null)']) {
      const { body } = await sendQuery(gateway, `{ meters${args} { nodes { meterId } pageInfo { hasNextPage } } }`);
      expect(body.data.meters.nodes.length).toBeLessThanOrEqual(100);
    }
  });

  it('A22 multiplied pages: lists inside lists are priced before anything runs', async () => {
    const inside = 'stackSubscriptions { tenant { stackSubscriptions { tenant { stackSubscriptions { id } } } } }';
    const before = statements.length;
    const answer = await sendQuery(gateway, `{ tenants(first: 200) { nodes { ${inside} } } }`);
    expectTooExpensive(answer);
    // What the caller may see is read; nothing of what it asked for.
    expect(statements.slice(before).filter((statement) => statement.includes('FROM stack_subscription'))).toEqual([]);
  });

  it('A22 multiplied lists: lists inside lists of one tenant end before they fill the memory', async () => {
    const large = await openTestGateway(server);
    await registerStamp(large.app);
    const stackSubscriptions = Array.from({ length: 40 }, (_, index) => guid(`stack subscription ${index}`));
    await registerCustomer(large.app, 'hub', 'Contoso', { stackSubscriptions });
    const nested = (levels: number): string =>
      levels === 0 ? 'id' : `stackSubscriptions { tenant { ${nested(levels - 1)} } }`;
    const two = await sendQuery(large, `{ tenants(first: 1) { nodes { ${nested(2)} } } }`);
    expect(two.codes).toEqual([]);
    // 64,000 objects in the third level, for 625 points.
    const three = await sendQuery(large, `{ tenants(first: 1) { nodes { ${nested(3)} } } }`);
    expect([...new Set(three.codes)]).toEqual(['QUERY_TOO_EXPENSIVE']);
    await large.close();
  });

  it('A23 expensive aggregate: ten years by the hour, or by five dimensions', async () => {
    const grouped = 'groupBy: [TENANT, STACK_SUBSCRIPTION, REGISTRATION, DESTINATION, DAY]';
    expectTooExpensive(await sendQuery(gateway, `{ usageAggregates(range: ${TEN_YEARS}) { nodes { quantity } } }`));
    const answer = await sendQuery(gateway, `{ usageSummary(range: ${TEN_YEARS}, ${grouped}) { nodes { quantity } } }`);
    expectTooExpensive(answer);
  });

  it('A24 cost under-report: what @include and @skip leave out is priced as if it were asked for', async () => {
    const query = `query ($x: Boolean!) { ...f @include(if: $x) viewer { subject } }
      fragment f on Query { usageAggregates(range: ${MONTH}, first: 1000) { nodes { quantity meter { name } } } }`;
    const costs = await Promise.all(
      [true, false].map(async (x) => (await sendQuery(gateway, query, { variables: { x } })).body.extensions.cost),
    );
    expect(costs[0].requestedQueryCost).toBe(costs[1].requestedQueryCost);
    expect(costs[0].requestedQueryCost).toBeGreaterThan(2_000);
  });

  it('A24 the length of a page is read from variables and their defaults', async () => {
    const query = (declared: string) =>
      `query ($n: Int${declared}) { meters(first: $n) { nodes { meterId } edges { node { meterId } } } }`;
    const costOf = async (declared: string, variables: object) =>
      (await sendQuery(gateway, query(declared), { variables })).body.extensions.cost.requestedQueryCost as number;
    // One connection, and for each row of it a node, an edge and the node in it.
    expect(await costOf('', { n: 10 })).toBe(1 + 3 * 10);
    expect(await costOf(' = 20', {})).toBe(1 + 3 * 20);
    expect(await costOf('', {})).toBe(1 + 3 * 100);
  });

  it('A24 a list of ids is priced by its length', async () => {
    const ids = Array.from({ length: 50 }, (_unused, index) => `x${index}`);
    const { body } = await sendQuery(gateway, 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      variables: { ids },
    });
    expect(body.extensions.cost.requestedQueryCost).toBe(50);
  });

  it('A24 a mutation is priced by the length of its batch, however its variables are given', async () => {
    const records = Array.from({ length: 95 }, () => ({ id: 'x' }));
    const input = { registration: 'nowhere', records };
    const asked = 'recordUsage(input: $input) { userErrors { code } }';
    const costOf = async (query: string, variables: object) =>
      (await sendQuery(gateway, query, { variables })).body.extensions.cost.requestedQueryCost as number;
    const whole = await costOf(`mutation ($input: RecordUsageInput!) { ${asked} }`, { input });
    expect(whole).toBe(1 + 5 + 10 + 10);
    expect(
      await costOf(
        `mutation ($registration: String!, $records: [UsageRecordInput!]!) {
           recordUsage(input: { registration: $registration, records: $records }) { userErrors { code } } }`,
        input,
      ),
    ).toBe(whole);
    const inline = JSON.stringify(records).replaceAll('"id"', 'id');
    const declared = `$input: RecordUsageInput! = { registration: "nowhere", records: ${inline} }`;
    expect(await costOf(`mutation (${declared}) { ${asked} }`, {})).toBe(whole);
  });

  it('A24 a mutation whose variables are wrong does not run, and says why as graphql-js does', async () => {
    const query = 'mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { userErrors { code } } }';
    for (const [input, message] of [
      [undefined, 'Variable "$input" of required type "RecordUsageInput!" was not provided.'],
      [null, 'Variable "$input" of non-null type "RecordUsageInput!" must not be null.'],
      [
        { registration: 'hub', records: [{ id: 5 }] },
        /^Variable "\$input" got invalid value 5 at "input.records\[0\].id"/,
      ],
      [{ registration: 'hub', records: [{ no: 'x' }] }, /Field "no" is not defined by type "UsageRecordInput"/],
    ] as const) {
      const { status, codes, body } = await sendQuery(gateway, query, { variables: { input } });
      expect({ status, codes, data: body.data }).toEqual({ status: 400, codes: ['BAD_USER_INPUT'], data: undefined });
      expect(body.errors[0].message).toMatch(message);
    }
  });

  it('A19 a batch of more than 500 records over GraphQL is refused before it runs, and told where to go', async () => {
    const query = 'mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { userErrors { code } } }';
    const batch = (count: number) => ({
      input: { registration: 'hub', records: Array.from({ length: count }, () => ({})) },
    });
    const before = statements.length;
    const tooMany = await sendQuery(gateway, query, { variables: batch(501) });
    expect(tooMany).toMatchObject({
      status: 413,
      codes: ['BATCH_TOO_LARGE'],
      body: { errors: [{ message: expect.stringContaining('/v1/usage') }] },
    });
    expect(statements.slice(before)).toEqual([]);
    expect((await sendQuery(gateway, query, { variables: batch(500) })).codes).toEqual([]);
  });

  it('A24 an argument that has no price does not make the fields beside it free', async () => {
    const query = `mutation ($reseller: RegisterResellerInput = { name: "north" }, $input: RecordUsageInput!) {
      registerReseller(input: $reseller) { userErrors { code } }
      recordUsage(input: $input) { userErrors { code } } }`;
    const before = statements.length;
    const input = { registration: 'hub', records: [{ id: 'x' }] };
    const { body } = await sendQuery(gateway, query, { variables: { reseller: null, input } });
    expect(body.errors).toHaveLength(1);
    expect(body.data).toBeUndefined();
    expect(statements.slice(before).filter((statement) => /usage|reseller/.test(statement))).toEqual([]);
  });

  it('gives back what a short answer did not need, and never charges more than it said', async () => {
    const { body } = await sendQuery(gateway, '{ tenants(first: 200) { nodes { name mapping { id } } } }');
    expect(body.extensions.cost).toEqual({
      requestedQueryCost: 401,
      actualQueryCost: 1,
      throttleStatus: { maximumAvailable: 400_000, currentlyAvailable: expect.any(Number), restoreRate: 10_000 },
    });
  });

  it('says in headers what is left', async () => {
    const { headers } = await sendQuery(gateway, '{ viewer { subject } }', { who: { role: 'AUDITOR', subject: 'h' } });
    expect(headers['ratelimit-policy']).toBe('"cost";q=400000;w=40');
    expect(headers['ratelimit']).toBe('"cost";r=399999;t=1');
  });
});

describeOnSqlite('a caller that asks without pause', (server) => {
  it('gets 429 with the time to wait before anything runs, and others do not notice', async () => {
    const env = { COST_MAX: '100', COST_BUCKET_SIZE: '150', COST_PER_SECOND: '1' };
    const gateway = await openTestGateway(server, { env });
    // The schema costs 100 and gives nothing back.
    const ask = (subject: string) =>
      sendQuery(gateway, '{ __schema { queryType { fields { name } } } }', { who: { role: 'AUDITOR', subject } });
    expect((await ask('first')).status).toBe(200);
    const refused = await ask('first');
    expect({ status: refused.status, codes: refused.codes, data: refused.body.data }).toEqual({
      status: 429,
      codes: ['RATE_LIMITED'],
      data: undefined,
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(40);
    expect((await ask('second')).status).toBe(200);
    await gateway.close();
  });

  it('pays for pushes that are refused, whose lines in the audit log stay', async () => {
    const env = { COST_MAX: '100', COST_BUCKET_SIZE: '100', COST_PER_SECOND: '1' };
    const gateway = await openTestGateway(server, { env });
    const statuses: number[] = [];
    for (let time = 0; time < 12; time += 1) {
      const headers = { authorization: `Bearer ${await gateway.token('AUDITOR')}`, 'content-type': 'application/json' };
      const request = { method: 'POST', url: '/v1/usage?registration=hub', headers, payload: '[]' } as const;
      statuses.push((await gateway.http.inject(request)).statusCode);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(403), 429, 429]);
    const entries = await gateway.app.db.reader.query("SELECT at FROM audit_entry WHERE action = 'recordUsage'");
    expect(entries).toHaveLength(10);
    await gateway.close();
  });

  it('has a bounded number of requests running', async () => {
    const gateway = await openTestGateway(server, { env: { REQUESTS_AT_ONCE_MAX: '3' } });
    // Three that have not been answered yet.
    const running = [1, 2, 3].map(() => gateway.app.requestsAtOnce.enter('OPERATOR test-operator'));
    const refused = await sendQuery(gateway, '{ viewer { subject } }');
    expect(refused).toMatchObject({ status: 429, codes: ['RATE_LIMITED'], headers: { 'retry-after': '1' } });
    expect((await sendQuery(gateway, '{ viewer { subject } }', { who: 'AUDITOR' })).status).toBe(200);
    running[0]?.();
    // Each answer makes room for the next, however it ended.
    for (const query of ['{ viewer { subject } }', '{ nonsense }', '{ viewer { subject } }']) {
      expect((await sendQuery(gateway, query)).codes).not.toContain('RATE_LIMITED');
    }
    await gateway.close();
  });
});

describe('a bucket of points', () => {
  const limits = { costBucketSize: 100, costPerSecond: 10, principalsMax: 3 };

  it('fills up with time, to the brim and not beyond', () => {
    let now = 0;
    const buckets = createCostBuckets(limits, () => now);
    expect(buckets.take('a', 100).available).toBe(0);
    expect(() => buckets.take('a', 1)).toThrow(expect.objectContaining({ code: 'RATE_LIMITED', retryAfterSeconds: 1 }));
    expect(() => buckets.take('a', 95)).toThrow(expect.objectContaining({ retryAfterSeconds: 10 }));
    now = 5_000;
    expect(buckets.take('a', 0).available).toBe(50);
    now = 3_600_000;
    expect(buckets.take('a', 0).available).toBe(100);
    expect(buckets.giveBack('a', 1_000).available).toBe(100);
  });

  it('remembers a bounded number of callers, those who asked last', () => {
    const buckets = createCostBuckets(limits, () => 0);
    for (const caller of ['a', 'b', 'c']) buckets.take(caller, 60);
    buckets.take('a', 1);
    buckets.take('d', 1);
    expect(buckets.take('a', 0).available).toBe(39);
    expect(buckets.take('b', 0).available).toBe(100);
  });
});

function expectTooExpensive(answer: Awaited<ReturnType<typeof sendQuery>>): void {
  expect({ status: answer.status, codes: answer.codes, data: answer.body.data }).toEqual({
    status: 400,
    codes: ['QUERY_TOO_EXPENSIVE'],
    data: undefined,
  });
}
