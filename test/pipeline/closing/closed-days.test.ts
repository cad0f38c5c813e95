import { WHOLE_BOOKS } from '../../../src/access/scope.js';
import { closeDays } from '../../../src/pipeline/closing/close-days.js';
import { checkProviderRow } from '../../../src/pipeline/ingestion/usage-record.js';
import { recordUsage } from '../../../src/pipeline/pipeline.js';
import { mapTenant, unmapTenant } from '../../../src/pipeline/routing/map-tenant.js';
import { dayOf, hourOf } from '../../../src/primitives/windows.js';
import { checkInvariants } from '../../../src/reading/invariants.js';
import { linesOfBooks, linesOfClosedDays } from '../../support/book-lines.js';
import { describeEachDatabase } from '../../support/databases.js';
import type { TestServer } from '../../support/databases.js';
import { openTestGateway } from '../../support/gateway.js';
import type { TestGateway } from '../../support/gateway.js';
import { METERS, guid, push, registerCustomer, registerStamp, usageRecord } from '../../support/world.js';

const TODAY = dayOf(hourOf(Date.parse('2026-03-10T12:30:00Z')));
const TOMORROW = Date.parse('2026-03-11T06:00:00Z');
const STACK = guid('stack subscription');
const CHANGE = { registration: 'hub', tenantId: guid('tenant Contoso'), by: 'test' };

describeEachDatabase('a closed day', (server) => {
  it('is changed by nothing: not by late or repeated usage, not by mapping, unmapping or assigning', async () => {
    const { gateway, id, usage } = await openWithClosedDay(server);
    const { app } = gateway;
    const closed = await linesOfClosedDays(app.db, id, TODAY + 1);
    expect(closed.length).toBeGreaterThan(4);

    const other = await gateway.second();
    const acts: (() => Promise<unknown>)[] = [
      () => push(app, { id }, usage),
      () => push(app, { id }, [usageRecord({ id: 'late', quantity: '1000' })]),
      () => push(app, { id }, [usageRecord({ id: 'fix', quantity: '-1', corrects: 'a' })]),
      () => mapTenant(app, WHOLE_BOOKS, { ...CHANGE, cspSubscriptionId: guid('csp Contoso'), effectiveFrom: 0 }),
      () => unmapTenant(other, WHOLE_BOOKS, { ...CHANGE, effectiveFrom: 0 }),
      () => registerCustomer(app, 'hub', 'Fabrikam', { stackSubscriptions: [STACK] }),
      () => closeDays(other, { registrationId: id, through: TODAY, by: 'test' }),
      () => closeDays(app, { registrationId: id, through: TODAY - 3, by: 'test' }),
    ];
    for (const act of acts) {
      await act();
      expect(await linesOfClosedDays(app.db, id, TODAY + 1)).toEqual(closed);
      expect(await brokenLaws(gateway)).toEqual([]);
    }
    await gateway.close();
  });

  it('goes on naming the mapping that held when it closed, while open usage of the same hour moves', async () => {
    const { gateway, id } = await openWithClosedDay(server);
    await push(gateway.app, { id }, [usageRecord({ id: 'late' })]);
    await unmapTenant(gateway.app, WHOLE_BOOKS, { ...CHANGE, effectiveFrom: 0 });
    for (const granularity of ['HOURLY', 'DAILY']) {
      const { data } = await gateway.ask(
        'OPERATOR',
        `{ usageAggregates(range: { from: "2026-03-10T00:00:00Z", to: "2026-03-11T00:00:00Z" }, clock: USAGE,
             granularity: ${granularity}, filter: { meterIds: ["${METERS.vmHours}"] }) {
             nodes { status reportedWindow { start } destination { reason destinationSubscriptionId } } } }`,
      );
      const nodes = data.usageAggregates.nodes as { status: string; destination: { reason: string } }[];
      expect(new Set(nodes.map(({ status, destination }) => `${status} ${destination.reason}`))).toEqual(
        new Set(['CLOSED MAPPED', 'PROVISIONAL TENANT_NOT_MAPPED']),
      );
    }
    await gateway.close();
  });

  it('takes nothing in from a process whose clock still shows it: that usage is filed in the first open hour', async () => {
    const { gateway, id } = await openWithClosedDay(server);
    gateway.clock.set('2026-03-10T23:59:59Z');
    const closed = await linesOfClosedDays(gateway.app.db, id, TODAY + 1);
    const { accepted } = await push(gateway.app, { id }, [usageRecord({ id: 'lagging' })]);
    expect(accepted).toBe(1);
    expect(await linesOfClosedDays(gateway.app.db, id, TODAY + 1)).toEqual(closed);
    const { data } = await gateway.ask(
      'OPERATOR',
      `{ usageRecords(recordId: "lagging", range: { from: "2026-03-11T00:00:00Z", to: "2026-03-12T00:00:00Z" }) {
           nodes { reportedWindow { start } } } }`,
    );
    expect(data.usageRecords.nodes).toEqual([{ reportedWindow: { start: '2026-03-11T00:00:00.000Z' } }]);
    await gateway.close();
  });

  it('refuses pulled usage that names it, but still knows what it holds', async () => {
    const gateway = await openTestGateway(server);
    const { id } = await registerStamp(gateway.app);
    const reportedHour = TODAY * 24 + 11;
    const pull = (quantity: string, resourceUri: string) =>
      recordUsage(gateway.app, {
        registrationId: id,
        receivedBy: 'test',
        deliveries: [
          {
            checked: checkProviderRow(providerRow(quantity, resourceUri), {
              reportedHour,
              source: 'stamp',
              now: gateway.clock.now(),
            }),
            raw: () => `${resourceUri} ${quantity}`,
          },
        ],
      });
    expect(await pull('1', '/vm1')).toMatchObject({ accepted: 1 });
    gateway.clock.set(TOMORROW);
    await closeDays(gateway.app, { registrationId: id, through: TODAY, by: 'test' });
    const before = await linesOfBooks(gateway.app.db, id);
    expect((await pull('1', '/vm1')).verdicts).toMatchObject([{ verdict: 'DUPLICATE', stored: { quantity: '1' } }]);
    expect((await pull('2', '/vm1')).verdicts).toMatchObject([{ verdict: 'CONFLICT', code: 'RECORD_CONFLICT' }]);
    expect((await pull('1', '/vm2')).verdicts).toMatchObject([{ verdict: 'REJECTED', code: 'WINDOW_CLOSED' }]);
    expect(await linesOfBooks(gateway.app.db, id)).toEqual(before);
    await gateway.close();
  });

  it('is over before it closes, closes once, and closes whole when two processes close it', async () => {
    const { gateway, id, usage } = await openWithUsage(server);
    await expect(closeDays(gateway.app, { registrationId: id, through: TODAY, by: 'test' })).rejects.toMatchObject({
      code: 'WINDOW_NOT_OVER',
    });
    gateway.clock.set(TOMORROW);
    const other = await gateway.second();
    const answers = await Promise.all([
      closeDays(gateway.app, { registrationId: id, through: TODAY, by: 'test' }),
      closeDays(other, { registrationId: id, through: TODAY, by: 'test' }),
      push(other, { id }, usage),
    ]);
    expect(answers.slice(0, 2).flat()).toEqual([TODAY]);
    expect(await brokenLaws(gateway)).toEqual([]);
    await gateway.close();
  });
});

