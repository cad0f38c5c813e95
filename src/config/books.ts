/** Where the books are, and how many write in them. */
import { z } from 'zod';

import { whole } from './variable.js';
import type { Variable } from './variable.js';

/** Variables of the environment that say so, as the operations guide lists them. */
export const BOOKS_VARIABLES: readonly Variable[] = [
  {
    name: 'DATABASE_URL',
    meaning: 'Where the books are: `sqlite:<file>` or `mysql://user:password@host:port/name`.',
    default: 'sqlite:<DATA_FOLDER>/usage.sqlite',
  },
  {
    name: 'DATA_FOLDER',
    meaning: 'Folder of the SQLite file and of `token.key`, which signs tokens, cursors and links to next pages.',
    default: 'data',
  },
  {
    name: 'WRITER_THREADS',
    meaning: 'Threads that take usage in, at most. On SQLite one of them writes while the others read what comes next.',
    default: '2',
  },
];

const DATABASE_URL = /^(sqlite:.+|mysql:\/\/[^/]+\/[^/]+)$/;

/** A user or password with a character that means something in addresses is written in percent signs. */
function isDatabaseUrl(text: string): boolean {
  if (!DATABASE_URL.test(text)) return false;
  if (text.startsWith('sqlite:')) return true;
  try {
    const { username, password } = new URL(text);
    return [username, password].every((part) => typeof decodeURIComponent(part) === 'string');
  } catch {
    return false;
  }
}

/** How each variable is read. */
export const booksShape = {
  DATABASE_URL: z.string().refine(isDatabaseUrl, 'is sqlite:<file> or mysql://user:password@host:port/name').optional(),
  DATA_FOLDER: z.string().min(1).default('data'),
  WRITER_THREADS: whole(1, 64).default(2),
};
