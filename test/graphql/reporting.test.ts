import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openCommerceBooks } from '../../src/commerce-simulator/commerce-books.js';
import { commerceInProcess } from '../../src/commerce-simulator/commerce-in-process.js';
import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import { fileCommerce } from '../../src/pipeline/reporting/clients/file-commerce.js';
import { httpsCommerce } from '../../src/pipeline/reporting/clients/https-commerce.js';
import { prepareReports } from '../../src/pipeline/reporting/prepare-reports.js';
import { systemClock } from '../../src/primitives/clock.js';
import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import { openMarketplace } from '../support/marketplace.js';
import { report, reportBatch, takeInDays } from '../support/reporting.js';
import { METERS, guid, registerStamp } from '../support/world.js';

const REPORTS = `query ($states: [UsageReportState!]) { usageReports(registration: "hub", states: $states) { nodes {
  id reportedDay destinationSubscriptionId lineCount state attemptCount receipt errorCode registration { name }
  attempts { attemptNo outcome code } } } }`;
const EXPLAIN = `query ($id: ID!) { explainUsage(aggregateId: $id) {
  aggregate { id quantity destination { destinationSubscriptionId reason } }
  records { recordId quantity } isWhole sumOfRecords
  report { id receipt state } reportLine { status } } }`;
const COMPLETENESS = `{ completeness(registration: "hub") { completeThrough usageIntake pulledThrough lastSeenHour lagHours
  openDays { day expectedHours seenHours records } unsent { days oldestDay ageHours level } } }`;
const RECONCILE = `{ reconcileReport(registration: "hub") { isSupported isEqual
  meters { destinationSubscriptionId meterId sent received isEqual } } }`;
const AGGREGATES = `{ usageAggregates(granularity: DAILY, filter: { stackSubscriptionIds: ["${guid('contoso')}"] },
  range: { from: "2026-03-01T00:00:00Z", to: "2026-04-01T00:00:00Z" }) { nodes { id reportedWindow { start } } } }`;
const RETRY = 'mutation ($id: ID!) { retryReport(input: { reportId: $id }) { report { state } userErrors { code } } }';

/** A receiver over HTTP that answers everything with one status. */
async function openReceiver(status: number) {
  const receiver = createServer((_request, response) => response.writeHead(status).end('{}'));
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', () => resolve()));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const client = httpsCommerce({ url, credentials: null, timeoutMs: 5_000 }, systemClock);
  return {
    client,
    close: () => {
      receiver.close();
      receiver.closeAllConnections();
    },
  };
}

