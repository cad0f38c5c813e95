import type { FastifyInstance } from 'fastify';

import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { createServer } from '../../src/http/server.js';
import { upsertMeter } from '../../src/metering/upsert-meter.js';
import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import { assignStackSubscription } from '../../src/pipeline/routing/assign-stack-subscription.js';
import { mapTenant, unmapTenant } from '../../src/pipeline/routing/map-tenant.js';
import { hourOf, hourText } from '../../src/primitives/windows.js';
import { updateTenant } from '../../src/tenancy/update-tenant.js';
import { PROVIDER_PATH, TENANT_PATH, usageUrl } from '../support/azure.js';
import { describeEachDatabase } from '../support/databases.js';
import type { TestServer } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { Who } from '../support/gateway.js';
import { randomOf } from '../support/random.js';
import { METERS, guid, push, registerCustomer, registerPartner, registerStamp, usageRecord } from '../support/world.js';

const STEPS = 40;
const FIRST_DAY = '2026-03-01T00:00:00Z';
const MS_PER_HOUR = 3_600_000;
const CUSTOMERS = ['alder', 'birch', 'cedar'];
const RESELLERS = ['north', 'south'];
const STACKS = ['one', 'two', 'three', 'four', 'five'].map((name) => guid(`stack ${name}`));
const BY = 'test';

/** Callers of every kind of scope; a reseller's tenants, and a tenant's subscriptions, come and go. */
const CALLERS: readonly Exclude<Who, string>[] = [
  { role: 'OPERATOR', subject: 'everything' },
  { role: 'AUDITOR', subject: 'one registration', registrations: ['hub'] },
  ...RESELLERS.map((name) => ({ role: 'RESELLER', subject: name, resellers: [name] }) as const),
  ...CUSTOMERS.map((name) => ({ role: 'TENANT_USER', subject: name, tenants: [guid(`tenant ${name}`)] }) as const),
  { role: 'CSP_ADMIN', subject: 'two tenants', tenants: CUSTOMERS.slice(0, 2).map((name) => guid(`tenant ${name}`)) },
];
const ROWS = `id quantity records status usageWindow { start } reportedWindow { start } meter { name } tenant { name }
  stackSubscription { stackSubscriptionId name } resource { uri location }`;
const queryOf = (fields: string) => `query Page($range: TimeRangeInput!, $filter: ResourceUsageFilterInput,
    $granularity: Granularity!, $clock: Clock!, $first: Int, $after: String) {
  usageAggregates(range: $range, filter: $filter, granularity: $granularity, clock: $clock, first: $first, after: $after) {
    nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`;
const QUERY = queryOf(ROWS);
const QUERY_OF_PARTNERS = queryOf(`${ROWS} destination { destinationSubscriptionId reason mappedSince }`);
const FILTERS: readonly (object | null)[] = [
  null,
  { registration: 'hub' },
  { tenantIds: [guid('tenant alder')] },
  { meterIds: [METERS.vmHours] },
  { stackSubscriptionIds: STACKS.slice(0, 2) },
  { location: 'munich' },
];

/** The same numbers for the same seed, as picks. */
function chanceOf(seed: number) {
  const next = randomOf(seed);
  const below = (count: number) => Math.floor(next() * count);
  return {
    below,
    pick: <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item,
  };
}

type Chance = ReturnType<typeof chanceOf>;

/** Hours [from, to) of the first days: few of them, so that the same is asked again and again. */
function rangeOf(chance: Chance): { readonly from: string; readonly to: string; readonly isDaily: boolean } {
  const first = hourOf(Date.parse(FIRST_DAY));
  const day = chance.below(4);
  const isDaily = chance.below(2) === 0;
  const from = day * 24 + (isDaily ? 0 : 6);
  const to = isDaily ? from + 24 * (1 + chance.below(2)) : from + 12;
  return { from: hourText(first + from), to: hourText(first + to), isDaily };
}

/** Two gateways that keep and tag, and one that does neither, on the same books; all of them change those. */
async function openThree(server: TestServer) {
  const env = { COST_BUCKET_SIZE: '1000000000', COST_PER_SECOND: '100000000', COMPILE_AFTER: '1' };
  const gateway = await openTestGateway(server, { now: '2026-03-01T05:00:00Z', env });
  const second = await gateway.second();
  const plain = await gateway.second({ ROWS_KEPT_MAX: '0', USAGE_API_ETAGS: 'false' });
  const counts = { KEPT: 0, READ: 0, NOT_MODIFIED: 0, TAGGED: 0, UNTAGGED: 0 };
  for (const app of [gateway.app, second]) {
    app.listen((event) => {
      if (event.stage === 'reading') counts[event.outcome] += 1;
    });
  }
  const keeping = [gateway.http, await createServer(second)];
  const notKeeping = await createServer(plain);
  return {
    gateway,
    counts,
    apps: [gateway.app, second, plain],
    keeping,
    notKeeping,
    close: async () => {
      for (const http of [keeping[1], notKeeping]) await http?.close();
      await gateway.close();
    },
  };
}

