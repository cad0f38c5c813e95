import { entities, migrations } from '../../src/data-source.js';
import { openDatabase } from '../../src/database/open-database.js';
import type { Database } from '../../src/database/database.js';
import type { Sql } from '../../src/database/transaction.js';
import { describeEachDatabase, openTestDatabase } from '../support/databases.js';

const NAMES = ["it's", 'back\\slash', '日本 😀', ''];
/** More than stay prepared. */
const MANY = 1_200;

describeEachDatabase('questions', (server) => {
  let db: Database;
  let close: () => Promise<void>;

  beforeEach(async () => {
    const opened = await openTestDatabase(server);
    db = await openDatabase({ url: opened.url, entities, migrations });
    close = opened.close;
    await db.inTransaction((tx) =>
      tx.insertRows({
        table: 'reseller',
        columns: ['name', 'name_key', 'created_at', 'created_by'],
        rows: NAMES.map((name, index) => [name, `key ${index}`, 1_700_000_000_000 + index, 'test']),
        onDuplicate: '',
      }),
    );
  });

  afterEach(async () => {
    await db.close();
    await close();
  });

  const STATEMENT =
    'SELECT r.name, r.created_at AS at, r.partner_id FROM reseller r WHERE r.created_by = ? ORDER BY r.id';
  const EXPECTED = NAMES.map((name, index) => [name, 1_700_000_000_000 + index, null]);

  async function bothShapes(sql: Sql) {
    const objects = await sql.query<Record<string, unknown>>(STATEMENT, ['test']);
    return { tuples: await sql.tuples(STATEMENT, ['test']), objects: objects.map((row) => Object.values(row)) };
  }

  it('are answered alike as objects and as arrays, outside and inside transactions and snapshots', async () => {
    const expected = { objects: EXPECTED, tuples: EXPECTED };

    expect(await bothShapes(db.reader)).toEqual(expected);
    expect(await bothShapes(db.reader)).toEqual(expected);
    expect(await db.inSnapshot(bothShapes)).toEqual(expected);
    expect(await db.inTransaction(bothShapes)).toEqual(expected);
  });

  it('see what their own transaction wrote, and those outside do not', async () => {
    await db.inTransaction(async (tx) => {
      await tx.execute('DELETE FROM reseller');

      expect(await tx.tuples(STATEMENT, ['test'])).toEqual([]);
      expect(await db.reader.tuples(STATEMENT, ['test'])).toEqual(EXPECTED);
    });
    expect(await db.reader.tuples(STATEMENT, ['test'])).toEqual([]);
  });

  it('are answered however many different ones were asked before', async () => {
    for (let index = 0; index < MANY; index += 1) {
      expect(await db.reader.query(`SELECT ${index} AS number`)).toEqual([{ number: index }]);
    }
    const long = `SELECT 1 AS number /* ${'long'.repeat(300_000)} */`;
    for (let time = 0; time < 2; time += 1) expect(await db.reader.tuples(long)).toEqual([[1]]);
    expect(await db.reader.query('SELECT 0 AS number')).toEqual([{ number: 0 }]);
  });

  it('that fail name the statement, in both shapes', async () => {
    const asked = ['SELECT name FROM nowhere WHERE name = ?', ['secret']] as const;
    const named = { query: asked[0], message: expect.not.stringContaining('secret') as unknown };

    await expect(db.reader.query(...asked)).rejects.toMatchObject(named);
    await expect(db.reader.tuples(...asked)).rejects.toMatchObject(named);
  });
});
