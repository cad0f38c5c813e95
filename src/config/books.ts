/** Where the books are, and how many write in them. */
import { z } from 'zod';

import { variable, whole } from './variable.js';

const FORM = /^(sqlite:.+|mysql:\/\/[^/]+\/[^/]+)$/;
const databaseUrl = z.string().refine(isDatabaseUrl, 'is sqlite:<file> or mysql://user:password@host:port/name');

/** Stands in a DATABASE_URL for the folder. */
export const FOLDER_IN_URL = '<DATA_FOLDER>';

export const BOOKS = {
  databaseUrl: variable(
    'DATABASE_URL',
    `sqlite:${FOLDER_IN_URL}/usage.sqlite`,
    databaseUrl,
    'Where the books are: `sqlite:<file>` or `mysql://user:password@host:port/name`.',
  ),
  dataFolder: variable(
    'DATA_FOLDER',
    'data',
    z.string(),
    'Folder of the SQLite file and of `token.key`, which signs tokens, cursors and links to next pages.',
  ),
  writerThreads: whole(
    'WRITER_THREADS',
    2,
    [1, 64],
    'Threads that take usage in, at most. On SQLite one of them writes while the others read what comes next.',
  ),
};

/** A user or password with a character that means something in addresses is written in percent signs. */
function isDatabaseUrl(text: string): boolean {
  if (!FORM.test(text)) return false;
  if (text.startsWith('sqlite:')) return true;
  try {
    const { username, password } = new URL(text);
    return [username, password].every((part) => typeof decodeURIComponent(part) === 'string');
  } catch {
    return false;
  }
}