type Three = Awaited<ReturnType<typeof openThree>>;

async function fill({ gateway }: Three) {
  const stamp = await registerStamp(gateway.app, 'hub');
  for (const name of RESELLERS) await registerPartner(gateway.app, name);
  for (const [index, name] of CUSTOMERS.entries()) {
    const stackSubscriptions = STACKS.slice(index, index + 1);
    await registerCustomer(gateway.app, 'hub', name, { reseller: RESELLERS[index % 2] ?? '', stackSubscriptions });
  }
  return stamp;
}

/** One thing that happens to the books, in one of the processes. */
async function happen(three: Three, stamp: { readonly id: number }, chance: Chance, step: number): Promise<void> {
  const { clock } = three.gateway;
  clock.set(clock.now() + (1 + chance.below(6)) * MS_PER_HOUR);
  const app = chance.pick(three.apps);
  const customer = chance.pick(CUSTOMERS);
  const within = { registration: 'hub', tenantId: guid(`tenant ${customer}`), by: BY };
  const effectiveFrom = hourOf(clock.now()) - chance.below(50);
  const acts: readonly (() => Promise<unknown>)[] = [
    () => closeDueDays(app, { graceMs: 0, by: BY }),
    () => closeDueDays(app, { graceMs: 0, by: BY }),
    () => mapTenant(app, WHOLE_BOOKS, { ...within, cspSubscriptionId: guid(`csp ${customer}`), effectiveFrom }),
    () => unmapTenant(app, WHOLE_BOOKS, { ...within, effectiveFrom }),
    // Given to somebody else, and named anew.
    () =>
      assignStackSubscription(app, WHOLE_BOOKS, {
        ...within,
        stackSubscriptionId: chance.pick(STACKS),
        name: `name ${step}`,
      }),
    () => updateTenant(app, WHOLE_BOOKS, { ...within, name: `${customer} ${step}`, reseller: chance.pick(RESELLERS) }),
    () => upsertMeter(app, { meterId: METERS.vmHours, name: `meter ${step}`, by: BY }),
  ];
  await pushSome(three, stamp, chance, step);
  await chance.pick(acts)();
}

async function pushSome(three: Three, stamp: { readonly id: number }, chance: Chance, step: number): Promise<void> {
  const { clock } = three.gateway;
  const end = clock.now();
  const now = hourOf(end);
  const records = Array.from({ length: 12 }, (_, index) =>
    usageRecord({
      id: `${step}-${index}`,
      stackSubscriptionId: chance.pick(STACKS),
      meterId: chance.pick([METERS.vmHours, METERS.blobCapacity]),
      resourceUri: `/subscriptions/x/vm-${chance.below(4)}`,
      location: chance.pick(['munich', 'frankfurt']),
      quantity: `${chance.below(1_000)}.${chance.below(1_000)}`,
      usageStartTime: hourText(now - 1 - chance.below(40)),
    }),
  );
  // By the clock of a gateway that is behind, hours that are over still get usage while their day is open.
  clock.set(end - chance.below(20) * MS_PER_HOUR);
  await push(chance.pick(three.apps), stamp, records);
  clock.set(end);
}

