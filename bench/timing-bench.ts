/**
 * Whether the time of an answer tells somebody else's id from one that nobody has. Both are asked in turns, over and
 * over and in random order; for each question the probability is printed that an answer about somebody else's took
 * longer than one about nobody's (the area under the curve of Mann and Whitney). Half is what a coin would say.
 */
import { randomInt, randomUUID } from 'node:crypto';
import type { InjectOptions } from 'fastify';

import { mysqlServer, sqliteServer } from './bench-database.js';
import type { BenchServer } from './bench-database.js';
import { REGISTRATION, openBooks } from './gateway-books.js';
import { median } from './median.js';
import { recordOf, stackSubscriptionOf } from './usage-load.js';
import { WHOLE_BOOKS } from '../src/access/scope.js';
import type { App } from '../src/app.js';
import { nodeId } from '../src/graphql/paging/node-id.js';
import { createServer } from '../src/http/server.js';
import { deliveryOfRecord } from '../src/pipeline/ingestion/usage-wire.js';
import { recordUsage } from '../src/pipeline/pipeline.js';
import { assignStackSubscription } from '../src/pipeline/routing/assign-stack-subscription.js';
import { insertFallbackDestinations } from '../src/pipeline/routing/routing-store.js';
import { openStamp } from '../test/support/world.js';
import { createRegistration } from '../src/registration/create-registration.js';
import { registerReseller, registerTenant } from '../src/tenancy/register-tenant.js';

const RECORDS = 20_000;
const WARM_UP_ROUNDS = 30;
/** So many neighbours, each with as many stack subscriptions as the caller. */
const NEIGHBOURS = 19;
const SUBSCRIPTIONS_EACH = 10;
const OTHER = 'other-hub';
const RANGE = '{ from: "2025-06-01T00:00:00Z", to: "2025-06-08T00:00:00Z" }';
const BY = 'bench';

interface Neighbour {
  readonly rowId: number;
  readonly tenantId: string;
  readonly stackSubscriptionId: string;
  readonly reseller: string;
}

/** One question, by a name that somebody else has or that nobody has. */
interface Question {
  readonly name: string;
  readonly foreign: (neighbour: Neighbour) => string;
  readonly random: () => string;
  readonly request: (id: string) => InjectOptions;
}

const byTenant = { foreign: ({ tenantId }: Neighbour) => tenantId, random: () => randomUUID() };
const byStack = { foreign: ({ stackSubscriptionId }: Neighbour) => stackSubscriptionId, random: () => randomUUID() };
const byReseller = { foreign: ({ reseller }: Neighbour) => reseller, random: () => `reseller ${randomInt(1_000_000)}` };
const byRegistration = { foreign: () => OTHER, random: () => `${randomInt(10_000, 99_999)}-hub` };
const byNode = {
  foreign: ({ rowId }: Neighbour) => nodeId('Tenant', rowId),
  random: () => nodeId('Tenant', randomInt(1_000, 9_999)),
};

const QUESTIONS: readonly Question[] = [
  graphql('registration(name)', 'query ($it: String!) { registration(name: $it) { name cloudId } }', byRegistration),
  graphql(
    'tenant(tenantId)',
    `query ($it: UUID!) { tenant(registration: "${REGISTRATION}", tenantId: $it) { name stackSubscriptions { name } } }`,
    byTenant,
  ),
  graphql('node(id)', 'query ($it: ID!) { node(id: $it) { id ... on Tenant { name } } }', byNode),
  graphql('tenants(reseller)', 'query ($it: String!) { tenants(reseller: $it) { nodes { name } } }', byReseller),
  graphql(
    'stackSubscriptions(tenantId)',
    'query ($it: UUID!) { stackSubscriptions(tenantId: $it) { nodes { stackSubscriptionId } } }',
    byTenant,
  ),
  graphql(
    'usageAggregates(tenantIds)',
    `query ($it: UUID!) { usageAggregates(range: ${RANGE}, filter: { tenantIds: [$it] }) { nodes { quantity } } }`,
    byTenant,
  ),
  graphql(
    'usageAggregates(stackSubscriptionIds)',
    `query ($it: UUID!) { usageAggregates(range: ${RANGE}, filter: { stackSubscriptionIds: [$it] }) {
       nodes { quantity } } }`,
    byStack,
  ),
  graphql(
    'usageSummary(tenantIds)',
    `query ($it: UUID!) { usageSummary(range: ${RANGE}, filter: { tenantIds: [$it] }) { nodes { quantity } } }`,
    byTenant,
  ),
  graphql(
    'usageRecords(stackSubscriptionIds)',
    `query ($it: UUID!) { usageRecords(range: ${RANGE}, clock: USAGE, filter: { stackSubscriptionIds: [$it] }) {
       nodes { quantity } } }`,
    byStack,
  ),
  graphql(
    'unmapTenant(tenantId)',
    `mutation ($it: String!) { unmapTenant(input: { registration: "${REGISTRATION}", tenantId: $it }) {
       userErrors { code } } }`,
    byTenant,
  ),
  {
    name: 'POST /v1/usage?registration',
    ...byRegistration,
    request: (id) => ({ method: 'POST', url: `/v1/usage?registration=${id}`, payload: [] }),
  },
  {
    name: 'GET …/usageAggregates of Azure',
    ...byStack,
    request: (id) => ({
      method: 'GET',
      url: `/subscriptions/${id}/providers/Microsoft.Commerce/usageAggregates?api-version=2015-06-01-preview&reportedStartTime=2025-06-01T00:00:00Z&reportedEndTime=2025-06-02T00:00:00Z&aggregationGranularity=Daily`,
    }),
  },
];

