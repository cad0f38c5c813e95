import { findApiKey, grantOf, listValidKeys, markUsed } from './api-key-store.js';
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

/** Each request reads its key anew: a key that was revoked is refused at once, by every process. */
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

  return {
    verify: async (text) => {
      const hash = hashOfKey(text);
      const keyId = keyIdOf(text);
      const key = keyId === null ? null : await findApiKey(db.reader, keyId);
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

/** How a key is named beside what it changes. */
function subjectOfKey(keyId: string): string {
  return `${SUBJECT_PREFIX}${keyId}`;
}