describeEachDatabase('watching reports', (server) => {
  it('explains a number from its records to its receipt, and only as far as the caller may see', async () => {
    const { gateway, report } = await open();
    const { data: found } = await gateway.ask('OPERATOR', AGGREGATES);
    const { id } = found.usageAggregates.nodes[0];
    const { data: before } = await gateway.ask('OPERATOR', EXPLAIN, { id });
    expect(before.explainUsage).toMatchObject({ isWhole: true, sumOfRecords: '4', report: null, reportLine: null });

    await report();
    const { data, errors } = await gateway.ask('OPERATOR', EXPLAIN, { id });
    expect(errors).toEqual([]);
    expect(data.explainUsage).toMatchObject({
      aggregate: {
        id,
        quantity: '4',
        destination: { destinationSubscriptionId: guid('csp contoso'), reason: 'MAPPED' },
      },
      isWhole: true,
      sumOfRecords: '4',
      report: { state: 'ACCEPTED' },
      reportLine: { status: 'ACCEPTED' },
    });
    expect(data.explainUsage.records).toHaveLength(4);
    expect(data.explainUsage.report.receipt).toMatch(/^[0-9a-f-]{36}$/);

    const customer = { role: 'TENANT_USER', tenants: [guid('tenant contoso')] } as const;
    const { data: theirs, errors: refused } = await gateway.ask(customer, EXPLAIN, { id });
    expect(theirs.explainUsage).toMatchObject({ sumOfRecords: '4', report: null, reportLine: null });
    expect(new Set(refused.map(({ extensions }) => extensions?.['code']))).toEqual(new Set(['FORBIDDEN']));
    const stranger = { ...customer, tenants: [guid('tenant fabrikam')] };
    expect((await gateway.ask(stranger, EXPLAIN, { id })).data.explainUsage).toBeNull();
    await gateway.close();
  });

  it('shows attempts, sends a refused report again when asked, and agrees with the receiver to the last digit', async () => {
    const { gateway, books, report } = await open();
    books.reject([METERS.vmHours]);
    await report();
    const { data: refused } = await gateway.ask('CSP_ADMIN', REPORTS, { states: ['REFUSED'] });
    expect(refused.usageReports.nodes).toHaveLength(2);
    expect(refused.usageReports.nodes[0]).toMatchObject({
      reportedDay: '2026-03-08',
      state: 'REFUSED',
      errorCode: 'MeterNotAllowed',
      registration: { name: 'hub' },
      attempts: [{ attemptNo: 1, outcome: 'REFUSED', code: 'MeterNotAllowed' }],
    });

    books.reject([]);
    for (const { id } of refused.usageReports.nodes) {
      const { data } = await gateway.ask('CSP_ADMIN', RETRY, { id });
      expect(data.retryReport).toEqual({ report: { state: 'PENDING' }, userErrors: [] });
    }
    await report();
    const { data } = await gateway.ask('OPERATOR', RECONCILE);
    expect(data.reconcileReport).toMatchObject({ isSupported: true, isEqual: true });
    expect(data.reconcileReport.meters.map(({ sent, received }: never) => [sent, received])).toEqual([
      ['4', '4'],
      ['4', '4'],
    ]);
    const { data: accepted } = await gateway.ask('OPERATOR', REPORTS, { states: ['ACCEPTED'] });
    const [{ id }] = accepted.usageReports.nodes;
    const again = await gateway.ask('OPERATOR', RETRY, { id });
    expect(again.data.retryReport.userErrors).toEqual([{ code: 'REPORT_NOT_RETRYABLE' }]);
    const { data: node } = await gateway.ask('OPERATOR', `{ node(id: "${id}") { id } }`);
    expect(node.node).toEqual({ id });
    const { data: laws } = await gateway.ask('OPERATOR', '{ invariants { name holds } }');
    expect(laws.invariants.filter(({ holds }: { holds: boolean }) => !holds)).toEqual([]);
    await gateway.close();
  });

  it('finds what the receiver has and we did not send', async () => {
    const { gateway, books, report } = await open();
    await report();
    const head = { batchNo: 9, destinationSubscriptionId: guid('base hub') };
    books.take(reportBatch([{ lineId: 'not ours', quantity: '0.5' as never }], head), 'x');
    const { data } = await gateway.ask('AUDITOR', RECONCILE);
    expect(data.reconcileReport.isEqual).toBe(false);
    expect(data.reconcileReport.meters.filter(({ isEqual }: { isEqual: boolean }) => !isEqual)).toEqual([
      {
        destinationSubscriptionId: guid('base hub'),
        meterId: METERS.vmHours,
        sent: '4',
        received: '4.5',
        isEqual: false,
      },
    ]);
    await gateway.close();
  });

  it('says that a receiver cannot be asked, or does not answer, and never that all is equal then', async () => {
    const market = await openMarketplace();
    const half = await openReceiver(404);
    const broken = await openReceiver(500);
    const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-reports-'));
    const cases = [
      [market.client, { isSupported: false, isEqual: false, meters: [] }, null],
      [half.client, { isSupported: false, isEqual: false, meters: [] }, null],
      [broken.client, null, 'RECEIVER_UNAVAILABLE'],
      // It can be asked, and has nothing yet; nothing was sent either.
      [fileCommerce(folder), { isSupported: true, isEqual: true, meters: [] }, null],
      [fileCommerce('/dev/null/reports'), null, 'RECEIVER_UNAVAILABLE'],
    ] as const;
    for (const [commerce, answer, code] of cases) {
      const gateway = await openTestGateway(server, { commerce });
      await registerStamp(gateway.app);
      const { data, errors } = await gateway.ask('OPERATOR', RECONCILE);
      expect([data?.reconcileReport ?? null, errors[0]?.extensions?.['code'] ?? null]).toEqual([answer, code]);
      await gateway.close();
    }
    market.close();
    half.close();
    broken.close();
    await rm(folder, { recursive: true });
  });

  it('says what is closed, what is open and how long closed usage has been waiting', async () => {
    const { gateway, report } = await open();
    const completeness = async () => (await gateway.ask('AUDITOR', COMPLETENESS)).data.completeness;
    expect(await completeness()).toEqual({
      completeThrough: '2026-03-09T00:00:00.000Z',
      usageIntake: 'PUSHED',
      pulledThrough: null,
      lastSeenHour: '2026-03-09T05:00:00.000Z',
      lagHours: 0,
      openDays: [{ day: '2026-03-09', expectedHours: 6, seenHours: 1, records: 2 }],
      unsent: { days: 1, oldestDay: '2026-03-08', ageHours: 6, level: 'WAITING' },
    });
    await prepareReports(gateway.app);
    gateway.clock.set('2026-03-16T00:00:00Z');
    expect((await completeness()).unsent).toEqual({
      days: 1,
      oldestDay: '2026-03-08',
      ageHours: 168,
      level: 'WARNING',
    });
    gateway.clock.set('2026-04-08T00:00:00Z');
    expect((await completeness()).unsent).toMatchObject({ level: 'ALARM' });
    await report();
    expect((await completeness()).unsent).toMatchObject({ days: 0, oldestDay: null, level: 'NONE' });
    await gateway.close();
  });

  it('keeps reports from those who see only some customers, by role and by scope alike', async () => {
    const { gateway, report } = await open();
    await report();
    const { data: all } = await gateway.ask('OPERATOR', REPORTS);
    const [{ id }] = all.usageReports.nodes;
    for (const role of ['RESELLER', 'TENANT_USER', 'INGESTOR'] as const) {
      for (const query of [REPORTS, COMPLETENESS, RECONCILE]) {
        const { errors } = await gateway.ask(role, query);
        expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
      }
      expect((await gateway.ask(role, `{ node(id: "${id}") { id } }`)).data.node).toBeNull();
    }
    expect((await gateway.ask('AUDITOR', RETRY, { id })).errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });

    const limited = { role: 'CSP_ADMIN', tenants: [guid('tenant contoso')] } as const;
    expect((await gateway.ask(limited, REPORTS)).data.usageReports.nodes).toEqual([]);
    expect((await gateway.ask(limited, RETRY, { id })).data.retryReport.userErrors).toEqual([{ code: 'NOT_FOUND' }]);
    expect((await gateway.ask(limited, `{ node(id: "${id}") { id } }`)).data.node).toBeNull();
    const elsewhere = { role: 'CSP_ADMIN', registrations: ['edge'] } as const;
    for (const who of [limited, elsewhere]) {
      const { errors } = await gateway.ask(who, COMPLETENESS);
      expect(errors[0]?.extensions).toMatchObject({ code: 'RegistrationNotFound' });
    }
    await gateway.close();
  });

  /** A stamp with a mapped customer and one that is not: 8 March is closed, 9 March is open. */
  async function open() {
    const books = openCommerceBooks(':memory:');
    const commerce = commerceInProcess(books);
    const gateway = await openTestGateway(server, { commerce });
    await takeInDays(gateway, [
      { day: '2026-03-08', hours: 4 },
      { day: '2026-03-09', hours: 1 },
    ]);
    gateway.clock.set('2026-03-09T06:00:00Z');
    await closeDueDays(gateway.app, { graceMs: 0, by: 'test' });
    return { gateway, books, report: () => report(gateway.app, commerce) };
  }
});
