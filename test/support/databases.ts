import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { makeOnMysql, makeOnSqlite, nameOfServer } from './empty-database.js';
import type { EmptyDatabase } from './empty-database.js';
import { entities, migrations } from '../../src/data-source.js';
import { openDatabase } from '../../src/database/open-database.js';
import type { Database } from '../../src/database/database.js';
import type { Dialect } from '../../src/database/dialect.js';
import type { OnStatement } from '../../src/database/transaction.js';

/** A database server that tests run on. SQLite counts as one. */
export interface TestServer {
  /** What the reports call it, for example "SQLite" or "MariaDB 10.11". */
  readonly label: string;
  readonly dialect: Dialect['name'];
  /** What the test file still has to remove, newest last. The blocks of `describeEachDatabase` empty it. */
  readonly leftovers: Set<() => Promise<void>>;
  /** Makes a database of a random name, removed at the end of the describe block at the latest. */
  readonly create: () => Promise<EmptyDatabase>;
  /** The same, to be removed by whoever makes it. */
  readonly make: () => Promise<EmptyDatabase>;
  /** Its part of the pool. */
  readonly poolName: string;
}

/** An open database with all tables. */
export interface TestDatabase {
  readonly db: Database;
  readonly url: string;
  /** Opens the same database once more, as a second gateway process would. `close` closes it too. */
  readonly openAgain: () => Promise<Database>;
  /** Closes every connection and removes the database. Closing twice does no harm. */
  readonly close: () => Promise<void>;
}

/** A database that holds more is not used again. */
const POOLED_RECORDS_MAX = 5_000;

const servers: readonly TestServer[] = [sqliteServer(), ...(await mysqlServers())];

/**
 * Runs the block on SQLite and on each server of TEST_MYSQL_URL (`mysql://user@host:port`, comma-separated). Whatever
 * the block leaves behind is removed after it, also when a test fails.
 */
export function describeEachDatabase(title: string, block: (server: TestServer) => void): void {
  for (const server of servers) {
    describe(`${title} (${server.label})`, () => {
      block(server);
      afterAll(async () => removeLeftovers(server));
    });
  }
}

/** Runs the block on SQLite alone: for guarantees in which the database has no say. */
export function describeOnSqlite(title: string, block: (server: TestServer) => void): void {
  const server = sqliteServer();
  describe(title, () => {
    block(server);
    afterAll(async () => removeLeftovers(server));
  });
}

/**
 * Opens a database that is as the migrations left it: a new one, or one that an earlier test, of this file or another,
 * has closed, emptied. `onStatement` is called with each statement that our own code sends afterwards.
 */
export async function openTestDatabase(
  server: TestServer,
  options: { readonly onStatement?: OnStatement } = {},
): Promise<TestDatabase> {
  const place = (await takeFromPool(server)) ?? (await addToPool(server));
  const opened: Database[] = [];
  const open = async () => {
    const db = await openDatabase({ url: place.url, entities, migrations, ...options });
    opened.push(db);
    return db;
  };
  const end = once(server, () => Promise.allSettled(opened.map((db) => db.close())));
  let closing: Promise<void> | undefined;
  // What nobody closes, because its test failed, is not given to another.
  const closeAndGiveBack = async () => {
    const [db] = opened;
    const isKept = db !== undefined && (await isQuicklyEmptied(db).catch(() => false));
    await end();
    if (isKept) await place.giveBack();
  };
  try {
    const db = await open();
    if (place.isNew) await db.source.runMigrations({ transaction: 'each' });
    else await empty(db);
    return { db, url: place.url, openAgain: open, close: () => (closing ??= closeAndGiveBack()) };
  } catch (error) {
    await end();
    throw error;
  }
}

/**
 * A database with tables, of the pool that all test files of a run share: making the tables takes a server over a
 * second, and dozens of files want them. In the pool it is a file that holds its address, and whoever moves that away
 * has it. `before-all.js` makes the pool's folder, `after-all.js` drops what is named there, given back or not.
 */
interface Pooled {
  readonly url: string;
  readonly isNew: boolean;
  readonly giveBack: () => Promise<void>;
}

async function takeFromPool(server: TestServer): Promise<Pooled | null> {
  const { free, taken } = poolFolders(server);
  for (const name of await readdir(free).catch(() => [])) {
    const isOurs = await rename(join(free, name), join(taken, name)).then(
      () => true,
      () => false,
    );
    if (isOurs) return pooled(server, { name, url: await readFile(join(taken, name), 'utf8'), isNew: false });
  }
  return null;
}
async function addToPool(server: TestServer): Promise<Pooled> {
  const { free, taken } = poolFolders(server);
  await Promise.all([free, taken].map((folder) => mkdir(folder, { recursive: true })));
  const { url } = await server.make();
  const name = randomBytes(6).toString('hex');
  await writeFile(join(taken, name), url);
  return pooled(server, { name, url, isNew: true });
}

