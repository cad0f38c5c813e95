import { subjectOf } from './actor.js';
import type { By } from './actor.js';
import { lockApiKey, markRevoked } from './api-key-store.js';
import type { ApiKey } from './api-key.entity.js';
import { inAuditedTransaction } from './audited-transaction.js';
import { hasWholeBooks } from './grant.js';
import type { Caller } from './principal.js';
import type { Database } from '../database/database.js';
import type { Clock } from '../primitives/clock.js';
import { DomainError } from '../primitives/errors.js';

/**
 * Ends a key at once, for every process. Whose key a caller may end is whose it may list: everyone's for an operator of
 * the whole books, else those it made itself. Repeating it changes nothing.
 */
export async function revokeApiKey(
  app: { readonly db: Database; readonly clock: Clock },
  caller: Caller | null,
  input: { readonly keyId: string; readonly by: By },
): Promise<Omit<ApiKey, 'secretHash'>> {
  return inAuditedTransaction(app, { action: 'revokeApiKey', by: input.by }, async (tx) => {
    const found = await lockApiKey(tx, input.keyId);
    if (found === null || !isTheirs(caller, found)) {
      throw new DomainError('NOT_FOUND', 'There is no such API key.', ['keyId']);
    }
    const { secretHash: _, ...key } = found;
    const revoked = key.revokedAt === 0 ? { ...key, revokedAt: app.clock.now(), revokedBy: subjectOf(input.by) } : key;
    if (key.revokedAt === 0) await markRevoked(tx, key.id, revoked.revokedAt, subjectOf(input.by));
    return {
      result: revoked,
      target: `API key ${key.keyId}`,
      registrationId: null,
      tenantId: null,
      before: { revokedAt: key.revokedAt },
      after: { revokedAt: revoked.revokedAt },
    };
  });
}

/** Whose keys a caller may list; null: everyone's. */
export function keysSeenBy(caller: Caller): string | null {
  return hasWholeBooks(caller) ? null : caller.subject;
}

function isTheirs(caller: Caller | null, { createdBy }: ApiKey): boolean {
  return caller === null || hasWholeBooks(caller) || createdBy === caller.subject;
}
