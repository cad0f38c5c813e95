import { KeepWhatReportsSay1764009300000 } from '../../../migrations/1764009300000-keep-what-reports-say.js';
import { WHOLE_BOOKS } from '../../../src/access/scope.js';
import { openCommerceBooks } from '../../../src/commerce-simulator/commerce-books.js';
import type { CommerceBooks } from '../../../src/commerce-simulator/commerce-books.js';
import { commerceInProcess } from '../../../src/commerce-simulator/commerce-in-process.js';
import type { Fault } from '../../../src/commerce-simulator/commerce-in-process.js';
import { upsertMeter } from '../../../src/metering/upsert-meter.js';
import { closeDueDays } from '../../../src/pipeline/closing/close-due-days.js';
import { CommerceError, batchText } from '../../../src/pipeline/reporting/commerce-client.js';
import type { CommerceClient, CommerceTotal, ReportBatch } from '../../../src/pipeline/reporting/commerce-client.js';
import { prepareReports } from '../../../src/pipeline/reporting/prepare-reports.js';
import { NEVER_DUE } from '../../../src/pipeline/reporting/report-state.js';
import { claimReport, getReport, listDueReports, readBatch } from '../../../src/pipeline/reporting/report-store.js';
import { retryReport } from '../../../src/pipeline/reporting/retry-report.js';
import { LEASE_MS } from '../../../src/pipeline/reporting/send-reports.js';
import type { Pipeline } from '../../../src/pipeline/pipeline.js';
import { assignStackSubscription } from '../../../src/pipeline/routing/assign-stack-subscription.js';
import { dayOf, hourOf } from '../../../src/primitives/windows.js';
import { describeEachDatabase } from '../../support/databases.js';
import { openTestGateway } from '../../support/gateway.js';
import type { TestGateway } from '../../support/gateway.js';
import { openMarketplace } from '../../support/marketplace.js';
import { report, takeInDays } from '../../support/reporting.js';
import { METERS, guid, push, registerStamp, usageRecord } from '../../support/world.js';

const HOUR = 3_600_000;

/** What a meter of 4 hours and one of 4 hours come to, on the two days of the world below. */
const EXPECTED: readonly Omit<CommerceTotal, 'lines'>[] = [
  { destinationSubscriptionId: guid('base hub'), meterId: METERS.vmHours, quantity: '8' as never },
  { destinationSubscriptionId: guid('csp contoso'), meterId: METERS.vmHours, quantity: '8' as never },
];

const NOTHING_SENT = { PENDING: 0, ACCEPTED: 0, REFUSED: 0, GIVEN_UP: 0 };

