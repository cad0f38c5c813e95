import { createHash } from 'node:crypto';

import type { AuditEntry } from './audit.entity.js';

/** The hash before the first entry. */
export const GENESIS = '0'.repeat(64);

type Hashed = Omit<AuditEntry, 'hash'>;

/** Every column, in the order in which it is hashed. A column that is added is added at the end. */
const HASHED = [
  'sequence',
  'at',
  'action',
  'outcome',
  'code',
  'subject',
  'role',
  'credential',
  'requestId',
  'registrationId',
  'tenantId',
  'target',
  'before',
  'after',
] as const satisfies readonly Exclude<keyof Hashed, 'previousHash'>[];

/**
 * What chains an entry to the one before it: SHA-256 over the previous hash and every column. Changing, removing or
 * swapping entries breaks the chain at the first of them.
 */
export function hashOf(entry: Hashed): string {
  const columns = HASHED.map((column) => entry[column]);
  return createHash('sha256')
    .update(`${entry.previousHash}\n${JSON.stringify(columns)}`)
    .digest('hex');
}

/** Text as every database gives it back: no half characters, and no longer than its column. */
export function storable(text: string, lengthMax: number): string {
  return wellFormed(wellFormed(text).replaceAll('\u0000', '\uFFFD').slice(0, lengthMax));
}

/** UTF-8 has no half characters; what writes it puts U+FFFD in their place. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
