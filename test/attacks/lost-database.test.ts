/** What lies between the gateway and its database server breaks, in the middle of everything the gateway does. */
import { commerceInProcess } from '../../src/commerce-simulator/commerce-in-process.js';
import { openCommerceBooks } from '../../src/commerce-simulator/commerce-books.js';
import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import type { CommerceClient } from '../../src/pipeline/reporting/commerce-client.js';
import { LEASE_MS } from '../../src/pipeline/reporting/send-reports.js';
import { describeEachServer, openTestDatabase } from '../support/databases.js';
import type { TestServer } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { COMMIT, openLine } from '../support/line.js';
import type { Line } from '../support/line.js';
import { send, sendQuery } from '../support/raw-request.js';
import { report, takeInDays } from '../support/reporting.js';
import { guid, registerStamp, usageRecord } from '../support/world.js';

/** More than there are connections to the database. */
const MORE_THAN_CONNECTIONS = 12;
const TIMES = Array.from({ length: MORE_THAN_CONNECTIONS }, (_unused, time) => time);
/** Long enough for a busy machine to answer whatever is not swallowed. */
const REQUEST_MS_MAX = '2000';
const PATIENCE = { connectMs: 2_000, cancelledMs: 300, endMs: 10_000, workMs: 10_000 };
const DAYS = [
  { day: '2026-03-08', hours: 2 },
  { day: '2026-03-09', hours: 2 },
];

describeEachServer('a line to the database', (server) => {
  it('that is cut within a batch: 503, nothing half written, and the batch can be sent again', async () => {
    const { gateway, line, close } = await open(server);
    await registerStamp(gateway.app);
    line.cutAfter(/usage_record/);
    const answer = await pushed(gateway, 'cut');
    expect(answer).toMatchObject({ status: 503, codes: ['UNAVAILABLE'], headers: { 'retry-after': '5' } });
    expect(answer.text).toContain('Nothing of this was written');
    line.heal();
    expect(await recordsIn(gateway)).toBe(0);
    expect(verdicts(await pushed(gateway, 'cut'))).toEqual(['ACCEPTED']);
    await close();
  });

  it('that is cut with the answer to a commit: the batch is said to be unsure, and counts once when it is sent again', async () => {
    const { gateway, line, close } = await open(server);
    await registerStamp(gateway.app);
    // Names are committed before the batch that brings them.
    await pushed(gateway, 'before');
    line.cutAfter(COMMIT);
    const answer = await pushed(gateway, 'unsure');
    expect(answer).toMatchObject({ status: 503, codes: ['UNAVAILABLE'] });
    expect(answer.text).toContain('may have been written');
    line.heal();
    expect(verdicts(await pushed(gateway, 'unsure'))).toEqual(['DUPLICATE']);
    expect(await recordsIn(gateway)).toBe(2);
    await close();
  });

  it('that swallows everything holds up no batch and no question for ever, nor /readyz, and keeps none of their connections', async () => {
    const { gateway, line, close } = await open(server, { env: { REQUEST_MS_MAX }, patience: PATIENCE });
    await registerStamp(gateway.app);
    const question = () => sendQuery(gateway, '{ tenants { nodes { name } } }');
    const readiness = async () => (await gateway.http.inject('/readyz')).json<object>();
    expect(await readiness()).toMatchObject({ status: 'ready' });
    line.swallow();
    const [ready, ...answers] = await Promise.all([
      readiness(),
      ...TIMES.map((time) => (time % 2 === 0 ? question() : pushed(gateway, `swallowed ${time}`))),
    ]);
    expect(ready).toMatchObject({ status: 'not ready', reason: 'the database does not answer in time' });
    for (const { status, codes } of answers) expect([status, codes]).toEqual([503, ['TIMEOUT']]);
    expect((await gateway.http.inject('/healthz')).statusCode).toBe(200);
    await until(() => line.connections() === 0);
    line.heal();
    const again = await Promise.all(TIMES.map(question));
    expect(again.map(({ status }) => status)).toEqual(TIMES.map(() => 200));
    expect(verdicts(await pushed(gateway, 'swallowed 1'))).toEqual(['ACCEPTED']);
    expect(await recordsIn(gateway)).toBe(1);
    expect(await readiness()).toMatchObject({ status: 'ready' });
    await close();
  });

  it('to a server that is down and comes back: 503 with the time to wait meanwhile, and no restart of the gateway', async () => {
    const { gateway, line, close } = await open(server);
    await registerStamp(gateway.app);
    const takeAgain = await line.refuse();
    const refused = { status: 503, codes: ['UNAVAILABLE'], headers: { 'retry-after': '5' } };
    expect(await pushed(gateway, 'down')).toMatchObject(refused);
    expect(await sendQuery(gateway, '{ tenants { nodes { name } } }')).toMatchObject(refused);
    expect((await gateway.http.inject('/readyz')).json()).toEqual({
      status: 'not ready',
      reason: 'the database does not answer',
    });
    await takeAgain();
    expect(verdicts(await pushed(gateway, 'down'))).toEqual(['ACCEPTED']);
    expect((await gateway.http.inject('/readyz')).statusCode).toBe(200);
    await close();
  });

  it.each([
    ['its rows were written', /INSERT INTO daily_aggregate/],
    ['it was committed', COMMIT],
  ])(
    'that is cut while a day closes, when %s: the next round closes it as one without a fault does',
    async (_when, word) => {
      const { gateway, line, close } = await open(server);
      await takeInDays(gateway, DAYS);
      gateway.clock.set('2026-03-10T12:00:00Z');
      line.cutAfter(word);
      const first = await closeDueDays(gateway.app, { graceMs: 0, by: 'test' });
      expect(first.failures).toHaveLength(1);
      line.heal();
      expect(await closeDueDays(gateway.app, { graceMs: 0, by: 'test' })).toMatchObject({ failures: [] });
      expect(await closeDueDays(gateway.app, { graceMs: 0, by: 'test' })).toEqual({ closed: 0, failures: [] });
      expect(await closed(gateway)).toEqual([
        { day: '2026-03-08', quantity: 4 },
        { day: '2026-03-09', quantity: 4 },
      ]);
      await close();
    },
  );

  it('that is down when a report was taken: it is sent again when its lease is over, and counted once', async () => {
    const { gateway, line, close } = await open(server);
    await takeInDays(gateway, DAYS);
    gateway.clock.set('2026-03-10T12:00:00Z');
    await closeDueDays(gateway.app, { graceMs: 0, by: 'test' });
    const books = openCommerceBooks(':memory:');
    const receiver = commerceInProcess(books);
    let takeAgain: (() => Promise<void>) | null = null;
    const keys: string[] = [];
    const unlucky: CommerceClient = {
      ...receiver,
      send: async (batch, lease) => {
        keys.push(batch.idempotencyKey);
        const answer = await receiver.send(batch, lease);
        takeAgain ??= await line.refuse();
        return answer;
      },
    };
    await expect(report(gateway.app, unlucky)).rejects.toThrow();
    await (takeAgain as (() => Promise<void>) | null)?.();
    gateway.clock.set(gateway.clock.now() + LEASE_MS);
    expect(await report(gateway.app, unlucky)).toEqual({ PENDING: 0, ACCEPTED: 4, REFUSED: 0, GIVEN_UP: 0 });
    expect([keys.length, new Set(keys).size]).toEqual([5, 4]);
    expect(books.totals(guid('cloud hub')).map(({ quantity }) => String(quantity))).toEqual(['4', '4']);
    await close();
  });

  it('whose connections are all killed by somebody is opened anew: the first question is answered', async () => {
    const { gateway, close } = await open(server);
    const { db } = gateway.app;
    await Promise.all(TIMES.map(() => db.reader.query('SELECT SLEEP(0.05)')));
    const other = await gateway.second();
    const [{ id: mine } = { id: 0 }] = await other.db.reader.query<{ id: number }>('SELECT CONNECTION_ID() AS id');
    const theirs = () =>
      other.db.reader.query<{ id: number }>(
        'SELECT id AS id FROM information_schema.processlist WHERE db = DATABASE() AND id <> ?',
        [mine],
      );
    const found = await theirs();
    expect(found.length).toBeGreaterThan(5);
    for (const { id } of found) await other.db.source.query(`KILL CONNECTION ${Number(id)}`).catch(() => undefined);
    while ((await theirs()).length > 0);
    expect((await sendQuery(gateway, '{ tenants { nodes { name } } }')).status).toBe(200);
    await close();
  });
});

