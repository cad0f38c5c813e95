import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';

import { ROLES } from './principal.js';
import type { Caller, Principal } from './principal.js';
import type { Clock } from '../primitives/clock.js';

/**
 * Tokens that this machine signs for itself, with a key that never leaves the data folder. They are JSON Web Tokens
 * (HS256) with issuer and audience, so that a token made for anything else is refused.
 */
export interface LocalTokens {
  /** A token for the principal, good for so many seconds. */
  sign(principal: Principal, secondsValid: number): Promise<string>;
  /** Whose token it is; null when it is not valid here, whatever the reason. */
  verify(token: string): Promise<Caller | null>;
}

export const TOKEN_SECONDS_DEFAULT = 12 * 3600;
export const TOKEN_SECONDS_MAX = 90 * 24 * 3600;
const NAME = 'usage-gateway';
const ALGORITHM = 'HS256';
const KEY_BYTES = 32;
/** Tokens that are known to be good, at once. */
const VERIFIED_MAX = 1_000;

const names = z.union([z.literal('all'), z.array(z.string().max(200)).max(1_000)]);
const claims = z.object({
  sub: z.string().min(1).max(200),
  role: z.enum(ROLES),
  registrations: names,
  tenants: names,
  resellers: names,
  sources: z.array(z.string().max(200)).max(1_000).optional(),
});

/** Signs and verifies tokens with the key of this machine. `verify` answers null for any other token. */
export function createLocalTokens(key: Uint8Array, clock: Clock): LocalTokens {
  // The key stays the same as long as the process runs, so only time makes a token bad that was good.
  const verified = new LRUCache<string, { readonly caller: Caller; readonly expiresAt: number }>({ max: VERIFIED_MAX });
  return {
    sign: async ({ subject, ...rest }, secondsValid) => {
      const now = Math.floor(clock.now() / 1000);
      return new SignJWT({ ...rest })
        .setProtectedHeader({ alg: ALGORITHM })
        .setSubject(subject)
        .setIssuer(NAME)
        .setAudience(NAME)
        .setIssuedAt(now)
        .setExpirationTime(now + Math.min(secondsValid, TOKEN_SECONDS_MAX))
        .sign(key);
    },
    verify: async (token) => {
      const now = clock.now();
      const known = verified.get(token);
      if (known !== undefined && known.expiresAt > now) return known.caller;
      verified.delete(token);
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [ALGORITHM],
          issuer: NAME,
          audience: NAME,
          requiredClaims: ['exp', 'sub'],
          currentDate: new Date(now),
        });
        const { sub, ...rest } = claims.parse(payload);
        const expiresAt = Math.floor(payload.exp ?? 0) * 1_000;
        const caller: Caller = { subject: sub, ...rest, credential: 'LOCAL_TOKEN', expiresAt };
        verified.set(token, { caller, expiresAt });
        return caller;
      } catch {
        return null;
      }
    },
  };
}

/** The key of the data folder cannot be used; the message says what to do. */
export class LocalKeyError extends Error {
  override readonly name = 'LocalKeyError';
}

/**
 * The key of the data folder; one is made, readable for its owner alone, where there is none. Two processes may start
 * at once: the file system decides whose key it is, and the other reads it. Throws a LocalKeyError for a file that
 * holds no key, or that everybody may read.
 */
export function localKey(dataFolder: string): Uint8Array {
  const file = join(dataFolder, 'token.key');
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, randomBytes(KEY_BYTES).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  refuseOpenKey(file);
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url');
  if (key.length < KEY_BYTES) {
    throw new LocalKeyError(
      `${file} holds no key of ${KEY_BYTES} bytes. Remove it to have a new one made; tokens and links of the old one then end.`,
    );
  }
  return key;
}

/**
 * Whoever can read the key can sign a token for any role. The group may: that is how a container is given a secret.
 * Windows has no such modes.
 */
function refuseOpenKey(file: string): void {
  const othersMay = (statSync(file).mode & 0o007) !== 0;
  if (!othersMay || process.platform === 'win32') return;
  throw new LocalKeyError(
    `${file} may be read by every user of this machine, and who reads it can sign tokens. Run: chmod o= ${file}`,
  );
}