describeEachDatabase('reporting', (server) => {
  it('sends each closed day once, to the mapped subscription or else to the base subscription', async () => {
    const { gateway, books } = await open();
    await reportTo(books, gateway.app);
    expect(await received(books)).toEqual(EXPECTED);
    expect(await statuses(gateway)).toEqual(['ACCEPTED']);

    expect(await prepareReports(gateway.app)).toBe(0);
    expect(await reportTo(books, gateway.app)).toMatchObject({ ACCEPTED: 0 });
    expect(await received(books)).toEqual(EXPECTED);
    await gateway.close();
  });

  it('gets each line counted once whatever goes wrong between, and keeps every attempt', async () => {
    const { gateway, books } = await open();
    const faults: Fault[] = ['TIME_OUT_AFTER', 'FAIL', 'TAKE_TWICE', 'UNAUTHORIZED', 'TIME_OUT_BEFORE'];
    for (let round = 0; round < 4; round += 1) {
      await reportTo(books, gateway.app, () => faults.shift() ?? null);
      gateway.clock.set(gateway.clock.now() + HOUR);
    }
    expect(await received(books)).toEqual(EXPECTED);
    const attempts = await gateway.app.db.reader.query<{ outcome: string; code: string | null }>(
      'SELECT DISTINCT outcome, code FROM usage_report_attempt ORDER BY outcome, code',
    );
    expect(attempts.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['ACCEPTED', null],
      ['FAILED', 'NetworkError'],
      ['FAILED', 'RequestTimedOut'],
      ['FAILED', 'Unauthorized'],
    ]);
    await gateway.close();
  });

  it('lets one process have a report when several want it', async () => {
    const { gateway, books } = await open();
    const second = await gateway.second();
    await Promise.all([reportTo(books, gateway.app), reportTo(books, second), reportTo(books, gateway.app)]);
    expect(await received(books)).toEqual(EXPECTED);
    const [row] = await gateway.app.db.reader.query<{ reports: number; attempts: number }>(
      'SELECT COUNT(*) AS reports, SUM(attempts) AS attempts FROM usage_report',
    );
    expect(Number(row?.reports)).toBe(4);
    expect(Number(row?.attempts)).toBe(4);
    await gateway.close();
  });

  it('takes over what a process left that died before sending, when its lease has run out', async () => {
    const { gateway, books } = await open();
    await prepareReports(gateway.app);
    const now = gateway.clock.now();
    const [first] = await gateway.app.db.reader.query<{ id: number }>('SELECT MIN(id) AS id FROM usage_report');
    const claim = { id: first?.id ?? 0, now, leaseUntil: now + LEASE_MS, leaseToken: 'of one that died' };
    expect(await gateway.app.db.inTransaction((tx) => claimReport(tx, claim))).toBe(true);

    await reportTo(books, gateway.app);
    expect(await statuses(gateway)).toEqual(['ACCEPTED', 'SENDING']);
    gateway.clock.set(now + LEASE_MS);
    await reportTo(books, gateway.app);
    expect(await statuses(gateway)).toEqual(['ACCEPTED']);
    expect(await received(books)).toEqual(EXPECTED);
    await gateway.close();
  });

  it('keeps its report for as long as it sends, however slow the receiver is', async () => {
    const { gateway, second, market, send } = await openManyMeters(60);
    const inBetween: unknown[] = [];
    market.beforeAnswer(async () => {
      if (market.calls.length > 3) return;
      gateway.clock.set(gateway.clock.now() + 0.4 * LEASE_MS);
      inBetween.push(await send(second));
    });
    expect(await send(gateway.app)).toMatchObject({ ACCEPTED: 1 });
    expect(market.calls).toEqual([25, 25, 10]);
    expect(inBetween).toEqual(Array.from({ length: 3 }, () => NOTHING_SENT));
    expect(market.taken.size).toBe(60);
    expect(await outcomes(gateway)).toEqual(['ACCEPTED']);
    market.close();
    await gateway.close();
  });

  it.each([
    ['between two exchanges', 60, [25, 25, 25, 10]],
    ['during its last exchange', 10, [10, 10]],
  ])('sends no more and settles nothing once another has taken its report over %s', async (_when, meters, calls) => {
    const { gateway, second, market, send } = await openManyMeters(meters);
    let taken: unknown = null;
    market.beforeAnswer(async () => {
      if (taken !== null) return;
      taken = NOTHING_SENT;
      gateway.clock.set(gateway.clock.now() + LEASE_MS);
      taken = await send(second);
    });
    expect(await send(gateway.app)).toEqual(NOTHING_SENT);
    expect(taken).toMatchObject({ ACCEPTED: 1 });
    expect(market.calls).toEqual(calls);
    expect(market.taken.size).toBe(meters);
    expect(await outcomes(gateway)).toEqual(['UNKNOWN', 'ACCEPTED']);
    expect(await statuses(gateway)).toEqual(['ACCEPTED']);
    expect(await listDueReports(gateway.app.db.reader, NEVER_DUE - 1, 10)).toEqual([]);
    const lines = await gateway.app.db.reader.query<{ status: string; count: number }>(
      'SELECT status, COUNT(*) AS count FROM usage_report_line GROUP BY status ORDER BY status',
    );
    const first = calls[0] ?? 0;
    expect(lines.map(({ status, count }) => [status, Number(count)])).toEqual([
      ...(meters > first ? [['ACCEPTED', meters - first]] : []),
      ['DUPLICATE', first],
    ]);
    market.close();
    await gateway.close();
  });

  it('is told of duplicates by what died after sending and before writing it down', async () => {
    let isDying = false;
    const onStatement = (statement: string) => {
      if (isDying && /^UPDATE usage_report SET .*settled_at/.test(statement)) throw new Error('killed');
    };
    const { gateway, books } = await open(onStatement);
    isDying = true;
    await expect(reportTo(books, gateway.app)).rejects.toThrow('killed');
    isDying = false;
    gateway.clock.set(gateway.clock.now() + LEASE_MS);
    await reportTo(books, gateway.app);
    expect(await received(books)).toEqual(EXPECTED);
    const lines = await gateway.app.db.reader.query<{ status: string }>(
      'SELECT DISTINCT status FROM usage_report_line',
    );
    expect(lines.map(({ status }) => status).sort()).toEqual(['ACCEPTED', 'DUPLICATE']);
    await gateway.close();
  });

  it('keeps a report whose lines were rejected until somebody retries it, and then counts each line once', async () => {
    const { gateway, books } = await open();
    books.reject([METERS.vmHours]);
    expect(await reportTo(books, gateway.app)).toMatchObject({ REFUSED: 4, ACCEPTED: 0 });
    gateway.clock.set(gateway.clock.now() + 48 * HOUR);
    expect(await reportTo(books, gateway.app)).toMatchObject({ REFUSED: 0, ACCEPTED: 0 });

    books.reject([]);
    const rows = await gateway.app.db.reader.query<{ id: number }>('SELECT id FROM usage_report');
    for (const { id } of rows) await retryReport(gateway.app, WHOLE_BOOKS, { reportId: id, by: 'test' });
    for (const { id } of rows) await retryReport(gateway.app, WHOLE_BOOKS, { reportId: id, by: 'test' });
    expect(await reportTo(books, gateway.app)).toMatchObject({ ACCEPTED: 4 });
    expect(await received(books)).toEqual(EXPECTED);
    await expect(
      retryReport(gateway.app, WHOLE_BOOKS, { reportId: rows[0]?.id ?? 0, by: 'test' }),
    ).rejects.toMatchObject({
      code: 'REPORT_NOT_RETRYABLE',
    });
    await gateway.close();
  });

  it('says of customer and meter what was so when the report was prepared, however often it is sent', async () => {
    const { gateway } = await open();
    const heard: string[] = [];
    const deaf: CommerceClient = {
      name: 'deaf',
      send: async (batch) => {
        heard.push(batchText(batch));
        throw new CommerceError('NetworkError', 'busy');
      },
      totals: () => Promise.resolve(null),
    };
    await upsertMeter(gateway.app, { meterId: METERS.vmHours, name: 'Core hours', unit: '1 core/hour', by: 'test' });
    // Closed for contoso and billed so; whose the subscription is by now does not change that.
    await assignStackSubscription(gateway.app, WHOLE_BOOKS, {
      registration: 'hub',
      stackSubscriptionId: guid('contoso'),
      tenantId: guid('tenant fabrikam'),
      by: 'test',
    });
    await report(gateway.app, deaf);
    await upsertMeter(gateway.app, { meterId: METERS.vmHours, name: 'Renamed', unit: 'Parsec', by: 'test' });
    gateway.clock.set(gateway.clock.now() + HOUR);
    await report(gateway.app, deaf);

    expect(heard).toHaveLength(8);
    expect(heard.slice(4).sort()).toEqual(heard.slice(0, 4).sort());
    const said = { meterName: 'Core hours', unit: '1 core/hour', usageDay: '2026-03-08', reportedDay: '2026-03-08' };
    const lines = heard.slice(0, 2).flatMap((text) => (JSON.parse(text) as ReportBatch).lines);
    expect(lines.sort((left, right) => order(left) - order(right))).toMatchObject([
      { ...said, tenantId: guid('tenant fabrikam'), destinationSubscriptionId: guid('base hub') },
      { ...said, tenantId: guid('tenant contoso'), destinationSubscriptionId: guid('csp contoso') },
    ]);
    await gateway.close();
  });

  it('says that nobody had said whose usage was, and that no list names its meter', async () => {
    const gateway = await openTestGateway(server);
    const stamp = await takeInDays(gateway, []);
    gateway.clock.set('2026-03-09T05:00:00Z');
    const nobodys = { stackSubscriptionId: guid('nobody’s'), usageStartTime: '2026-03-09T01:00:00Z' };
    await push(gateway.app, stamp, [usageRecord({ ...nobodys, meterId: METERS.unknown })]);
    gateway.clock.set('2026-03-10T12:00:00Z');
    await closeDueDays(gateway.app, { graceMs: 0, by: 'test' });
    await prepareReports(gateway.app);
    const [due = 0] = await listDueReports(gateway.app.db.reader, gateway.clock.now(), 1);
    const { lines } = await readBatch(gateway.app.db.reader, await getReport(gateway.app.db.reader, due));
    expect(lines).toMatchObject([{ tenantId: null, meterName: null, unit: null }]);
    await gateway.close();
  });

  it('sends a report of an older release as the bytes that it always was', async () => {
    const { gateway } = await open();
    await prepareReports(gateway.app);
    const runner = gateway.app.db.source.createQueryRunner();
    // The tables as the older release left them, and what the migration then makes of them.
    await new KeepWhatReportsSay1764009300000().down(runner);
    await new KeepWhatReportsSay1764009300000().up(runner);
    await runner.release();
    const [{ id } = { id: 0 }] = await gateway.app.db.reader.query<{ id: number }>(
      'SELECT id FROM usage_report WHERE reported_day = ? AND destination_subscription_guid = ?',
      [dayOf(hourOf(Date.parse('2026-03-08T00:00:00Z'))), guid('csp contoso')],
    );
    const batch = await readBatch(gateway.app.db.reader, await getReport(gateway.app.db.reader, id));
    const key = batch.idempotencyKey;
    const uri = '/subscriptions/x/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm1';
    expect(batchText(batch)).toBe(
      `{"schema":"usage-report/1","idempotencyKey":"${key}","cloudId":"${guid('cloud hub')}","reportedDay":"2026-03-08",` +
        `"destinationSubscriptionId":"${guid('csp contoso')}","batchNo":1,"lines":[{"lineId":"${key}-1",` +
        `"meterId":"${METERS.vmHours}","quantity":"4","location":"frankfurt","resourceUri":"${uri}",` +
        `"stackSubscriptionId":"${guid('contoso')}","usageStartTime":"2026-03-08T00:00:00.000Z",` +
        '"usageEndTime":"2026-03-09T00:00:00.000Z"}]}',
    );
    const books = openCommerceBooks(':memory:');
    await reportTo(books, gateway.app);
    expect(await received(books)).toEqual(EXPECTED);
    await gateway.close();
  });

  it('never reports a capacity stamp, and a development stamp only when that is switched on', async () => {
    const { gateway } = await open();
    await prepareReports(gateway.app);
    gateway.clock.set('2026-03-20T05:00:00Z');
    const capacity = { billingModel: 'CAPACITY', agreementNumber: '42' } as const;
    await used(gateway, 'capacity', capacity);
    await used(gateway, 'silent', { billingModel: 'DEVELOPMENT', isUsageReportingEnabled: false });
    await used(gateway, 'loud', { billingModel: 'DEVELOPMENT' });
    gateway.clock.set('2026-03-22T05:00:00Z');
    await closeDueDays(gateway.app, { graceMs: 0, by: 'test' });
    await prepareReports(gateway.app);
    const rows = await gateway.app.db.reader.query<{ name: string }>(
      `SELECT DISTINCT g.name FROM usage_report p JOIN registration g ON g.id = p.registration_id ORDER BY g.name`,
    );
    expect(rows.map(({ name }) => name)).toEqual(['hub', 'loud']);
    await gateway.close();
  });

  /** A mapped customer with usage of so many meters on a closed day, which is one report; and two who send it. */
  async function openManyMeters(meters: number) {
    const gateway = await openTestGateway(server);
    const stamp = await takeInDays(gateway, []);
    gateway.clock.set('2026-03-09T05:00:00Z');
    const records = Array.from({ length: meters }, (_, index) =>
      usageRecord({
        id: `record ${index}`,
        stackSubscriptionId: guid('contoso'),
        meterId: guid(`meter ${index}`),
        usageStartTime: '2026-03-09T01:00:00Z',
      }),
    );
    await push(gateway.app, stamp, records);
    gateway.clock.set('2026-03-10T12:00:00Z');
    await closeDueDays(gateway.app, { graceMs: 0, by: 'test' });
    await prepareReports(gateway.app);
    const market = await openMarketplace();
    return { gateway, second: await gateway.second(), market, send: (app: Pipeline) => report(app, market.client) };
  }

  /** A stamp with a mapped customer and one that is not, four hours of each on two closed days. */
  async function open(
    onStatement?: (statement: string) => void,
  ): Promise<{ gateway: TestGateway; books: CommerceBooks }> {
    const gateway = await openTestGateway(server, { ...(onStatement && { onStatement }) });
    await takeInDays(gateway, [
      { day: '2026-03-08', hours: 4 },
      { day: '2026-03-09', hours: 4 },
    ]);
    gateway.clock.set('2026-03-10T12:00:00Z');
    await closeDueDays(gateway.app, { graceMs: 0, by: 'test' });
    return { gateway, books: openCommerceBooks(':memory:') };
  }
});

