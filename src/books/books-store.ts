import type { BooksKind } from './books-kind.js';
import { booksTable } from './books.entity.js';
import type { Books } from './books.entity.js';
import { update } from '../database/change.js';
import { select } from '../database/select.js';
import type { Sql, Tx } from '../database/transaction.js';
import { invariant } from '../primitives/errors.js';

/** What these books are. */
export async function readBooks(sql: Sql): Promise<Books> {
  return theRow(sql, '');
}

/** The same, which stays so until the end of the transaction. */
export function holdBooks(tx: Tx): Promise<Books> {
  return theRow(tx, tx.dialect.lockForRead);
}

/** The same, for the transaction that changes it. */
export function lockBooks(tx: Tx): Promise<Books> {
  return theRow(tx, tx.dialect.lockForWrite);
}

/** Says what these books are from now on. */
export async function setBooksKind(tx: Tx, kind: BooksKind): Promise<void> {
  await update(tx, booksTable, { kind }, `${booksTable.id} = 1`);
}

async function theRow(sql: Sql, lock: string): Promise<Books> {
  const [row] = await select(sql, booksTable, `FROM ${booksTable} WHERE ${booksTable.id} = 1 ${lock}`);
  invariant(row, 'books say what they are');
  return row;
}
