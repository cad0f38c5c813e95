import { verifyAuditChain } from '../../src/access/audit-store.js';
import type { Actor } from '../../src/access/actor.js';
import type { BooksKind } from '../../src/books/books-kind.js';
import { readBooks, setBooksKind } from '../../src/books/books-store.js';
import { claimForDemo } from '../../src/demo/claim-for-demo.js';
import { migrateUp } from '../../src/database/migrate.js';
import { collectRound } from '../../src/collection/collect-round.js';
import { loadDemo } from '../../src/demo/load-demo.js';
import { DEMO_SEED } from '../../src/demo/demo-world.js';
import { entities, migrations } from '../../src/data-source.js';
import { openDatabase } from '../../src/database/open-database.js';
import { closeDays } from '../../src/pipeline/closing/close-days.js';
import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import type { CommerceClient } from '../../src/pipeline/reporting/commerce-client.js';
import { decideBooks } from '../../src/pipeline/reporting/decide-books.js';
import { prepareReports } from '../../src/pipeline/reporting/prepare-reports.js';
import { retryReport } from '../../src/pipeline/reporting/retry-report.js';
import { sendReports } from '../../src/pipeline/reporting/send-reports.js';
import { dayOf, hourOf } from '../../src/primitives/windows.js';
import { readPipelineState } from '../../src/reading/pipeline-state.js';
import { findUnsent } from '../../src/reading/reports.js';
import { RELEASE, isLaterRelease } from '../../src/primitives/release.js';
import { reportingTask } from '../../src/scheduling/background-tasks.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { describeEachDatabase } from '../support/databases.js';
import type { TestServer } from '../support/databases.js';
import { DEMO_STAMPS } from '../support/demo-stamps.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { restoreReleasedBooks } from '../support/released-books.js';
import { sourceFor } from '../support/stamp.js';
import { guid, push, registerStamp, usageRecord } from '../support/world.js';

const NOW = '2026-03-10T12:30:00Z';
const DEMO = { seed: DEMO_SEED, now: Date.parse(NOW), days: 2 };
const REPORTED = 'SELECT id, state FROM usage_report ORDER BY id';

