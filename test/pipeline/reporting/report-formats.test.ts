/** docs/reports.md and schema/reports.schema.json against what the three clients really send. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

import { openCommerceBooks } from '../../../src/commerce-simulator/commerce-books.js';
import { createCommerceServer } from '../../../src/commerce-simulator/commerce-server.js';
import { fileCommerce } from '../../../src/pipeline/reporting/clients/file-commerce.js';
import { httpsCommerce } from '../../../src/pipeline/reporting/clients/https-commerce.js';
import { marketplaceCommerce } from '../../../src/pipeline/reporting/clients/marketplace-commerce.js';
import type { MarketplaceOffer } from '../../../src/pipeline/reporting/clients/marketplace-events.js';
import { LINE_FIELDS, batchText } from '../../../src/pipeline/reporting/commerce-client.js';
import type { CommerceClient, ReportBatch, ReportForm } from '../../../src/pipeline/reporting/commerce-client.js';
import { closeDueDays } from '../../../src/pipeline/closing/close-due-days.js';
import { systemClock } from '../../../src/primitives/clock.js';
import { describeEachDatabase } from '../../support/databases.js';
import { openTestGateway } from '../../support/gateway.js';
import { report, takeInDays } from '../../support/reporting.js';
import { METERS, guid, push, usageRecord } from '../../support/world.js';
import { readText } from '../../tidy/source-files.js';

const DEFS = (JSON.parse(readText('schema/reports.schema.json')) as { readonly $defs: Record<string, Definition> })
  .$defs;
const LEASE = { signal: new AbortController().signal, renew: async () => undefined, isFirstTry: true };

interface Definition {
  readonly properties?: Readonly<Record<string, object>>;
}

/** What the schema has to say against a value; undefined: nothing. */
function wrongIn(definition: string, value: unknown): unknown {
  if (DEFS[definition] === undefined) throw new Error(`The schema defines no ${definition}.`);
  const schema = { $ref: `#/$defs/${definition}`, $defs: DEFS } as Parameters<typeof z.fromJSONSchema>[0];
  return z.fromJSONSchema(schema).safeParse(value).error?.issues;
}

