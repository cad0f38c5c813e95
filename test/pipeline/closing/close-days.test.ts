import { WHOLE_BOOKS } from '../../../src/access/scope.js';
import { closeDays } from '../../../src/pipeline/closing/close-days.js';
import { closeDueDays } from '../../../src/pipeline/closing/close-due-days.js';
import { recordUsage } from '../../../src/pipeline/pipeline.js';
import type { DailyAggregate, DaySeal } from '../../../src/pipeline/closing/daily-aggregate.entity.js';
import { NO_CHECKSUM, beginDayChecksum } from '../../../src/pipeline/closing/day-checksum.js';
import type { Pipeline } from '../../../src/pipeline/pipeline.js';
import { prepareReports } from '../../../src/pipeline/reporting/prepare-reports.js';
import { deliveryOfRecord } from '../../../src/pipeline/ingestion/usage-wire.js';
import { mapTenant, unmapTenant } from '../../../src/pipeline/routing/map-tenant.js';
import { dayOf, dayText, firstHourOf, hourOf } from '../../../src/primitives/windows.js';
import { checkInvariants } from '../../../src/reading/invariants.js';
import { listUsageAggregates } from '../../../src/reading/usage-aggregates.js';
import { findRegistration } from '../../../src/registration/registration-store.js';
import type { Registration } from '../../../src/registration/registration.entity.js';
import { describeEachDatabase } from '../../support/databases.js';
import { openTestGateway } from '../../support/gateway.js';
import type { TestGateway } from '../../support/gateway.js';
import { guid, push, registerCustomer, registerStamp, usageRecord } from '../../support/world.js';

const BY = 'test';
const HOUR = 3_600_000;
const GRACE = { graceMs: 6 * HOUR, by: BY };
const day = (text: string) => dayOf(hourOf(Date.parse(text)));