describeEachDatabase('books', (server) => {
  let gateway: TestGateway;

  afterEach(async () => gateway.close());

  it('are live when they are made, and say which release brought them up to date', async () => {
    gateway = await openTestGateway(server, { database: await emptyDatabase(server) });
    await migrateUp(gateway.app.db);
    expect(await kindIn(gateway)).toEqual({ kind: 'LIVE', writtenBy: RELEASE });
  });

  it('become the demo’s when nobody has used them, and take no other registration then', async () => {
    gateway = await openTestGateway(server);
    const { app } = gateway;
    await loadDemo(app, DEMO);
    expect(await kindIn(gateway)).toMatchObject({ kind: 'DEMO' });
    await expect(registerStamp(app, 'hub')).rejects.toMatchObject({ code: 'BOOKS_ARE_DEMO' });
    const { data } = await gateway.ask('TENANT_USER', '{ viewer { books } }');
    expect(data).toEqual({ viewer: { books: 'DEMO' } });
    expect((await gateway.http.inject('/readyz')).json()).toEqual({ status: 'ready', books: 'DEMO' });
    // Once more changes nothing.
    const before = await verifyAuditChain(app.db.reader);
    await loadDemo(app, DEMO);
    expect(await verifyAuditChain(app.db.reader)).toEqual(before);
  });

  it.each<[string, (on: TestGateway) => Promise<unknown>]>([
    ['a registration', ({ app }) => registerStamp(app, 'hub')],
    [
      'a reseller',
      (on) => on.ask('OPERATOR', 'mutation { registerReseller(input: { name: "N" }) { userErrors { code } } }'),
    ],
  ])('are left alone by the demo when they hold %s', async (_what, use) => {
    gateway = await openTestGateway(server);
    await use(gateway);
    await expect(loadDemo(gateway.app, DEMO)).rejects.toMatchObject({ code: 'BOOKS_ARE_LIVE' });
    expect(await kindIn(gateway)).toMatchObject({ kind: 'LIVE' });
    const names = await gateway.app.db.reader.query<{ name: string }>('SELECT name FROM registration');
    expect(names.filter(({ name }) => name !== 'hub')).toEqual([]);
  });

  it('of the demo that hold a registration which it did not make are left alone as well', async () => {
    gateway = await openTestGateway(server);
    const { app } = gateway;
    await registerStamp(app, 'hub');
    await app.db.inTransaction((tx) => setBooksKind(tx, 'DEMO'));
    await expect(claimForDemo(app, { stamps: DEMO_STAMPS, by: 'demo' })).rejects.toMatchObject({
      code: 'BOOKS_ARE_LIVE',
      message: expect.stringContaining('"hub"') as string,
    });
  });

  it('of the demo reach no receiver but the simulator of the same process', async () => {
    const { commerce, asked } = receiver();
    gateway = await openTestGateway(server, { now: NOW, commerce });
    const { app } = gateway;
    await loadDemo(app, DEMO);
    expect(await closeDueDays(app, { graceMs: 0, by: 'test' })).toMatchObject({ failures: [] });
    expect(await prepareReports(app)).toBeGreaterThan(0);
    const before = await app.db.reader.query(REPORTED);
    await expect(send(gateway, commerce)).rejects.toMatchObject({ code: 'BOOKS_ARE_DEMO' });
    const { errors } = await gateway.ask('OPERATOR', '{ reconcileReport(registration: "contoso-hub") { isEqual } }');
    expect(errors).toMatchObject([{ extensions: { code: 'BOOKS_ARE_DEMO' } }]);
    expect(asked).toEqual([]);
    expect(await app.db.reader.query(REPORTED)).toEqual(before);

    const simulator = receiver();
    await send(gateway, { ...simulator.commerce, isSimulator: true });
    expect(simulator.asked).toHaveLength(before.length);
  });

  it('of the demo are told of once by the task that reports, which waits', async () => {
    const { commerce, asked } = receiver();
    gateway = await openTestGateway(server, { now: NOW, commerce });
    await loadDemo(gateway.app, DEMO);
    await closeDueDays(gateway.app, { graceMs: 0, by: 'test' });
    const warnings: object[] = [];
    const log = { info: () => undefined, warn: (what: object) => warnings.push(what), error: () => undefined };
    const task = reportingTask(gateway.app, log);
    for (const { signal } of [new AbortController(), new AbortController(), new AbortController()]) await task(signal);
    expect(warnings).toEqual([{ task: 'reporting', client: 'test', code: 'BOOKS_ARE_DEMO' }]);
    expect(asked).toEqual([]);
  });

  it('of the demo are not pulled into', async () => {
    gateway = await openTestGateway(server, { now: NOW });
    await loadDemo(gateway.app, DEMO);
    const round = { rereads: false, pause: () => Promise.resolve(), log: () => undefined };
    const source = sourceFor('http://127.0.0.1:9', 'contoso-hub', 0);
    await expect(
      collectRound(gateway.app, source, { ...round, signal: new AbortController().signal }),
    ).rejects.toMatchObject({ code: 'BOOKS_ARE_DEMO' });
  });

  it('with registrations of the demo beside others are not reported until somebody says that they are live', async () => {
    const { commerce, asked } = receiver();
    gateway = await openTestGateway(server, { now: NOW, commerce });
    const { app } = gateway;
    await mix(gateway);
    await expect(prepareReports(app)).rejects.toMatchObject({ code: 'BOOKS_ARE_MIXED' });
    await expect(send(gateway, commerce)).rejects.toMatchObject({ code: 'BOOKS_ARE_MIXED' });
    await expect(loadDemo(app, DEMO)).rejects.toMatchObject({ code: 'BOOKS_ARE_MIXED' });
    expect((await gateway.http.inject('/readyz')).json()).toEqual({ status: 'ready', books: 'MIXED' });

    await decideBooks(app, { kind: 'LIVE', stamps: DEMO_STAMPS, by: OPERATOR });
    await prepareReports(app);
    await send(gateway, commerce);
    expect(asked).toEqual([guid('cloud hub')]);
    // What the demo had prepared before is given up for good.
    const made = await app.db.reader.query<{ id: number }>("SELECT id FROM usage_report WHERE state = 'GIVEN_UP'");
    expect(made.length).toBeGreaterThan(0);
    for (const { id } of made) {
      await expect(retryReport(app, WHOLE_BOOKS, { reportId: id, by: 'test' })).rejects.toMatchObject({
        code: 'REPORT_NOT_RETRYABLE',
      });
    }
    const { unsentReports, level } = await waiting(gateway);
    expect({ unsentReports, level }).toEqual({ unsentReports: 0, level: 'NONE' });
    expect((await verifyAuditChain(app.db.reader)).problem).toBeNull();
    const { data } = await gateway.ask(
      'OPERATOR',
      '{ auditLog(action: "decideBooks") { nodes { subject before after } } }',
    );
    expect(data.auditLog.nodes).toEqual([
      {
        subject: 'somebody',
        before: '{"kind":"MIXED"}',
        after: '{"kind":"LIVE","quiet":["contoso-hub","fabrikam-edge"]}',
      },
    ]);
  });

  it('that were mixed are never reported when somebody says that they are a demo, and what was said stays', async () => {
    const { commerce, asked } = receiver();
    gateway = await openTestGateway(server, { now: NOW, commerce });
    const { app } = gateway;
    await mix(gateway);
    await decideBooks(app, { kind: 'DEMO', stamps: DEMO_STAMPS, by: OPERATOR });
    await decideBooks(app, { kind: 'DEMO', stamps: DEMO_STAMPS, by: OPERATOR });
    await expect(decideBooks(app, { kind: 'LIVE', stamps: DEMO_STAMPS, by: OPERATOR })).rejects.toMatchObject({
      code: 'BOOKS_ARE_DEMO',
    });
    await expect(send(gateway, commerce)).rejects.toMatchObject({ code: 'BOOKS_ARE_DEMO' });
    expect(asked).toEqual([]);
  });

  it.each<[BooksKind, string]>([
    ['LIVE', 'nothing of the demo'],
    ['MIXED', 'the demo’s beside others'],
    ['DEMO', 'the demo’s alone'],
    ['LIVE', 'a stamp of its own under a name of the demo'],
  ])('of 0.1.0 are %s when they hold %s', async (kind, what) => {
    const database = await databaseOf(server, what);
    gateway = await openTestGateway(server, { database });
    await migrateUp(gateway.app.db);
    expect(await kindIn(gateway)).toEqual({ kind, writtenBy: RELEASE });
  });

  it('that a newer release wrote keep its name, and say it where they cannot be opened', async () => {
    gateway = await openTestGateway(server, { database: await emptyDatabase(server) });
    const { db } = gateway.app;
    await migrateUp(db);
    await db.source.query("UPDATE books SET written_by = '9.1.0'");
    await migrateUp(db);
    expect(await kindIn(gateway)).toEqual({ kind: 'LIVE', writtenBy: '9.1.0' });
    await db.source.query("INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'FromTheFuture9999')");
    await expect(migrateUp(db)).rejects.toThrow(`Release 9.1.0 wrote it, and this is ${RELEASE}.`);
  });
});

