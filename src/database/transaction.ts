import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

import { insertOnMysql, insertOnSqlite, loadOnMysql, loadOnSqlite } from './bulk-insert.js';
import type { Rows, RowsToLoad } from './bulk-insert.js';
import { unbounded } from './cancellation.js';
import type { Bound } from './cancellation.js';
import type { Dialect } from './dialect.js';
import { DISK_FULL_SENTENCE, noteDiskFull, noteWritten, saysDiskFull } from './disk-full.js';
import { askRunner } from './reader.js';
import type { OnStatement, Sql, SqlValue } from './statement.js';
import { DomainError } from '../primitives/errors.js';

export type { OnStatement, Sql, SqlValue } from './statement.js';

/** What a write did. */
export interface Written {
  /** Rows that changed. A row that was already as asked is not counted. */
  readonly affected: number;
  /** The generated key of a single-row insert. */
  readonly insertedId: number;
}

declare const insideTransaction: unique symbol;

/** The inside of a write transaction. Store functions that write take one, so a write outside does not compile. */
export interface Tx extends Sql {
  readonly [insideTransaction]: true;
  /** TypeORM's view of the same transaction, for simple inserts and updates by entity. */
  readonly manager: EntityManager;
  execute(statement: string, values?: readonly SqlValue[]): Promise<Written>;
  /** Writes many rows; answers how many were new or changed. */
  insertRows(insert: Rows): Promise<number>;
  /** Writes many rows that were checked, and leaves those that are there already; answers how many were new. */
  loadRows<Item>(load: RowsToLoad<Item>): Promise<number>;
}

const ATTEMPTS_MAX = 12;
const PAUSE_MS_MAX = 400;
const SQLITE_WAIT_MS_MAX = 20_000;
const SQLITE_PAUSE_MS_MAX = 15;

/**
 * Runs `work` in one transaction and commits it; rolls back when it throws. A transaction that the database gave up on
 * (deadlock, lock wait, busy file) is run again from the start, so `work` must not change anything but the database.
 * Isolation is READ COMMITTED on MySQL; on SQLite there is one writer at a time, here and across processes.
 */
export async function runTransaction<T>(
  source: DataSource,
  dialect: Dialect,
  onStatement: OnStatement,
  work: (tx: Tx) => Promise<T>,
  bound: Bound = unbounded,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const runner = source.createQueryRunner();
    try {
      // Once it is committed it is done: a deadline ends the work, never the commit.
      const result = await bound.run(runner, async () => {
        await begin(runner, dialect, bound);
        return work(txOn(runner, dialect, onStatement));
      });
      await bound
        .end(runner, () => end(runner, dialect, 'COMMIT'))
        .catch((error: unknown) => {
          if (typeof error === 'object' && error !== null && errorCode(error) !== NOT_SENT) unsure.add(error);
          throw error;
        });
      noteWritten();
      return result;
    } catch (error) {
      if (saysDiskFull(errorCode(error))) noteDiskFull();
      // Where nothing began, there may be no connection yet, and none is waited for.
      if (dialect === 'sqlite' || runner.isTransactionActive) {
        await bound.end(runner, () => end(runner, dialect, 'ROLLBACK')).catch(() => undefined);
      }
      if (attempt >= ATTEMPTS_MAX || !isWorthRetrying(error)) throw error;
      await pause(randomInt(1, Math.min(PAUSE_MS_MAX, 10 * 2 ** attempt)));
    } finally {
      await runner.release();
    }
  }
}

/** True when a row with this key was already there: the database's word, whoever wrote it. */
export function isDuplicateKey(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ER_DUP_ENTRY' || code === 'SQLITE_CONSTRAINT_UNIQUE';
}

/** Writes one row of an entity and answers its key; the database refuses a natural key that is taken. */
export async function insertRow<Row extends object>(tx: Tx, table: string, row: Omit<Row, 'id'>): Promise<number> {
  const { identifiers } = await tx.manager.insert(table, row);
  return Number(identifiers[0]?.['id']);
}

async function begin(runner: QueryRunner, dialect: Dialect, { check }: Bound): Promise<void> {
  if (dialect === 'sqlite') await beginImmediate(runner, SQLITE_WAIT_MS_MAX, check);
  else await runner.startTransaction('READ COMMITTED');
}

