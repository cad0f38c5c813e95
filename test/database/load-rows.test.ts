import type { Pool } from 'mysql2';

import { entities, migrations } from '../../src/data-source.js';
import { openDatabase } from '../../src/database/open-database.js';
import type { Database } from '../../src/database/database.js';
import type { SqlValue } from '../../src/database/transaction.js';
import { digest16 } from '../../src/primitives/ids.js';
import { describeEachDatabase, openTestDatabase } from '../support/databases.js';

const COLUMNS = [
  'stack_subscription_id',
  'reported_hour',
  'usage_hour',
  'meter_id',
  'resource_id',
  'identity',
  'usage_day',
  'source_id',
  'batch_id',
  'record_id',
  'corrects',
  'quantity',
];
/** What a file of rows would take for something else, if it were not escaped. */
const NAMES = ['plain', 'tab\tbed', 'two\nlines', 'back\\slash', '\\N', "it's", '"', 'a\u0000b', '日本 😀', '\r', ''];
const QUANTITY = '-999999999999999999999999.000000000000000000000001';

describeEachDatabase('rows that are loaded', (server) => {
  it.each([true, false])(
    'arrive to the letter, and leave what is there (local files: %s)',
    async (allowsLocalFiles) => {
      const statements: string[] = [];
      const { url, close } = await openTestDatabase(server);
      const onStatement = (statement: string) => statements.push(statement);
      const db = await openDatabase({ url, entities, migrations, allowsLocalFiles, onStatement });
      const names = [...NAMES, ...Array.from({ length: 1_500 }, (_, index) => `more ${index}`)];

      expect(await load(db, 1, [...names.slice(0, 3), null])).toBe(4);
      expect(await load(db, 2, names)).toBe(names.length - 3);
      expect(await load(db, 3, names)).toBe(0);
      expect(await load(db, 4, [])).toBe(0);

      const rows = await db.reader.query<{ batch: number; name: string | null; quantity: string; identity: Buffer }>(
        'SELECT batch_id AS batch, record_id AS name, quantity, identity FROM usage_record',
      );
      expect(new Map(rows.map(({ name, batch }) => [name, batch]))).toEqual(
        new Map([[null, 1], ...names.map((name, index) => [name, index < 3 ? 1 : 2] as const)]),
      );
      expect(new Set(rows.map(({ quantity }) => quantity))).toEqual(new Set([QUANTITY]));
      expect(rows.every(({ name, identity }) => identity.equals(identityOf(name)))).toBe(true);
      if (db.dialect.name === 'mysql' && !allowsLocalFiles) {
        // Asked for once, refused once, and not again.
        expect(statements.filter((statement) => statement.startsWith('LOAD DATA'))).toHaveLength(1);
      }
      await db.close();
      await close();
    },
  );

  if (server.dialect === 'mysql') {
    it.each([true, false])(
      'arrive to the letter where the sql_mode is NO_BACKSLASH_ESCAPES (local files: %s)',
      async (allowsLocalFiles) => {
        const { url, close } = await openTestDatabase(server);
        const db = await openDatabase({ url, entities, migrations, allowsLocalFiles });
        const { pool } = db.source.driver as unknown as { readonly pool: Pool };
        // As a server with such a setting would begin each connection.
        pool.prependListener('connection', (connection) =>
          connection.query("SET SESSION sql_mode = CONCAT('NO_BACKSLASH_ESCAPES,', @@sql_mode)"),
        );
        await db.inTransaction(async () => {
          // The connection that was there before is taken: this is about a new one.
          expect(await load(db, 1, NAMES)).toBe(NAMES.length);
          const name = 'it\\';
          const rows = await db.inTransaction((tx) => tx.query<{ name: string }>('SELECT ? AS name', [name]));
          expect(rows).toEqual([{ name }]);
        });
        const rows = await db.reader.query<{ name: string }>('SELECT record_id AS name FROM usage_record');
        expect(new Set(rows.map(({ name }) => name))).toEqual(new Set(NAMES));
        await db.close();
        await close();
      },
    );
  }
});

function load(db: Database, batch: number, names: readonly (string | null)[]): Promise<number> {
  const rowOf = (name: string | null): SqlValue[] => {
    return [1, 2, 2, 3, 4, identityOf(name).toString('hex'), 0, 5, batch, name, null, QUANTITY];
  };
  const load = { table: 'usage_record', columns: COLUMNS, decimals: ['quantity'], digests: ['identity'] };
  return db.inTransaction((tx) => tx.loadRows({ ...load, items: names, rowOf }));
}

function identityOf(name: string | null): Buffer {
  return digest16([String(name)]);
}
