import { randomInt } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type BetterSqlite3 from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { DataSource, QueryFailedError } from 'typeorm';
import type { EntitySchemaColumnOptions, QueryRunner } from 'typeorm';

import { boundedOnSqlite, unbounded } from './cancellation.js';
import type { Bound } from './cancellation.js';
import type { Storage } from './columns.js';
import { checkedBy } from './database.js';
import type { Database, DatabaseOptions } from './database.js';
import { SYSTEM_FAULTS, driverError } from './dialect.js';
import type { Dialect, Fault } from './dialect.js';
import { readerOf } from './reader.js';
import type { Sql } from './reader.js';
import { sqliteDriver } from './sqlite-driver.js';
import { insertInto } from './statement.js';
import type { OnStatement, Question, Rows, RowsToLoad } from './statement.js';
import { runTransaction } from './transaction.js';
import { inTurn, mutex } from './turns.js';
import type { Mutex } from './turns.js';
import { fromUnits, toUnits } from '../primitives/quantity.js';

/** How long SQLite itself waits for another process, holding up this one. Writers wait longer, between tries. */
const BUSY_TIMEOUT_MS = 20;
/** How long a transaction waits for its turn, and a migration for its. */
const WAIT_MS_MAX = 20_000;
const MIGRATION_WAIT_MS_MAX = 120_000;
const PAUSE_MS_MAX = 15;
/** The index of identities is written all over: a day of it must fit, or each batch goes to the file for it. */
const WRITER_CACHE_KIB = 64 * 1024;
/** Pages that wait in the log before they are copied into the file: 64 MiB, so that a hot page is copied once. */
const CHECKPOINT_PAGES = 16_000;

const ON_DUPLICATE_KEEP = 'ON CONFLICT DO NOTHING';

/** SQLite, one file and one process. */
export const sqlite: Dialect = {
  name: 'sqlite',

  quoted: (name) => `"${name}"`,
  // It has no exact decimals, so quantities are text.
  sumOf: (column) => `decimal_sum(${column})`,
  added: (left, right) => `decimal_add(${left}, ${right})`,
  dayOfHour: (column) => `${column} / 24`,
  incoming: (column) => `excluded.${column}`,
  onDuplicate: (keys, assignments) => `ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${assignments.join(', ')}`,
  onDuplicateKeep: () => ON_DUPLICATE_KEEP,
  // There is one writer.
  lockForRead: '',
  lockForWrite: '',

  columnOf,

  faultOf,
  undoneBy: new Set<Fault>(['NOT_SENT', 'DISK_FULL']),

  begin: (runner, { check }) => beginImmediate(runner, WAIT_MS_MAX, check),
  commit: async (runner) => {
    await runner.query('COMMIT');
  },
  rollback: async (runner) => {
    await runner.query('ROLLBACK');
  },
  ask: async (runner, question) =>
    failingAs(question, () => {
      const statement = connectionOf(runner.dataSource).prepare(question.statement);
      return statement.raw(question.shape === 'tuples').all(...question.values);
    }),
  insertRows,
  loadRows,

  /** One process holds the write lock from the first look at what is pending to the last change. */
  alone: async (source, work) => {
    // A table that is rebuilt is dropped for a moment, with rows elsewhere that refer to it.
    await source.query('PRAGMA foreign_keys = OFF');
    await beginImmediate(source, MIGRATION_WAIT_MS_MAX);
    try {
      const result = await work();
      await source.query('COMMIT');
      return result;
    } catch (error) {
      await source.query('ROLLBACK');
      throw error;
    } finally {
      await source.query('PRAGMA foreign_keys = ON');
    }
  },
  migratesEachInTransaction: false,
};

