/**
 * Questions go to the drivers that TypeORM opened, past its query runner: that makes an object of each row and tells
 * each statement to whoever subscribed, which takes longer than the database takes for many a question here.
 */
import type BetterSqlite3 from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import type { PoolConnection } from 'mysql2';
import { QueryFailedError } from 'typeorm';
import type { DataSource, QueryRunner } from 'typeorm';

import type { Bound } from './cancellation.js';
import type { Dialect } from './dialect.js';
import type { OnStatement, Sql, SqlValue } from './statement.js';

/** A question, and whether each row of its answer is an object or an array of its columns. */
export interface Question {
  readonly statement: string;
  readonly values: readonly SqlValue[];
  readonly shape: 'objects' | 'tuples';
}

/**
 * Statements of SQLite that stay prepared, of each shape. Ids are part of their text, so there is no end of them, and
 * one about thousands of subscriptions takes a megabyte.
 */
const PREPARED = {
  max: 500,
  maxSize: 1_000_000,
  sizeCalculation: (_statement: BetterSqlite3.Statement, text: string) => text.length,
};

/** Answers a question at once, on one connection of SQLite. */
export type SqliteAsker = (question: Question) => unknown[];

/** Asks the connection of a source, which must be open. */
export function sqliteAsker(source: DataSource): SqliteAsker {
  const file = connectionOf(source);
  const prepared = {
    objects: new LRUCache<string, BetterSqlite3.Statement>(PREPARED),
    tuples: new LRUCache<string, BetterSqlite3.Statement>(PREPARED),
  };
  return ({ statement, values, shape }) => {
    try {
      let ready = prepared[shape].get(statement);
      if (ready === undefined) {
        ready = file.prepare(statement).raw(shape === 'tuples');
        prepared[shape].set(statement, ready);
      }
      return ready.all(...values);
    } catch (error) {
      throw new QueryFailedError(statement, [...values], error as Error);
    }
  };
}

/** Questions outside any transaction. `onStatement` throws where the time for them is over. */
export function sqliteReader(ask: SqliteAsker, onStatement: OnStatement): Sql {
  const asked = async (question: Question) => {
    onStatement(question.statement);
    return ask(question);
  };
  return readerOf('sqlite', asked);
}

/** Questions outside any transaction, each on a connection of the pool. */
export function mysqlReader(source: DataSource, onStatement: OnStatement, bound: Bound): Sql {
  const asked = async (question: Question) => {
    onStatement(question.statement);
    const runner = source.createQueryRunner();
    try {
      return await bound.run(runner, () => askRunner(runner, 'mysql', question));
    } finally {
      await runner.release();
    }
  };
  return readerOf('mysql', asked);
}

/** Asks the connection of a runner, inside its transaction if it has one. */
export async function askRunner<Row>(runner: QueryRunner, dialect: Dialect, question: Question): Promise<Row[]> {
  const { statement, values, shape } = question;
  try {
    if (dialect === 'sqlite') {
      const prepared = connectionOf(runner.dataSource).prepare(statement);
      return prepared.raw(shape === 'tuples').all(...values) as Row[];
    }
    const connection = (await runner.connect()) as PoolConnection;
    const asked = { sql: statement, values: [...values], rowsAsArray: shape === 'tuples' };
    // The driver's promises note where each statement was asked, which takes as long as asking a small one.
    return await new Promise<Row[]>((resolve, reject) => {
      connection.query(asked, (error, rows) => {
        if (error === null) resolve(rows as Row[]);
        else reject(error);
      });
    });
  } catch (error) {
    throw new QueryFailedError(statement, [...values], error as Error);
  }
}

/** Both questions, answered by one function. */
export function readerOf(dialect: Dialect, asked: (question: Question) => Promise<unknown[]>): Sql {
  return {
    dialect,
    query: async <Row>(statement: string, values: readonly SqlValue[] = []) =>
      (await asked({ statement, values, shape: 'objects' })) as Row[],
    tuples: async <Tuple>(statement: string, values: readonly SqlValue[] = []) =>
      (await asked({ statement, values, shape: 'tuples' })) as Tuple[],
  };
}

function connectionOf({ driver }: DataSource): BetterSqlite3.Database {
  return (driver as unknown as { readonly databaseConnection: BetterSqlite3.Database }).databaseConnection;
}
