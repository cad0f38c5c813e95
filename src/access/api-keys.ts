import { LRUCache } from 'lru-cache';

import { findApiKey, findApiKeys, grantOf, listValidKeys, markUsed } from './api-key-store.js';
import { hashOfKey, isSameHash, keyIdOf } from './api-key.js';
import type { ApiKey } from './api-key.entity.js';
import type { Caller } from './principal.js';
import type { Database } from '../database/database.js';
import type { Clock } from '../primitives/clock.js';

/** Keys as credentials. */
export interface ApiKeys {
  /** Whose key it is; null when it is not valid here, whatever the reason. */
  verify(text: string): Promise<Caller | null>;
  /** Of these callers those whose key was revoked or has expired since; one statement for all of them. */
  lapsed(callers: readonly Caller[]): Promise<ReadonlySet<Caller>>;
  /** Waits until every use that is being noted is noted. */
  settled(): Promise<void>;
}

const SUBJECT_PREFIX = 'api-key:';
const USE_NOTED_EVERY_MS = 60_000;
/** Compared with when there is no such key, so that an unknown key costs what a wrong secret costs. */
const NO_HASH = '0'.repeat(64);

/** Keys that this process has seen, with the hashes of their secrets, at most. */
const SEEN_MAX = 10_000;
/** Keys that are looked up by one statement, at most. */
const LOOKED_UP_MAX = 500;

/**
 * Each request reads its key anew: a key that was revoked is refused at once, by every process. Who has no key costs
 * the database next to nothing: a secret never changes, so a wrong one of a key that was seen is refused without
 * asking; and ids that were never seen are looked up together, by one statement at a time, however many are made up.
 */
export function createApiKeys({ db, clock }: { readonly db: Database; readonly clock: Clock }): ApiKeys {
  const underWay = new Set<Promise<void>>();

  /**
   * Beside the request, which must neither wait for it nor fail with it: a use that is not noted is noted next time.
   */
  function noteUse({ id, lastUsedAt }: ApiKey): void {
    const now = clock.now();
    if (now - lastUsedAt < USE_NOTED_EVERY_MS) return;
    const noting: Promise<void> = db
      .inTransaction((tx) => markUsed(tx, id, now, now - USE_NOTED_EVERY_MS))
      .catch(() => undefined)
      .finally(() => underWay.delete(noting));
    underWay.add(noting);
  }

  const seen = new LRUCache<string, string>({ max: SEEN_MAX });
  const lookUp = lookingUpTogether(async (keyIds) => {
    const found = await findApiKeys(db.reader, keyIds);
    for (const { keyId, secretHash } of found) seen.set(keyId, secretHash);
    return new Map(found.map((key) => [key.keyId, key]));
  });

  async function keyOf(keyId: string, hash: string): Promise<ApiKey | null> {
    const known = seen.get(keyId);
    if (known === undefined) return lookUp(keyId);
    return isSameHash(hash, known) ? findApiKey(db.reader, keyId) : null;
  }

  return {
    verify: async (text) => {
      const hash = hashOfKey(text);
      const keyId = keyIdOf(text);
      const key = keyId === null ? null : await keyOf(keyId, hash);
      const isSame = isSameHash(hash, key?.secretHash ?? NO_HASH);
      if (key === null || !isSame || key.revokedAt !== 0 || key.expiresAt <= clock.now()) return null;
      noteUse(key);
      const { keyId: id, expiresAt } = key;
      return { subject: subjectOfKey(id), ...grantOf(key), credential: 'API_KEY', expiresAt };
    },
    lapsed: async (callers) => {
      const keyIds = [...new Set(callers.map(({ subject }) => subject.slice(SUBJECT_PREFIX.length)))];
      const valid = new Set(await listValidKeys(db.reader, keyIds, clock.now()));
      return new Set(callers.filter(({ subject }) => !valid.has(subject.slice(SUBJECT_PREFIX.length))));
    },
    settled: async () => {
      await Promise.all(underWay);
    },
  };
}

/** Looks ids up by one call at a time: those that come meanwhile go with the next. Null for one that is not found. */
function lookingUpTogether<Found>(
  find: (ids: readonly string[]) => Promise<ReadonlyMap<string, Found>>,
): (id: string) => Promise<Found | null> {
  let next: { readonly ids: Set<string>; readonly found: Promise<ReadonlyMap<string, Found>> } | null = null;
  let before: Promise<unknown> = Promise.resolve();
  const begin = () => {
    const ids = new Set<string>();
    const found = before.then(() => {
      if (next?.ids === ids) next = null;
      return find([...ids]);
    });
    before = found.catch(() => undefined);
    return { ids, found };
  };
  return async (id) => {
    if (next === null || next.ids.size >= LOOKED_UP_MAX) next = begin();
    next.ids.add(id);
    return (await next.found).get(id) ?? null;
  };
}

/** How a key is named beside what it changes. */
function subjectOfKey(keyId: string): string {
  return `${SUBJECT_PREFIX}${keyId}`;
}
