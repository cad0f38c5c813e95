/** Whoever executes an operation, a client sees the same: to the byte, and in its errors too. */
import fc from 'fast-check';
import { OperationTypeNode, buildSchema, execute, getOperationAST, parse, print, typeFromAST, validate } from 'graphql';
import type {
  DocumentNode,
  GraphQLFieldResolver,
  GraphQLFormattedError,
  GraphQLInputType,
  GraphQLObjectType,
  GraphQLSchema,
} from 'graphql';

import { createServer } from '../../src/http/server.js';
import { compileOperation } from '../../src/graphql/execution/compiled-operation.js';
import { createContext } from '../../src/graphql/context.js';
import { createExecutor } from '../../src/graphql/execution/executor.js';
import { withAnswersKept } from '../../src/graphql/execution/kept-answers.js';
import { withOneErrorAField } from '../../src/graphql/execution/one-error-a-field.js';
import { createSchema } from '../../src/graphql/schema.js';
import * as operations from '../operations/operations.js';
import { CSP, RANGE, RESELLER, STACKS, TENANTS, fillBooks } from '../support/books.js';
import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway, principalOf } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import { generateQuery, generateVariables } from '../support/generated-queries.js';
import type { GeneratedQuery, Pool } from '../support/generated-queries.js';
import { randomOf } from '../support/random.js';
import { METERS, guid } from '../support/world.js';

const { schema, compiledAgainst } = await createSchema();
const RUNS = Number(process.env['EXECUTORS_RUNS'] ?? 150);

const CALLERS: readonly Who[] = [
  'OPERATOR',
  'CSP_ADMIN',
  'AUDITOR',
  'INGESTOR',
  { role: 'RESELLER', resellers: [RESELLER] },
  { role: 'TENANT_USER', tenants: [TENANTS.alder] },
];

/** What does not change when a batch is sent again. */
const RECEIPT = `{ receipt { accepted duplicates rejected
  verdicts { index verdict recordId code message field isRounded stored { quantity } } } userErrors { message code } }`;
const PUSH = `mutation Push($input: RecordUsageInput!) { recordUsage(input: $input) ${RECEIPT} }`;
const PUSH_ONE = `mutation Push($record: UsageRecordInput!) {
  recordUsage(input: { registration: "hub", records: [$record] }) ${RECEIPT} }`;
const PUSH_LIST = `mutation Push($records: [UsageRecordInput!]!) {
  recordUsage(input: { registration: "hub", records: $records }) ${RECEIPT} }`;

function pushed(input: string): string {
  return `mutation Push($text: String) { recordUsage(input: ${input}) ${RECEIPT} }`;
}

