import type { BooksKind } from './books-kind.js';
import { ascii, integer } from '../database/columns.js';
import type { Dialect } from '../database/dialect.js';
import { table } from '../database/table.js';

/** What these books are: one row. */
export interface Books {
  /** Always 1. */
  id: number;
  kind: BooksKind;
  /** The latest release that brought the tables up to date. */
  writtenBy: string;
}

/** The table of that row. */
export function booksTable(dialect: Dialect) {
  return table<Books>({
    name: 'books',
    columns: { id: integer({ primary: true }), kind: ascii(dialect, 8), writtenBy: ascii(dialect, 32) },
  });
}
