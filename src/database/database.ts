import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import type { Pool } from 'mysql2';
import { createConnection } from 'mysql2/promise';
import { DataSource } from 'typeorm';
import type { EntitySchema, MigrationInterface, MixedList } from 'typeorm';

import { PATIENCE, boundedOnMysql, boundedOnSqlite, unbounded, unboundedOnMysql } from './cancellation.js';
import type { Bound, MysqlServer, Patience } from './cancellation.js';
import { registerDecimals } from './dialect.js';
import type { Dialect } from './dialect.js';
import { askRunner, mysqlReader, readerOf, sqliteAsker, sqliteReader } from './reader.js';
import type { Question, SqliteAsker } from './reader.js';
import { sqliteDriver } from './sqlite-driver.js';
import { runTransaction } from './transaction.js';
import type { OnStatement, Sql, Tx } from './transaction.js';
import { inTurn, mutex } from './turns.js';
import type { Mutex, Turns } from './turns.js';
import type { Deadline } from '../primitives/deadline.js';

/** The usage database: many readers, writes in transactions. */
export interface Database {
  readonly dialect: Dialect;
  /** Sees committed data only, also while a transaction is open. */
  readonly reader: Sql;
  /** TypeORM's DataSource, for migrations. */
  readonly source: DataSource;
  inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** One consistent view for several questions: what they see was true at one moment. */
  inSnapshot<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * The same database for work that has a deadline: once it is over, statements throw TIMEOUT, the one that runs is
   * cancelled where the server can, and an open transaction is rolled back. What was committed stays.
   */
  within(deadline: Deadline): Database;
  close(): Promise<void>;
}

/** Where the database is, and what belongs into it. */
export interface DatabaseOptions {
  /** `sqlite:<file>` or `mysql://user:password@host:port/name`. */
  readonly url: string;
  readonly entities: (dialect: Dialect) => EntitySchema[];
  readonly migrations: MixedList<new () => MigrationInterface>;
  /** Called with each statement that is sent, for counting them. */
  readonly onStatement?: OnStatement;
  readonly connectionsMax?: number;
  /** MySQL: the server may not ask for files of this side, as some operators want it; rows go as statements then. */
  readonly allowsLocalFiles?: boolean;
  /** MySQL: how long a server that says nothing is waited for. */
  readonly patience?: Patience;
  /** SQLite: who writes first when several threads of this process want to. */
  readonly turns?: Turns;
}

/** How long SQLite itself waits for another process, holding up this one. Writers wait longer, between tries. */
const BUSY_TIMEOUT_MS = 20;
/** A machine that went away without a word is asked for after so long, and not after the two hours of the system. */
const KEEP_ALIVE_AFTER_MS = 30_000;
/** The index of identities is written all over: a day of it must fit, or each batch goes to the file for it. */
const WRITER_CACHE_KIB = 64 * 1024;
/** Pages that wait in the log before they are copied into the file: 64 MiB, so that a hot page is copied once. */
const CHECKPOINT_PAGES = 16_000;

/** Values are escaped with backslashes, by the driver and by ourselves, whatever the server is configured to. */
const BACKSLASHES_ESCAPE = "SET SESSION sql_mode = REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', '')";

/** Connects; it creates a SQLite file and its folder where they are missing, for their owner alone, but no tables. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url.startsWith('sqlite:') ? openSqlite(options) : openMysql(options);
}

async function openMysql(options: DatabaseOptions): Promise<Database> {
  const onStatement = options.onStatement ?? (() => undefined);
  const { patience = PATIENCE } = options;
  const source = new DataSource({
    type: await flavour(options.url, patience),
    url: options.url,
    // Times are whole numbers everywhere, but the driver must not shift what an operator's own query shows.
    timezone: 'Z',
    charset: 'utf8mb4_bin',
    // Whole numbers beyond 2^53 arrive as text instead of rounded.
    supportBigNumbers: true,
    bigNumberStrings: false,
    // Without this flag "rows affected" counts rows that were already as asked, and a duplicate would look new.
    extra: {
      flags: ['-FOUND_ROWS', ...(options.allowsLocalFiles === false ? ['-LOCAL_FILES'] : [])],
      keepAliveInitialDelay: KEEP_ALIVE_AFTER_MS,
    },
    poolSize: options.connectionsMax ?? 10,
    connectTimeout: patience.connectMs,
    entities: options.entities('mysql'),
    migrations: options.migrations,
    synchronize: false,
  });
  await source.initialize();
  // The one that is open by now, and those that the pool opens later.
  await source.query(BACKSLASHES_ESCAPE);
  const { pool } = source.driver as unknown as { readonly pool: Pool };
  pool.on('connection', (connection) => {
    connection.query(BACKSLASHES_ESCAPE, (error) => {
      // Values would not be escaped as the driver believes. Nothing else may go over this connection.
      if (error !== null) connection.destroy();
    });
  });
  const server = { url: options.url, patience };
  return mysqlDatabase(source, { server, onStatement, bound: unboundedOnMysql(patience) });
}

function mysqlDatabase(
  source: DataSource,
  {
    server,
    onStatement,
    bound,
  }: { readonly server: MysqlServer; readonly onStatement: OnStatement; readonly bound: Bound },
): Database {
  return {
    dialect: 'mysql',
    reader: mysqlReader(source, onStatement, bound),
    source,
    inTransaction: (work) => runTransaction(source, 'mysql', onStatement, work, bound),
    inSnapshot: (work) => mysqlSnapshot(source, onStatement, bound, work),
    within: (deadline) =>
      mysqlDatabase(source, {
        server,
        onStatement: checkedBy(deadline, onStatement),
        bound: boundedOnMysql(deadline, server),
      }),
    close: () => source.destroy(),
  };
}

/** Looks at the deadline before each statement. */
function checkedBy(deadline: Deadline, onStatement: OnStatement): OnStatement {
  return (statement) => {
    deadline.check();
    onStatement(statement);
  };
}