describeOnSqlite('both executors', (server) => {
  let gateway: TestGateway;
  let byJs: TestGateway['http'];
  let pool: Pool;
  beforeAll(async () => {
    const env = { EXECUTOR: 'jit', COMPILE_AFTER: '1', COMPILED_FIELDS_MAX: '2000' };
    gateway = await openTestGateway(server, {
      env: { ...env, COST_BUCKET_SIZE: '1000000000', COST_MAX: '10000000' },
    });
    await fillBooks(gateway);
    const { config } = gateway.app;
    byJs = await createServer({
      ...gateway.app,
      config: { ...config, execution: { ...config.execution, executor: 'js' } },
    });
    pool = await poolOf(gateway);
  });
  afterAll(async () => {
    await byJs.close();
    await gateway.close();
  });

  it.each(queriesOfTheSuite())('answer %s alike, with good variables and others', async (_name, document) => {
    for (const seed of [1, 2, 3, 4]) {
      const next = randomOf(seed);
      const variables = generateVariables(variableTypesOf(document), schema, pool, next);
      for (const who of CALLERS) await answerAlike({ query: print(document), variables }, who);
    }
  });

  it(`answer ${RUNS} generated questions alike`, async () => {
    const seen = { compiled: 0, withErrors: 0, withData: 0 };
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), fc.constantFrom(...CALLERS), async (seed, who) => {
        const question = generateQuery(schema, pool, randomOf(seed));
        const document = parse(question.query);
        // Fields of one name may not be asked for with different arguments; chance does not know that.
        if (validate(schema, document).length > 0) return;
        if (compileOperation({ schemas: compiledAgainst, fieldsMax: 2_000 }, document) !== null) seen.compiled += 1;
        const { errors, data } = await answerAlike(question, who);
        if (errors) seen.withErrors += 1;
        if (data) seen.withData += 1;
      }),
      { numRuns: RUNS, seed: Number(process.env['EXECUTORS_SEED'] ?? 20_260_310), endOnFailure: true },
    );
    // It would prove nothing if hardly any were compiled, or all were refused.
    expect(seen.compiled).toBeGreaterThan(RUNS / 2);
    expect(seen.withErrors).toBeGreaterThan(RUNS / 20);
    expect(seen.withData).toBeGreaterThan(RUNS / 4);
  });

  it('continue a page that the other one began', async () => {
    const query = `query ($range: TimeRangeInput!, $after: String) {
      usageAggregates(first: 7, range: $range, after: $after, filter: { registration: "hub", isTenantUnknown: false }) {
        nodes { id } pageInfo { endCursor } } }`;
    const first = await ask(byJs, { query, variables: { range: RANGE } }, 'OPERATOR');
    const { endCursor } = (first.body.data as Aggregates).usageAggregates.pageInfo;
    const { errors } = await answerAlike({ query, variables: { after: endCursor, range: { ...RANGE } } }, 'OPERATOR');
    expect(errors).toBeUndefined();
  });

  it('take a batch alike, whatever is sent as its records', async () => {
    const seen = { errors: 0, receipts: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(sentRecords(), { maxLength: 4 }), fc.constantFrom(...CALLERS), async (records, who) => {
        const input = { registration: 'hub', records };
        const { data, errors } = await answerAlike({ query: PUSH, variables: { input } }, who);
        if (errors) seen.errors += 1;
        if (data) seen.receipts += 1;
      }),
      { numRuns: RUNS, seed: Number(process.env['EXECUTORS_SEED'] ?? 20_260_310), endOnFailure: true },
    );
    expect(seen.errors).toBeGreaterThan(RUNS / 10);
    expect(seen.receipts).toBeGreaterThan(RUNS / 10);
  });

  it.each([
    ['one record without a list', PUSH, { input: { registration: 'hub', records: { id: 'alone' } } }],
    ['something else instead of a list', PUSH, { input: { registration: 'hub', records: 'none' } }],
    ['no records', PUSH, { input: { registration: 'hub' } }],
    ['records alone as a variable', PUSH_LIST, { records: [{ id: 'in a list' }] }],
    ['one record of a list as a variable', PUSH_ONE, { record: { id: 'one of a list' } }],
    ['something else there', PUSH_ONE, { record: 'none' }],
    ['a number there', PUSH_LIST, { records: [{ id: 1 }] }],
    ['a batch that is written out', pushed('{ registration: "hub", records: [{ id: "out", source: $text }] }'), {}],
    [
      'text in a batch that is written out',
      pushed('{ registration: "hub", records: [{ id: $text }] }'),
      { text: 'in' },
    ],
    ['a number in such a batch', pushed('{ registration: "hub", records: [{ id: $text }] }'), { text: 1 }],
  ])('take %s alike', async (_name, query, variables) => {
    await answerAlike({ query, variables }, 'INGESTOR');
  });

  it.each([
    ['left out', {}],
    ['null', { offer: null, name: null, from: null, granularity: null, clock: null }],
    ['given', { offer: 'CSP', name: 'n', from: RANGE.from, granularity: 'DAILY', clock: 'USAGE' }],
    ['wrong', { offer: 'csp', name: 1, from: '2026' }],
  ])('understand variables within what is written out alike, where they are %s', async (_what, variables) => {
    const add = (declared: string, fields: string) =>
      `mutation Add(${declared}) { addCspSubscription(input: { registration: "hub", tenantId: "${TENANTS.alder}",
         cspSubscriptionId: "${CSP.alder}", partnerId: "4711", ${fields} }) {
         cspSubscription { offer } userErrors { code field } } }`;
    const page = 'usageAggregates(range: { from: "2026-03-08T00:00:00Z", to: "2026-03-09T00:00:00Z" }';
    const documents = [
      '{ viewer { __proto__: role constructor: subject __typename } }',
      `query Q($granularity: Granularity, $clock: Clock = USAGE) {
         ${page}, granularity: $granularity, clock: $clock, first: 3) { nodes { quantity } } }`,
      add('$offer: BaseOffer', 'name: "n", offer: $offer'),
      add('$offer: BaseOffer = OTHER', 'name: "n", offer: $offer'),
      add('$name: String = "d", $offer: BaseOffer', 'name: $name, offer: $offer'),
      'query Q($from: DateTime = "2026-03-08T00:00:00Z") { usageSummary(range: { from: $from, to: "2026-03-09T00:00:00Z" }) { nodes { quantity } } }',
      'query Q($name: String) { usageSummary(range: { from: "2026-03-08T00:00:00Z", to: "2026-03-09T00:00:00Z" }, filter: { registration: $name }) { nodes { quantity } } }',
    ];
    for (const query of documents) {
      const declared = new Set([...query.matchAll(/\$(\w+): /g)].map(([, name = '']) => name));
      const given = Object.fromEntries(Object.entries(variables).filter(([name]) => declared.has(name)));
      await answerAlike({ query, variables: given }, 'OPERATOR');
    }
  });

  it('do a mutation once, also where graphql-js has to say what is wrong with its answer', async () => {
    const { small, timesDone } = smallSchema();
    const kept = withAnswersKept(small);
    const compiledSchemas = { queries: small, mutations: kept };
    const options = { executor: 'jit', compileAfter: 1, compiledFieldsMax: 100, errorsMax: 5 } as const;
    const executor = createExecutor({
      ...options,
      schema: small,
      withInputAsSent: kept,
      rootRuled: { schema: small, guarded: [] },
      compiledAgainst: compiledSchemas,
    });
    const caller = { ...principalOf('OPERATOR'), credential: 'LOCAL_TOKEN', expiresAt: Infinity } as const;
    for (const field of ['good', 'broken', 'missing', 'refused']) {
      const document = parse(
        `mutation Do($n: Int!) { done: change(n: $n, how: "${field}") { n good broken missing } }`,
      );
      expect(compileOperation({ schemas: compiledSchemas, fieldsMax: 100 }, document)).not.toBeNull();
      for (const variables of [{ n: 1 }, { n: 'one' }]) {
        const context = await createContext(gateway.app, caller, {
          requestId: 'same',
          documentText: null,
          refusal: null,
        });
        const operation = getOperationAST(document) ?? undefined;
        const before = timesDone();
        const result = await executor({
          document,
          operation,
          operationName: 'Do',
          variables,
          context,
          isTrusted: false,
        });
        expect(timesDone() - before).toBe(variables.n === 1 ? 1 : 0);
        const byJs = await execute({ schema: small, document, contextValue: context, variableValues: variables });
        expect(JSON.stringify(result)).toBe(JSON.stringify(byJs));
      }
    }
  });

  /** Asks both; a document is kept, and so compiled, the second time. */
  async function answerAlike(question: GeneratedQuery, who: Who): Promise<Body> {
    await ask(gateway.http, question, who);
    const [jit, js] = [await ask(gateway.http, question, who), await ask(byJs, question, who)];
    const told = `${JSON.stringify(question)} as ${JSON.stringify(who)}`;
    if (jit.seen !== js.seen) expect({ told, seen: jit.seen }).toEqual({ told, seen: js.seen });
    // What is refused before it runs has no data, and no rule was asked.
    if ('data' in js.body)
      expect({ told, seen: rowsOf(js.body) }).toEqual({ told, seen: await askWithRules(question, who) });
    return js.body;
  }

  /** Where graphql-shield guards each field: what is asked once for an operation must let nobody through more. */
  async function askWithRules({ query, variables }: GeneratedQuery, who: Who) {
    const caller = { ...principalOf(who), credential: 'LOCAL_TOKEN', expiresAt: Infinity } as const;
    const contextValue = await createContext(gateway.app, caller, {
      requestId: 'same',
      documentText: null,
      refusal: null,
    });
    const answer = await execute({ schema, document: parse(query), contextValue, variableValues: variables });
    return rowsOf(JSON.parse(JSON.stringify(withOneErrorAField(answer))) as Body);
  }

  async function ask(http: TestGateway['http'], question: GeneratedQuery, who: Who) {
    const response = await http.inject({
      method: 'POST',
      url: '/graphql',
      headers: {
        authorization: `Bearer ${await gateway.token(who)}`,
        accept: 'application/graphql-response+json',
        'x-request-id': 'same',
      },
      payload: question,
    });
    const body = response.json<Body>();
    const { throttleStatus: _throttle, ...cost } = body.extensions?.cost ?? {};
    return { body, seen: JSON.stringify([response.statusCode, { ...body, extensions: { cost } }]) };
  }
});