function graphql(name: string, query: string, ids: Pick<Question, 'foreign' | 'random'>): Question {
  return {
    name,
    ...ids,
    request: (it) => ({ method: 'POST', url: '/graphql', payload: { query, variables: { it } } }),
  };
}

/** Asks each question so many times each way, on SQLite and on the server of BENCH_MYSQL_URL, and prints a table. */
export async function benchTiming({ rounds }: { readonly rounds: number }): Promise<void> {
  const url = process.env['BENCH_MYSQL_URL'];
  const servers = url === undefined || url === '' ? [sqliteServer] : [sqliteServer, await mysqlServer(url)];
  // Of two like distributions, all but one in four hundred lie within three standard errors of a half.
  const margin = 3 * Math.sqrt((2 * rounds + 1) / (12 * rounds * rounds));
  console.log(`${rounds} answers each way; by chance alone, 0.5 ± ${margin.toFixed(3)}.`);
  let isTold = false;
  for (const server of servers) {
    for (const { name, foreign, random } of await measured(server, rounds)) {
      const probability = superiority(foreign, random);
      const isApart = Math.abs(probability - 0.5) > margin;
      isTold ||= isApart;
      const [left, right] = [foreign, random].map((took) => `${median(took).toFixed(2)} ms`);
      console.log(
        [server.label.padEnd(16), name.padEnd(40), probability.toFixed(3), `${left} / ${right}`, isApart ? 'APART' : '']
          .join('  ')
          .trimEnd(),
      );
    }
  }
  if (isTold) process.exitCode = 1;
}

interface Took {
  readonly name: string;
  readonly foreign: number[];
  readonly random: number[];
}

async function measured(server: BenchServer, rounds: number): Promise<readonly Took[]> {
  const database = await server.create();
  const { app, registrationId } = await openBooks(database);
  const http = await createServer(app);
  try {
    const neighbours = await fill(app, registrationId);
    const everything = { registrations: 'all', tenants: 'all', resellers: 'all' } as const;
    const caller = { ...everything, subject: BY, role: 'OPERATOR', tenants: [tenantOf(0)] } as const;
    const authorization = `Bearer ${await app.tokens.sign(caller, 3_600)}`;
    const took = QUESTIONS.map(({ name }): Took => ({ name, foreign: [], random: [] }));
    const ask = async (question: Question, way: 'foreign' | 'random', round: number) => {
      const neighbour = neighbours[round % neighbours.length];
      if (neighbour === undefined) throw new Error('There are no neighbours.');
      const request = question.request(way === 'foreign' ? question.foreign(neighbour) : question.random());
      const began = performance.now();
      const { body } = await http.inject({ ...request, headers: { authorization } });
      const ms = performance.now() - began;
      if (/"(INTERNAL|RATE_LIMITED|GRAPHQL_VALIDATION_FAILED|BAD_USER_INPUT)"/.test(body)) throw new Error(body);
      return ms;
    };
    for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
      for (const [index, question] of QUESTIONS.entries()) {
        const ways = randomInt(2) === 0 ? (['foreign', 'random'] as const) : (['random', 'foreign'] as const);
        for (const way of ways) {
          const ms = await ask(question, way, Math.max(0, round));
          if (round >= 0) took[index]?.[way].push(ms);
        }
      }
    }
    return took;
  } finally {
    await http.close();
    await app.close();
    await database.remove();
  }
}

/** The caller's tenant and its neighbours, all alike: with a reseller, stack subscriptions and usage. */
async function fill(app: App, registrationId: number): Promise<readonly Neighbour[]> {
  await createRegistration(
    app,
    {
      name: OTHER,
      cloudId: randomUUID(),
      baseSubscriptionId: randomUUID(),
      baseOffer: 'CSP',
      billingModel: 'PAY_AS_YOU_USE',
      booksFrom: 0,
      by: BY,
    },
    insertFallbackDestinations,
  );
  await openStamp(app, { name: OTHER });
  const now = app.clock.now();
  for (let start = 0; start < RECORDS; start += 5_000) {
    const deliveries = Array.from({ length: 5_000 }, (_, index) => deliveryOfRecord(recordOf(start + index), now));
    await recordUsage(app, { registrationId, receivedBy: BY, deliveries });
  }
  const tenants: Neighbour[] = [];
  for (let index = 0; index <= NEIGHBOURS; index += 1) {
    const reseller = `reseller of ${index}`;
    const within = { registration: REGISTRATION, tenantId: tenantOf(index), by: BY };
    await registerReseller(app, { name: reseller, by: BY });
    const { id: rowId } = await registerTenant(app, WHOLE_BOOKS, { ...within, name: `tenant ${index}`, reseller });
    for (let number = 0; number < SUBSCRIPTIONS_EACH; number += 1) {
      const stackSubscriptionId = stackSubscriptionOf(index * SUBSCRIPTIONS_EACH + number);
      await assignStackSubscription(app, WHOLE_BOOKS, { ...within, stackSubscriptionId });
    }
    tenants.push({
      rowId,
      tenantId: within.tenantId,
      reseller,
      stackSubscriptionId: stackSubscriptionOf(index * SUBSCRIPTIONS_EACH),
    });
  }
  return tenants.slice(1);
}

function tenantOf(index: number): string {
  return `00000000-0000-4000-8000-${String(1_000 + index).padStart(12, '0')}`;
}

/** How probable it is that one of the left is longer than one of the right; a tie counts half. */
function superiority(left: readonly number[], right: readonly number[]): number {
  let wins = 0;
  for (const one of left) for (const other of right) wins += one > other ? 1 : one === other ? 0.5 : 0;
  return wins / (left.length * right.length);
}
