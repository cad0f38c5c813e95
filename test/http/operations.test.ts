import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import { prepareReports } from '../../src/pipeline/reporting/prepare-reports.js';
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

  it('is ready when the tables are those of this version, and not before', async () => {
    const gateway = await openTestGateway(server);
    expect((await gateway.http.inject({ url: '/metrics' })).statusCode).toBe(404);
    const ready = await gateway.http.inject({ url: '/readyz' });
    expect([ready.statusCode, ready.json()]).toEqual([200, { status: 'ready' }]);
    await gateway.app.db.source.undoLastMigration({ transaction: 'each' });
    const behind = await gateway.http.inject({ url: '/readyz' });
    expect([behind.statusCode, behind.json()]).toEqual([
      503,
      { status: 'not ready', reason: 'the tables are not up to date' },
    ]);
    await gateway.close();
  });
});

async function metrics({ http }: TestGateway): Promise<ReadonlyMap<string, string>> {
  const { statusCode, body } = await http.inject({ url: '/metrics', headers: { authorization: `Bearer ${TOKEN}` } });
  expect(statusCode).toBe(200);
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]));
}
