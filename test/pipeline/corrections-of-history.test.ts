import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import { sameAggregate } from '../../src/pipeline/closing/daily-aggregate-store.js';
import { discardRegistration } from '../../src/pipeline/closing/discard-registration.js';
import type { JsonObject } from '../../src/pipeline/ingestion/exact-json.js';
import { deliveryOfRecord } from '../../src/pipeline/ingestion/usage-wire.js';
import { recordUsage } from '../../src/pipeline/pipeline.js';
import { sweepDiscarded } from '../../src/pipeline/closing/sweep-discarded.js';
import { prepareReports } from '../../src/pipeline/reporting/prepare-reports.js';
import { mapTenant } from '../../src/pipeline/routing/map-tenant.js';
import { canonicalQuantity } from '../../src/primitives/quantity.js';
import { checkInvariants } from '../../src/reading/invariants.js';
import { describeEachDatabase } from '../support/databases.js';
import type { TestGateway } from '../support/gateway.js';
import { BY, GRACE, RULE, STACKS, TODAY, day, openSetUp } from '../support/opening.js';
import { guid, openStamp, push, setUpStamp, usageRecord } from '../support/world.js';

const HISTORY = '2026-03-08';
const RECORD = usageRecord({
  ...{ id: 'a', stackSubscriptionId: STACKS.contoso, quantity: '2' },
  ...{ usageStartTime: `${HISTORY}T10:00:00Z`, usageEndTime: `${HISTORY}T11:00:00Z` },
});

describeEachDatabase('corrections of history', (server) => {
  it('are history where they are imported with it, and move with it until the books are open', async () => {
    const { gateway, stamp } = await openSetUp(server);
    const { app } = gateway;
    const take = async (records: readonly JsonObject[]) => {
      const deliveries = records.map((record) => deliveryOfRecord(record, app.clock.now()));
      const delivery = { registrationId: stamp.id, receivedBy: BY, deliveries, asReported: true };
      return (await recordUsage(app, delivery)).verdicts.map(({ verdict, code }) => code ?? verdict);
    };
    // In the batch of its record, and in one before.
    expect(await take([fix('f1', '-0.5', 'b')])).toEqual(['CORRECTED_RECORD_UNKNOWN']);
    expect(await take([fix('f2', '-0.25', 'a'), RECORD, { ...RECORD, id: 'b' }])).toEqual(Array(3).fill('ACCEPTED'));
    expect(await correctionsOf(gateway)).toEqual([
      ['f1', day(HISTORY)],
      ['f2', day(HISTORY)],
    ]);
    // While nothing is closed they move with their records, from the beginning on.
    const contoso = { registration: 'hub', tenantId: guid('tenant contoso'), by: BY };
    await mapTenant(app, WHOLE_BOOKS, { ...contoso, cspSubscriptionId: guid('csp contoso') });
    await openStamp(app, stamp, RULE);
    gateway.clock.set('2026-03-12T12:30:00Z');
    await closeDueDays(app, GRACE);
    await lawsHold(gateway);
    await gateway.close();
  });

  it('are filed with their record while the books are set up, whoever makes them, and reported by nobody', async () => {
    const { gateway, stamp } = await openSetUp(server);
    const { app } = gateway;
    await recordUsage(app, {
      ...{ registrationId: stamp.id, receivedBy: BY, asReported: true },
      deliveries: [RECORD, { ...RECORD, id: 'b' }].map((record) => deliveryOfRecord(record, app.clock.now())),
    });
    // Pushed as usage of today is, and made by an operator.
    await push(app, stamp, [fix('f1', '-0.5', 'a')]);
    expect(await correct(gateway, 'b', '-0.25')).toMatchObject({ remaining: '1.75', userErrors: [] });
    expect((await correctionsOf(gateway)).map(([, filed]) => filed)).toEqual([day(HISTORY), day(HISTORY)]);
    // What waits for a record that comes on another day is filed with it as well.
    await push(app, stamp, [fix('f3', '-1', 'today', TODAY)]);
    await push(app, stamp, [{ ...fix('today', '2', 'none', TODAY), corrects: null }]);
    await openStamp(app, stamp, RULE);
    gateway.clock.set('2026-03-12T12:30:00Z');
    await closeDueDays(app, GRACE);
    expect(await prepareReports(app)).toBe(1);
    expect(await reportedLines(gateway)).toEqual([[day(TODAY), '1']]);
    await lawsHold(gateway);
    await gateway.close();
  });

  it('are refused once the books are open, so that no report holds a difference to what none held', async () => {
    const { gateway, stamp } = await openSetUp(server);
    const { app } = gateway;
    const deliveries = [RECORD, fix('f0', '-0.5', 'a')].map((record) => deliveryOfRecord(record, app.clock.now()));
    await recordUsage(app, { registrationId: stamp.id, receivedBy: BY, deliveries, asReported: true });
    await openStamp(app, stamp, RULE);
    const refused = { verdict: 'REJECTED', code: 'CORRECTED_RECORD_IS_HISTORY', field: 'corrects' };
    // Before its day closes, and afterwards; what was taken in before is a duplicate for ever.
    expect((await push(app, stamp, [fix('f1', '-0.5', 'a')])).verdicts).toMatchObject([refused]);
    gateway.clock.set('2026-03-12T12:30:00Z');
    await closeDueDays(app, GRACE);
    const again = await push(app, stamp, [fix('f0', '-0.5', 'a'), fix('f2', '0.5', 'a')]);
    expect(again.verdicts).toMatchObject([{ verdict: 'DUPLICATE' }, refused]);
    expect(await correct(gateway, 'a', '-0.25')).toMatchObject({
      userErrors: [{ code: 'CORRECTED_RECORD_IS_HISTORY', field: ['record'] }],
    });
    const { data } = await gateway.ask('OPERATOR', '{ quarantinedRecords { nodes { recordId code } } }');
    expect(data.quarantinedRecords.nodes).toEqual([
      { recordId: 'f2', code: 'CORRECTED_RECORD_IS_HISTORY' },
      { recordId: 'f1', code: 'CORRECTED_RECORD_IS_HISTORY' },
    ]);
    // The first day of the books itself is none of history.
    await push(app, stamp, [{ ...fix('today', '2', 'none', TODAY), corrects: null }, fix('f4', '-1', 'today', TODAY)]);
    expect((await correctionsOf(gateway)).map(([name]) => name)).toEqual(['f0', 'f4']);
    await lawsHold(gateway);
    await gateway.close();
  });

  it('break a law where they are in the books though their record is history', async () => {
    const { gateway, stamp } = await openSetUp(server);
    const { app } = gateway;
    await push(app, stamp, [{ ...fix('today', '2', 'none', TODAY), corrects: null }]);
    await openStamp(app, stamp, RULE);
    gateway.clock.set('2026-03-12T05:30:00Z');
    await push(app, stamp, [fix('f1', '-1', 'today', TODAY)]);
    await lawsHold(gateway);
    await app.db.inTransaction((tx) => tx.execute('UPDATE registration SET books_from_day = ?', [day(TODAY) + 1]));
    const laws = await app.db.inSnapshot((sql) => checkInvariants({ ...app, sql }, WHOLE_BOOKS));
    expect(laws.filter(({ holds }) => !holds)).toMatchObject([
      { name: 'NO_RECORD_IS_CORRECTED_BELOW_ZERO', detail: expect.stringContaining('is history') },
    ]);
    await gateway.close();
  });

  it('leave nothing behind in books that are discarded', async () => {
    const { gateway, stamp } = await openSetUp(server);
    await push(gateway.app, stamp, [RECORD, fix('f1', '-1', 'a'), fix('f2', '-1', 'later')]);
    await discardRegistration(gateway.app, WHOLE_BOOKS, { registration: 'hub', by: BY });
    for (const table of ['corrected_record', 'correction_day', 'quarantined_record', 'usage_day_total']) {
      expect([table, await gateway.app.db.reader.query(`SELECT * FROM ${table}`)]).toEqual([table, []]);
    }
    await lawsHold(gateway);
    // The audit log keeps what happened; the records go some at a time, and nothing of another registration with them.
    const kept = await setUpStamp(gateway.app, 'kept');
    await push(gateway.app, kept, [RECORD]);
    const recordsLeft = async () =>
      Number((await gateway.app.db.reader.query<{ n: number }>('SELECT COUNT(*) AS n FROM usage_record'))[0]?.n);
    expect(await recordsLeft()).toBe(3);
    const stopped = new AbortController();
    stopped.abort();
    expect(await sweepDiscarded(gateway.app, stopped.signal)).toBe(0);
    expect(await sweepDiscarded(gateway.app, undefined, 1)).toBe(2);
    expect(await sweepDiscarded(gateway.app)).toBe(0);
    expect(await recordsLeft()).toBe(1);
    expect(await gateway.app.db.reader.query('SELECT * FROM discarded_subscription')).toEqual([]);
    const { data } = await gateway.ask('AUDITOR', '{ auditLog(action: "discardRegistration") { nodes { outcome } } }');
    expect(data.auditLog.nodes).toEqual([{ outcome: 'DONE' }]);
    await lawsHold(gateway);
    await gateway.close();
  });
});

