import { randomInt } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PROVIDER_PATH, azure, usageUrl } from '../support/azure.js';
import { PROGRAM } from '../support/command.js';
import { describeEachDatabase } from '../support/databases.js';
import type { TestServer } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { TOKEN_VARIABLE, sourceFor } from '../support/stamp.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { setBooksKind } from '../../src/books/books-store.js';
import type { CollectionEvent } from '../../src/collection/collection-log.js';
import { collectRound } from '../../src/collection/collect-round.js';
import type { CollectionSource } from '../../src/collection/collection-file.js';
import { findWatermark } from '../../src/collection/watermark-store.js';
import { HUB, demoWorld } from '../../src/demo/demo-world.js';
import { loadDemo } from '../../src/demo/load-demo.js';
import { setUpDemo } from '../../src/demo/set-up-demo.js';
import { hourOf, hourText } from '../../src/primitives/windows.js';
import { getRegistration } from '../../src/registration/registration-store.js';

const SEED = 11;
/** More of both for a long run: TEST_COLLECT_DAYS=30 TEST_COLLECT_KILLS=20. */
const DAYS = Number(process.env['TEST_COLLECT_DAYS'] ?? 2);
const KILLS = Number(process.env['TEST_COLLECT_KILLS'] ?? 1);
const TIMEOUT_MS = 60_000 + DAYS * KILLS * 10_000;
/** A midnight, so that whole days can be asked for. */
const END = hourOf(Date.parse('2026-01-20T00:00:00Z'));
/** Usage of a hub may be up to some days old when it is reported; the collector asks by reported hour. */
const FROM = END - DAYS * 24;
const NOW = Date.parse('2026-01-20T06:00:00Z');
const CLOUD = demoWorld(SEED, END, DAYS).registrations[0]?.registration.cloudId ?? '';
/** Cuts between statements are cheap; each kill costs the start of a process. */
const CUTS = 12;

type Granularity = 'Hourly' | 'Daily';

interface Row {
  readonly properties: object;
}

/** Gateway A: it has the demo's usage, and listens. */
interface Upstream {
  readonly a: TestGateway;
  readonly url: string;
  readonly token: string;
  readonly source: CollectionSource;
  /** What it answers. */
  readonly rows: Readonly<Record<Granularity, readonly string[]>>;
}