function columnOf(storage: Storage): EntitySchemaColumnOptions {
  if (typeof storage === 'object') return { type: 'varchar', length: storage.length };
  switch (storage) {
    case 'id':
      return { type: 'int', generated: 'increment' };
    case 'integer':
    case 'hour':
    case 'day':
      return { type: 'int' };
    case 'epochMs':
      return { type: 'bigint' };
    case 'flag':
      return { type: 'boolean' };
    case 'digest':
      return { type: 'blob' };
    case 'longText':
    case 'quantity':
    case 'totalQuantity':
      return { type: 'text' };
  }
}

/** By name: the driver hands on no numbers. */
function faultOf(error: unknown): Fault | null {
  const { code = '' } = driverError(error);
  if (code === 'SQLITE_CONSTRAINT_UNIQUE') return 'DUPLICATE_KEY';
  if (code === 'SQLITE_FULL') return 'DISK_FULL';
  if (/^SQLITE_BUSY(_|$)/.test(code)) return 'BUSY';
  if (code.startsWith('SQLITE_IOERR_')) return 'LOST_CONNECTION';
  return SYSTEM_FAULTS.get(code) ?? null;
}

/**
 * Takes the write lock at once, because a reader that becomes a writer later fails without waiting. While another
 * process holds it, this one waits between tries instead of inside SQLite, which would hold up everything else here.
 */
async function beginImmediate(
  on: { query(statement: string): Promise<unknown> },
  waitMsMax: number,
  check: () => void = () => undefined,
): Promise<void> {
  const deadline = performance.now() + waitMsMax;
  for (;;) {
    check();
    try {
      await on.query('BEGIN IMMEDIATE');
      return;
    } catch (error) {
      if (faultOf(error) !== 'BUSY' || performance.now() > deadline) throw error;
      await pause(randomInt(1, PAUSE_MS_MAX));
    }
  }
}

/** One prepared statement run for each row: measured faster than rows in one statement. */
async function insertRows(runner: QueryRunner, insert: Rows, onStatement: OnStatement): Promise<number> {
  const marks = insert.columns.map(() => '?').join(', ');
  const statement = prepared(runner, `${insertInto(insert)} (${marks}) ${insert.onDuplicate}`, onStatement);
  let affected = 0;
  for (const row of insert.rows) affected += statement.run(...row).changes;
  return affected;
}

async function loadRows<Item>(runner: QueryRunner, load: RowsToLoad<Item>, onStatement: OnStatement): Promise<number> {
  const marks = load.columns.map((column) => (load.digests.includes(column) ? 'unhex(?)' : '?')).join(', ');
  const statement = prepared(runner, `${insertInto(load)} (${marks}) ${ON_DUPLICATE_KEEP}`, onStatement);
  let affected = 0;
  for (const item of load.items) affected += statement.run(...load.rowOf(item)).changes;
  return affected;
}

function prepared(runner: QueryRunner, text: string, onStatement: OnStatement): BetterSqlite3.Statement {
  onStatement(text);
  return connectionOf(runner.dataSource).prepare(text);
}

/**
 * There are two connections: one writes, one only reads. TypeORM shares one connection among all callers, so a question
 * asked while a transaction is open would otherwise see what is not committed yet.
 */