describeEachDatabase('closing days', (server) => {
  it('leaves every daily aggregate as it was: its id, its quantity and where it is billed', async () => {
    const { gateway, stamp } = await open();
    await usageOfRemappedDay(gateway, stamp);
    const before = await aggregates(gateway);
    expect(before.map(({ key, quantity }) => [key.at(-1), quantity])).toEqual([
      [0, '24'],
      [0, '16'],
      [1, '8'],
    ]);

    gateway.clock.set('2026-03-12T06:00:00Z');
    await closeDays(gateway.app, { registrationId: stamp.id, through: day('2026-03-11'), by: BY });

    expect(await aggregates(gateway)).toEqual(before.map((row) => ({ ...row, isClosed: true })));
    await gateway.close();
  });

  it('keeps a closed day as it was billed, whatever is mapped later', async () => {
    const { gateway, stamp } = await open();
    await usageOfRemappedDay(gateway, stamp);
    gateway.clock.set('2026-03-12T06:00:00Z');
    await closeDays(gateway.app, { registrationId: stamp.id, through: day('2026-03-11'), by: BY });
    const closed = await aggregates(gateway);

    const change = { registration: 'hub', tenantId: guid('tenant contoso'), by: BY };
    await unmapTenant(gateway.app, WHOLE_BOOKS, { ...change, effectiveFrom: hourOf(Date.parse('2026-03-08')) });

    expect(await aggregates(gateway)).toEqual(closed);
    await expectLaws(gateway);
    await gateway.close();
  });

  it('gives a page that ends in a closed day and goes on in an open one without a gap', async () => {
    const { gateway, stamp } = await open();
    for (const arrival of ['2026-03-08', '2026-03-09', '2026-03-10']) {
      gateway.clock.set(`${arrival}T05:00:00Z`);
      await push(gateway.app, stamp, hours(`${arrival}T00:00:00Z`, 3, ['contoso', 'fabrikam']));
    }
    const before = await aggregates(gateway);
    await closeDays(gateway.app, { registrationId: stamp.id, through: day('2026-03-08'), by: BY });
    const paged = [];
    let after: readonly number[] | null = null;
    do {
      const page: Awaited<ReturnType<typeof page1>> = await page1(gateway, after);
      paged.push(...page.rows);
      after = page.resumeAfter;
    } while (after !== null);
    expect(paged.map(({ key, quantity }) => ({ key, quantity }))).toEqual(
      before.map(({ key, quantity }) => ({ key, quantity })),
    );
    expect(before).toHaveLength(6);
    await gateway.close();
  });

  it('is the same when two processes do it at once, and when it is done again', async () => {
    const { gateway, stamp } = await open();
    for (const arrival of ['2026-03-05', '2026-03-07', '2026-03-08']) {
      gateway.clock.set(`${arrival}T05:00:00Z`);
      await push(gateway.app, stamp, hours(`${arrival}T00:00:00Z`, 4, ['contoso']));
    }
    gateway.clock.set('2026-03-10T12:00:00Z');
    const second = await gateway.second();
    const closing = { registrationId: stamp.id, through: day('2026-03-09'), by: BY };
    const closed = await Promise.all([closeDays(gateway.app, closing), closeDays(second, closing)]);

    expect(closed.flat().sort().map(dayText)).toEqual(['2026-03-05', '2026-03-07', '2026-03-08']);
    expect(await closeDays(second, closing)).toEqual([]);
    expect((await stored(gateway))?.closedBeforeDay).toBe(day('2026-03-10'));
    await expectLaws(gateway);
    await gateway.close();
  });

  it('lets no record into a closed day, whatever the clocks of other processes say', async () => {
    const { gateway, stamp } = await open();
    const second = await gateway.second();
    const lagging: Pipeline = { ...second, clock: { now: () => Date.parse('2026-03-09T23:30:00Z') } };
    gateway.clock.set('2026-03-10T12:00:00Z');
    const closing = { registrationId: stamp.id, through: day('2026-03-09'), by: BY };
    let sent = 0;
    const send = async () => {
      const records = hours('2026-03-09T00:00:00Z', 5, ['contoso'], `late ${(sent += 1)} `);
      return recordUsage(lagging, {
        registrationId: stamp.id,
        receivedBy: BY,
        deliveries: records.map((record) => deliveryOfRecord(record, lagging.clock.now())),
      });
    };
    const sending = async () => {
      for (let batch = 0; batch < 6; batch += 1) await send();
    };
    const closes = async () => {
      await send();
      await closeDays(gateway.app, closing);
    };
    await Promise.all([sending(), sending(), closes()]);
    const after = await send();

    expect(after.accepted).toBe(5);
    const [counted] = await gateway.app.db.reader.query<{ records: number }>(
      'SELECT COUNT(*) AS records FROM usage_record',
    );
    expect(Number(counted?.records)).toBe(sent * 5);
    const [late] = await gateway.app.db.reader.query<{ records: number }>(
      'SELECT COUNT(*) AS records FROM usage_record WHERE batch_id = ? AND reported_hour < ?',
      [after.batchId, firstHourOf(day('2026-03-10'))],
    );
    expect(Number(late?.records)).toBe(0);
    await expectLaws(gateway);
    await gateway.close();
  });

  it('goes on without a registration whose books do not add up, and closes nothing of that one', async () => {
    const { gateway, stamp } = await open();
    const other = await registerStamp(gateway.app, 'edge');
    gateway.clock.set('2026-03-08T05:00:00Z');
    await push(gateway.app, stamp, hours('2026-03-08T00:00:00Z', 2, ['contoso']));
    await push(gateway.app, other, hours('2026-03-08T00:00:00Z', 2, ['elsewhere']));
    await gateway.app.db.inTransaction((tx) =>
      tx.execute(
        `UPDATE usage_day_total SET records = records + 1
          WHERE stack_subscription_id IN (SELECT id FROM stack_subscription WHERE registration_id = ?)`,
        [stamp.id],
      ),
    );
    gateway.clock.set('2026-03-10T12:00:00Z');
    const { closed, failures } = await closeDueDays(gateway.app, GRACE);

    expect(closed).toBe(1);
    expect(failures.map(({ registration }) => registration)).toEqual(['hub']);
    expect((await stored(gateway))?.closedBeforeDay).toBe(0);
    expect((await stored(gateway, 'edge'))?.closedBeforeDay).toBe(day('2026-03-10'));
    await gateway.close();
  });

  it('waits for the grace, and leaves pulled usage to whoever pulls it', async () => {
    const { gateway } = await open();
    await registerStamp(gateway.app, 'pulled', { usageIntake: 'PULLED' });
    gateway.clock.set('2026-03-10T05:59:59Z');
    await closeDueDays(gateway.app, GRACE);
    expect((await stored(gateway))?.closedBeforeDay).toBe(day('2026-03-09'));
    gateway.clock.set('2026-03-10T06:00:00Z');
    await closeDueDays(gateway.app, GRACE);
    expect((await stored(gateway))?.closedBeforeDay).toBe(day('2026-03-10'));
    expect((await stored(gateway, 'pulled'))?.closedBeforeDay).toBe(0);

    const pulled = async () => hourOf(Date.parse('2026-03-08T23:00:00Z'));
    await closeDueDays(gateway.app, { ...GRACE, pulledBefore: pulled });
    expect((await stored(gateway, 'pulled'))?.closedBeforeDay).toBe(day('2026-03-08'));
    await gateway.close();
  });

  it('seals each day so that a change of any frozen row, or of an earlier seal, shows', async () => {
    const { gateway, stamp } = await open();
    for (const arrival of ['2026-03-07', '2026-03-08']) {
      gateway.clock.set(`${arrival}T05:00:00Z`);
      await push(gateway.app, stamp, hours(`${arrival}T00:00:00Z`, 2, ['contoso']));
    }
    gateway.clock.set('2026-03-10T12:00:00Z');
    await closeDueDays(gateway.app, GRACE);
    await expectLaws(gateway);

    const change = (statement: string) => gateway.app.db.inTransaction((tx) => tx.execute(statement));
    await change(`UPDATE daily_aggregate SET records = records + 1 WHERE reported_day = ${day('2026-03-07')}`);
    expect(await brokenLaws(gateway)).toContain('CLOSED_DAYS_ARE_AS_SEALED');
    await change(`UPDATE daily_aggregate SET records = records - 1 WHERE reported_day = ${day('2026-03-07')}`);
    await expectLaws(gateway);
    await change(`UPDATE day_seal SET checksum = '${'f'.repeat(64)}' WHERE reported_day = ${day('2026-03-07')}`);
    expect(await brokenLaws(gateway)).toContain('CLOSED_DAYS_ARE_AS_SEALED');
    await gateway.close();
  });

  /** A stamp with two customers; the second is mapped. */
  it('seals and reports every aggregate of a day once, in order, however many a customer has', async () => {
    const { gateway, stamp } = await open();
    gateway.clock.set('2026-03-09T05:00:00Z');
    const usageStartTime = '2026-03-09T01:00:00Z';
    const small = (name: string) => usageRecord({ id: name, stackSubscriptionId: guid(name), usageStartTime });
    await push(gateway.app, stamp, [small('before one'), small('before two')]);
    for (let batch = 0; batch < 3; batch += 1) {
      const records = Array.from({ length: 5_000 }, (_, index) => {
        const name = `machine ${batch} ${index}`;
        return usageRecord({ id: name, stackSubscriptionId: guid('large'), resourceUri: `/${name}`, usageStartTime });
      });
      await push(gateway.app, stamp, records);
    }
    await push(gateway.app, stamp, [small('after one'), small('after two')]);
    gateway.clock.set('2026-03-10T12:00:00Z');
    await closeDueDays(gateway.app, { graceMs: 0, by: BY });
    await prepareReports(gateway.app);

    const { reader } = gateway.app.db;
    const frozen = await reader.query<DailyAggregate>(
      `SELECT stack_subscription_id AS stackSubscriptionId, reported_day AS reportedDay, usage_day AS usageDay,
              meter_id AS meterId, resource_id AS resourceId, part, destination_id AS destinationId, quantity, records
         FROM daily_aggregate ORDER BY 1, 2, 3, 4, 5, 6`,
    );
    const [seal] = await reader.query<DaySeal>(
      'SELECT checksum, aggregates, previous_checksum AS previousChecksum FROM day_seal',
    );
    const head = { cloudId: guid('cloud hub'), reportedDay: day('2026-03-09'), previousChecksum: NO_CHECKSUM };
    const routingVersion = (await stored(gateway))?.routingVersion ?? 0;
    const checksum = beginDayChecksum({ ...head, routingVersion });
    checksum.add(frozen);
    expect(seal).toEqual({ previousChecksum: NO_CHECKSUM, aggregates: 15_004, checksum: checksum.end().checksum });
    await expectLaws(gateway);
    await gateway.close();
  });

  async function open(): Promise<{ gateway: TestGateway; stamp: Registration }> {
    const gateway = await openTestGateway(server);
    const stamp = await registerStamp(gateway.app);
    await registerCustomer(gateway.app, 'hub', 'contoso', { stackSubscriptions: [guid('contoso')] });
    await registerCustomer(gateway.app, 'hub', 'fabrikam', { stackSubscriptions: [guid('fabrikam')] });
    return { gateway, stamp };
  }
});

