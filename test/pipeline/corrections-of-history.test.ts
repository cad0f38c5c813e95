import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import { discardRegistration } from '../../src/pipeline/closing/discard-registration.js';
import type { JsonObject } from '../../src/pipeline/ingestion/exact-json.js';
import { deliveryOfRecord } from '../../src/pipeline/ingestion/usage-wire.js';
import { recordUsage } from '../../src/pipeline/pipeline.js';
import { mapTenant } from '../../src/pipeline/routing/map-tenant.js';
import { checkInvariants } from '../../src/reading/invariants.js';
import { describeEachDatabase } from '../support/databases.js';
import type { TestGateway } from '../support/gateway.js';
import { BY, GRACE, RULE, STACKS, day, openSetUp } from '../support/opening.js';
import { guid, openStamp, push, usageRecord } from '../support/world.js';

const HISTORY = '2026-03-08';
const RECORD = usageRecord({
  ...{ id: 'a', stackSubscriptionId: STACKS.contoso, quantity: '2' },
  ...{ usageStartTime: `${HISTORY}T10:00:00Z`, usageEndTime: `${HISTORY}T11:00:00Z` },
});

describeEachDatabase('corrections of history', (server) => {
  it('are history where they are imported with it, and go where their record went once the books are open', async () => {
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
    expect((await push(app, stamp, [fix('f3', '-1', 'a'), fix('f4', '-1', 'a')])).rejected).toBe(1);
    await lawsHold(gateway);
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
    await gateway.close();
  });
});

function fix(id: string, quantity: string, corrects: string): JsonObject {
  return { ...RECORD, id, quantity, corrects };
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