describe('a release', () => {
  it.each([
    ['0.2.0', '0.1.0', true],
    ['0.10.0', '0.9.9', true],
    ['1.0.0', '0.99.99', true],
    ['0.2.0', '0.2.0-dev', true],
    ['0.2.0-dev', '0.2.0', false],
    ['0.2.0-dev', '0.1.9', true],
    ['0.2.0', '0.2.0', false],
    ['0.1.0', '0.2.0', false],
    ['nonsense', '0.1.0', false],
  ])('%s is later than %s: %s', (one, other, isLater) => {
    expect(isLaterRelease(one, other)).toBe(isLater);
  });
});

/** A receiver that takes everything, and the stamps that it was told of. */
function receiver(): { readonly commerce: CommerceClient; readonly asked: string[] } {
  const asked: string[] = [];
  const commerce: CommerceClient = {
    name: 'test',
    send: ({ cloudId, lines }) => {
      asked.push(cloudId);
      const answers = lines.map(({ lineId }) => ({ lineId, status: 'ACCEPTED' as const, code: null }));
      return Promise.resolve({ receipt: 'r', lines: answers });
    },
    totals: (cloudId) => {
      asked.push(cloudId);
      return Promise.resolve([]);
    },
  };
  return { commerce, asked };
}

function send({ app }: TestGateway, commerce: CommerceClient) {
  return sendReports({ ...app, commerce, jitter: () => 0 }, new AbortController().signal);
}

