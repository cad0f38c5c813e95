import { entities, migrations } from '../../src/data-source.js';
import { openDatabase } from '../../src/database/open-database.js';
import type { Database } from '../../src/database/database.js';
import { NewerDatabaseError, migrateDown, migrateUp, pendingMigrations } from '../../src/database/migrate.js';
import { describeEachDatabase, openTestDatabase } from '../support/databases.js';
import type { TestServer } from '../support/databases.js';

const NAMES = migrations.map(({ name }) => name);

describeEachDatabase('migrating', (server) => {
  it('an empty database from two processes at once runs each migration once, and both succeed', async () => {
    const { first, second, close } = await openEmpty(server);
    expect(await pendingMigrations(first)).toEqual(NAMES);
    const run = await Promise.all([migrateUp(first), migrateUp(second)]);
    expect(run.flat()).toEqual(NAMES);
    expect(run.map((names) => names.length).sort()).toEqual([0, NAMES.length]);
    expect(await recorded(second)).toEqual(NAMES);
    expect(await pendingMigrations(second)).toEqual([]);
    expect(await migrateUp(second)).toEqual([]);
    for (const db of [first, second]) await expectForeignKeysInForce(db);
    await close();
  });

  it('makes the tables that the entities describe, goes down one at a time to nothing, and up again', async () => {
    const { first, close } = await openEmpty(server);
    await migrateUp(first);
    expect(await pendingDifference(first)).toEqual([]);
    for (const [index, name] of [...NAMES].reverse().entries()) {
      expect(await migrateDown(first)).toBe(name);
      expect(await pendingMigrations(first)).toEqual(NAMES.slice(NAMES.length - index - 1));
    }
    expect(await migrateDown(first)).toBeNull();
    expect(await tableNames(first)).toEqual(['migrations']);
    expect(await migrateUp(first)).toEqual(NAMES);
    expect(await pendingDifference(first)).toEqual([]);
    await expectForeignKeysInForce(first);
    await close();
  });

  it('does not touch a database that a newer version made', async () => {
    const { db: first, openAgain, close } = await openTestDatabase(server);
    const second = await openAgain();
    await first.source.query("INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'FromTheFuture9999')");
    await expect(migrateUp(second)).rejects.toThrow(NewerDatabaseError);
    await expect(migrateUp(second)).rejects.toThrow('FromTheFuture9999');
    await expect(migrateDown(second)).rejects.toThrow(NewerDatabaseError);
    expect(await recorded(first)).toEqual([...NAMES, 'FromTheFuture9999']);

    // The refusal lets go of the lock: whoever comes next does not wait for it.
    await first.source.query("DELETE FROM migrations WHERE name = 'FromTheFuture9999'");
    expect(await migrateUp(first)).toEqual([]);
    await close();
  });
});

async function openEmpty(server: TestServer) {
  const empty = await server.create();
  const open = () => openDatabase({ url: empty.url, entities, migrations });
  const [first, second] = [await open(), await open()];
  return {
    first,
    second,
    close: async () => {
      await first.close();
      await second.close();
      await empty.drop();
    },
  };
}

async function recorded({ source }: Database): Promise<string[]> {
  const rows = await source.query<{ name: string }[]>('SELECT name FROM migrations ORDER BY id');
  return rows.map(({ name }) => name);
}

async function expectForeignKeysInForce({ source }: Database): Promise<void> {
  const orphan = "INSERT INTO usage_source (registration_id, name) VALUES (4711, 'nobody')";
  await expect(source.query(orphan)).rejects.toThrow(/foreign key/i);
}

/** What TypeORM would still change to bring the tables to what the entities say. */
async function pendingDifference(db: Database): Promise<string[]> {
  const { upQueries } = await db.source.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
}

async function tableNames(db: Database): Promise<string[]> {
  const text =
    db.dialect.name === 'sqlite'
      ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
      : 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()';
  const rows = await db.reader.query<{ name: string }>(text);
  return rows.map(({ name }) => name).sort();
}