describeEachDatabase('usage', (server) => {
  it('is never reported before it was used, also when its sender runs a few minutes ahead of us', async () => {
    const gateway = await openTestGateway(server, { now: '2026-03-10T23:57:00Z' });
    const { id } = await registerStamp(gateway.app);
    const record = usageRecord({ id: 'ahead', usageStartTime: '2026-03-11T00:00:00Z' });
    expect(await push(gateway.app, { id }, [record])).toMatchObject({ accepted: 1 });
    const rows = await gateway.app.db.reader.query<{ early: number }>(
      'SELECT COUNT(*) AS early FROM usage_record WHERE reported_hour < usage_hour',
    );
    expect(Number(rows[0]?.early)).toBe(0);
    gateway.clock.set('2026-03-11T00:01:00Z');
    expect(await push(gateway.app, { id }, [record])).toMatchObject({ accepted: 0, duplicates: 1 });
    await gateway.close();
  });
});

async function openWithUsage(server: TestServer) {
  const gateway = await openTestGateway(server);
  const { id } = await registerStamp(gateway.app);
  const { cspSubscriptionId } = await registerCustomer(gateway.app, 'hub', 'Contoso', { stackSubscriptions: [STACK] });
  const effectiveFrom = TODAY * 24 + 9;
  await mapTenant(gateway.app, WHOLE_BOOKS, { ...CHANGE, cspSubscriptionId, effectiveFrom });
  const usage = [
    usageRecord({ id: 'a', quantity: '0.1' }),
    usageRecord({ id: 'b', quantity: '0.2', resourceUri: '/vm2' }),
    usageRecord({ id: 'c', usageStartTime: '2026-02-28T23:00:00Z' }),
    usageRecord({ id: 'd', meterId: METERS.unknown, stackSubscriptionId: guid('nobody knows whose') }),
  ];
  await push(gateway.app, { id }, usage);
  return { gateway, id, usage };
}

async function openWithClosedDay(server: TestServer) {
  const opened = await openWithUsage(server);
  opened.gateway.clock.set(TOMORROW);
  await closeDays(opened.gateway.app, { registrationId: opened.id, through: TODAY, by: 'test' });
  return opened;
}

function brokenLaws({ app }: TestGateway): Promise<readonly object[]> {
  return app.db.inSnapshot(async (sql) => {
    const laws = await checkInvariants({ sql, routingTables: app.routingTables }, WHOLE_BOOKS);
    return laws.filter(({ holds }) => !holds);
  });
}

function providerRow(quantity: string, resourceUri: string) {
  return {
    properties: {
      subscriptionId: STACK,
      usageStartTime: '2026-03-10T11:00:00Z',
      usageEndTime: '2026-03-10T12:00:00Z',
      instanceData: JSON.stringify({ 'Microsoft.Resources': { resourceUri } }),
      quantity,
      meterId: METERS.vmHours,
    },
  };
}
