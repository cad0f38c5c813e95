import { once } from 'node:events';
import { connect, createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import { createApp } from '../../src/app.js';
import { advanceWatermark, beginWatermark, findWatermark } from '../../src/collection/watermark-store.js';
import { openCommerceBooks } from '../../src/commerce-simulator/commerce-books.js';
import { commerceInProcess } from '../../src/commerce-simulator/commerce-in-process.js';
import type { Fault } from '../../src/commerce-simulator/commerce-in-process.js';
import { createServer } from '../../src/http/server.js';
import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import { prepareReports } from '../../src/pipeline/reporting/prepare-reports.js';
import { sendReports } from '../../src/pipeline/reporting/send-reports.js';
import { hourOf } from '../../src/primitives/windows.js';
import { migrateUp } from '../../src/database/migrate.js';
import { PROVIDER_PATH, azure, usageUrl } from '../support/azure.js';
import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { guid, push, registerStamp, usageRecord } from '../support/world.js';

const TOKEN = 'a-token-for-Prometheus';

describeEachDatabase('what an operator watches', (server) => {
  it('says where every stage stands, to who has the token, and names no customer', async () => {
    const gateway = await openTestGateway(server, { env: { METRICS_TOKEN: TOKEN } });
    const stamp = await registerStamp(gateway.app);
    gateway.clock.set('2026-03-08T05:00:00Z');
    const usage = { stackSubscriptionId: guid('contoso'), usageStartTime: '2026-03-08T01:00:00Z' };
    await push(gateway.app, stamp, [usageRecord({ ...usage, id: 'a' })]);
    gateway.clock.set('2026-03-09T05:00:00Z');
    await push(gateway.app, stamp, [usageRecord({ ...usage, id: 'b' })]);
    gateway.clock.set('2026-03-09T06:00:00Z');
    expect((await metrics(gateway)).get('usage_gateway_closing_open_days')).toBe('2');
    expect((await metrics(gateway)).get('usage_gateway_closing_oldest_open_day_age_seconds')).toBe('21600');

    await closeDueDays(gateway.app, { graceMs: 0, by: 'test' });
    const closed = await metrics(gateway);
    expect(closed.get('usage_gateway_closing_closed_days')).toBe('1');
    expect(closed.get('usage_gateway_reporting_unprepared_days')).toBe('1');
    await prepareReports(gateway.app);
    gateway.clock.set('2026-03-10T00:00:00Z');
    const prepared = await metrics(gateway);
    expect(prepared.get('usage_gateway_reporting_unprepared_days')).toBe('0');
    expect(prepared.get('usage_gateway_reporting_reports{state="PENDING"}')).toBe('1');
    expect(prepared.get('usage_gateway_reporting_oldest_unsent_age_seconds')).toBe('86400');
    expect(prepared.get('usage_gateway_ingestion_last_batch_age_seconds')).toBe('68400');
    expect([...prepared.keys()].filter((name) => name.startsWith('usage_') && /hub|contoso/.test(name))).toEqual([]);

    for (const authorization of [undefined, 'Bearer wrong', `Bearer ${await gateway.token('OPERATOR')}`]) {
      const headers = authorization === undefined ? {} : { authorization };
      const { statusCode } = await gateway.http.inject({ url: '/metrics', headers });
      expect(statusCode).toBe(401);
    }
    await gateway.close();
  });

  it('counts what each stage did, by verdict and by code', async () => {
    const received = openCommerceBooks(':memory:');
    const faults: Fault[] = ['FAIL'];
    const commerce = commerceInProcess(received, () => faults.shift() ?? null);
    const gateway = await openTestGateway(server, { commerce, env: { METRICS_TOKEN: TOKEN } });
    await registerStamp(gateway.app);
    gateway.clock.set('2026-03-08T05:00:00Z');
    const usage = { stackSubscriptionId: guid('contoso'), usageStartTime: '2026-03-08T01:00:00Z' };
    const records = [usageRecord({ ...usage, id: 'a' }), usageRecord({ ...usage, id: 'b', quantity: 'x' })];
    const payload = JSON.stringify(records);
    const headers = { authorization: `Bearer ${await gateway.token('INGESTOR')}`, 'content-type': 'application/json' };
    for (let time = 0; time < 2; time += 1) {
      const url = '/v1/usage?registration=hub';
      expect((await gateway.http.inject({ method: 'POST', url, headers, payload })).statusCode).toBe(200);
    }
    gateway.clock.set('2026-03-09T07:00:00Z');
    await closeDueDays(gateway.app, { graceMs: 0, by: 'test' });
    await prepareReports(gateway.app);
    for (let time = 0; time < 2; time += 1) {
      const reporting = { ...gateway.app, commerce, jitter: () => 0 };
      await sendReports(reporting, new AbortController().signal);
      gateway.clock.set('2026-03-09T08:00:00Z');
    }
    const counted = await metrics(gateway);
    const of = (name: string) => counted.get(`usage_gateway_${name}`);
    expect(of('ingestion_batches_total{outcome="COMMITTED"}')).toBe('2');
    expect(of('ingestion_records_total{verdict="ACCEPTED"}')).toBe('1');
    expect(of('ingestion_records_total{verdict="DUPLICATE"}')).toBe('1');
    expect(of('ingestion_records_total{verdict="REJECTED"}')).toBe('2');
    expect(of('ingestion_refused_records_total{code="INVALID_QUANTITY"}')).toBe('2');
    expect(of('ingestion_pushed_bytes_total')).toBe(String(2 * payload.length));
    expect(of('ingestion_batch_seconds_count')).toBe('2');
    expect(of('closing_days_total{outcome="CLOSED"}')).toBe('1');
    expect(of('closing_days_total{outcome="FAILED"}')).toBe('0');
    expect(of('closing_day_seconds_count')).toBe('1');
    expect(of('reporting_attempts_total{outcome="PENDING"}')).toBe('1');
    expect(of('reporting_attempts_total{outcome="ACCEPTED"}')).toBe('1');
    expect(of('reporting_failures_total{code="NetworkError"}')).toBe('1');
    expect(of('reporting_lines_total{status="ACCEPTED"}')).toBe('1');
    await gateway.close();
  });

  it('counts the pages of closed windows that were not read again, and the rows that are kept for that', async () => {
    const gateway = await openTestGateway(server, { env: { METRICS_TOKEN: TOKEN } });
    const stamp = await registerStamp(gateway.app);
    gateway.clock.set('2026-03-08T05:00:00Z');
    await push(gateway.app, stamp, [usageRecord({ usageStartTime: '2026-03-08T01:00:00Z' })]);
    gateway.clock.set('2026-03-09T07:00:00Z');
    await closeDueDays(gateway.app, { graceMs: 0, by: 'test' });
    const day = { from: '2026-03-08T00:00:00Z', to: '2026-03-09T00:00:00Z' };
    const question = `{ usageAggregates(range: { from: "${day.from}", to: "${day.to}" }) { nodes { quantity } } }`;
    for (let time = 0; time < 5; time += 1) await gateway.ask('OPERATOR', question);
    const window = { reportedStartTime: day.from, reportedEndTime: day.to };
    const url = usageUrl(PROVIDER_PATH, guid('base hub'), window);
    for (const headers of [{}, {}, { 'if-none-match': '*' }]) await azure(gateway, 'OPERATOR', url, { headers });
    const today = usageUrl(PROVIDER_PATH, guid('base hub'), {
      reportedStartTime: day.to,
      reportedEndTime: '2026-03-09T05:00:00Z',
    });
    await azure(gateway, 'OPERATOR', today);
    const counted = await metrics(gateway);
    const of = (api: string, outcome: string) =>
      counted.get(`usage_gateway_reading_pages_total{api="${api}",outcome="${outcome}"}`);
    expect([of('graphql', 'READ'), of('graphql', 'KEPT')]).toEqual(['2', '3']);
    expect(['TAGGED', 'UNTAGGED', 'NOT_MODIFIED'].map((outcome) => of('usage', outcome))).toEqual(['2', '1', '1']);
    expect(counted.get('usage_gateway_reading_kept_rows')).toBe('1');
    await gateway.close();
  });

  it('tells a day that closing is behind with from one that waits for its grace or its hours', async () => {
    const gateway = await openTestGateway(server, { env: { METRICS_TOKEN: TOKEN, CLOSE_GRACE_HOURS: '6' } });
    const { app, clock } = gateway;
    const lag = async () => {
      const read = await metrics(gateway);
      return ['closing_lag_seconds', 'collection_lag_seconds'].map((name) => read.get(`usage_gateway_${name}`));
    };
    const pulled = await registerStamp(app, 'pulled', { usageIntake: 'PULLED' });
    clock.set('2026-03-08T05:00:00Z');
    const usage = { stackSubscriptionId: guid('contoso'), usageStartTime: '2026-03-08T01:00:00Z' };
    await push(app, pulled, [usageRecord(usage)]);
    clock.set('2026-03-09T08:00:00Z');
    expect(await lag()).toEqual(['0', '0']);
    const hour = hourOf(Date.parse('2026-03-08T23:00:00Z'));
    const watermark = { registrationId: pulled.id, hour, at: clock.now() };
    await app.db.inTransaction((tx) => beginWatermark(tx, watermark));
    // Its collector stands still: the day is not due, and the gateway answers questions as before.
    expect(await lag()).toEqual(['0', '32400']);
    expect((await gateway.http.inject({ url: '/readyz' })).statusCode).toBe(200);
    await app.db.inTransaction((tx) => advanceWatermark(tx, watermark));
    expect(await lag()).toEqual(['7200', '28800']);
    await closeDueDays(app, { graceMs: 6 * 3_600_000, by: 'test', pulledBefore: findWatermark });
    expect(await lag()).toEqual(['0', '28800']);
    await gateway.close();
  });

  it('is not ready, and says so, when the database has gone away, but alive', async () => {
    const gateway = await openTestGateway(server);
    const app = await createApp(gateway.app.config);
    const http = await createServer(app);
    expect((await http.inject({ url: '/readyz' })).statusCode).toBe(200);
    await app.close();
    const gone = await http.inject({ url: '/readyz' });
    expect([gone.statusCode, gone.json()]).toEqual([
      503,
      { status: 'not ready', reason: 'the database does not answer' },
    ]);
    const alive = await http.inject({ url: '/healthz' });
    expect([alive.statusCode, alive.json()]).toEqual([200, { status: 'ok' }]);
    await http.close();
    await gateway.close();
  });

  if (server.dialect === 'mysql') {
    it('is alive but not ready while the database hangs, says so in time, and is ready when it answers', async () => {
      const gateway = await openTestGateway(server);
      const way = await openWay(gateway.app.config.databaseUrl);
      const app = await createApp({ ...gateway.app.config, databaseUrl: way.url });
      const http = await createServer(app);
      expect((await http.inject({ url: '/readyz' })).statusCode).toBe(200);
      way.block();
      expect((await http.inject({ url: '/healthz' })).statusCode).toBe(200);
      const reason = 'the database does not answer in time';
      for (const asking of [http.inject({ url: '/readyz' }), http.inject({ url: '/readyz' })]) {
        const answer = await asking;
        expect([answer.statusCode, answer.json()]).toEqual([503, { status: 'not ready', reason }]);
      }
      way.unblock();
      expect((await http.inject({ url: '/readyz' })).statusCode).toBe(200);
      await http.close();
      await app.close();
      await way.close();
      await gateway.close();
    });
  }

  it('is alive while it starts, says so, and answers nothing else before it is ready', async () => {
    const gateway = await openTestGateway(server);
    let isStarting = true;
    const lines: string[] = [];
    const log = { write: (line: string) => lines.push(line) };
    const http = await createServer(
      { ...gateway.app, config: { ...gateway.app.config, logLevel: 'debug' } },
      log,
      () => isStarting,
    );
    expect((await http.inject({ url: '/healthz' })).statusCode).toBe(200);
    const ready = await http.inject({ url: '/readyz' });
    expect([ready.statusCode, ready.json()]).toEqual([503, { status: 'not ready', reason: 'starting' }]);
    const authorization = `Bearer ${await gateway.token('OPERATOR')}`;
    for (const [method, url] of [
      ['POST', '/graphql'],
      ['POST', '/v1/usage?registration=hub'],
      ['GET', '/graphiql/'],
      ['GET', '/nowhere'],
    ] as const) {
      const answer = await http.inject({ method, url, headers: { authorization } });
      expect([url, answer.statusCode, answer.headers['retry-after']]).toEqual([url, 503, '5']);
      expect(answer.json()).toMatchObject({
        error: { code: 'UNAVAILABLE', message: 'The gateway is starting. Ask again in a moment.' },
      });
    }
    expect(lines).toEqual([]);
    isStarting = false;
    expect((await http.inject({ url: '/readyz' })).json()).toEqual({ status: 'ready', books: 'LIVE' });
    await http.close();
    await gateway.close();
  });

  it('is ready when the tables are those of this version, and not before', async () => {
    const gateway = await openTestGateway(server);
    expect((await gateway.http.inject({ url: '/metrics' })).statusCode).toBe(404);
    const ready = await gateway.http.inject({ url: '/readyz' });
    expect([ready.statusCode, ready.json()]).toEqual([200, { status: 'ready', books: 'LIVE' }]);
    const later = "(timestamp, name) VALUES (1999999999999, 'AddWhatNobodyKnows1999999999999')";
    await gateway.app.db.source.query(`INSERT INTO migrations ${later}`);
    const ahead = await gateway.http.inject({ url: '/readyz' });
    expect([ahead.statusCode, ahead.json()]).toEqual([
      503,
      { status: 'not ready', reason: 'the tables are those of a newer version' },
    ]);
    await gateway.app.db.source.query('DELETE FROM migrations WHERE timestamp = 1999999999999');
    await gateway.app.db.source.undoLastMigration({ transaction: 'each' });
    const behind = await gateway.http.inject({ url: '/readyz' });
    expect([behind.statusCode, behind.json()]).toEqual([
      503,
      { status: 'not ready', reason: 'the tables are not up to date' },
    ]);
    await migrateUp(gateway.app.db);
    expect((await gateway.http.inject({ url: '/readyz' })).statusCode).toBe(200);
    await gateway.close();
  });
});

/** A way to the server of a URL. While it is blocked, connections are taken and nothing is passed on, nor lost. */
async function openWay(url: string) {
  const there = new URL(url);
  const sockets: Socket[] = [];
  let isBlocked = false;
  const listener = createTcpServer((near) => {
    const far = connect(Number(there.port), there.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      if (isBlocked) from.pause();
      from.on('data', (bytes) => to.write(bytes));
      from.on('close', () => to.destroy());
      from.on('error', () => to.destroy());
      sockets.push(from);
    }
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const here = new URL(url);
  here.port = String((listener.address() as AddressInfo).port);
  return {
    url: here.href,
    block: () => {
      isBlocked = true;
      for (const socket of sockets) socket.pause();
    },
    unblock: () => {
      isBlocked = false;
      for (const socket of sockets) socket.resume();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}

async function metrics({ http }: TestGateway): Promise<ReadonlyMap<string, string>> {
  const { statusCode, body } = await http.inject({ url: '/metrics', headers: { authorization: `Bearer ${TOKEN}` } });
  expect(statusCode).toBe(200);
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]));
}
