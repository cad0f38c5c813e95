import type { DataSource, EntitySchema, MigrationInterface, MixedList } from 'typeorm';

import type { Dialect } from './dialect.js';
import type { Sql } from './reader.js';
import type { OnStatement } from './statement.js';
import type { Tx } from './transaction.js';
import type { Turns } from './turns.js';
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
  /** SQLite: who writes first when several threads of this process want to. */
  readonly turns?: Turns;
}

/** Looks at the deadline before each statement. */
export function checkedBy(deadline: Deadline, onStatement: OnStatement): OnStatement {
  return (statement) => {
    deadline.check();
    onStatement(statement);
  };
}
