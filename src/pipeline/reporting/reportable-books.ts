/** Which books may be reported, and to whom. Both are asked of the database each time, whatever is configured. */
import type { CommerceClient } from './commerce-client.js';
import { refusalOf } from '../../books/books-kind.js';
import { readBooks } from '../../books/books-store.js';
import type { Sql } from '../../database/transaction.js';

/** Throws BOOKS_ARE_MIXED: of what made-up usage stands beside, no report is made. */
export async function checkMayPrepare(sql: Sql): Promise<void> {
  const { kind } = await readBooks(sql);
  if (kind === 'MIXED') throw refusalOf(kind);
}

/**
 * Throws BOOKS_ARE_DEMO where the receiver is any but the simulator in this process, and BOOKS_ARE_MIXED. Asking a
 * receiver what it has counts as well: it would learn of made-up stamps.
 */
export async function checkMaySend(sql: Sql, commerce: Pick<CommerceClient, 'isSimulator'>): Promise<void> {
  const { kind } = await readBooks(sql);
  if (kind === 'LIVE' || (kind === 'DEMO' && commerce.isSimulator === true)) return;
  throw refusalOf(kind);
}
