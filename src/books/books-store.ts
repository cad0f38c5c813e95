import type { BooksKind } from './books-kind.js';
import type { Books } from './books.entity.js';
import { lockForRead, lockForWrite } from '../database/dialect.js';
import type { Sql, Tx } from '../database/transaction.js';
import { invariant } from '../primitives/errors.js';

/** What these books are. */
export async function readBooks(sql: Sql): Promise<Books> {
  return theRow(sql, '');
}

/** The same, which stays so until the end of the transaction. */
export function holdBooks(tx: Tx): Promise<Books> {
  return theRow(tx, lockForRead(tx.dialect));
}

/** The same, for the transaction that changes it. */
export function lockBooks(tx: Tx): Promise<Books> {
  return theRow(tx, lockForWrite(tx.dialect));
}

/** Says what these books are from now on. */
export async function setBooksKind(tx: Tx, kind: BooksKind): Promise<void> {
  await tx.execute('UPDATE books SET kind = ? WHERE id = 1', [kind]);
}

async function theRow(sql: Sql, lock: string): Promise<Books> {
  const [row] = await sql.query<Books>(`SELECT id, kind, written_by AS writtenBy FROM books WHERE id = 1 ${lock}`);
  invariant(row, 'books say what they are');
  return row;
}
