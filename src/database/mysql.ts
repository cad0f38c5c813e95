import type { Pool, PoolConnection } from 'mysql2';
import { createConnection } from 'mysql2/promise';
import { DataSource, QueryFailedError } from 'typeorm';
import type { EntitySchemaColumnOptions, QueryRunner } from 'typeorm';

import { boundedOnMysql, unbounded } from './cancellation.js';
import type { Bound } from './cancellation.js';
import type { Storage } from './columns.js';
import { checkedBy } from './database.js';
import type { Database, DatabaseOptions } from './database.js';
import { SYSTEM_FAULTS, driverError } from './dialect.js';
import type { Dialect, Fault } from './dialect.js';
import { MigrationError } from './migrate.js';
import { insertOnMysql, loadOnMysql, onDuplicateKeep } from './mysql-rows.js';
import { readerOf } from './reader.js';
import type { Sql } from './reader.js';
import type { OnStatement, Question } from './statement.js';
import { runTransaction } from './transaction.js';

const CONNECT_TIMEOUT_MS = 10_000;

/** Values are escaped with backslashes, by the driver and by ourselves, whatever the server is configured to. */
const BACKSLASHES_ESCAPE = "SET SESSION sql_mode = REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', '')";

/**
 * A database's name may be as long as a lock's, so it goes into the lock's name as its digest: SHA2, because MySQL has
 * no MD5 any more since 9.6.
 */
const LOCK_NAME = "CONCAT('usage-gateway:', LEFT(SHA2(DATABASE(), 256), 32))";
const LOCK_SECONDS_MAX = 120;

/** What servers say, by number: names differ between servers, and the driver knows those of MySQL alone. */
const FAULTS: ReadonlyMap<number, Fault> = new Map<number, Fault>([
  [1020, 'CHANGED_MEANWHILE'], // ER_CHECKREAD: MariaDB, of a snapshot
  [1021, 'DISK_FULL'], // ER_DISK_FULL
  [1040, 'LOST_CONNECTION'], // ER_CON_COUNT_ERROR
  [1053, 'LOST_CONNECTION'], // ER_SERVER_SHUTDOWN
  [1062, 'DUPLICATE_KEY'], // ER_DUP_ENTRY
  [1114, 'DISK_FULL'], // ER_RECORD_FILE_FULL
  [1148, 'NO_LOCAL_FILES'], // ER_NOT_ALLOWED_COMMAND
  [1203, 'LOST_CONNECTION'], // ER_TOO_MANY_USER_CONNECTIONS
  [1205, 'LOCK_WAIT'], // ER_LOCK_WAIT_TIMEOUT
  [1213, 'DEADLOCK'], // ER_LOCK_DEADLOCK
  [1927, 'LOST_CONNECTION'], // ER_CONNECTION_KILLED: MariaDB
  [3948, 'NO_LOCAL_FILES'], // ER_CLIENT_LOCAL_FILES_DISABLED: MySQL
  [4166, 'NO_LOCAL_FILES'], // ER_LOAD_INFILE_CAPABILITY_DISABLED: MariaDB
]);

/** What the driver says of its own, without a number. */
const DRIVER_FAULTS: ReadonlyMap<string, Fault> = new Map<string, Fault>([
  ['PROTOCOL_CONNECTION_LOST', 'LOST_CONNECTION'],
  ['POOL_CLOSED', 'LOST_CONNECTION'],
]);

/** Servers that speak MySQL's protocol: MySQL and MariaDB. */
export const mysql: Dialect = {
  name: 'mysql',

  quoted: (name) => `\`${name}\``,
  sumOf: (column) => `SUM(${column})`,
  added: (left, right) => `${left} + ${right}`,
  dayOfHour: (column) => `${column} DIV 24`,
  incoming: (column) => `VALUES(${column})`,
  onDuplicate: (_keys, assignments) => `ON DUPLICATE KEY UPDATE ${assignments.join(', ')}`,
  onDuplicateKeep,
  lockForRead: 'LOCK IN SHARE MODE',
  lockForWrite: 'FOR UPDATE',

  columnOf,

  faultOf,
  // A server that had no room for its log at a commit may have committed.
  undoneBy: new Set<Fault>(['NOT_SENT']),

  begin: (runner) => runner.startTransaction('READ COMMITTED'),
  commit: (runner) => runner.commitTransaction(),
  rollback: async (runner) => {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
  },
  ask,
  insertRows: insertOnMysql,
  loadRows: (runner, load, onStatement) => loadOnMysql(runner, load, onStatement, faultOf),

  /** There is no transactional DDL, so a lock by name keeps two starting processes apart. */
  alone: async (source, work) => {
    const runner = source.createQueryRunner();
    try {
      const [lock] = (await runner.query(`SELECT GET_LOCK(${LOCK_NAME}, ${LOCK_SECONDS_MAX}) AS taken`)) as {
        readonly taken: number | null;
      }[];
      if (lock?.taken !== 1) {
        throw new MigrationError(`Another process has been migrating this database for ${LOCK_SECONDS_MAX} seconds.`);
      }
      try {
        return await work();
      } finally {
        await runner.query(`SELECT RELEASE_LOCK(${LOCK_NAME})`);
      }
    } finally {
      await runner.release();
    }
  },
  migratesEachInTransaction: true,
};

