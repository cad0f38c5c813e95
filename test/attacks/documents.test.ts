/** Documents that are made to take long, to guess, or to hide what they cost. The rows are those of our threat list. */
import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { send, sendQuery } from '../support/raw-request.js';
import type { RawAnswer } from '../support/raw-request.js';

const INVALID = 'GRAPHQL_VALIDATION_FAILED';
const PARSE = 'GRAPHQL_PARSE_FAILED';

describeOnSqlite('documents that attack', (server) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await openTestGateway(server);
  });
  afterAll(() => gateway.close());

  it('A1 alias overload: is refused before it runs', async () => {
    const answer = await sendQuery(gateway, `{ ${times(101, (n) => `a${n}: __typename`)} }`);
    expectRefused(answer, 400, INVALID);
    expect(answer.text).toContain('more than 30 aliases');
  });

  it('A1 aliases behind fragments count where they are spread', async () => {
    const spread = times(4, (n) => `m${n}: meters { ...f }`);
    const fragment = `fragment f on MeterConnection { ${times(10, (n) => `p${n}: pageInfo { hasNextPage }`)} }`;
    expectRefused(await sendQuery(gateway, `{ ${spread} } ${fragment}`), 400, INVALID);
  });

  it('A3 directive overload: is answered with a handful of errors at most', async () => {
    const answer = await sendQuery(gateway, `{ __typename ${'@aa'.repeat(60)} }`);
    expectRefused(answer, 400, INVALID);
    expect(answer.body.errors.length).toBeLessThanOrEqual(6);
    const known = await sendQuery(gateway, `{ ${times(21, (n) => `a${n}: __typename @include(if: true)`)} }`);
    expect(known.text).toContain('more than 20 directives');
  });

  it('A4 circular introspection: is refused by its depth, though the caller may read the schema', async () => {
    const nested = 'type { fields { '.repeat(10) + 'name' + ' } }'.repeat(10);
    expectRefused(await sendQuery(gateway, `{ __schema { types { fields { ${nested} } } } }`), 400, INVALID);
  });

  it('A6 field duplication: is refused by the number of fields', async () => {
    const answer = await sendQuery(gateway, `{ viewer { ${'subject '.repeat(2_500)} } }`);
    expectRefused(answer, 400, INVALID);
    expectRefused(await sendQuery(gateway, `{ viewer { ${'subject '.repeat(5_000)} } }`), 400, PARSE);
  });

  it('A7 field suggestions: an invented name that is nearly right learns nothing', async () => {
    for (const query of ['{ viewr }', '{ __schema { directive } }', '{ meters(frist: 1) { nodes { id } } }']) {
      const answer = await sendQuery(gateway, query);
      expectRefused(answer, 400, INVALID);
      expect(answer.text).not.toMatch(/did you mean/i);
    }
  });

  it('A7 field suggestions: nor does one in variables', async () => {
    const query = `query ($filter: UsageFilterInput) { usageSummary(filter: $filter, groupBy: [DAY],
      range: { from: "2026-02-01T00:00:00Z", to: "2026-03-01T00:00:00Z" }) { nodes { quantity } } }`;
    for (const filter of [{ registratio: 'x' }, { reasons: ['MAPED'] }]) {
      // As often as it takes to be compiled.
      for (let time = 0; time < 5; time += 1) {
        const answer = await sendQuery(gateway, query, { variables: { filter } });
        expect(answer.codes).toEqual(['BAD_USER_INPUT']);
        expect(answer.text).not.toMatch(/did you mean/i);
      }
    }
  });

  it('A13 unhandled errors: what cannot be parsed says where, and nothing of the program', async () => {
    const answer = await sendQuery(gateway, 'qwerty cop { abc }');
    expectRefused(answer, 400, PARSE);
    expect(answer.text).not.toMatch(/stacktrace|node_modules|\.[jt]s\b|at \w+ \(/);
  });

  it('A14 token flood: stops being parsed', async () => {
    const began = performance.now();
    const answer = await sendQuery(gateway, `{ ${times(5_000, (n) => `a${n}: __typename`)} }`);
    expectRefused(answer, 400, PARSE);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('A14 a document that is long without tokens is refused too', async () => {
    expectRefused(await sendQuery(gateway, `{ __typename } #${'x'.repeat(100_000)}`), 400, PARSE);
  });

  it.each([
    ['selections', '{a'.repeat(40_000)],
    ['selections within the limit of tokens', `{ viewer ${'{ a '.repeat(900)} ${'}'.repeat(900)} }`],
    ['lists', `{ meters(first: ${'['.repeat(1_500)}${']'.repeat(1_500)}) { nodes { id } } }`],
    ['types', `query ($x: ${'['.repeat(1_500)}Int${']'.repeat(1_500)}) { viewer { subject } }`],
  ])('A15 deep nesting of %s: never meets the end of the stack', async (_what, query) => {
    const answer = await sendQuery(gateway, query);
    expectRefused(answer, 400, PARSE);
    expect(answer.text).toContain('nests deeper');
  });

  it('A15 brackets in strings and comments are text', async () => {
    const brackets = '{[('.repeat(200);
    const query = `# ${brackets}\n{ meters(category: "${brackets}\\"") { nodes { id } } viewer { subject } }`;
    expect((await sendQuery(gateway, query)).codes).toEqual([]);
  });

  it('A15 a block string that ends in an escaped quote hides no bracket', async () => {
    const hidden = `{ viewer { subject } meters(category: """a\\"""""") { ${'a { '.repeat(300)} ${'}'.repeat(300)} } }`;
    const answer = await sendQuery(gateway, hidden);
    expectRefused(answer, 400, PARSE);
    expect(answer.text).toContain('nests deeper');
  });

  it('A6 one field many times in one place, also through fragments and inside others, is refused by its number', async () => {
    for (const document of [
      `{ viewer { ${'subject '.repeat(26)} } }`,
      `{ ${'viewer { role } '.repeat(13)} ${'viewer { role role } '.repeat(7)} }`,
      `{ viewer { ...a ...b } } fragment a on Viewer { ${'subject '.repeat(13)} } fragment b on Viewer { ${'subject '.repeat(13)} }`,
    ]) {
      const answer = await sendQuery(gateway, document);
      expectRefused(answer, 400, INVALID);
      expect(answer.text).toContain('more than 25 times in one place');
    }
    expect((await sendQuery(gateway, `{ viewer { ${'subject '.repeat(25)} } }`)).codes).toEqual([]);
  });

  it('A17 more operations and fragments than any document needs are refused', async () => {
    const answer = await sendQuery(
      gateway,
      times(101, (n) => `query q${n} { viewer { subject } }`),
      { operationName: 'q0' },
    );
    expectRefused(answer, 400, INVALID);
    expect(answer.text).toContain('more than 100 operations');
  });

  it('A16 fragment cycles and long chains: are refused at once', async () => {
    const cycle = await sendQuery(gateway, '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }');
    expectRefused(cycle, 400, INVALID);
    const began = performance.now();
    const chain = times(300, (n) => `fragment f${n} on Query { ...f${n + 1} }`);
    const answer = await sendQuery(gateway, `{ ...f0 } ${chain} fragment f300 on Query { ...f0 }`);
    expectRefused(answer, 400, INVALID);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('A17 fragment explosion: a million fields from twenty fragments are refused at once', async () => {
    const fragments = times(20, (n) => `fragment f${n} on Query { ...f${n + 1} ...f${n + 1} }`);
    const began = performance.now();
    const answer = await sendQuery(gateway, `{ ...f0 } ${fragments} fragment f20 on Query { viewer { subject } }`);
    expectRefused(answer, 400, INVALID);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('A18 overlapping fields: hundreds of one name with arguments are refused in no time', async () => {
    const began = performance.now();
    const answer = await sendQuery(gateway, `{ ${times(350, (n) => `m: meters(first: ${n}) { __typename }`)} }`);
    expectRefused(answer, 400, INVALID);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('A25 alias brute force: each mutation stands once in a document, also behind a fragment', async () => {
    const guess = (name: string) =>
      `${name}: unmapTenant(input: { registration: "x", tenantId: "00000000-0000-4000-8000-000000000000" }) { __typename }`;
    for (const document of [
      `mutation { ${guess('a')} ${guess('b')} }`,
      `mutation { ${guess('a')} ...f } fragment f on Mutation { ${guess('b')} }`,
    ]) {
      const answer = await sendQuery(gateway, document);
      expect(answer.text).toContain('each mutation once');
      expectRefused(answer, 400, INVALID);
    }
  });

  it('A26 operation names: what is missing or unknown runs nothing', async () => {
    const two = 'query cheap { viewer { subject } } query dear { invariants { name } }';
    for (const operationName of [undefined, 'other', '', '__proto__']) {
      const answer = await sendQuery(gateway, two, operationName === undefined ? {} : { operationName });
      expect({ operationName, codes: answer.codes, data: answer.body.data }).toEqual({
        operationName,
        codes: ['OPERATION_RESOLUTION_FAILURE'],
        data: undefined,
      });
    }
  });

  it('A26 the operation that runs is the one that is priced and permitted', async () => {
    const two = 'query cheap { viewer { subject } } query dear { invariants { name } }';
    const cheap = await sendQuery(gateway, two, { operationName: 'cheap' });
    expect(cheap.body.extensions.cost.requestedQueryCost).toBe(1);
    const dear = await sendQuery(gateway, two, { operationName: 'dear', who: 'TENANT_USER' });
    expect(dear.codes).toEqual(['FORBIDDEN']);
  });

  it('A46 schema guessing: five names are judged, and the rest of the list stays a guess', async () => {
    const words = [
      'viewer',
      'tenants',
      'invoices',
      'secrets',
      'users',
      'keys',
      'passwords',
      'accounts',
      'prices',
      'costs',
    ];
    const answer = await sendQuery(gateway, `{ ${words.join(' ')} }`);
    expectRefused(answer, 400, INVALID);
    expect(answer.body.errors.length).toBeLessThanOrEqual(6);
    expect(answer.text).not.toMatch(/did you mean/i);
  });
});

describeOnSqlite('a document that is refused', (server) => {
  const caller = 'AUDITOR hostile';
  const who = { role: 'AUDITOR', subject: 'hostile' } as const;
  const env = { COST_BUCKET_SIZE: '1000', COST_MAX: '1000', COST_PER_SECOND: '1' };
  const left = (gateway: TestGateway) => gateway.app.costBuckets.take(caller, 0).available;

  it.each([
    ['no GraphQL', `{ ${'viewer '.repeat(800)}`],
    ['too long', '#'.repeat(30_000)],
    ['too wide', `{ viewer { ${'subject '.repeat(800)} } }`],
    ['invalid', `{ ${times(15, (n) => `nothing${n}(a: [${'1 '.repeat(50)}])`)} }`],
    ['not to be run', `query a { viewer { subject } } # ${'x'.repeat(10_000)}`],
  ])('is paid for by who sent it: one that is %s', async (_what, query) => {
    const gateway = await openTestGateway(server, { env });
    const before = left(gateway);
    const { status } = await sendQuery(gateway, query, { who, operationName: 'b' });
    expect(status).toBe(400);
    expect(before - left(gateway)).toBeGreaterThanOrEqual(20);
    await gateway.close();
  });

  it('is not looked at any more when nothing is left to pay with, nor is its body', async () => {
    const gateway = await openTestGateway(server, { env });
    gateway.app.costBuckets.take(caller, left(gateway));
    const refused = await sendQuery(gateway, '{ nothing }', { who });
    expect(refused).toMatchObject({ status: 429, codes: ['RATE_LIMITED'] });
    // No JSON at all, and nobody notices.
    const body = await send(gateway, {
      who,
      headers: { 'content-type': 'application/json' },
      payload: '{'.repeat(2_000),
    });
    expect(body).toMatchObject({ status: 429, codes: ['RATE_LIMITED'] });
    await gateway.close();
  });

  it('names several errors, and costs nothing that was read before is asked again', async () => {
    const gateway = await openTestGateway(server, { env });
    expect((await sendQuery(gateway, '{ one two three }', { who })).body.errors).toHaveLength(3);
    for (let time = 0; time < 2; time += 1) await sendQuery(gateway, '{ viewer { subject role } }', { who });
    const before = left(gateway);
    const again = await sendQuery(gateway, '{ viewer { subject role } }', { who });
    expect(again.codes).toEqual([]);
    expect(before - left(gateway)).toBeLessThanOrEqual(again.body.extensions.cost.actualQueryCost);
    await gateway.close();
  });
});

/** Refused as a whole: this status, no data, and no error but this. */
function expectRefused({ status, body, codes }: RawAnswer, expected: number, code: string): void {
  expect({ status, data: body?.data, codes: [...new Set(codes)] }).toEqual({
    status: expected,
    data: undefined,
    codes: [code],
  });
}

function times(count: number, one: (index: number) => string): string {
  return Array.from({ length: count }, (_unused, index) => one(index)).join(' ');
}