async function askGraphql(http: FastifyInstance, token: string, query: string, variables: object): Promise<string> {
  const answer = await http.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${token}` },
    payload: { query, variables },
  });
  const { data, errors } = answer.json<{ data?: unknown; errors?: unknown }>();
  return JSON.stringify([answer.statusCode, data, errors]);
}

/** What was asked so far, and the bodies by the tags that they were ever sent with, to anybody. */
interface Asked {
  readonly graphql: { readonly who: Exclude<Who, string>; readonly variables: object }[];
  readonly rest: { readonly who: Exclude<Who, string>; readonly url: string }[];
  readonly tagged: Map<string, string>;
}

/** A new question, or half of the time one that was asked before. */
function again<Question>(asked: Question[], chance: Chance, make: () => Question): Question {
  if (asked.length > 0 && chance.below(2) === 0) return chance.pick(asked);
  const question = make();
  asked.push(question);
  return question;
}

/** A page and the one after it, from every process; asked again, it is in the memory of those that keep. */
async function compareGraphql({ gateway, keeping, notKeeping }: Three, chance: Chance, asked: Asked): Promise<void> {
  const { who, variables } = again(asked.graphql, chance, () => {
    const { from, to, isDaily } = rangeOf(chance);
    return {
      who: chance.pick(CALLERS),
      variables: {
        range: { from, to },
        filter: chance.pick(FILTERS),
        granularity: isDaily && chance.below(2) === 0 ? 'DAILY' : 'HOURLY',
        clock: chance.below(4) === 0 ? 'USAGE' : 'REPORTED',
        first: chance.pick([5, 200]),
      },
    };
  });
  const token = await gateway.token(who);
  const query = who.role === 'TENANT_USER' ? QUERY : QUERY_OF_PARTNERS;
  for (let number = 0, after: string | null = null; number < 2; number += 1) {
    const page = { ...variables, after };
    const fresh = await askGraphql(notKeeping, token, query, page);
    for (const http of keeping) {
      for (let time = 0; time < 2; time += 1) {
        const text = await askGraphql(http, token, query, page);
        expect({ who, page, text }).toEqual({ who, page, text: fresh });
      }
    }
    const [status, data, errors] = JSON.parse(fresh) as [number, { usageAggregates: { pageInfo: PageInfo } }, unknown];
    expect([status, errors]).toEqual([200, null]);
    const { hasNextPage, endCursor } = data.usageAggregates.pageInfo;
    if (!hasNextPage) return;
    after = endCursor;
  }
}

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string;
}

/** A page of the usage APIs from every process, asked with all tags that anybody ever got, or the star. */
async function compareRest({ gateway, keeping, notKeeping }: Three, chance: Chance, asked: Asked): Promise<void> {
  const { tagged } = asked;
  const { who, url } = again(asked.rest, chance, () => {
    const { from, to, isDaily } = rangeOf(chance);
    const granularity = { aggregationGranularity: isDaily ? 'Daily' : 'Hourly' };
    const times = { reportedStartTime: from, reportedEndTime: to, ...granularity };
    const ofProvider = usageUrl(PROVIDER_PATH, guid('base hub'), times);
    return {
      who: chance.pick(CALLERS),
      url: chance.pick([ofProvider, usageUrl(TENANT_PATH, chance.pick(STACKS), times)]),
    };
  });
  const authorization = `Bearer ${await gateway.token(who)}`;
  const fresh = await notKeeping.inject({ url, headers: { authorization } });
  expect(fresh.headers.etag).toBeUndefined();
  for (const http of [...keeping, ...keeping]) {
    const all = [...tagged.keys()].map((tag) => chance.pick([tag, `W/${tag}`])).join(', ');
    const named = chance.pick([all, all, all, '*']);
    const { statusCode, body, headers } = await http.inject({
      url,
      headers: { authorization, 'if-none-match': named },
    });
    const tag = headers.etag ?? null;
    const isKnown = tag !== null && (named === '*' || tagged.has(String(tag)));
    const expected = isKnown && fresh.statusCode === 200 ? [304, ''] : [fresh.statusCode, fresh.body];
    expect([who, url, statusCode, body]).toEqual([who, url, ...expected]);
    if (tag === null) continue;
    expect([who, url, fresh.statusCode, tagged.get(String(tag)) ?? fresh.body]).toEqual([who, url, 200, fresh.body]);
    tagged.set(String(tag), fresh.body);
  }
}

describeEachDatabase('gateways that keep what is closed', (server) => {
  it.each(server.dialect === 'sqlite' ? [1, 2] : [3])(
    'answer to the byte what one that keeps nothing does, whoever asks and whatever happens (seed %i)',
    async (seed) => {
      const chance = chanceOf(seed);
      const three = await openThree(server);
      const stamp = await fill(three);
      const asked: Asked = { graphql: [], rest: [], tagged: new Map() };
      for (let step = 0; step < STEPS; step += 1) {
        await happen(three, stamp, chance, step);
        for (let question = 0; question < 3; question += 1) await compareGraphql(three, chance, asked);
        for (let question = 0; question < 4; question += 1) await compareRest(three, chance, asked);
      }
      // Otherwise nothing was compared.
      expect(three.counts.KEPT).toBeGreaterThan(STEPS / 2);
      expect(three.counts.NOT_MODIFIED).toBeGreaterThan(STEPS / 2);
      expect(asked.tagged.size).toBeGreaterThan(STEPS / 4);
      await three.close();
    },
    120_000,
  );
});