/** MariaDB describes its columns differently, and TypeORM wants to be told. */
async function flavour(url: string, { connectMs }: Patience): Promise<'mysql' | 'mariadb'> {
  const connection = await createConnection({ uri: url, connectTimeout: connectMs });
  try {
    const [rows] = await connection.query('SELECT VERSION() AS version');
    return JSON.stringify(rows).includes('MariaDB') ? 'mariadb' : 'mysql';
  } finally {
    await connection.end();
  }
}

async function mysqlSnapshot<T>(
  source: DataSource,
  onStatement: OnStatement,
  bound: Bound,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const runner = source.createQueryRunner();
  try {
    const result = await bound.run(runner, async () => {
      await runner.startTransaction('REPEATABLE READ');
      const asked = async (question: Question) => {
        onStatement(question.statement);
        return askRunner(runner, 'mysql', question);
      };
      return work(readerOf('mysql', asked));
    });
    await bound.end(runner, () => runner.commitTransaction());
    return result;
  } catch (error) {
    // Nothing was written. That the server does not answer to this either is no news.
    if (runner.isTransactionActive) {
      await bound.end(runner, () => runner.rollbackTransaction()).catch(() => undefined);
    }
    throw error;
  } finally {
    await runner.release();
  }
}

/**
 * SQLite has two connections: one writes, one only reads. TypeORM shares one connection among all callers, so a
 * question asked while a transaction is open would otherwise see what is not committed yet.
 */
async function openSqlite(options: DatabaseOptions): Promise<Database> {
  const onStatement = options.onStatement ?? (() => undefined);
  const file = options.url.slice('sqlite:'.length);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // SQLite makes its log and its index with the rights of the file itself.
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  const writer = sqliteSource(options, file);
  await writer.initialize();
  // A commit that was answered must outlive the power; the driver is built to let it wait for the next checkpoint.
  await writer.query('PRAGMA synchronous = FULL');
  await writer.query(`PRAGMA cache_size = -${WRITER_CACHE_KIB}`);
  await writer.query(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  const readers = sqliteSource(options, file);
  await readers.initialize();
  await readers.query('PRAGMA query_only = 1');
  const files = {
    writer,
    readers,
    ask: sqliteAsker(readers),
    oneAtATime: inTurn(options.turns),
    snapshots: mutex(),
  };
  return sqliteDatabase(files, onStatement, unbounded);
}

interface SqliteFiles {
  readonly writer: DataSource;
  readonly readers: DataSource;
  readonly ask: SqliteAsker;
  readonly oneAtATime: Mutex;
  readonly snapshots: Mutex;
}

function sqliteDatabase(files: SqliteFiles, onStatement: OnStatement, bound: Bound): Database {
  const { writer, readers, ask, oneAtATime, snapshots } = files;
  return {
    dialect: 'sqlite',
    reader: sqliteReader(ask, onStatement),
    source: writer,
    inTransaction: (work) => oneAtATime(() => runTransaction(writer, 'sqlite', onStatement, work, bound)),
    inSnapshot: (work) => snapshots(() => sqliteSnapshot(files, onStatement, work)),
    within: (deadline) => sqliteDatabase(files, checkedBy(deadline, onStatement), boundedOnSqlite(deadline)),
    close: async () => {
      await readers.destroy();
      await writer.destroy();
    },
  };
}

/** Other questions that arrive meanwhile share the connection, and so the snapshot: they see it a moment longer. */
async function sqliteSnapshot<T>(
  { readers, ask }: SqliteFiles,
  onStatement: OnStatement,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  await readers.query('BEGIN');
  try {
    return await work(sqliteReader(ask, onStatement));
  } finally {
    await readers.query('COMMIT');
  }
}

function sqliteSource(options: DatabaseOptions, file: string): DataSource {
  return new DataSource({
    type: 'better-sqlite3',
    driver: sqliteDriver(),
    database: file,
    enableWAL: true,
    timeout: BUSY_TIMEOUT_MS,
    fileMustExist: true,
    prepareDatabase: (connection: BetterSqlite3.Database) => registerDecimals(connection),
    entities: options.entities('sqlite'),
    migrations: options.migrations,
    synchronize: false,
  });
}
