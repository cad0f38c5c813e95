import { createHash } from 'node:crypto';

import type { Actor, Once } from './actor.js';
import { onDuplicateKeep } from '../database/dialect.js';
import type { Tx } from '../database/transaction.js';
import { DomainError, invariant } from '../primitives/errors.js';

export const IDEMPOTENCY_KEY_LENGTH_MAX = 255;

/** Digest of what was asked, whatever the order in which its fields came. */
export function inputHashOf(input: unknown): string {
  return sha256(canonicalText(input));
}

/**
 * Claims a key for this transaction. Whoever comes second waits for the first to end: if that committed, its answer is
 * given; if it failed, nothing is left of its claim. Throws IDEMPOTENCY_CONFLICT when the key stands for another input.
 */
export async function claimOnce(
  tx: Tx,
  request: { readonly actor: Actor; readonly once: Once; readonly action: string; readonly now: number },
): Promise<{ readonly requestHash: string; readonly answer: string | null }> {
  const { actor, once, action, now } = request;
  const requestHash = sha256(JSON.stringify([actor.credential, actor.subject, action, once.key]));
  await tx.execute('DELETE FROM idempotent_answer WHERE expires_at <= ?', [now]);
  const claimed = await tx.insertRows({
    table: 'idempotent_answer',
    columns: ['request_hash', 'input_hash', 'answer', 'expires_at'],
    rows: [[requestHash, once.inputHash, '', now + once.keepMs]],
    onDuplicate: onDuplicateKeep(tx.dialect, 'input_hash'),
  });
  if (claimed > 0) return { requestHash, answer: null };
  const [kept] = await tx.query<{ inputHash: string; answer: string }>(
    'SELECT input_hash AS inputHash, answer FROM idempotent_answer WHERE request_hash = ?',
    [requestHash],
  );
  invariant(kept, 'a claim that is taken can be read');
  if (kept.inputHash !== once.inputHash) {
    throw new DomainError('IDEMPOTENCY_CONFLICT', 'This idempotency key was used for another input.', [
      'idempotencyKey',
    ]);
  }
  return { requestHash, answer: kept.answer };
}

/** Keeps the answer to a request that was claimed, in the transaction of its change. */
export async function keepAnswer(tx: Tx, requestHash: string, answer: string): Promise<void> {
  await tx.execute('UPDATE idempotent_answer SET answer = ? WHERE request_hash = ?', [answer, requestHash]);
}

function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (value === undefined || typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value as Record<string, unknown>)
    .filter(([, member]) => member !== undefined && member !== null)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member)}`).join(',')}}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
