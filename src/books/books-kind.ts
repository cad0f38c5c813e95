/** What books are, and what that forbids: made-up usage must not reach a receiver, nor real usage be lost in a demo. */
import { DomainError } from '../primitives/errors.js';

export const BOOKS_KINDS = ['LIVE', 'DEMO', 'MIXED'] as const;
/** MIXED: registrations of the demo stand beside others, as release 0.1.0 allowed it. An operator decides. */
export type BooksKind = (typeof BOOKS_KINDS)[number];

/** What names a registration of the demo: its name alone could be anybody's. */
export interface DemoStamp {
  readonly name: string;
  readonly cloudId: string;
}

/** The header in which the usage APIs say what the books are that they answer from. */
export const BOOKS_HEADER = 'x-usage-gateway-books';

const ELSEWHERE = 'Keep books of your own in another place: DATA_FOLDER or DATABASE_URL says where.';

/** A sentence for whoever opens books that are not LIVE; null for those that are. */
export function noticeOf(kind: BooksKind): string | null {
  switch (kind) {
    case 'LIVE':
      return null;
    case 'DEMO':
      return `These are demo books: nothing in them is ever reported. ${ELSEWHERE}`;
    case 'MIXED':
      return 'These books are MIXED: they hold registrations of the demo beside others. Nothing is reported until you say what they are: usage-gateway books';
  }
}

/** Why these books do not do what is asked of LIVE ones. */
export function refusalOf(kind: Exclude<BooksKind, 'LIVE'>): DomainError {
  return new DomainError(kind === 'DEMO' ? 'BOOKS_ARE_DEMO' : 'BOOKS_ARE_MIXED', noticeOf(kind) ?? '');
}
