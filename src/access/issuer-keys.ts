import { importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { z } from 'zod';

import type { IssuerConfig } from './access-file.js';
import { exchange } from '../outbound/bounded-http.js';
import type { Clock } from '../primitives/clock.js';

/** The public keys of one issuer. */
export interface IssuerKeys {
  /** The key of this id that signs for this issuer; null where there is none that may be used. */
  find(wanted: { readonly kid: string; readonly alg: string; readonly issuer: string }): Promise<CryptoKey | null>;
}

/** Keys are asked for again after this long, while the known ones go on serving. */
const FRESH_MS = 10 * 60_000;
/** Known keys serve this long while the issuer cannot be reached; then nobody is let in. */
const USABLE_MS = 24 * 3_600_000;
/** The issuer is asked at most once in this time, however many unknown keys are named. */
const COOLDOWN_MS = 30_000;
const TIMEOUT_MS = 5_000;
const ANSWER_BYTES_MAX = 512 * 1024;

const discovery = z.object({ issuer: z.string(), jwks_uri: z.string() });
const keySet = z.object({ keys: z.array(z.looseObject({ kid: z.string().optional(), kty: z.string() })).max(200) });

interface PublicKey {
  readonly kid: string;
  readonly jwk: JWK;
  /** Microsoft Entra says for some keys which issuer alone they sign for. */
  readonly issuer: string | null;
}

/**
 * Finds keys through the issuer's discovery document and keeps them. A key that is not known makes it ask again, so
 * rotation is noticed at once; an issuer that does not answer changes nothing, so what is known goes on serving.
 */
export function createIssuerKeys(config: IssuerConfig, clock: Clock): IssuerKeys {
  let keys: readonly PublicKey[] = [];
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | null = null;

  /** Asks the issuer, unless it was asked a moment ago; joins a question that is under way. */
  function refresh(): Promise<void> {
    if (running !== null) return running;
    if (clock.now() - triedAt < COOLDOWN_MS) return Promise.resolve();
    triedAt = clock.now();
    running = fetchKeys(config)
      .then((fetched) => {
        keys = fetched;
        fetchedAt = clock.now();
      })
      .catch(() => undefined)
      .finally(() => {
        running = null;
      });
    return running;
  }

  return {
    find: async ({ kid, alg, issuer }) => {
      const age = () => clock.now() - fetchedAt;
      if (age() >= USABLE_MS || !keys.some((key) => key.kid === kid)) await refresh();
      else if (age() >= FRESH_MS) void refresh();
      if (age() >= USABLE_MS) return null;
      const found = keys.filter((key) => key.kid === kid);
      const [key] = found;
      // Two keys of one id: no telling which of them the issuer meant.
      if (key === undefined || found.length > 1) return null;
      if (key.jwk.alg !== undefined && key.jwk.alg !== alg) return null;
      // For keys that sign for every directory, Entra's document names the template that the configuration has too.
      if (![null, issuer, config.issuer].includes(key.issuer)) return null;
      const imported = await importJWK(key.jwk, alg);
      return imported instanceof Uint8Array ? null : imported;
    },
  };
}

async function fetchKeys({ issuer, discoveryUrl }: IssuerConfig): Promise<readonly PublicKey[]> {
  const document = discovery.parse(await fetchJson(discoveryUrl ?? `${issuer}/.well-known/openid-configuration`));
  if (document.issuer !== issuer) throw new Error('The discovery document is that of another issuer.');
  const isSafe = document.jwks_uri.startsWith('https://') || issuer.startsWith('http://');
  if (!isSafe) throw new Error('The keys of an issuer are fetched over https alone.');
  const { keys } = keySet.parse(await fetchJson(document.jwks_uri));
  return keys.flatMap((jwk) => {
    const { kid, kty, use, issuer: own } = jwk;
    // A symmetric key would make everyone who can read it an issuer.
    if (kid === undefined || kty === 'oct' || (use !== undefined && use !== 'sig')) return [];
    return [{ kid, jwk: jwk as JWK, issuer: typeof own === 'string' ? own : null }];
  });
}

async function fetchJson(address: string): Promise<unknown> {
  const { status, bytes } = await exchange({
    url: address,
    method: 'GET',
    headers: { accept: 'application/json' },
    timeoutMs: TIMEOUT_MS,
    bytesMax: ANSWER_BYTES_MAX,
  });
  if (status < 200 || status > 299) throw new Error(`The issuer answers ${status}.`);
  return JSON.parse(bytes.toString('utf8'));
}