function columnOf(storage: Storage): EntitySchemaColumnOptions {
  if (typeof storage === 'object') return { type: 'varchar', length: storage.length, ...collation(storage.charset) };
  switch (storage) {
    case 'id':
      return { type: 'int', generated: 'increment' };
    case 'integer':
      return { type: 'int' };
    case 'hour':
      return { type: 'mediumint', unsigned: true };
    case 'day':
      return { type: 'smallint', unsigned: true };
    case 'epochMs':
      return { type: 'bigint' };
    case 'flag':
      return { type: 'boolean' };
    case 'digest':
      return { type: 'binary', length: 16 };
    case 'longText':
      return { type: 'text', ...collation('utf8mb4') };
    case 'quantity':
      return { type: 'decimal', precision: 48, scale: 24 };
    case 'totalQuantity':
      return { type: 'decimal', precision: 62, scale: 24 };
  }
}

function collation(charset: 'ascii' | 'utf8mb4') {
  return { charset, collation: `${charset}_bin` };
}

function faultOf(error: unknown): Fault | null {
  const { errno = 0, code, fatal } = driverError(error);
  const known = FAULTS.get(errno) ?? DRIVER_FAULTS.get(code ?? '') ?? SYSTEM_FAULTS.get(code ?? '');
  // The driver has no code of its own for a connection that was gone before.
  return known ?? (code === undefined && fatal === true ? 'NOT_SENT' : null);
}

async function ask(runner: QueryRunner, { statement, values, shape }: Question): Promise<unknown[]> {
  try {
    const connection = (await runner.connect()) as PoolConnection;
    const asked = { sql: statement, values: [...values], rowsAsArray: shape === 'tuples' };
    // The driver's promises note where each statement was asked, which takes as long as asking a small one.
    return await new Promise<unknown[]>((resolve, reject) => {
      connection.query(asked, (error, rows) => {
        if (error === null) resolve(rows as unknown[]);
        else reject(error);
      });
    });
  } catch (error) {
    throw new QueryFailedError(statement, [...values], error as Error);
  }
}

/** Connects to a server, with as many connections as are needed up to a number. */
export async function openMysql(options: DatabaseOptions): Promise<Database> {
  const onStatement = options.onStatement ?? (() => undefined);
  const source = new DataSource({
    type: await flavour(options.url),
    url: options.url,
    // Times are whole numbers everywhere, but the driver must not shift what an operator's own query shows.
    timezone: 'Z',
    charset: 'utf8mb4_bin',
    // Whole numbers are numbers here; beyond 2^53 they arrive as text instead of rounded.
    supportBigNumbers: true,
    bigNumberStrings: false,
    // Without this flag "rows affected" counts rows that were already as asked, and a duplicate would look new.
    extra: { flags: ['-FOUND_ROWS', ...(options.allowsLocalFiles === false ? ['-LOCAL_FILES'] : [])] },
    poolSize: options.connectionsMax ?? 10,
    connectTimeout: CONNECT_TIMEOUT_MS,
    entities: options.entities(mysql),
    migrations: options.migrations,
    synchronize: false,
  });
  await source.initialize();
  // The one that is open by now, and those that the pool opens later.
  await source.query(BACKSLASHES_ESCAPE);
  const { pool } = source.driver as unknown as { readonly pool: Pool };
  pool.on('connection', (connection) => connection.query(BACKSLASHES_ESCAPE));
  return databaseOf(source, { url: options.url, onStatement, bound: unbounded });
}

function databaseOf(
  source: DataSource,
  { url, onStatement, bound }: { readonly url: string; readonly onStatement: OnStatement; readonly bound: Bound },
): Database {
  return {
    dialect: mysql,
    reader: readerOn(source, onStatement, bound),
    source,
    inTransaction: (work) => runTransaction(source, mysql, onStatement, work, bound),
    inSnapshot: (work) => inSnapshot(source, onStatement, bound, work),
    within: (deadline) =>
      databaseOf(source, {
        url,
        onStatement: checkedBy(deadline, onStatement),
        bound: boundedOnMysql(deadline, url, CONNECT_TIMEOUT_MS),
      }),
    close: () => source.destroy(),
  };
}

/** MariaDB describes its columns differently, and TypeORM wants to be told. */
async function flavour(url: string): Promise<'mysql' | 'mariadb'> {
  const connection = await createConnection({ uri: url, connectTimeout: CONNECT_TIMEOUT_MS });
  try {
    const [rows] = await connection.query('SELECT VERSION() AS version');
    return JSON.stringify(rows).includes('MariaDB') ? 'mariadb' : 'mysql';
  } finally {
    await connection.end();
  }
}

/** Questions outside any transaction, each on a connection of the pool. */
function readerOn(source: DataSource, onStatement: OnStatement, bound: Bound): Sql {
  return readerOf(mysql, async (question) => {
    onStatement(question.statement);
    const runner = source.createQueryRunner();
    try {
      return await bound.run(runner, () => ask(runner, question));
    } finally {
      await runner.release();
    }
  });
}

async function inSnapshot<T>(
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
        return ask(runner, question);
      };
      return work(readerOf(mysql, asked));
    });
    await runner.commitTransaction();
    return result;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
  }
}
