import type { Dialect } from './dialect.js';

/** A value that a statement binds to a question mark. */
export type SqlValue = string | number | bigint | Buffer | null;

/** Called with each statement that is sent. */
export type OnStatement = (statement: string) => void;

/** Something that answers questions: a reader outside any transaction, or the inside of one. */
export interface Sql {
  readonly dialect: Dialect;
  query<Row>(statement: string, values?: readonly SqlValue[]): Promise<Row[]>;
  /** The same with an array for each row, in the order of its columns: for answers of many rows. */
  tuples<Tuple extends readonly unknown[]>(statement: string, values?: readonly SqlValue[]): Promise<Tuple[]>;
}
