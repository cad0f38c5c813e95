import type { DataSource, EntitySchemaColumnOptions, QueryRunner } from 'typeorm';

import type { Bound } from './cancellation.js';
import type { Storage } from './columns.js';
import type { OnStatement, Question, Rows, RowsToLoad } from './statement.js';

/**
 * What differs between the families of databases that the books can live in, each one object in a file of its own. All
 * other SQL is the same text everywhere.
 */
export interface Dialect {
  readonly name: 'sqlite' | 'mysql';

  /** A name as SQL writes it where it might be a word of SQL's own. */
  quoted(name: string): string;
  /** Sums a quantity column exactly. */
  sumOf(column: SqlText): string;
  /** Adds two quantities exactly. */
  added(left: SqlText, right: SqlText): string;
  /** The day that an hour column lies in. */
  dayOfHour(column: SqlText): string;
  /** The value that an insert brought, inside the assignments of `onDuplicate`. */
  incoming(column: SqlText): string;
  /** What follows an insert to change the row that is already there under the same keys. */
  onDuplicate(keys: readonly SqlText[], assignments: readonly string[]): string;
  /** What follows an insert to leave a row that is already there, under any key, as it is. */
  onDuplicateKeep(column: SqlText): string;
  /** Locks the rows that a SELECT finds against change, until the end of the transaction. */
  readonly lockForRead: string;
  /** Locks the rows that a SELECT finds for this transaction alone. */
  readonly lockForWrite: string;

  /** A column as TypeORM describes it. */
  columnOf(storage: Storage): EntitySchemaColumnOptions;

  /** What went wrong, where it is a fault that this database is known to have; null for everything else. */
  faultOf(error: unknown): Fault | null;
  /** Faults of a COMMIT after which nothing is committed. After others nobody knows. */
  readonly undoneBy: ReadonlySet<Fault>;

  begin(runner: QueryRunner, bound: Bound): Promise<void>;
  commit(runner: QueryRunner): Promise<void>;
  rollback(runner: QueryRunner): Promise<void>;
  /** Asks the connection of a runner, inside its transaction if it has one. */
  ask(runner: QueryRunner, question: Question): Promise<unknown[]>;
  insertRows(runner: QueryRunner, rows: Rows, onStatement: OnStatement): Promise<number>;
  loadRows<Item>(runner: QueryRunner, load: RowsToLoad<Item>, onStatement: OnStatement): Promise<number>;

  /** Runs work that changes tables while no other process does. */
  alone<T>(source: DataSource, work: () => Promise<T>): Promise<T>;
  /** Whether a migration is a transaction of its own; else all of them are in the one of `alone`. */
  readonly migratesEachInTransaction: boolean;
}

/** What is written into the text of SQL as such: a column, an expression, a name. */
export interface SqlText {
  toString(): string;
}

/** What can go wrong with a statement that is right. */
export type Fault =
  | 'DUPLICATE_KEY'
  /** The database undid the transaction; the same again may succeed. */
  | 'DEADLOCK'
  | 'LOCK_WAIT'
  | 'CHANGED_MEANWHILE'
  | 'BUSY'
  | 'DISK_FULL'
  | 'LOST_CONNECTION'
  /** The connection was gone before the statement could be sent. */
  | 'NOT_SENT'
  /** The operators of the server allow no local files. */
  | 'NO_LOCAL_FILES';

/** An error as drivers throw it, and TypeORM around it. */
export interface DriverError {
  /** The number that servers of MySQL's protocol send; below zero for what the system says. */
  readonly errno?: number;
  readonly code?: string;
  /** The connection is of no more use. */
  readonly fatal?: boolean;
}

/** What the driver threw. */
export function driverError(error: unknown): DriverError {
  const thrown = (error ?? {}) as DriverError & { readonly driverError?: DriverError };
  return thrown.driverError ?? thrown;
}

/** Faults of the system between this process and a database, by their names; numbers differ between systems. */
export const SYSTEM_FAULTS: ReadonlyMap<string, Fault> = new Map<string, Fault>([
  ['ENOSPC', 'DISK_FULL'],
  ['EDQUOT', 'DISK_FULL'],
  ['ECONNREFUSED', 'LOST_CONNECTION'],
  ['ECONNRESET', 'LOST_CONNECTION'],
  ['EPIPE', 'LOST_CONNECTION'],
  ['ETIMEDOUT', 'LOST_CONNECTION'],
]);
