/** A value that a statement binds to a question mark. */
export type SqlValue = string | number | bigint | Buffer | null;

/** Called with each statement that is sent. */
export type OnStatement = (statement: string) => void;

/** A question, and whether each row of its answer is an object or an array of its columns. */
export interface Question {
  readonly statement: string;
  readonly values: readonly SqlValue[];
  readonly shape: 'objects' | 'tuples';
}

interface NewRows {
  readonly table: string;
  readonly columns: readonly string[];
  /** Columns that hold exact decimals: their text is a number literal where the server has decimals. */
  readonly decimals?: readonly string[];
}

/** Many rows for a table that may hold some of them, in the order in which they are to be written. */
export interface Rows extends NewRows {
  readonly rows: readonly (readonly SqlValue[])[];
  /** What to do with a row that is already there; see `onDuplicate` and `onDuplicateKeep` of a dialect. */
  readonly onDuplicate: string;
}

/** Rows to be loaded, each made when it is written: thousands of them at hand at once cost more than they do. */
export interface RowsToLoad<Item> extends NewRows {
  readonly items: readonly Item[];
  readonly rowOf: (item: Item) => readonly SqlValue[];
  /** Columns that hold bytes; the rows have them in hex. */
  readonly digests: readonly string[];
}

/** The beginning of a statement that inserts. */
export function insertInto({ table, columns }: NewRows): string {
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES`;
}
