/**
 * How fast a page of the provider usage API is, against a bare handler with the same SQL and `JSON.stringify`, and how
 * fast the collector is, against taking the same pages in from memory. On a fresh SQLite file, in one process.
 */
import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, createServer as createHttpServer, get } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createApp } from '../src/app.js';
import type { App } from '../src/app.js';
import { collectUsage } from '../src/collection/collect-usage.js';
import { createCollector } from '../src/collection/collector.js';
import { pauseFor } from '../src/collection/pause.js';
import { readConfig } from '../src/config.js';
import type { Database } from '../src/database/database.js';
import { migrateUp } from '../src/database/migrate.js';
import type { Sql, SqlValue } from '../src/database/transaction.js';
import { createServer } from '../src/http/server.js';
import { deliveriesOfProvider, readUsageFile } from '../src/pipeline/ingestion/usage-wire.js';
import { recordUsage } from '../src/pipeline/pipeline.js';
import { insertFallbackDestinations } from '../src/pipeline/routing/routing-store.js';
import { canonicalGuid, digest16 } from '../src/primitives/ids.js';
import { hourOf, hourText } from '../src/primitives/windows.js';
import { openStamp } from '../test/support/world.js';
import { createRegistration } from '../src/registration/create-registration.js';

const ROWS_PER_PAGE = 1_000;
const PAGES_PER_HOUR = 5;
const HOURS = 10;
const STACK_SUBSCRIPTIONS = 50;
const REQUESTS = 60;
const FROM = hourOf(Date.UTC(2026, 0, 20));
const METER = '6dab500f-a4fd-49c4-956d-229bb9c8c793';
const CLOUD = guid('cloud of collected');

/** Measures so many rounds and prints medians and ratios. */
export async function benchRest(options: { readonly rounds: number }): Promise<void> {
  const pages: number[] = [];
  const collecting: number[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-bench-'));
    const app = await createApp(
      readConfig({
        DATABASE_URL: `sqlite:${join(folder, 'usage.sqlite')}`,
        DATA_FOLDER: folder,
        LOG_LEVEL: 'error',
        COST_PER_SECOND: '100000000',
      }),
    );
    try {
      await migrateUp(app.db);
      // The first pass teaches the tables the names and the machine the code; both ways are then measured alike.
      await plainIngest(app, await register(app, 'warm-up'));
      const plain = await plainIngest(app, await register(app, 'plain'));
      const collected = await collect(app, await register(app, 'collected'));
      const { ours, bare } = await pageRates(app);
      pages.push(ours / bare);
      collecting.push(collected / plain);
      console.log(
        `round ${round}: page ${ours.toFixed(0)}/s, bare ${bare.toFixed(0)}/s, ratio ${(ours / bare).toFixed(2)}; ` +
          `collector ${collected.toFixed(0)} rows/s, plain ${plain.toFixed(0)} rows/s, ratio ${(collected / plain).toFixed(2)}`,
      );
    } finally {
      await app.close();
      await rm(folder, { recursive: true, force: true });
    }
  }
  console.log(
    `Page: ${median(pages).toFixed(2)} of bare. Collector: ${median(collecting).toFixed(2)} of plain ingest.`,
  );
}

async function register(app: App, name: string): Promise<number> {
  const { id } = await createRegistration(
    app,
    {
      name,
      cloudId: guid(`cloud of ${name}`),
      baseSubscriptionId: guid(`base of ${name}`),
      baseOffer: 'CSP',
      billingModel: 'PAY_AS_YOU_USE',
      booksFrom: 0,
      by: 'bench',
    },
    insertFallbackDestinations,
  );
  await openStamp(app, { name: name });
  return id;
}

/** Rows a second from pages in memory, an hour's pages in one batch. */
async function plainIngest(app: App, registrationId: number): Promise<number> {
  const started = performance.now();
  for (let hour = FROM; hour < FROM + HOURS; hour += 1) {
    const now = app.clock.now();
    const deliveries = Array.from({ length: PAGES_PER_HOUR }, (_, page) => {
      const file = readUsageFile(Buffer.from(pageText(hour, page, '')), now);
      if (file.format !== 'provider-response') throw new Error('A page is a provider response.');
      return deliveriesOfProvider(file.response, { reportedHour: hour, source: 'azure-stack', now });
    });
    await recordUsage(app, { registrationId, receivedBy: 'bench', deliveries: deliveries.flat() });
  }
  return perSecond(HOURS * PAGES_PER_HOUR * ROWS_PER_PAGE, started);
}