export async function openSqlite(options: DatabaseOptions): Promise<Database> {
  const onStatement = options.onStatement ?? (() => undefined);
  const file = options.url.slice('sqlite:'.length);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // SQLite makes its log and its index with the rights of the file itself.
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  const writer = sourceOf(options, file);
  await writer.initialize();
  // A commit that was answered must outlive the power; the driver is built to let it wait for the next checkpoint.
  await writer.query('PRAGMA synchronous = FULL');
  await writer.query(`PRAGMA cache_size = -${WRITER_CACHE_KIB}`);
  await writer.query(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  const readers = sourceOf(options, file);
  await readers.initialize();
  await readers.query('PRAGMA query_only = 1');
  const files = {
    writer,
    readers,
    ask: askerOf(readers),
    oneAtATime: inTurn(options.turns),
    snapshots: mutex(),
  };
  return databaseOf(files, onStatement, unbounded);
}

interface Files {
  readonly writer: DataSource;
  readonly readers: DataSource;
  readonly ask: Asker;
  readonly oneAtATime: Mutex;
  readonly snapshots: Mutex;
}

function databaseOf(files: Files, onStatement: OnStatement, bound: Bound): Database {
  const { writer, readers, ask, oneAtATime, snapshots } = files;
  return {
    dialect: sqlite,
    reader: readerWith(ask, onStatement),
    source: writer,
    inTransaction: (work) => oneAtATime(() => runTransaction(writer, sqlite, onStatement, work, bound)),
    inSnapshot: (work) => snapshots(() => inSnapshot(files, onStatement, work)),
    within: (deadline) => databaseOf(files, checkedBy(deadline, onStatement), boundedOnSqlite(deadline)),
    close: async () => {
      await readers.destroy();
      await writer.destroy();
    },
  };
}

/** Other questions that arrive meanwhile share the connection, and so the snapshot: they see it a moment longer. */
async function inSnapshot<T>(
  { readers, ask }: Files,
  onStatement: OnStatement,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  await readers.query('BEGIN');
  try {
    return await work(readerWith(ask, onStatement));
  } finally {
    await readers.query('COMMIT');
  }
}

function sourceOf(options: DatabaseOptions, file: string): DataSource {
  return new DataSource({
    type: 'better-sqlite3',
    driver: sqliteDriver(),
    database: file,
    enableWAL: true,
    timeout: BUSY_TIMEOUT_MS,
    fileMustExist: true,
    prepareDatabase: (connection: BetterSqlite3.Database) => registerDecimals(connection),
    entities: options.entities(sqlite),
    migrations: options.migrations,
    synchronize: false,
  });
}

/**
 * Statements that stay prepared, of each shape. Ids are part of their text, so there is no end of them, and one about
 * thousands of subscriptions takes a megabyte.
 */
const PREPARED = {
  max: 500,
  maxSize: 1_000_000,
  sizeCalculation: (_statement: BetterSqlite3.Statement, text: string) => text.length,
};

/** Answers a question at once, on one connection. */
type Asker = (question: Question) => unknown[];

/** Asks the connection of a source, which must be open. */
function askerOf(source: DataSource): Asker {
  const file = connectionOf(source);
  const ready = {
    objects: new LRUCache<string, BetterSqlite3.Statement>(PREPARED),
    tuples: new LRUCache<string, BetterSqlite3.Statement>(PREPARED),
  };
  return (question) => {
    const { statement, shape } = question;
    return failingAs(question, () => {
      let known = ready[shape].get(statement);
      if (known === undefined) {
        known = file.prepare(statement).raw(shape === 'tuples');
        ready[shape].set(statement, known);
      }
      return known.all(...question.values);
    });
  };
}

/** Failures are TypeORM's own, so that they are read, told and logged alike: with the statement, without its values. */
function failingAs({ statement, values }: Question, ask: () => unknown[]): unknown[] {
  try {
    return ask();
  } catch (error) {
    throw new QueryFailedError(statement, [...values], error as Error);
  }
}

/** Questions outside any transaction. `onStatement` throws where the time for them is over. */
function readerWith(ask: Asker, onStatement: OnStatement): Sql {
  return readerOf(sqlite, async (question) => {
    onStatement(question.statement);
    return ask(question);
  });
}

function connectionOf({ driver }: DataSource): BetterSqlite3.Database {
  return (driver as unknown as { readonly databaseConnection: BetterSqlite3.Database }).databaseConnection;
}

/** Teaches a connection exact sums over decimal text. */
export function registerDecimals(connection: BetterSqlite3.Database): void {
  connection.function('decimal_add', { deterministic: true }, (left, right) =>
    fromUnits(toUnits(String(left)) + toUnits(String(right))),
  );
  connection.aggregate('decimal_sum', {
    start: () => 0n,
    step: (total: bigint, next: unknown) => (next === null ? total : total + toUnits(next as string)),
    result: (total: bigint) => fromUnits(total),
    deterministic: true,
  });
}