async function used(gateway: TestGateway, name: string, parts: Parameters<typeof registerStamp>[2]): Promise<void> {
  const stamp = await registerStamp(gateway.app, name, parts);
  const usage = { id: name, stackSubscriptionId: guid(name), usageStartTime: '2026-03-20T01:00:00Z' };
  await push(gateway.app, stamp, [usageRecord(usage)]);
}

function reportTo(books: CommerceBooks, app: Pipeline, faults?: () => Fault | null) {
  return report(app, commerceInProcess(books, faults));
}

async function received(books: CommerceBooks) {
  return books
    .totals(guid('cloud hub'))
    .map(({ lines: _lines, ...total }) => total)
    .sort((left, right) => order(left) - order(right));
}

function order({ destinationSubscriptionId }: { readonly destinationSubscriptionId: string }): number {
  return destinationSubscriptionId === guid('base hub') ? 0 : 1;
}

async function outcomes({ app }: TestGateway): Promise<string[]> {
  const rows = await app.db.reader.query<{ outcome: string }>(
    'SELECT outcome FROM usage_report_attempt ORDER BY attempt_no',
  );
  return rows.map(({ outcome }) => outcome);
}

async function statuses({ app }: TestGateway): Promise<string[]> {
  const rows = await app.db.reader.query<{ state: string }>('SELECT DISTINCT state FROM usage_report ORDER BY state');
  return rows.map(({ state }) => state);
}
