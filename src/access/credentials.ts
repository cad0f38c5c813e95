import { setTimeout as pause } from 'node:timers/promises';

import { API_KEY_PREFIX } from './api-key.js';
import type { ApiKeys } from './api-keys.js';
import type { LocalTokens } from './local-tokens.js';
import type { OidcTokens } from './oidc-tokens.js';
import type { Caller, Principal } from './principal.js';
import type { Clock } from '../primitives/clock.js';
import { DomainError } from '../primitives/errors.js';

/** Everything that a caller may prove itself by, behind one question. */
export interface Credentials {
  /** Whose credential it is. Throws UNAUTHENTICATED, and neither its words nor its time tell which check failed. */
  verify(credential: string): Promise<Caller>;
  /** Of these callers those whose credential is good no longer: it has expired, or was revoked. */
  lapsed(callers: readonly Caller[]): Promise<ReadonlySet<Caller>>;
  /** A token of this machine for the principal, good for so many seconds. Throws where such tokens are not accepted. */
  sign(principal: Principal, secondsValid: number): Promise<string>;
  /** Waits until what goes on beside the requests, such as noting when a key was used, is done. */
  settled(): Promise<void>;
}

const LENGTH_MAX = 8_192;
/** No refusal is faster than this, so that a wrong signature takes as long as garbage. */
const REFUSAL_MS = 15;

/** `local` and `oidc` are null where they are not believed: never both at once. */
export function createCredentials(parts: {
  readonly local: LocalTokens | null;
  readonly oidc: OidcTokens | null;
  readonly apiKeys: ApiKeys;
  readonly clock: Clock;
}): Credentials {
  const { local, oidc, apiKeys, clock } = parts;
  const callerOf = async (credential: string): Promise<Caller | null> => {
    if (credential.length > LENGTH_MAX) return null;
    if (credential.startsWith(API_KEY_PREFIX)) return apiKeys.verify(credential);
    return (await oidc?.verify(credential)) ?? (await local?.verify(credential)) ?? null;
  };
  return {
    verify: async (credential) => {
      const start = performance.now();
      const caller = await callerOf(credential);
      if (caller !== null) return caller;
      await pause(Math.max(0, REFUSAL_MS - (performance.now() - start)));
      throw new DomainError('UNAUTHENTICATED', 'The credential is not valid here, or no longer.');
    },
    lapsed: async (callers) => {
      const now = clock.now();
      const revoked = await apiKeys.lapsed(callers.filter(({ credential }) => credential === 'API_KEY'));
      return new Set(callers.filter((caller) => caller.expiresAt <= now || revoked.has(caller)));
    },
    sign: async (principal, secondsValid) => {
      if (local === null) throw new Error('This gateway takes no tokens of its own.');
      return local.sign(principal, secondsValid);
    },
    settled: () => apiKeys.settled(),
  };
}