/** Two usage days of one machine: in the second the customer is mapped at 08:00 and unmapped again at 16:00. */
async function usageOfRemappedDay(gateway: TestGateway, stamp: Registration): Promise<void> {
  const change = { registration: 'hub', tenantId: guid('tenant contoso'), by: BY };
  const at = (text: string) => ({ effectiveFrom: hourOf(Date.parse(text)) });
  await mapTenant(gateway.app, WHOLE_BOOKS, {
    ...change,
    ...at('2026-03-10T08:00:00Z'),
    cspSubscriptionId: guid('csp contoso'),
  });
  await unmapTenant(gateway.app, WHOLE_BOOKS, { ...change, ...at('2026-03-10T16:00:00Z') });
  gateway.clock.set('2026-03-11T05:00:00Z');
  await push(gateway.app, stamp, hours('2026-03-09T00:00:00Z', 48, ['contoso']));
}

function hours(start: string, count: number, subscriptions: readonly string[], prefix = '') {
  return subscriptions.flatMap((name) =>
    Array.from({ length: count }, (_, index) => {
      const from = Date.parse(start) + index * HOUR;
      return usageRecord({
        id: `${prefix}${name} ${from}`,
        stackSubscriptionId: guid(name),
        usageStartTime: new Date(from).toISOString(),
      });
    }),
  );
}

