import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';

import { entities, migrations } from '../../src/data-source.js';
import { openDatabase } from '../../src/database/database.js';
import type { Database } from '../../src/database/database.js';
import type { Dialect } from '../../src/database/dialect.js';
import type { OnStatement } from '../../src/database/transaction.js';

/** An empty database of its own, without tables. `drop` removes it; dropping twice does no harm. */
export interface EmptyDatabase {
  readonly url: string;
  readonly drop: () => Promise<void>;
}

/** A database server that tests run on. SQLite counts as one. */
export interface TestServer {
  /** What the reports call it, for example "SQLite" or "MariaDB 10.11". */
  readonly label: string;
  readonly dialect: Dialect;
  /** What the test file still has to remove, newest last. The blocks of `describeEachDatabase` empty it. */
  readonly leftovers: Set<() => Promise<void>>;
  /** Makes a database of a random name, removed at the end of the describe block at the latest. */
  readonly create: () => Promise<EmptyDatabase>;
  /**
   * Migrated databases of this describe block that nobody uses now. Making tables anew takes a server over a second.
   */
  readonly spare: EmptyDatabase[];
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
 * Opens a database that is as the migrations left it: a new one, or one that an earlier test of the block has closed,
 * emptied. `onStatement` is called with each statement that our own code sends afterwards.
 */
export async function openTestDatabase(
  server: TestServer,
  options: { readonly onStatement?: OnStatement } = {},
): Promise<TestDatabase> {
  const spare = server.spare.pop();
  const place = spare ?? (await server.create());
  const opened: Database[] = [];
  const open = async () => {
    const db = await openDatabase({ url: place.url, entities, migrations, ...options });
    opened.push(db);
    return db;
  };
  const close = once(server, async () => {
    await Promise.allSettled(opened.map((db) => db.close()));
    server.spare.push(place);
  });
  try {
    const db = await open();
    if (spare === undefined) await db.source.runMigrations({ transaction: 'each' });
    else await empty(db);
    return { db, url: place.url, openAgain: open, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Takes out everything that the migrations did not put in. Tables that they filled are put back as they were. */
async function empty({ source, dialect }: Database): Promise<void> {
  const [off, on] =
    dialect === 'sqlite'
      ? ['PRAGMA foreign_keys = OFF', 'PRAGMA foreign_keys = ON']
      : ['SET FOREIGN_KEY_CHECKS = 0', 'SET FOREIGN_KEY_CHECKS = 1'];
  const runner = source.createQueryRunner();
  try {
    await runner.query(off);
    for (const { tableName } of source.entityMetadatas) {
      await runner.query(REFILLED.get(tableName) ?? `DELETE FROM ${tableName}`);
    }
    await runner.query(on);
  } finally {
    await runner.release();
  }
}

/** What brings a table back to what the migrations filled in. */
const REFILLED: ReadonlyMap<string, string> = new Map([
  ['meter', 'DELETE FROM meter WHERE is_known = 0'],
  ['audit_head', `UPDATE audit_head SET sequence = 0, hash = '${'0'.repeat(64)}'`],
]);

/** SQLite alone, for tests that are not about the database. What it makes, the caller closes. */
export function sqliteServer(): TestServer {
  const server: TestServer = {
    label: 'SQLite',
    dialect: 'sqlite',
    leftovers: new Set(),
    spare: [],
    create: async () => {
      const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-'));
      const drop = once(server, () => rm(folder, { recursive: true, force: true }));
      return { url: `sqlite:${join(folder, 'usage.sqlite')}`, drop };
    },
  };
  return server;
}

async function mysqlServers(): Promise<TestServer[]> {
  const urls = (process.env['TEST_MYSQL_URL'] ?? '').split(',').map((url) => url.trim());
  return Promise.all(urls.filter((url) => url !== '').map(mysqlServer));
}

async function mysqlServer(url: string): Promise<TestServer> {
  const server: TestServer = {
    label: await labelOf(url),
    dialect: 'mysql',
    leftovers: new Set(),
    spare: [],
    create: async () => {
      const name = `usage_gateway_test_${randomBytes(6).toString('hex')}`;
      await ask(url, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
      const drop = once(server, () => ask(url, `DROP DATABASE IF EXISTS ${name}`));
      const own = new URL(url);
      own.pathname = `/${name}`;
      return { url: own.href, drop };
    },
  };
  return server;
}

/** "MariaDB 10.11" or "MySQL 9.4": the servers of one run usually differ in just that. */
async function labelOf(url: string): Promise<string> {
  const { host } = new URL(url);
  try {
    const answer = JSON.stringify(await ask(url, 'SELECT VERSION() AS version'));
    const version = /\d+\.\d+/.exec(answer)?.[0] ?? host;
    return `${answer.includes('MariaDB') ? 'MariaDB' : 'MySQL'} ${version}`;
  } catch (error) {
    throw new Error(`TEST_MYSQL_URL names ${host}, which cannot be used.`, { cause: error });
  }
}

async function ask(url: string, statement: string): Promise<unknown> {
  const connection = await createConnection({ uri: url, connectTimeout: 10_000 });
  try {
    const [rows] = await connection.query(statement);
    return rows;
  } finally {
    await connection.end();
  }
}

/** The removal, to be called any number of times. Until then it is on the server's list of leftovers. */
function once(server: TestServer, remove: () => Promise<unknown>): () => Promise<void> {
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
  server.spare.length = 0;
  if (failures.length > 0) throw new AggregateError(failures, 'A test database was not removed.');
}
