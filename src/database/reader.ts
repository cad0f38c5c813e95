/**
 * Questions go to the drivers that TypeORM opened, past its query runner: that makes an object of each row and tells
 * each statement to whoever subscribed, which takes longer than the database takes for many a question here.
 */
import type { Dialect } from './dialect.js';
import type { Question, SqlValue } from './statement.js';

/**
 * Something that answers questions: a reader outside any transaction, or the inside of one. Stores ask through
 * `select`, which knows the columns; these two take any text, and the type that is asked for is believed.
 */
export interface Sql {
  readonly dialect: Dialect;
  query<Row>(statement: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /** The same with an array for each row, in the order of its columns: for answers of many rows. */
  tuples<Tuple extends readonly unknown[]>(statement: string, values?: readonly SqlValue[]): Promise<Tuple[]>;
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