function fix(id: string, quantity: string, corrects: string, of = HISTORY): JsonObject {
  const window = { usageStartTime: `${of}T10:00:00Z`, usageEndTime: `${of}T11:00:00Z` };
  return { ...RECORD, ...window, id, quantity, corrects };
}

async function correct(gateway: TestGateway, recordId: string, quantity: string): Promise<object> {
  const found = await gateway.ask(
    'OPERATOR',
    `{ usageRecords(range: { from: "${HISTORY}T00:00:00Z", to: "2026-03-11T00:00:00Z" }, recordId: "${recordId}") { nodes { id } } }`,
  );
  expect(found.errors).toEqual([]);
  const { data, errors } = await gateway.ask(
    'OPERATOR',
    `mutation ($input: CorrectUsageInput!) { correctUsage(input: $input) { remaining userErrors { code field } } }`,
    { input: { record: found.data.usageRecords.nodes[0].id as string, quantity, reason: 'Counted twice.' } },
  );
  expect(errors).toEqual([]);
  return data.correctUsage as object;
}

/** Of each line in reports its day, and what it comes to. */
async function reportedLines({ app }: TestGateway) {
  const rows = await app.db.reader.query<{ reportedDay: number; quantity: string }>(
    `SELECT l.reported_day AS reportedDay, a.quantity FROM usage_report_line l JOIN daily_aggregate a ON ${sameAggregate('a', 'l')}`,
  );
  return rows.map(({ reportedDay, quantity }) => [reportedDay, canonicalQuantity(quantity)]);
}

async function correctionsOf({ app }: TestGateway) {
  const rows = await app.db.reader.query<{ recordId: string; reportedHour: number }>(
    'SELECT record_id AS recordId, reported_hour AS reportedHour FROM usage_record WHERE corrects IS NOT NULL ORDER BY record_id',
  );
  return rows.map(({ recordId, reportedHour }) => [recordId, Math.floor(reportedHour / 24)]);
}

async function lawsHold({ app }: TestGateway): Promise<void> {
  const laws = await app.db.inSnapshot((sql) => checkInvariants({ ...app, sql }, WHOLE_BOOKS));
  expect(laws.filter(({ holds }) => !holds)).toEqual([]);
}