/**
 * Takes SQLite's write lock at once, because a reader that becomes a writer later fails without waiting. While another
 * process holds it, this one waits between tries instead of inside SQLite, which would hold up everything else here.
 */
export async function beginImmediate(
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
      if (!errorCode(error).startsWith('SQLITE_BUSY') || performance.now() > deadline) throw error;
      await pause(randomInt(1, SQLITE_PAUSE_MS_MAX));
    }
  }
}

async function end(runner: QueryRunner, dialect: Dialect, how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
  if (dialect === 'sqlite') await runner.query(how);
  else if (how === 'COMMIT') await runner.commitTransaction();
  else await runner.rollbackTransaction();
}

function txOn(runner: QueryRunner, dialect: Dialect, onStatement: OnStatement): Tx {
  const tx = {
    dialect,
    manager: runner.manager,
    query: async <Row>(statement: string, values: readonly SqlValue[] = []) => {
      onStatement(statement);
      return (await runner.query(statement, [...values])) as Row[];
    },
    tuples: async <Tuple extends readonly unknown[]>(statement: string, values: readonly SqlValue[] = []) => {
      onStatement(statement);
      return askRunner<Tuple>(runner, dialect, { statement, values, shape: 'tuples' });
    },
    insertRows: async (insert: Rows) =>
      dialect === 'sqlite' ? insertOnSqlite(runner, insert, onStatement) : insertOnMysql(runner, insert, onStatement),
    loadRows: async <Item>(load: RowsToLoad<Item>) =>
      dialect === 'sqlite' ? loadOnSqlite(runner, load, onStatement) : loadOnMysql(runner, load, onStatement),
    execute: async (statement: string, values: readonly SqlValue[] = []) => {
      onStatement(statement);
      const result = await runner.query(statement, [...values], true);
      const raw: unknown = result.raw;
      return {
        affected: result.affected ?? 0,
        insertedId: typeof raw === 'number' ? raw : Number((raw as { insertId?: number }).insertId),
      };
    },
  };
  return tx as unknown as Tx;
}

function isWorthRetrying(error: unknown): boolean {
  return ['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD'].includes(errorCode(error));
}

/** The connection was gone before the statement could be sent; the driver has no code of its own for that. */
const NOT_SENT = 'NOT_SENT';

const PASSING_FAULTS: ReadonlySet<string> = new Set([
  NOT_SENT,
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'POOL_CLOSED',
  'ER_CON_COUNT_ERROR',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'ER_SERVER_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  // MySQL tells a connection that was idle for too long; MariaDB ends it without a word.
  'ER_CLIENT_INTERACTION_TIMEOUT',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'SQLITE_BUSY',
]);

/** What COMMIT failed with: the server may have committed before it fell silent. */
const unsure = new WeakSet<object>();

/**
 * Faults that pass by themselves or by an operator, the database being gone, full or busy, as UNAVAILABLE; others as
 * they are.
 */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof DomainError && error.message === DISK_FULL_SENTENCE) noteDiskFull();
  const isFull = saysDiskFull(errorCode(error));
  if (isFull) noteDiskFull();
  // A server that had no room for its log at a commit may have committed; SQLite has not.
  if (isFull && (errorCode(error) === 'SQLITE_FULL' || !unsure.has(error as object))) {
    return new DomainError('UNAVAILABLE', DISK_FULL_SENTENCE);
  }
  const isPassing = isFull || PASSING_FAULTS.has(errorCode(error)) || /^SQLITE_(BUSY|IOERR)_/.test(errorCode(error));
  if (!isPassing) return error;
  if (unsure.has(error as object)) {
    return new DomainError(
      'UNAVAILABLE',
      'The database fell silent when this was to be committed: it may have been written. Look whether it was, or send it again; usage is counted once.',
    );
  }
  return new DomainError(
    'UNAVAILABLE',
    'The database does not answer. Nothing of this was written; send it again later.',
  );
}

interface DriverError {
  readonly code?: string;
  /** The connection is of no more use. */
  readonly fatal?: boolean;
}

function errorCode(error: unknown): string {
  const thrown = (error ?? {}) as DriverError & { readonly driverError?: DriverError };
  const code = thrown.driverError?.code ?? thrown.code;
  const isFatal = thrown.driverError?.fatal ?? thrown.fatal;
  return code ?? (isFatal === true ? NOT_SENT : '');
}