/** Rows a second through HTTP pages, watermark and all. */
async function collect(app: App, registrationId: number): Promise<number> {
  const stamp = createHttpServer((request, response) => {
    const address = new URL(request.url ?? '', 'http://stamp');
    const hour = hourOf(Date.parse(address.searchParams.get('reportedStartTime') ?? ''));
    const page = Number(address.searchParams.get('continuationToken') ?? 0);
    address.searchParams.set('continuationToken', String(page + 1));
    const next = `http://${request.headers.host ?? ''}${address.pathname}${address.search}`;
    response.setHeader('content-type', 'application/json');
    response.end(pageText(hour, page, page + 1 < PAGES_PER_HOUR ? `,"nextLink":${JSON.stringify(next)}` : ''));
  });
  process.env['BENCH_STAMP_TOKEN'] = 'a-token';
  const url = await listen(stamp);
  const source = {
    registration: 'collected',
    url,
    subscriptionGuid: CLOUD,
    signIn: { kind: 'bearer', token: { env: 'BENCH_STAMP_TOKEN' } },
    from: FROM,
    source: 'azure-stack',
    completeAfterMs: 0,
    rereadHours: 0,
    hoursAtOnce: 4,
    requestTimeoutMs: 60_000,
    hourTimeoutMs: 600_000,
    rowsPerHourMax: 500_000,
    pullsSubscriptions: false,
  } as const;
  const started = performance.now();
  const collected = await collectUsage(createCollector(app, source, registrationId, pauseFor), {
    until: FROM + HOURS,
    signal: new AbortController().signal,
  });
  if (collected.error !== null) throw collected.error;
  const rate = perSecond(HOURS * PAGES_PER_HOUR * ROWS_PER_PAGE, started);
  stamp.close();
  return rate;
}

/** First pages of 1,000 rows a second: ours, and those of a handler that only runs the same SQL. */
async function pageRates(app: App): Promise<{ readonly ours: number; readonly bare: number }> {
  const asked: (readonly [string, readonly SqlValue[]])[] = [];
  const { reader } = app.db;
  const spying: Sql = {
    dialect: reader.dialect,
    query: (statement, values = []) => {
      asked.push([statement, values]);
      return reader.query(statement, values);
    },
    tuples: (statement, values = []) => {
      asked.push([statement, values]);
      return reader.tuples(statement, values);
    },
  };
  // A request is given a database of its own, with a deadline; this one hands out the spy.
  const db: Database = { ...app.db, reader: spying, within: () => db };
  const spied = await createServer({ ...app, db });
  const server = await createServer(app);
  const token = await app.tokens.sign(
    { subject: 'bench', role: 'OPERATOR', registrations: 'all', tenants: 'all', resellers: 'all' },
    3600,
  );
  const headers = { authorization: `Bearer ${token}` };
  const query = `reportedStartTime=${hourText(FROM)}&reportedEndTime=${hourText(FROM + 1)}&aggregationGranularity=Hourly&api-version=2015-06-01-preview`;
  const path = `/subscriptions/${CLOUD}/providers/Microsoft.Commerce.Admin/subscriberUsageAggregates?${query}`;
  const expected = await spied.inject({ url: path, headers });
  const bare = createHttpServer((_request, response) => {
    void bareAnswer(reader, asked).then((text) => response.setHeader('content-type', 'application/json').end(text));
  });
  const ourUrl = await server.listen({ host: '127.0.0.1', port: 0 });
  const bareUrl = await listen(bare);
  const rowsIn = (text: string) => (JSON.parse(text) as { value: object[] }).value.length;
  const rates = { ours: 0, bare: 0 };
  try {
    if (rowsIn(expected.body) !== ROWS_PER_PAGE || rowsIn(await textAt(bareUrl, {})) < ROWS_PER_PAGE) {
      throw new Error('The two ways do not both answer a page of 1,000 rows.');
    }
    // Interleaved, so that a machine that slows down slows both.
    for (let part = 0; part < 3; part += 1) {
      rates.ours += (await rateAt(ourUrl + path, headers)) / 3;
      rates.bare += (await rateAt(bareUrl, {})) / 3;
    }
  } finally {
    await server.close();
    await spied.close();
    bare.close();
    bare.closeAllConnections();
  }
  return rates;
}