/** The example of docs/reports.md under these words, as it stands there. */
function example(words: string): string {
  const [, text] = new RegExp(`^\`\`\`${words}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(readText('docs/reports.md')) ?? [];
  if (text === undefined) throw new Error(`docs/reports.md has no example "${words}".`);
  return text;
}

/** The report of the page, as the gateway holds it. */
function exampleBatch(): ReportBatch {
  const { schema: _schema, ...batch } = JSON.parse(example('json usage-report')) as ReportBatch & { schema: string };
  return { ...batch, form: 2 };
}

/** A receiver that takes everything and keeps what it was sent. */
async function openListener() {
  const received: { readonly path: string; readonly key: unknown; readonly text: string }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      received.push({ path: request.url ?? '', key: request.headers['idempotency-key'], text });
      const body = JSON.parse(text) as { lines?: { lineId: string }[]; request?: object[] };
      const lines = body.lines?.map(({ lineId }) => ({ lineId, status: 'ACCEPTED' }));
      const result = body.request?.map(() => ({ status: 'Accepted', usageEventId: 'event' }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ lines, result }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** What the client of a folder writes, by file; of one report after the other. */
async function filesOf(send: (client: CommerceClient) => Promise<unknown>) {
  const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-reports-'));
  await send(fileCommerce(folder));
  const reports = [];
  for (const name of (await readdir(folder)).sort()) {
    const at = (file: string) => readFile(join(folder, name, file), 'utf8');
    const [manifest, lines, table] = [await at('manifest.json'), await at('lines.jsonl'), await at('lines.csv')];
    reports.push({ name, manifest, lines, table });
  }
  await rm(folder, { recursive: true });
  return reports;
}

function offerOf(destinations: readonly string[]): MarketplaceOffer {
  return {
    planId: 'gold',
    dimensions: {},
    resources: Object.fromEntries(destinations.map((id) => [id, { resourceId: guid(`saas of ${id}`) }])),
  };
}

describe('the examples in docs/reports.md', () => {
  it('are what https sends, to the byte but for its line breaks', async () => {
    const listener = await openListener();
    const client = httpsCommerce({ url: listener.url, credentials: null, timeoutMs: 5_000 }, systemClock);
    await client.send(exampleBatch(), LEASE);
    expect(listener.received).toEqual([
      {
        path: '/usage-reports',
        key: exampleBatch().idempotencyKey,
        text: JSON.stringify(JSON.parse(example('json usage-report'))),
      },
    ]);
    listener.close();
  });

  it('are what is written into a folder, to the byte', async () => {
    const [written] = await filesOf((client) => client.send(exampleBatch(), LEASE));
    expect(readText('docs/reports.md')).toContain(`\`${written?.name}\``);
    expect(written?.lines).toBe(example('ndjson lines'));
    expect(written?.table).toBe(example('csv lines').replaceAll('\n', '\r\n'));
    expect(JSON.parse(written?.manifest ?? '')).toEqual(JSON.parse(example('json manifest')));
  });

  it('are what the marketplace is sent', async () => {
    const listener = await openListener();
    const offer = JSON.parse(example('json offer')) as MarketplaceOffer;
    const options = { url: listener.url, credentials: null, offer, timeoutMs: 5_000 };
    await marketplaceCommerce(options, systemClock).send(exampleBatch(), LEASE);
    const [{ path, text } = { path: '', text: '' }] = listener.received;
    expect(path).toBe('/batchUsageEvent?api-version=2018-08-31');
    // The quantities stand there digit by digit, and so they are compared as text.
    expect(text).toBe(example('json marketplace-request').replace(/\s+/g, ''));
    listener.close();
  });

  it('are as the schema says', () => {
    const examples = [
      ['usageReport', 'json usage-report'],
      ['reportAnswer', 'json report-answer'],
      ['totals', 'json totals'],
      ['manifest', 'json manifest'],
      ['marketplaceRequest', 'json marketplace-request'],
    ] as const;
    for (const [definition, words] of examples) {
      expect([words, wrongIn(definition, JSON.parse(example(words)))]).toEqual([words, undefined]);
    }
  });

  it('answer as the gateway reads an answer', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200).end(example('json report-answer'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = httpsCommerce({ url, credentials: null, timeoutMs: 5_000 }, systemClock);
    expect((await client.send(exampleBatch(), LEASE)).lines).toEqual([
      { lineId: exampleBatch().lines[0]?.lineId, status: 'ACCEPTED', code: null },
      { lineId: exampleBatch().lines[1]?.lineId, status: 'REJECTED', code: 'MeterNotAllowed' },
    ]);
    server.close();
    server.closeAllConnections();
  });
});