async function openUpstream(server: TestServer): Promise<Upstream> {
  const a = await openTestGateway(server, { now: new Date(NOW).toISOString() });
  await loadDemo(a.app, { seed: SEED, now: END * 3_600_000, days: DAYS });
  // A demo's usage stands for that of a provider here, whose books are its own.
  await a.app.db.inTransaction((tx) => setBooksKind(tx, 'LIVE'));
  await a.http.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(a.http.server.address() as AddressInfo).port}`;
  const token = await a.app.tokens.sign(
    { subject: 'gateway-b', role: 'AUDITOR', registrations: 'all', tenants: 'all', resellers: 'all' },
    24 * 3600,
  );
  process.env[TOKEN_VARIABLE] = token;
  const rows = { Hourly: await allRows(a, 'Hourly'), Daily: await allRows(a, 'Daily') };
  return { a, url, token, rows, source: sourceFor(url, HUB, FROM, { subscriptionGuid: CLOUD, source: HUB }) };
}

/** Gateway B: it knows the same registrations and tenants, and no usage. */
async function openDownstream(server: TestServer, onStatement: () => void = () => undefined): Promise<TestGateway> {
  const b = await openTestGateway(server, { now: new Date(NOW).toISOString(), onStatement });
  await setUpDemo(b.app, demoWorld(SEED, END, DAYS), 'test');
  return b;
}

/** Every row of the provider API, hourly or daily, sorted: the order of two databases differs. */
async function allRows(gateway: TestGateway, granularity: Granularity): Promise<string[]> {
  const rows: string[] = [];
  let url = usageUrl(PROVIDER_PATH, CLOUD, {
    reportedStartTime: hourText(FROM),
    reportedEndTime: hourText(END),
    aggregationGranularity: granularity,
  });
  for (;;) {
    const { status, text, body } = await azure(gateway, 'OPERATOR', url);
    expect(status).toBe(200);
    // The text, not numbers that were read: every digit counts.
    rows.push(...text.slice(text.indexOf('['), text.lastIndexOf(']')).split('{"id":').slice(1));
    const { nextLink } = body as { value: Row[]; nextLink?: string };
    if (nextLink === undefined) break;
    url = nextLink.replace(/^https?:\/\/[^/]+/, '');
  }
  return rows.map((row) => row.replace(/,$/, '')).sort();
}

/** What a row is about, whatever its hour. */
function thingOf(row: string): string {
  const { properties } = JSON.parse(`{"id":${row}`) as { properties: Record<string, string> };
  return JSON.stringify([properties['subscriptionId'], properties['meterId'], properties['instanceData']]);
}

/** The same books, but for what a correction took back in an hour of its own: an operator would take that in. */
async function expectSameBooks({ rows }: Upstream, b: TestGateway): Promise<void> {
  const negative = rows.Hourly.filter((row) => row.includes('"quantity":-'));
  expect(negative).toHaveLength(1);
  const things = new Set(negative.map(thingOf));
  for (const granularity of ['Hourly', 'Daily'] as const) {
    const isCorrected = (row: string) => things.has(thingOf(row));
    const expected = rows[granularity].filter((row) => !isCorrected(row));
    const found = (await allRows(b, granularity)).filter((row) => !isCorrected(row));
    expect(expected.length).toBeGreaterThan(200);
    expect(found).toEqual(expected);
  }
  const quarantined = await b.ask('OPERATOR', '{ quarantinedRecords(code: "NEGATIVE_QUANTITY") { nodes { code } } }');
  expect(quarantined.data.quarantinedRecords.nodes).toHaveLength(1);
  const { data } = await b.ask('OPERATOR', '{ invariants { name holds } }');
  for (const invariant of data.invariants) expect(invariant).toMatchObject({ holds: true });
  const { data: tenants } = await b.ask(
    'OPERATOR',
    `{ stackSubscriptions(registration: "${HUB}", first: 200) { nodes { tenant { tenantId } } } }`,
  );
  const owned = tenants.stackSubscriptions.nodes.filter(({ tenant }: { tenant: object | null }) => tenant !== null);
  expect(owned.length).toBeGreaterThan(5);
}

async function watermarkOf(gateway: TestGateway): Promise<number | null> {
  const { id } = await getRegistration(gateway.app.db.reader, WHOLE_BOOKS, HUB);
  return findWatermark(gateway.app.db.reader, id);
}

async function round(app: TestGateway['app'], source: CollectionSource, until: number) {
  return collectRound(app, source, {
    rereads: false,
    until,
    pause: () => Promise.resolve(),
    log: () => undefined,
    signal: new AbortController().signal,
  });
}

describeEachDatabase('a gateway in front of a gateway', (server) => {
  let upstream: Upstream;

  // Gateway A is only asked.
  beforeAll(async () => {
    upstream = await openUpstream(server);
  }, TIMEOUT_MS);
  afterAll(() => upstream.a.close());

  it(
    'has the same books to the last digit, though it was cut off between statements again and again',
    async () => {
      let left = Infinity;
      const { source } = upstream;
      const b = await openDownstream(server, () => {
        left -= 1;
        if (left === 0) throw new Error('cut off');
      });
      const subscribing = { ...source, pullsSubscriptions: true };
      let cuts = 0;
      let last = 0;
      for (let again = 0; again < CUTS; again += 1) {
        left = randomInt(1, 150);
        const app = await b.second();
        await round(app, subscribing, Math.min(END, FROM + 3 * (again + 1))).catch((error: unknown) => {
          expect(String(error)).toContain('cut off');
          cuts += 1;
        });
        left = Infinity;
        const watermark = (await watermarkOf(b)) ?? FROM;
        expect(watermark).toBeGreaterThanOrEqual(last);
        last = watermark;
      }
      expect(cuts).toBeGreaterThan(0);
      // The hour whose row below zero needs attention was pulled before this round or in it.
      expect(await round(b.app, subscribing, END)).toMatchObject({ hasFailed: false });
      expect(await round(b.app, subscribing, END)).toEqual({ hasFailed: false, needsAttention: false });
      expect(await watermarkOf(b)).toBe(END);
      await expectSameBooks(upstream, b);
      await b.close();
    },
    TIMEOUT_MS,
  );

  it('takes nothing from a gateway whose books are a demo’s, and says what to do', async () => {
    const { a, source } = upstream;
    await a.app.db.inTransaction((tx) => setBooksKind(tx, 'DEMO'));
    const b = await openDownstream(server);
    const events: CollectionEvent[] = [];
    const asked = { rereads: false, until: END, pause: () => Promise.resolve(), signal: new AbortController().signal };
    const result = await collectRound(b.app, source, { ...asked, log: (event) => void events.push(event) });
    expect(result.hasFailed).toBe(true);
    expect(events.filter(({ level }) => level === 'error')).toMatchObject([
      {
        event: 'failed',
        code: 'BOOKS_ARE_DEMO',
        message: 'The source is a gateway with demo books: pull from a stamp, or from a gateway whose books are live.',
      },
    ]);
    expect(await b.app.db.reader.query('SELECT COUNT(*) AS records FROM usage_record')).toMatchObject([{ records: 0 }]);
    expect(await watermarkOf(b)).toBe(FROM);
    // The same usage from books that are somebody's own is taken.
    await a.app.db.inTransaction((tx) => setBooksKind(tx, 'LIVE'));
    expect((await collectRound(b.app, source, { ...asked, log: () => undefined })).hasFailed).toBe(false);
    expect(await watermarkOf(b)).toBe(END);
    await b.close();
  }, 120_000);

  describe('as a process of its own', () => {
    it(
      'has the same books to the last digit, though it was killed at random moments',
      async () => {
        const { url, token } = upstream;
        const b = await openDownstream(server);
        const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-collect-'));
        const file = join(folder, 'collection.json');
        const settings = {
          registration: HUB,
          url,
          subscriptionId: CLOUD,
          signIn: { token: { env: 'STAMP_TOKEN' } },
          from: hourText(FROM),
          source: HUB,
        };
        await writeFile(file, JSON.stringify({ sources: [settings] }));
        const env = {
          PATH: process.env['PATH'],
          DATABASE_URL: b.app.config.databaseUrl,
          DATA_FOLDER: folder,
          COLLECTION_FILE: file,
          STAMP_TOKEN: token,
        };
        const collect = (killAfterMs: number | null) => run(env, killAfterMs);
        let kills = 0;
        for (let again = 0; again < KILLS; again += 1) {
          if ((await collect(randomInt(1, 200))).isKilled) kills += 1;
        }
        const ended = await collect(null);
        // 3 where the last process met the row that is refused.
        expect([0, 3]).toContain(ended.code);
        expect(ended.errors).toBe('');
        expect(kills).toBeGreaterThan(0);
        expect(await watermarkOf(b)).toBe(END);
        await expectSameBooks(upstream, b);
        await rm(folder, { recursive: true, force: true });
        await b.close();
      },
      TIMEOUT_MS,
    );
  });
});

/** Runs `collect`; kills it so many milliseconds after it said that it pulled its first hour. */
async function run(
  env: Readonly<Record<string, string | undefined>>,
  killAfterMs: number | null,
): Promise<{ readonly code: number | null; readonly isKilled: boolean; readonly errors: string }> {
  const until = hourText(END);
  const child = spawn(process.execPath, [PROGRAM, 'collect', '--until', until], { env: { ...env } });
  let errors = '';
  let timer: NodeJS.Timeout | undefined;
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    const hasBegun = chunk.toString().includes('"event":"hour"');
    if (killAfterMs !== null && hasBegun) timer ??= setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, isKilled: signal === 'SIGKILL', errors });
    });
  });
}
