import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { checkInvariants } from '../../src/reading/invariants.js';
import { rowCounts } from '../support/book-lines.js';
import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import { push, registerStamp, usageRecord } from '../support/world.js';

describeEachDatabase('a batch', (server) => {
  it('leaves nothing behind when it breaks off, at whatever statement, and is whole when it is sent again', async () => {
    let seen = 0;
    let failAt = Infinity;
    const onStatement = () => {
      seen += 1;
      if (seen === failAt) throw new Error('The connection broke.');
    };
    const gateway = await openTestGateway(server, { onStatement });
    const { app } = gateway;
    const registration = await registerStamp(app);
    const batch = [
      usageRecord({ id: 'a', quantity: '0.1' }),
      usageRecord({ id: 'b', quantity: '0.2', resourceUri: '/vm2' }),
      usageRecord({ id: 'bad', quantity: '-1' }),
      usageRecord({ id: 'a', quantity: '0.3' }),
    ];
    // Names are committed before the batch, and are not what this is about.
    await push(app, registration, [usageRecord({ id: 'c' }), usageRecord({ id: 'd', resourceUri: '/vm2' })]);
    const before = await rowCounts(app.db);
    let breaks = 0;
    for (;;) {
      seen = 0;
      failAt = breaks + 1;
      const isWhole = await push(app, registration, batch).then(
        () => true,
        () => false,
      );
      failAt = Infinity;
      if (isWhole) break;
      breaks += 1;
      expect(await rowCounts(app.db)).toEqual(before);
    }
    // The lock, the batch, its records, the totals, the quarantine, the receipt.
    expect(breaks).toBeGreaterThanOrEqual(6);
    expect(await rowCounts(app.db)).toEqual({
      usage_batch: 2,
      usage_record: 4,
      usage_day_total: 1,
      usage_month_total: 0,
      quarantined_record: 2,
    });
    expect(await push(app, registration, batch)).toMatchObject({
      accepted: 0,
      duplicates: 2,
      conflicts: 1,
      rejected: 1,
    });
    const laws = await app.db.inSnapshot((sql) =>
      checkInvariants({ sql, routingTables: app.routingTables }, WHOLE_BOOKS),
    );
    expect(laws.filter(({ holds }) => !holds)).toEqual([]);
    await gateway.close();
  });

  it('answers in the order in which it was sent, whatever the order in which rows are written', async () => {
    const gateway = await openTestGateway(server);
    const registration = await registerStamp(gateway.app);
    const ids = Array.from({ length: 50 }, (_, index) => `record ${(index * 37) % 50}`);
    const batch = ids.map((id, index) => usageRecord({ id, resourceUri: `/vm${50 - index}` }));
    const { verdicts } = await push(gateway.app, registration, batch);
    expect(verdicts.map(({ recordId, index }) => [recordId, index])).toEqual(ids.map((id, index) => [id, index]));
    await gateway.close();
  });

  it('says of a conflict what is stored, keeps the first, and counts it once however often it is sent', async () => {
    const gateway = await openTestGateway(server);
    const registration = await registerStamp(gateway.app);
    const first = usageRecord({ id: 'a', quantity: '1.50' });
    const conflicting = [
      usageRecord({ id: 'a', quantity: '1.51' }),
      usageRecord({ id: 'a', quantity: '1.5', resourceUri: '/other' }),
      usageRecord({ id: 'a', quantity: '1.5', corrects: 'b' }),
      usageRecord({ id: 'a', quantity: '1.5', usageStartTime: '2026-03-10T09:00:00Z' }),
    ];
    await push(gateway.app, registration, [first]);
    for (let time = 0; time < 2; time += 1) {
      const { verdicts } = await push(gateway.app, registration, [...conflicting, first]);
      expect(verdicts.map(({ verdict }) => verdict)).toEqual([...conflicting.map(() => 'CONFLICT'), 'DUPLICATE']);
      expect(verdicts.map(({ stored }) => stored?.quantity)).toEqual(verdicts.map(() => '1.5'));
    }
    expect(await rowCounts(gateway.app.db)).toMatchObject({ usage_record: 1, quarantined_record: 4 });
    await gateway.close();
  });

  it('keeps no foreign keys, so the laws tell of a record that refers to nothing, or to what is another customer’s', async () => {
    const gateway = await openTestGateway(server);
    const { app } = gateway;
    const registration = await registerStamp(app);
    const other = 'aaaaaaaa-0000-4000-8000-000000000002';
    await push(app, registration, [usageRecord({ id: 'a' }), usageRecord({ id: 'b', stackSubscriptionId: other })]);
    const broken = async () => {
      const laws = await app.db.inSnapshot((sql) =>
        checkInvariants({ sql, routingTables: app.routingTables }, WHOLE_BOOKS),
      );
      return laws.filter(({ holds }) => !holds).map(({ name }) => name);
    };
    expect(await broken()).toEqual([]);
    for (const column of ['resource_id', 'source_id', 'batch_id'] as const) {
      const [row] = await app.db.reader.query<{ value: number }>(
        `SELECT ${column} AS value FROM usage_record WHERE record_id = 'a'`,
      );
      const set = (value: string) =>
        app.db.source.query(`UPDATE usage_record SET ${column} = ${value} WHERE record_id = 'a'`);
      await set('4711');
      expect(await broken()).toEqual(['EVERY_RECORD_REFERS_TO_WHAT_IS_KNOWN']);
      await set(String(row?.value));
    }
    const [foreign] = await app.db.reader.query<{ id: number }>(
      "SELECT resource_id AS id FROM usage_record WHERE record_id = 'b'",
    );
    await app.db.source.query(`UPDATE usage_record SET resource_id = ${foreign?.id} WHERE record_id = 'a'`);
    expect(await broken()).toEqual(['EVERY_RECORD_REFERS_TO_WHAT_IS_KNOWN']);
    await gateway.close();
  });
});