/** One mutation, which counts how often it is done, and whose answer is as wrong as it is asked to be. */
function smallSchema() {
  const small = buildSchema(`
    type Query { n: Int }
    type Mutation { change(n: Int!, how: String!): Payload! }
    type Payload { n: Int! good: String! broken: String missing: String! }`);
  let times = 0;
  resolve(small, 'Mutation', 'change', async (_parent, { n, how }: { readonly n: number; readonly how: string }) => {
    times += 1;
    if (how === 'refused') throw new Error('It is refused.');
    return { n, how, good: 'x', missing: how === 'missing' ? null : 'x' };
  });
  resolve(small, 'Payload', 'broken', ({ how }: { readonly how: string }) => {
    if (how === 'broken') throw new Error('It broke.');
    return 'x';
  });
  return { small, timesDone: () => times };
}

function resolve(of: GraphQLSchema, type: string, name: string, how: GraphQLFieldResolver<never, unknown, never>) {
  const field = (of.getType(type) as GraphQLObjectType).getFields()[name];
  if (field === undefined) throw new Error(`There is no ${type}.${name}.`);
  field.resolve = how as GraphQLFieldResolver<unknown, unknown>;
}

/** A record as some sender may write it: good, broken, or no record at all. */
function sentRecords(): fc.Arbitrary<unknown> {
  const text = fc.constantFrom(
    'a',
    '',
    '2026-03-08T06:00:00Z',
    '2026-03-08T07:00:00Z',
    '1.5',
    STACKS.birch,
    METERS.vmHours,
  );
  const value = fc.oneof({ arbitrary: text, weight: 12 }, fc.constantFrom<unknown>(null, 1, true, {}, ['a']));
  const name = fc.constantFrom('id', 'source', 'stackSubscriptionId', 'meterId', 'quantity', 'corrects', 'tags');
  const names = fc.oneof(
    { arbitrary: name, weight: 12 },
    fc.constantFrom('Id', '__proto__', 'constructor', 'toString'),
  );
  const good = fc.constantFrom('1', '2', '3').map((id) => ({
    id,
    source: 'compute',
    stackSubscriptionId: STACKS.birch,
    meterId: METERS.vmHours,
    resourceUri: '/subscriptions/a/resourceGroups/b/providers/c/virtualMachines/d',
    usageStartTime: '2026-03-08T06:00:00Z',
    usageEndTime: '2026-03-08T07:00:00Z',
    quantity: '1',
  }));
  const some = fc
    .array(fc.tuple(names, value), { maxLength: 5 })
    .map((members) => Object.fromEntries(members) as unknown);
  return fc.oneof({ arbitrary: good, weight: 6 }, { arbitrary: some, weight: 6 }, fc.constantFrom(null, 'a', 1, []));
}

