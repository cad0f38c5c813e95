import { NarrowHoursAndDays1764007000000 } from '../../migrations/1764007000000-narrow-hours-and-days.js';
import { entities, migrations } from '../../src/data-source.js';
import { openDatabase } from '../../src/database/open-database.js';
import type { Database } from '../../src/database/database.js';
import type { SqlValue } from '../../src/database/transaction.js';
import { digest16 } from '../../src/primitives/ids.js';
import { FOREVER, dayOf, hourOf } from '../../src/primitives/windows.js';
import { describeEachDatabase, openTestDatabase } from '../support/databases.js';

/** The first hour that is taken in, one of these days, and the last one of the last day that two bytes hold. */
const HOURS = [hourOf(Date.UTC(2015, 0, 1)), hourOf(Date.UTC(2026, 2, 4, 17)), 65_535 * 24 + 23];

describeEachDatabase('hours and days of usage', (server) => {
  it('are what they were when they are narrowed, and when that is taken back', async () => {
    const { db, close } = await openTestDatabase(server);
    await load(db, HOURS);
    const before = await stored(db);
    expect(before.map(({ hour, day }) => [hour, day])).toEqual(HOURS.map((hour) => [hour, dayOf(hour)]));
    const migration = new NarrowHoursAndDays1764007000000();
    const runner = db.source.createQueryRunner();
    await migration.down(runner);
    expect(await stored(db)).toEqual(before);
    await migration.up(runner);
    expect(await stored(db)).toEqual(before);
    // As after a server that had no more room for the second table: what is narrow stays so.
    await migration.up(runner);
    expect(await stored(db)).toEqual(before);
    await runner.release();
    await close();
  });

  it.each([
    ['usage_hour >= -17259888 AND usage_hour < 70389526', 3],
    [`reported_hour >= -1 AND (reported_hour > -1 OR usage_hour > 0) AND usage_hour < ${FOREVER}`, 3],
    ['reported_hour >= 9007199254740991 OR reported_hour < -9007199254740991', 0],
    ['reported_hour IN (-1, 16777216, 4294967295)', 0],
    [`usage_day IN (-1, 65536, 85952, 2932896, ${dayOf(HOURS[1] ?? 0)})`, 1],
    ['usage_day >= -719162 AND usage_day < 2932897', 3],
    ['usage_day > 65535 OR usage_day < 0', 0],
    [`stack_subscription_id = 1 AND reported_hour = ${HOURS[0]} AND usage_hour > -1 AND usage_day <> -1`, 1],
  ])('may be compared with any number: %s', async (condition, rows) => {
    const { db, close } = await openTestDatabase(server);
    await load(db, HOURS);
    expect((await stored(db, condition)).length).toBe(rows);
    await close();
  });

  if (server.dialect === 'mysql') {
    it.each([true, false])(
      'are refused beyond their range, and not bent to fit into it (local files: %s)',
      async (allowsLocalFiles) => {
        const { url, close } = await openTestDatabase(server);
        const db = await openDatabase({ url, entities, migrations, allowsLocalFiles });
        for (const hour of [-1, 65_536 * 24, 2 ** 24]) {
          await expect(load(db, [hour])).rejects.toThrow(/as they are|out of range/i);
        }
        expect(await stored(db)).toEqual([]);
        await db.close();
        await close();
      },
    );
  }
});

function load(db: Database, hours: readonly number[]): Promise<number> {
  const columns = ['stack_subscription_id', 'reported_hour', 'usage_hour', 'meter_id', 'resource_id', 'identity'];
  const more = ['usage_day', 'source_id', 'batch_id', 'quantity'];
  const rowOf = (hour: number): SqlValue[] => {
    return [1, hour, hour, 2, 3, digest16([String(hour)]).toString('hex'), dayOf(hour), 4, 5, '1'];
  };
  const into = { table: 'usage_record', columns: [...columns, ...more], decimals: ['quantity'], digests: ['identity'] };
  return db.inTransaction((tx) => tx.loadRows({ ...into, items: hours, rowOf }));
}

function stored({ reader }: Database, condition = '1 = 1') {
  return reader.query<{ hour: number; usageHour: number; day: number; identity: Buffer }>(
    `SELECT reported_hour AS hour, usage_hour AS usageHour, usage_day AS day, identity
       FROM usage_record WHERE ${condition} ORDER BY reported_hour`,
  );
}
