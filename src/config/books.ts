/** Where the books are. */
import { z } from 'zod';

import type { Variable } from './variable.js';

/** Variables of the environment that say so, as the operations guide lists them. */
export const BOOKS_VARIABLES: readonly Variable[] = [
  {
    name: 'DATABASE_URL',
    meaning: 'Where the books are: `sqlite:<file>` or `mysql://user:password@host:port/name`.',
    default: 'sqlite:<DATA_FOLDER>/usage.sqlite',
  },
  { name: 'DATA_FOLDER', meaning: 'Folder of the SQLite file and of the key that signs tokens.', default: 'data' },
];

const DATABASE_URL = /^(sqlite:.+|mysql:\/\/[^/]+\/[^/]+)$/;

/** How each variable is read. */
export const booksShape = {
  DATABASE_URL: z.string().regex(DATABASE_URL, 'is sqlite:<file> or mysql://user:password@host:port/name').optional(),
  DATA_FOLDER: z.string().min(1).default('data'),
};