/** Data, and where in it something was refused. */
function rowsOf({ data, errors = [] }: Body) {
  return [data, errors.map(({ path }) => path)];
}

interface Body {
  readonly data?: unknown;
  readonly errors?: readonly Pick<GraphQLFormattedError, 'path'>[];
  readonly extensions?: { readonly cost?: Readonly<Record<string, unknown>> };
}

interface Aggregates {
  readonly usageAggregates: {
    readonly nodes: readonly { readonly id: string }[];
    readonly pageInfo: { readonly endCursor: string };
  };
}

function queriesOfTheSuite(): (readonly [string, DocumentNode])[] {
  return Object.entries(operations as Readonly<Record<string, unknown>>).flatMap(([name, value]) => {
    if (!name.endsWith('Document')) return [];
    const document = value as DocumentNode;
    return getOperationAST(document)?.operation === OperationTypeNode.QUERY ? [[name, document] as const] : [];
  });
}

function variableTypesOf(document: DocumentNode): ReadonlyMap<string, GraphQLInputType> {
  const definitions = getOperationAST(document)?.variableDefinitions ?? [];
  return new Map(
    definitions.flatMap(({ variable, type }) => {
      const found = typeFromAST(schema, type as never) as GraphQLInputType | undefined;
      return found === undefined ? [] : [[variable.name.value, found] as const];
    }),
  );
}

