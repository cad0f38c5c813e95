import { createHash } from 'node:crypto';

import type { Actor, Once } from './actor.js';
import { idempotentAnswerTable } from './audit.entity.js';
import { holds } from './scope.js';
import { insertRows, update } from '../database/change.js';
import { select } from '../database/select.js';
import type { Tx } from '../database/transaction.js';
import { DomainError, invariant } from '../primitives/errors.js';

export const IDEMPOTENCY_KEY_LENGTH_MAX = 255;

const KEPT = idempotentAnswerTable;

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
  await tx.execute(`DELETE FROM ${KEPT} WHERE ${KEPT.expiresAt} <= ?`, [now]);
  const claim = { requestHash, inputHash: once.inputHash, answer: '', expiresAt: now + once.keepMs };
  const claimed = await insertRows(tx, KEPT, [claim], 'KEEP');
  if (claimed > 0) return { requestHash, answer: null };
  const [kept] = await select(tx, KEPT, `FROM ${KEPT} WHERE ${KEPT.requestHash} = ?`, [requestHash]);
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
  await update(tx, KEPT, { answer }, `${KEPT.requestHash} = ?`, [requestHash]);
}

/** What is kept of an answer: what it is about, and what it said. */
interface Kept {
  readonly about?: { readonly registrationId: number | null; readonly tenantId: number | null };
  /** Digest of the role and the limits of the caller who got it. */
  readonly grantHash?: string;
  readonly result: unknown;
}

/** The text that is kept of an answer. */
export function answerToKeep(
  result: unknown,
  { registrationId, tenantId }: NonNullable<Kept['about']>,
  { grantHash }: Once,
): string {
  return JSON.stringify({ about: { registrationId, tenantId }, grantHash, result } satisfies Kept);
}

/**
 * What a kept answer said, for a caller who may still see what it is about. Throws what asking for something that does
 * not exist throws for any other: a role, a limit or an owner may have changed since. Answers that 0.1.0 kept do not
 * say what they are about, and are given to those who see everything.
 */
export function answerStillSeen(answer: string, once: Once): unknown {
  const parsed = JSON.parse(answer) as Kept;
  const isOfNow = typeof parsed === 'object' && 'grantHash' in parsed && 'result' in parsed;
  const kept: Kept = isOfNow ? parsed : { result: parsed };
  refuseUnseen(kept, once);
  return kept.result;
}

function refuseUnseen({ about, grantHash }: Kept, once: Once): void {
  const { registrationIds, tenantIds } = once.scope;
  if (registrationIds === 'all' && tenantIds === 'all') return;
  const { registrationId, tenantId } = about ?? { registrationId: null, tenantId: null };
  if (registrationId === null) {
    if (grantHash === once.grantHash) return;
    throw new DomainError('NOT_FOUND', 'There is nothing of this that you may see.');
  }
  if (!holds(registrationIds, registrationId)) throw registrationNotFound();
  // What is about all customers of a registration is for those who see all of them.
  if (!holds(tenantIds, tenantId)) throw new DomainError('TENANT_NOT_FOUND', 'There is no such tenant.', ['tenantId']);
}

function registrationNotFound(): DomainError {
  return new DomainError('RegistrationNotFound', 'There is no such registration.', ['registration']);
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
