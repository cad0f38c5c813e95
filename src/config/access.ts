/** Whose credentials are believed, and for how long the answer to a change is kept. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

import { flag, optional, whole } from './variable.js';
import { parseAccessFile } from '../access/access-file.js';
import type { IssuerConfig } from '../access/access-file.js';

const accessFile = z
  .string()
  .transform((file, context) => issuersIn(file, (message) => context.addIssue({ code: 'custom', message })));

export const ACCESS = {
  issuers: optional(
    'ACCESS_FILE',
    accessFile,
    'JSON file of the OpenID Connect issuers whose tokens are believed; see docs/access.md.',
    'none: tokens are signed locally, on loopback only',
  ),
  allowsAnyHost: flag(
    'ALLOW_ANY_HOST',
    false,
    'true allows a HOST that is not loopback without issuers: API keys alone are accepted then. Put TLS before it.',
  ),
  idempotencyHours: whole(
    'IDEMPOTENCY_HOURS',
    24,
    [1, 24 * 365],
    'How long a mutation with an idempotency key answers the same again.',
  ),
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