function pooled(server: TestServer, { name, ...place }: Omit<Pooled, 'giveBack'> & { readonly name: string }): Pooled {
  const { free, taken } = poolFolders(server);
  return { ...place, giveBack: () => rename(join(taken, name), join(free, name)) };
}

function poolFolders({ poolName }: TestServer): { readonly free: string; readonly taken: string } {
  const pool = process.env['TEST_DATABASE_POOL'];
  if (pool === undefined) throw new Error('before-all.js has not made the pool of test databases.');
  return { free: join(pool, poolName, 'free'), taken: join(pool, poolName, 'taken') };
}

/** Taking many rows out costs more than making tables, and so does putting the meters of a migration back. */
async function isQuicklyEmptied({ reader }: Database): Promise<boolean> {
  const many = await reader.query(`SELECT 1 FROM usage_record LIMIT 1 OFFSET ${POOLED_RECORDS_MAX}`);
  const described = await reader.query("SELECT 1 FROM audit_entry WHERE action = 'upsertMeter' LIMIT 1");
  return many.length === 0 && described.length === 0;
}

/** Takes out everything that the migrations did not put in. Tables that they filled are put back as they were. */
async function empty({ source, dialect }: Database): Promise<void> {
  const [off, on] =
    dialect.name === 'sqlite'
      ? ['PRAGMA foreign_keys = OFF', 'PRAGMA foreign_keys = ON']
      : ['SET FOREIGN_KEY_CHECKS = 0', 'SET FOREIGN_KEY_CHECKS = 1'];
  const runner = source.createQueryRunner();
  try {
    await runner.query(off);
    // One commit, and not one for each table: servers wait for their disk each time.
    await runner.startTransaction();
    for (const { tableName } of source.entityMetadatas) {
      await runner.query(REFILLED.get(tableName) ?? `DELETE FROM ${tableName}`);
    }
    // Numbers begin anew too: README.md shows some.
    if (dialect.name === 'sqlite') await runner.query('UPDATE sqlite_sequence SET seq = 0');
    await runner.commitTransaction();
    await runner.query(on);
  } finally {
    await runner.release();
  }
}

/** What brings a table back to what the migrations filled in. */
const REFILLED: ReadonlyMap<string, string> = new Map([
  ['meter', 'DELETE FROM meter WHERE is_known = 0'],
  ['books', "UPDATE books SET kind = 'LIVE'"],
  ['audit_head', `UPDATE audit_head SET sequence = 0, hash = '${'0'.repeat(64)}'`],
]);

/** SQLite alone, for tests that are not about the database. What it makes, the caller closes. */
export function sqliteServer(): TestServer {
  return serverOf({ label: 'SQLite', dialect: 'sqlite', poolName: 'sqlite', make: makeOnSqlite });
}

async function mysqlServers(): Promise<TestServer[]> {
  const urls = (process.env['TEST_MYSQL_URL'] ?? '').split(',').map((url) => url.trim());
  return Promise.all(urls.filter((url) => url !== '').map(mysqlServer));
}

async function mysqlServer(url: string): Promise<TestServer> {
  return serverOf({
    label: await labelOf(url),
    dialect: 'mysql',
    poolName: new URL(url).host.replaceAll(/[^\w.-]/g, '-'),
    make: () => makeOnMysql(url, nameOfRun()),
  });
}

function serverOf(parts: Omit<TestServer, 'leftovers' | 'create'>): TestServer {
  const server: TestServer = {
    ...parts,
    leftovers: new Set(),
    create: async () => {
      const { url, drop } = await parts.make();
      return { url, drop: once(server, drop) };
    },
  };
  return server;
}

/** "MariaDB 10.11" or "MySQL 9.4": the servers of one run usually differ in just that. */
async function labelOf(url: string): Promise<string> {
  try {
    return (await nameOfServer(url)).replace(/(\d+\.\d+)\..*/, '$1');
  } catch (error) {
    throw new Error(`TEST_MYSQL_URL names ${new URL(url).host}, which cannot be used.`, { cause: error });
  }
}

/** How the names of this run's databases begin: by that, a later run knows that nobody needs them any more. */
function nameOfRun(): string {
  const name = process.env['TEST_RUN'];
  if (name === undefined) throw new Error('before-all.js has not named this run.');
  return name;
}

/** The removal, to be called any number of times. Until then it is on the server's list of leftovers. */
export function once(server: TestServer, remove: () => Promise<unknown>): () => Promise<void> {
  let done: Promise<void> | undefined;
  const removal = () => {
    server.leftovers.delete(removal);
    done ??= remove().then(() => undefined);
    return done;
  };
  server.leftovers.add(removal);
  return removal;
}

/** Newest first: connections are closed before their database goes. One failure does not keep the others. */
async function removeLeftovers(server: TestServer): Promise<void> {
  const failures: unknown[] = [];
  for (const removal of [...server.leftovers].reverse()) {
    await removal().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, 'A test database was not removed.');
}
