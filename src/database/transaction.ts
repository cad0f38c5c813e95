import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';

import { unbounded } from './cancellation.js';
import type { Bound } from './cancellation.js';
import type { Dialect, Fault } from './dialect.js';
import { noteDiskFull, noteWritten } from './disk-full.js';
import type { Sql } from './reader.js';
import type { OnStatement, Rows, RowsToLoad, SqlValue } from './statement.js';

export type { Sql } from './reader.js';
export type { OnStatement, SqlValue } from './statement.js';

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
  execute(statement: string, values?: readonly SqlValue[]): Promise<Written>;
  /** Writes many rows; answers how many were new or changed. */
  insertRows(insert: Rows): Promise<number>;
  /** Writes many rows that were checked, and leaves those that are there already; answers how many were new. */
  loadRows<Item>(load: RowsToLoad<Item>): Promise<number>;
}

const ATTEMPTS_MAX = 12;
const PAUSE_MS_MAX = 400;

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
        await dialect.begin(runner, bound);
        return work(txOn(runner, dialect, onStatement));
      });
      await dialect.commit(runner).catch((error: unknown) => {
        const fault = dialect.faultOf(error);
        const isUndone = fault !== null && dialect.undoneBy.has(fault);
        if (typeof error === 'object' && error !== null && !isUndone) unsure.add(error);
        throw error;
      });
      noteWritten();
      return result;
    } catch (error) {
      const fault = dialect.faultOf(error);
      if (fault === 'DISK_FULL') noteDiskFull();
      await dialect.rollback(runner).catch(() => undefined);
      if (attempt >= ATTEMPTS_MAX || !UNDONE_BY_OTHERS.has(fault)) throw error;
      await pause(randomInt(1, Math.min(PAUSE_MS_MAX, 10 * 2 ** attempt)));
    } finally {
      await runner.release();
    }
  }
}

function txOn(runner: QueryRunner, dialect: Dialect, onStatement: OnStatement): Tx {
  const tx = {
    dialect,
    query: async <Row>(statement: string, values: readonly SqlValue[] = []) => {
      onStatement(statement);
      return (await runner.query(statement, [...values])) as Row[];
    },
    tuples: async <Tuple extends readonly unknown[]>(statement: string, values: readonly SqlValue[] = []) => {
      onStatement(statement);
      return (await dialect.ask(runner, { statement, values, shape: 'tuples' })) as Tuple[];
    },
    insertRows: (insert: Rows) => dialect.insertRows(runner, insert, onStatement),
    loadRows: <Item>(load: RowsToLoad<Item>) => dialect.loadRows(runner, load, onStatement),
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

/** The same again may succeed. */
const UNDONE_BY_OTHERS: ReadonlySet<Fault | null> = new Set(['DEADLOCK', 'LOCK_WAIT', 'CHANGED_MEANWHILE']);

/** What COMMIT failed with: the server may have committed before it fell silent. */
const unsure = new WeakSet<object>();

/** Whether nobody knows if the transaction that failed with this was committed. */
export function isCommitUnsure(error: unknown): boolean {
  return typeof error === 'object' && error !== null && unsure.has(error);
}