interface SummedRow {
  readonly stackSubscriptionId: number;
  readonly usageWindow: number;
  readonly meterId: number;
  readonly resourceId: number;
  readonly quantity: string;
}

/** The same statements, then plain objects and JSON.stringify. */
async function bareAnswer(sql: Sql, asked: readonly (readonly [string, readonly SqlValue[]])[]): Promise<string> {
  let rows: readonly SummedRow[] = [];
  const byId = new Map<string, Readonly<Record<string, unknown>>>();
  for (const [statement, values] of asked) {
    const found = await sql.query<Record<string, unknown>>(statement, values);
    if (statement.includes('FROM usage_record r')) rows = [...rows, ...(found as unknown as SummedRow[])];
    const kind = /FROM (resource|meter|stack_subscription)\b/.exec(statement)?.[1];
    if (kind !== undefined) for (const row of found) byId.set(`${kind} ${String(row['id'])}`, row);
  }
  const named = (kind: string, id: number) => byId.get(`${kind} ${id}`) ?? {};
  const value = rows.map((row) => {
    const resource = named('resource', row.resourceId);
    const meterId = String(named('meter', row.meterId)['wireId']);
    const subscriptionId = String(named('stack_subscription', row.stackSubscriptionId)['stackSubscriptionGuid']);
    const name = `${subscriptionId}-${meterId}`;
    return {
      id: `/subscriptions/${CLOUD}/providers/Microsoft.Commerce/UsageAggregate/${name}`,
      name,
      type: 'Microsoft.Commerce/UsageAggregate',
      properties: {
        subscriptionId,
        usageStartTime: hourText(row.usageWindow),
        usageEndTime: hourText(row.usageWindow + 1),
        instanceData: JSON.stringify({
          'Microsoft.Resources': {
            resourceUri: resource['uri'],
            location: resource['location'],
            tags: resource['tags'],
            additionalInfo: resource['additionalInfo'],
          },
        }),
        quantity: Number(row.quantity),
        meterId,
        name,
      },
    };
  });
  return JSON.stringify({ value });
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

async function rateAt(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const started = performance.now();
  let left = REQUESTS;
  const worker = async () => {
    for (; left > 0;) {
      left -= 1;
      await textAt(url, headers);
    }
  };
  await Promise.all([worker(), worker()]);
  return perSecond(REQUESTS, started);
}

function textAt(url: string, headers: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
      response.on('error', reject);
    }).on('error', reject);
  });
}

/** A page of a stamp's answer: machines of fifty stack subscriptions, with quantities as long as real ones. */
function pageText(hour: number, page: number, end: string): string {
  const rows = Array.from({ length: ROWS_PER_PAGE }, (_, index) => {
    const machine = page * ROWS_PER_PAGE + index;
    const subscription = SUBSCRIPTION_GUIDS[machine % STACK_SUBSCRIPTIONS] ?? '';
    const instance = JSON.stringify({
      'Microsoft.Resources': {
        resourceUri: `/subscriptions/${subscription}/resourceGroups/production/providers/Microsoft.Compute/virtualMachines/vm-${machine}`,
        location: 'north',
        tags: '{"team":"blue"}',
        additionalInfo: '{"ServiceType":"Standard_D2s_v3"}',
      },
    });
    const name = `${subscription}-${METER}`;
    return `{"id":"/subscriptions/x/providers/Microsoft.Commerce/UsageAggregate/${name}","name":"${name}","type":"Microsoft.Commerce/UsageAggregate","properties":{"subscriptionId":"${subscription}","usageStartTime":"${hourText(hour)}","usageEndTime":"${hourText(hour + 1)}","instanceData":${JSON.stringify(instance)},"quantity":${machine + 1}.461425899527967,"meterId":"${METER}","name":"${name}"}}`;
  });
  return `{"value":[${rows.join(',')}]${end}}`;
}

const SUBSCRIPTION_GUIDS = Array.from({ length: STACK_SUBSCRIPTIONS }, (_, index) => guid(`subscription ${index}`));

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function guid(name: string): string {
  return canonicalGuid(digest16([name]).toString('hex')) ?? '';
}

function perSecond(count: number, started: number): number {
  return (count * 1000) / (performance.now() - started);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
