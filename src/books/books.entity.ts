import type { BooksKind } from './books-kind.js';
import { ascii, integer, key } from '../database/columns.js';
import { table } from '../database/table.js';
import type { RowOf } from '../database/table.js';

/** What these books are: one row. */
export const booksTable = table({
  name: 'books',
  columns: {
    /** Always 1. */
    id: key(integer()),
    kind: ascii<BooksKind>(8),
    /** The latest release that brought the tables up to date. */
    writtenBy: ascii(32),
  },
});
/** A row of `books`. */
export type Books = RowOf<typeof booksTable>;
