/** Whose credentials are believed, and for how long the answer to a change is kept. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

import { flag, whole } from './variable.js';
import type { Variable } from './variable.js';
import { parseAccessFile } from '../access/access-file.js';
import type { IssuerConfig } from '../access/access-file.js';

/** Variables of the environment that say so, as the operations guide lists them. */
export const ACCESS_VARIABLES: readonly Variable[] = [
  {
    name: 'ACCESS_FILE',
    meaning: 'JSON file of the OpenID Connect issuers whose tokens are believed; see docs/access.md.',
    default: 'none: tokens are signed locally, on loopback only',
  },
  {
    name: 'ALLOW_ANY_HOST',
    meaning:
      'true allows a HOST that is not loopback without issuers: API keys alone are accepted then. Put TLS before it.',
    default: 'false',
  },
  {
    name: 'IDEMPOTENCY_HOURS',
    meaning: 'How long a mutation with an idempotency key answers the same again.',
    default: '24',
  },
];

/** How each variable is read. */
export const accessShape = {
  ACCESS_FILE: z
    .string()
    .transform((file, context) => issuersIn(file, (message) => context.addIssue({ code: 'custom', message })))
    .default([]),
  ALLOW_ANY_HOST: flag('false'),
  IDEMPOTENCY_HOURS: whole(1, 24 * 365).default(24),
};

/** What the access file says; its problems are told one by one. A file that is named and says nothing is a mistake. */
function issuersIn(file: string, onProblem: (sentence: string) => void): readonly IssuerConfig[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    onProblem('names a file that cannot be read');
    return [];
  }
  const read = parseAccessFile(text);
  if ('issuers' in read && read.issuers.length > 0) return read.issuers;
  const problems = 'issuers' in read ? ['names no issuers'] : read.problems;
  for (const problem of problems) onProblem(problem);
  return [];
}