const QUESTION = {
  filter: {},
  granularity: 'DAILY',
  range: { clock: 'REPORTED', from: firstHourOf(day('2026-03-01')), to: firstHourOf(day('2026-04-01')) },
} as const;

async function aggregates({ app }: TestGateway) {
  const reading = { sql: app.db.reader, routingTables: app.routingTables };
  const { rows } = await listUsageAggregates(reading, WHOLE_BOOKS, { ...QUESTION, after: null, limit: 100 });
  return rows;
}

function page1({ app }: TestGateway, after: readonly number[] | null) {
  const reading = { sql: app.db.reader, routingTables: app.routingTables };
  return listUsageAggregates(reading, WHOLE_BOOKS, { ...QUESTION, after, limit: 1 });
}

function stored({ app }: TestGateway, name = 'hub') {
  return findRegistration(app.db.reader, WHOLE_BOOKS, name);
}

async function brokenLaws({ app }: TestGateway): Promise<string[]> {
  const { db, routingTables } = app;
  const laws = await db.inSnapshot((sql) => checkInvariants({ sql, routingTables }, WHOLE_BOOKS));
  return laws.filter(({ holds }) => !holds).map(({ name }) => name);
}

async function expectLaws(gateway: TestGateway): Promise<void> {
  expect(await brokenLaws(gateway)).toEqual([]);
}