async function open(
  server: TestServer,
  options: Pick<NonNullable<Parameters<typeof openTestGateway>[1]>, 'env' | 'patience'> = {},
): Promise<{ readonly gateway: TestGateway; readonly line: Line; readonly close: () => Promise<void> }> {
  const database = await openTestDatabase(server);
  const line = await openLine(database.url);
  const gateway = await openTestGateway(server, { ...options, database: { url: line.url, close: database.close } });
  return {
    gateway,
    line,
    close: async () => {
      await gateway.close();
      line.close();
    },
  };
}

function pushed(gateway: TestGateway, id: string) {
  return send(gateway, {
    url: '/v1/usage?registration=hub',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(usageRecord({ id })),
  });
}

function verdicts({ body }: Awaited<ReturnType<typeof pushed>>): readonly string[] {
  return (body.verdicts as readonly { readonly verdict: string }[]).map(({ verdict }) => verdict);
}

async function recordsIn({ app }: TestGateway): Promise<number> {
  const [row] = await app.db.reader.query<{ many: number }>('SELECT COUNT(*) AS many FROM usage_record');
  return Number(row?.many);
}

async function closed({ app }: TestGateway): Promise<readonly { day: string; quantity: number }[]> {
  const rows = await app.db.reader.query<{ day: number; quantity: string }>(
    'SELECT reported_day AS day, SUM(quantity) AS quantity FROM daily_aggregate GROUP BY reported_day ORDER BY reported_day',
  );
  return rows.map(({ day, quantity }) => ({
    day: new Date(day * 86_400_000).toISOString().slice(0, 10),
    quantity: Number(quantity),
  }));
}

async function until(isSo: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 20_000;
  while (!isSo()) {
    if (performance.now() > giveUpAt) throw new Error('It never came to be.');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