describe('the tables in docs/reports.md', () => {
  it.each([
    ['field of a report', 'usageReport'],
    ['field of a line', 'line'],
  ])('explain each %s, in the order of the schema and of what is sent', (column, definition) => {
    const [, table = ''] = readText('docs/reports.md').split(`| ${column} `);
    const explained = [...(table.split('\n\n')[0] ?? '').matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(explained).toEqual(Object.keys(DEFS[definition]?.properties ?? {}));
  });

  it('agree with the lines that are written', () => {
    expect(LINE_FIELDS[2]).toEqual(Object.keys(DEFS['line']?.properties ?? {}));
    expect(LINE_FIELDS[1]).toEqual(Object.keys(DEFS['lineOfForm1']?.properties ?? {}));
  });
});

describe('the schema of reports', () => {
  it.each<[string, (report: { lines: Record<string, unknown>[] } & Record<string, unknown>) => void]>([
    ['of another form', (report) => (report['schema'] = 'usage-report/3')],
    ['without a line', (report) => (report.lines = [])],
    ['with a field that nobody explained', (report) => (report['more'] = 1)],
    ['with a line that says more', (report) => Object.assign(report.lines[0] ?? {}, { more: 1 })],
    ['with a line that says less', (report) => delete report.lines[0]?.['unit']],
    ['with a quantity that is a number', (report) => Object.assign(report.lines[0] ?? {}, { quantity: 1 })],
    ['with an exponent', (report) => Object.assign(report.lines[0] ?? {}, { quantity: '1e-8' })],
    ['with a GUID in upper case', (report) => (report['cloudId'] = String(report['cloudId']).toUpperCase())],
    ['with a time that is no hour', (report) => Object.assign(report.lines[0] ?? {}, { usageStartTime: '2026-03-08' })],
  ])('refuses one %s', (_what, spoil) => {
    const report = JSON.parse(example('json usage-report')) as never;
    spoil(report);
    expect(wrongIn('usageReport', report)).toBeDefined();
  });

  it('describes what the made-up receiver answers', async () => {
    const books = openCommerceBooks(':memory:');
    const server = createCommerceServer(books, null);
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const batch = exampleBatch();
    const headers = { 'content-type': 'application/json', 'idempotency-key': batch.idempotencyKey };
    const ask = (body: string) => fetch(`${url}/usage-reports`, { method: 'POST', headers, body });
    for (const _time of ['first', 'again']) {
      expect(wrongIn('reportAnswer', await (await ask(batchText(batch))).json())).toBeUndefined();
    }
    const totals = await fetch(`${url}/totals?cloudId=${batch.cloudId}`);
    const told = (await totals.json()) as object;
    expect(wrongIn('totals', told)).toBeUndefined();
    expect(told).toMatchObject({ totals: [{}, {}] });
    await server.close();
    books.close();
  });
});

describeEachDatabase('reports of real usage', (server) => {
  it.each<ReportForm>([2, 1])('are as the schema says, from all three clients, in form %i', async (form) => {
    const gateway = await openTestGateway(server);
    const stamp = await takeInDays(gateway, [{ day: '2026-03-09', hours: 4 }]);
    const odd = {
      stackSubscriptionId: guid('nobody’s'),
      meterId: METERS.unknown,
      usageStartTime: '2026-03-09T01:00:00Z',
    };
    await push(gateway.app, stamp, [usageRecord({ ...odd, id: 'odd', quantity: '0.00000008381903171539307' })]);
    gateway.clock.set('2026-03-10T12:00:00Z');
    await closeDueDays(gateway.app, { graceMs: 0, by: 'test' });
    const listener = await openListener();
    const refuse: CommerceClient = {
      name: 'busy',
      send: () => Promise.reject(new Error('busy')),
      totals: () => Promise.resolve(null),
    };
    expect(await report(gateway.app, refuse)).toMatchObject({ PENDING: 2 });
    await gateway.app.db.inTransaction((tx) => tx.execute('UPDATE usage_report SET form = ?', [form]));
    const again = async (client: CommerceClient) => {
      await gateway.app.db.inTransaction((tx) => tx.execute("UPDATE usage_report SET state = 'PENDING', due_at = 0"));
      expect(await report(gateway.app, client)).toMatchObject({ ACCEPTED: 2 });
    };
    const suffix = form === 2 ? '' : 'OfForm1';

    await again(httpsCommerce({ url: listener.url, credentials: null, timeoutMs: 5_000 }, systemClock));
    const sent = listener.received.map(({ text }) => JSON.parse(text) as ReportBatch);
    for (const body of sent) expect(wrongIn(`usageReport${suffix}`, body)).toBeUndefined();
    expect(sent.flatMap(({ lines }) => lines)).toHaveLength(3);

    const files = await filesOf(again);
    expect(files).toHaveLength(2);
    for (const { manifest, lines } of files) {
      expect(wrongIn(`manifest${suffix}`, JSON.parse(manifest))).toBeUndefined();
      for (const line of lines.trimEnd().split('\n')) {
        expect(wrongIn(`line${suffix}`, JSON.parse(line))).toBeUndefined();
      }
    }

    listener.received.length = 0;
    const offer = offerOf(sent.map(({ destinationSubscriptionId }) => destinationSubscriptionId));
    await again(marketplaceCommerce({ url: listener.url, credentials: null, offer, timeoutMs: 5_000 }, systemClock));
    for (const { text } of listener.received) {
      expect(wrongIn('marketplaceRequest', JSON.parse(text))).toBeUndefined();
    }
    expect(listener.received).toHaveLength(2);
    listener.close();
    await gateway.close();
  });
});
