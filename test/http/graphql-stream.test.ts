import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { openCommerceBooks } from '../../src/commerce-simulator/commerce-books.js';
import { commerceInProcess } from '../../src/commerce-simulator/commerce-in-process.js';
import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import { prepareReports } from '../../src/pipeline/reporting/prepare-reports.js';
import { retryReport } from '../../src/pipeline/reporting/retry-report.js';
import { sendReports } from '../../src/pipeline/reporting/send-reports.js';
import { mapTenant, unmapTenant } from '../../src/pipeline/routing/map-tenant.js';
import { hourOf } from '../../src/primitives/windows.js';
import { describeEachDatabase } from '../support/databases.js';
import type { TestServer } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { listen, openStream } from '../support/live-stream.js';
import { METERS, guid, push, registerCustomer, registerStamp, usageRecord } from '../support/world.js';

const CLOSED = 'subscription { windowClosed { closedFrom closedBefore registration { name } } }';
const SETTLED = `subscription { reportSettled { reportedDay state errorCode attempts { attemptNo }
  registration { name } } }`;
const FALLBACK = `subscription { usageOnFallback(registration: "HUB") { reportedDay reason quantity records
  tenant { name } stackSubscription { stackSubscriptionId } meter { meterId } registration { name } } }`;

/** A server that listens would keep the run from ending when a test fails. */
const opened: TestGateway[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((gateway) => gateway.close()));
});