/** Values that name something in the books, and some that do not. */
async function poolOf(gateway: TestGateway): Promise<Pool> {
  const query = `query ($range: TimeRangeInput!) {
    hourly: usageAggregates(range: $range, first: 5) { nodes { id } pageInfo { endCursor } }
    daily: usageAggregates(range: $range, first: 5, granularity: DAILY) { nodes { id } }
    usageRecords(range: $range, first: 3) { nodes { id } }
    tenants { nodes { id } } registrations { nodes { id } } meters(first: 2) { nodes { id } } }`;
  const { data } = await gateway.ask('OPERATOR', query, { range: RANGE });
  const answered = data as Readonly<Record<string, { readonly nodes: readonly { readonly id: string }[] }>>;
  const ids = Object.values(answered).flatMap(({ nodes }) => nodes.map(({ id }) => id));
  const numbers = [1, 2, 5, 50, 200, 201, 1_000, 0, -1];
  return {
    String: ['hub', 'edge', 'nobody', RESELLER, ''],
    UUID: [TENANTS.alder, TENANTS.elm, CSP.alder, STACKS.birch, METERS.vmHours, guid('nobody')],
    ID: [...ids, 'bm90aGluZw', ''],
    Int: numbers,
    Boolean: [true, false],
    DateTime: [RANGE.from, RANGE.to, '2026-03-08T06:00:00Z', '2026-03-09T13:30:00Z', '2026-03-09T00:00:00+02:00'],
    LocalDate: ['2026-03-08'],
    after: [(data as Aggregates & { hourly: { pageInfo: { endCursor: string } } }).hourly.pageInfo.endCursor, 'x'],
    registration: ['hub', 'hub', 'edge', 'nobody'],
    range: [RANGE],
    from: [RANGE.from, RANGE.from, '2026-03-08T06:00:00Z', '2026-03-08T06:30:00Z'],
    to: [RANGE.to, RANGE.to, '2026-03-10T00:00:00Z'],
    first: [5, 20, 50, 1, 0, 201],
  };
}
