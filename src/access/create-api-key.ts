import { subjectOf } from './actor.js';
import type { By } from './actor.js';
import { insertApiKey } from './api-key-store.js';
import { API_KEY_DAYS_DEFAULT, API_KEY_DAYS_MAX, makeApiKey } from './api-key.js';
import type { ApiKey } from './api-key.entity.js';
import { inAuditedTransaction } from './audited-transaction.js';
import { mayHandOn, problemOfGrant } from './grant.js';
import type { Grant } from './grant.js';
import type { Caller } from './principal.js';
import type { Everyone } from './scope.js';
import type { Database } from '../database/database.js';
import type { Clock } from '../primitives/clock.js';
import { DomainError } from '../primitives/errors.js';
import { givenName } from '../primitives/given-text.js';
import { canonicalGuid } from '../primitives/ids.js';

const MS_PER_DAY = 86_400_000;
const NAMES_MAX = 200;

/** What a key is made of. */
export interface NewApiKey {
  /** For people: what it is used by. */
  readonly name: string;
  readonly grant: Grant;
  /** Left out: in 90 days. */
  readonly expiresAt?: number | undefined;
}

/** A key that was made. */
export interface CreatedApiKey {
  readonly apiKey: Omit<ApiKey, 'secretHash'>;
  /** The key itself, told once; null when the answer is given again. */
  readonly text: string | null;
}

/**
 * Makes a key for an integration. It gives at most what its giver has, and a key makes no keys, so that whoever finds
 * one cannot make it last. `giver` is null for the person at the machine, who has everything.
 */
export async function createApiKey(
  app: { readonly db: Database; readonly clock: Clock },
  giver: Caller | null,
  input: NewApiKey & { readonly by: By },
): Promise<CreatedApiKey> {
  const { grant } = input;
  if (giver?.credential === 'API_KEY') throw new DomainError('FORBIDDEN', 'An API key makes no API keys.');
  const problem = problemOfGrant(grant);
  if (problem !== null) throw new DomainError('INVALID_INPUT', problem, ['role']);
  if (giver !== null && !mayHandOn(giver, grant)) {
    throw new DomainError('FORBIDDEN', 'A key gives at most what its creator has.');
  }
  const now = app.clock.now();
  const { keyId, text, secretHash } = makeApiKey();
  const key = {
    keyId,
    name: givenName(input.name),
    role: grant.role,
    registrations: JSON.stringify(checkedNames(grant.registrations, 'registrations')),
    tenants: JSON.stringify(checkedGuids(grant.tenants)),
    resellers: JSON.stringify(checkedNames(grant.resellers, 'resellers')),
    sources: grant.sources === undefined ? null : JSON.stringify(checkedNames(grant.sources, 'sources')),
    createdAt: now,
    createdBy: subjectOf(input.by),
    expiresAt: checkedExpiry(input.expiresAt, now),
    lastUsedAt: 0,
    revokedAt: 0,
    revokedBy: null,
  };
  return inAuditedTransaction<CreatedApiKey>(app, { action: 'createApiKey', by: input.by }, async (tx) => {
    const id = await insertApiKey(tx, { ...key, secretHash });
    const { name, role, registrations, tenants, resellers, sources, expiresAt } = key;
    return {
      result: { apiKey: { ...key, id }, text },
      // The secret is told once, and kept nowhere.
      replay: { apiKey: { ...key, id }, text: null },
      target: `API key ${keyId}`,
      registrationId: null,
      tenantId: null,
      before: null,
      after: { name, role, registrations, tenants, resellers, ...(sources !== null && { sources }), expiresAt },
    };
  });
}

function checkedExpiry(expiresAt: number | undefined, now: number): number {
  if (expiresAt === undefined) return now + API_KEY_DAYS_DEFAULT * MS_PER_DAY;
  if (expiresAt > now && expiresAt <= now + API_KEY_DAYS_MAX * MS_PER_DAY) return expiresAt;
  throw new DomainError('INVALID_INPUT', `A key is good for at most ${API_KEY_DAYS_MAX} days.`, ['expiresAt']);
}

function checkedNames(names: Everyone | readonly string[], field: string): Everyone | readonly string[] {
  if (names === 'all') return 'all';
  const isGood =
    names.length > 0 && names.length <= NAMES_MAX && names.every((name) => name !== '' && name.length <= 200);
  if (isGood) return names;
  throw new DomainError('INVALID_INPUT', `${field} names 1 to ${NAMES_MAX}, or is left out for all.`, [field]);
}

function checkedGuids(tenants: Everyone | readonly string[]): Everyone | readonly string[] {
  const names = checkedNames(tenants, 'tenants');
  if (names === 'all') return 'all';
  return names.map((name) => {
    const id = canonicalGuid(name);
    if (id !== null) return id;
    throw new DomainError('INVALID_INPUT', 'tenants are GUIDs of directories.', ['tenants']);
  });
}