describeEachDatabase('what streams tell', (server) => {
  it('is what another process closes, once, and nothing of what was closed before', async () => {
    const { gateway, hub, other } = await open(server);
    await push(gateway.app, hub, [usageRecord({ usageStartTime: '2026-03-10T10:00:00Z' })]);
    gateway.clock.set('2026-03-10T12:30:00Z');
    await closeDueDays(other, { graceMs: 0, by: 'other' });
    const stream = await openStream(gateway, 'OPERATOR', CLOSED);
    expect(stream).toMatchObject({ status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' } });

    gateway.clock.set('2026-03-11T01:00:00Z');
    await closeDueDays(other, { graceMs: 0, by: 'other' });
    await gateway.app.live.tick();
    await gateway.app.live.tick();
    expect(await stream.next()).toEqual({
      event: 'next',
      data: {
        data: {
          windowClosed: {
            closedFrom: '2026-03-10T00:00:00.000Z',
            closedBefore: '2026-03-11T00:00:00.000Z',
            registration: { name: 'hub' },
          },
        },
      },
    });
    gateway.clock.set('2026-03-13T01:00:00Z');
    await closeDueDays(other, { graceMs: 0, by: 'other' });
    await gateway.app.live.tick();
    expect((await stream.next())?.data.data.windowClosed).toMatchObject({
      closedFrom: '2026-03-11T00:00:00.000Z',
      closedBefore: '2026-03-13T00:00:00.000Z',
    });
    expect(gateway.app.live.counts()).toEqual({ open: 1, told: 2, cutOff: 0 });
    await gateway.http.close();
    expect(await stream.rest()).toEqual([{ event: 'complete', data: null }]);
  });

  it('is each report that is settled, once for each time, also when its clock lags or it becomes visible late', async () => {
    const { gateway, hub, other, books } = await open(server);
    await push(gateway.app, hub, [usageRecord({ usageStartTime: '2026-03-10T10:00:00Z' })]);
    gateway.clock.set('2026-03-11T01:00:00Z');
    await closeDueDays(other, { graceMs: 0, by: 'other' });
    await prepareReports(other);
    const stream = await openStream(gateway, 'AUDITOR', SETTLED);
    books.reject([METERS.vmHours]);
    await send(other);
    await gateway.app.live.tick();
    await gateway.app.live.tick();
    const registration = { name: 'hub' };
    const told = { reportedDay: '2026-03-10', attempts: [{ attemptNo: 1 }], registration };
    expect((await stream.next())?.data.data.reportSettled).toEqual({
      ...told,
      state: 'REFUSED',
      errorCode: 'MeterNotAllowed',
    });

    books.reject([]);
    const [report] = await other.db.reader.query<{ id: number }>('SELECT id FROM usage_report');
    await retryReport(other, WHOLE_BOOKS, { reportId: report?.id ?? 0, by: 'other' });
    // The other process reads a clock that is a minute behind.
    gateway.clock.set('2026-03-11T00:59:00Z');
    await other.db.inTransaction((tx) => tx.execute('UPDATE usage_report SET due_at = 0'));
    await send(other);
    gateway.clock.set('2026-03-11T01:00:00Z');
    await gateway.app.live.tick();
    expect((await stream.next())?.data.data.reportSettled).toEqual({
      ...told,
      attempts: [{ attemptNo: 2 }, { attemptNo: 1 }],
      state: 'ACCEPTED',
      errorCode: null,
    });
    await gateway.app.live.tick();
    await gateway.http.close();
    expect(await stream.rest()).toEqual([{ event: 'complete', data: null }]);
  });

  it('is usage that lands on the base subscription, when it comes and when a mapping ends', async () => {
    const { gateway, hub, other } = await open(server);
    const within = { registration: 'hub', tenantId: guid('tenant contoso'), by: 'test' };
    const stackSubscriptionId = guid('contoso');
    const record = (id: string) => usageRecord({ id, stackSubscriptionId, usageStartTime: '2026-03-10T10:00:00Z' });
    await push(other, hub, [record('before')]);
    const stream = await openStream(gateway, 'CSP_ADMIN', FALLBACK);
    await push(other, hub, [record('first'), record('second')]);
    await gateway.app.live.tick();
    await gateway.app.live.tick();
    const told = {
      reportedDay: '2026-03-10',
      reason: 'TENANT_NOT_MAPPED',
      tenant: { name: 'contoso' },
      stackSubscription: { stackSubscriptionId },
      meter: { meterId: METERS.vmHours },
      registration: { name: 'hub' },
    };
    expect((await stream.next())?.data.data.usageOnFallback).toEqual({ ...told, quantity: '3', records: 3 });

    const effectiveFrom = hourOf(Date.parse('2026-03-10T00:00:00Z'));
    await mapTenant(other, WHOLE_BOOKS, { ...within, cspSubscriptionId: guid('csp contoso'), effectiveFrom });
    await push(other, hub, [record('third')]);
    await gateway.app.live.tick();
    expect(gateway.app.live.counts().told).toBe(1);
    await unmapTenant(other, WHOLE_BOOKS, { ...within, effectiveFrom });
    await gateway.app.live.tick();
    expect((await stream.next())?.data.data.usageOnFallback).toEqual({ ...told, quantity: '4', records: 4 });
  });

  it('takes one statement of each topic per look, for one stream and for many, and none while nobody listens', async () => {
    const statements: string[] = [];
    const { gateway } = await open(server, (statement) => statements.push(statement));
    const look = async () => {
      statements.length = 0;
      await gateway.app.live.tick();
      return statements.length;
    };
    expect(await look()).toBe(0);
    const streams = [await openStream(gateway, 'OPERATOR', CLOSED)];
    expect(await look()).toBe(1);
    for (const query of [CLOSED, SETTLED, SETTLED, FALLBACK, FALLBACK, FALLBACK]) {
      streams.push(await openStream(gateway, 'OPERATOR', query));
    }
    expect(await look()).toBe(3);
    for (const { socket } of streams) socket.destroy();
    while (gateway.app.live.counts().open > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await look()).toBe(0);
  });

  it('is all of it, page by page, when more has changed than one look takes', async () => {
    const { gateway, hub, other } = await open(server, undefined, { LIVE_ROWS_MAX: '2' });
    const records = Array.from({ length: 5 }, (_unused, index) =>
      usageRecord({ id: `r${index}`, stackSubscriptionId: guid(`stack ${index}`) }),
    );
    await push(other, hub, records.slice(0, 3));
    const stream = await openStream(gateway, 'OPERATOR', FALLBACK);
    await push(other, hub, records.slice(3));
    for (let look = 0; look < 3; look += 1) await gateway.app.live.tick();
    const heard = [await stream.next(), await stream.next()].map((one) => one?.data.data.usageOnFallback);
    expect(heard.map(({ stackSubscription }) => stackSubscription.stackSubscriptionId).sort()).toEqual(
      [guid('stack 3'), guid('stack 4')].sort(),
    );
    for (let look = 0; look < 6; look += 1) await gateway.app.live.tick();
    expect(gateway.app.live.counts().told).toBe(2);
  });
});

async function open(
  server: TestServer,
  onStatement?: (statement: string) => void,
  env: Readonly<Record<string, string>> = {},
) {
  const books = openCommerceBooks(':memory:');
  const gateway = await openTestGateway(server, {
    commerce: commerceInProcess(books),
    env,
    ...(onStatement && { onStatement }),
  });
  const hub = await registerStamp(gateway.app);
  await registerCustomer(gateway.app, 'hub', 'contoso', { stackSubscriptions: [guid('contoso')] });
  await listen(gateway);
  opened.push(gateway);
  return { gateway, hub, books, other: await gateway.second() };
}

async function send(app: Awaited<ReturnType<typeof open>>['other']): Promise<void> {
  const { commerce } = app;
  if (commerce === null) throw new Error('There is nobody to report to.');
  await sendReports({ ...app, commerce, jitter: () => 0.5 }, new AbortController().signal);
}