/** As 0.1.0 could leave them: the demo with reports that wait, and a stamp of one's own with a closed day. */
async function mix({ app, clock }: TestGateway): Promise<void> {
  await loadDemo(app, DEMO);
  await closeDueDays(app, { graceMs: 0, by: 'test' });
  await prepareReports(app);
  await app.db.inTransaction((tx) => setBooksKind(tx, 'LIVE'));
  const hub = await registerStamp(app, 'hub');
  clock.set('2026-03-10T11:00:00Z');
  await push(app, hub, [usageRecord()]);
  clock.set('2026-03-11T12:00:00Z');
  await closeDays(app, { registrationId: hub.id, through: dayOf(hourOf(Date.parse('2026-03-10'))), by: 'test' });
  await app.db.inTransaction((tx) => setBooksKind(tx, 'MIXED'));
}

/** What the gateway says is still to be sent of the demo's first stamp, and of all. */
async function waiting({ app }: TestGateway) {
  const { reports } = await readPipelineState(app.db.reader, app.clock.now(), 0);
  const [row] = await app.db.reader.query<{ id: number }>("SELECT id FROM registration WHERE name = 'contoso-hub'");
  const { level } = await findUnsent(app.db.reader, Number(row?.id), app.clock.now());
  return { unsentReports: reports.PENDING + reports.SENDING + reports.GIVEN_UP + reports.REFUSED, level };
}

async function kindIn({ app }: TestGateway) {
  const { kind, writtenBy } = await readBooks(app.db.reader);
  return { kind, writtenBy };
}

async function emptyDatabase(server: TestServer) {
  const { url, drop } = await server.create();
  return closing(url, drop);
}

/** Books of 0.1.0 before they are migrated. */
async function databaseOf(server: TestServer, what: string) {
  const { url, drop } = await restoreReleasedBooks(server, '0.1.0');
  const db = await openDatabase({ url, entities, migrations });
  const copy = (name: string, cloudId: string) =>
    db.source.query(
      `INSERT INTO registration (name, name_key, cloud_id, base_subscription_guid, base_offer, resource_group,
         billing_model, is_multitenancy_approved, is_usage_reporting_enabled, closed_before_day, routing_version,
         created_at, created_by)
       VALUES (?, ?, ?, ?, 'CSP', 'azurestack', 'PAY_AS_YOU_USE', 1, 1, 0, 0, 0, 'demo')`,
      [name, name, cloudId, guid('base')],
    );
  if (what.startsWith('the demo’s')) for (const { name, cloudId } of DEMO_STAMPS) await copy(name, cloudId);
  if (what.includes('of its own')) await copy('contoso-hub', guid('cloud of somebody'));
  if (what.endsWith('alone')) {
    const [off, on] =
      server.dialect === 'sqlite'
        ? ['PRAGMA foreign_keys = OFF', 'PRAGMA foreign_keys = ON']
        : ['SET FOREIGN_KEY_CHECKS = 0', 'SET FOREIGN_KEY_CHECKS = 1'];
    const runner = db.source.createQueryRunner();
    for (const statement of [off, "DELETE FROM registration WHERE name IN ('hub', 'rim')", on]) {
      await runner.query(statement);
    }
    await runner.release();
  }
  await db.close();
  return closing(url, drop);
}

function closing(url: string, drop: () => Promise<unknown>) {
  const close = async () => {
    await drop();
  };
  return { url, close };
}

const OPERATOR: Actor = { subject: 'somebody', role: null, credential: 'COMMAND_LINE', requestId: null, once: null };
