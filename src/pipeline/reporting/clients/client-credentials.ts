import { z } from 'zod';

import { boundedFetch, parsedJson } from './bounded-fetch.js';
import { CommerceError } from '../commerce-client.js';
import type { Clock } from '../../../primitives/clock.js';

/** Where and as whom to sign in: OAuth 2.0 client credentials, as Microsoft Entra ID has them. */
export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string | null;
  readonly timeoutMs: number;
}

/** Signs in when a token is needed, and keeps it while it is good. */
export interface TokenSource {
  /** A bearer token that is good for a while yet. Throws a CommerceError LoginError. */
  token(signal: AbortSignal): Promise<string>;
  /** The receiver refused it: the next one is fetched anew. */
  forget(): void;
}

const BYTES_MAX = 65_536;
/** A token that ends sooner is not used any more: it could end on its way. */
const EARLY_MS = 60_000;
const SECONDS_DEFAULT = 300;

const answer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive().optional() });

/** Fetches tokens when they are needed, and keeps one while it is good. Two that ask at once share one request. */
export function createTokenSource(credentials: ClientCredentials, clock: Clock): TokenSource {
  let kept: { readonly token: string; readonly until: number } | null = null;
  let fetching: Promise<string> | null = null;

  async function fetchToken(signal: AbortSignal): Promise<string> {
    const { tokenUrl, clientId, clientSecret, scope, timeoutMs } = credentials;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      ...(scope !== null && { scope }),
    });
    const { status, text } = await boundedFetch({
      url: tokenUrl,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
      timeoutMs,
      bytesMax: BYTES_MAX,
      signal,
    });
    if (status >= 500 || status === 429) throw new CommerceError('NetworkError', `Signing in was answered ${status}.`);
    // What was answered may repeat what was sent, so it is not shown.
    if (status !== 200) throw new CommerceError('LoginError', `Signing in was answered ${status}.`);
    const read = answer.safeParse(parsedJson(text));
    if (!read.success) throw new CommerceError('LoginError', 'Signing in was answered without a token.');
    const seconds = read.data.expires_in ?? SECONDS_DEFAULT;
    kept = { token: read.data.access_token, until: clock.now() + seconds * 1_000 - EARLY_MS };
    return kept.token;
  }

  return {
    token: (signal) => {
      if (kept !== null && clock.now() < kept.until) return Promise.resolve(kept.token);
      fetching ??= fetchToken(signal).finally(() => {
        fetching = null;
      });
      return fetching;
    },
    forget: () => {
      kept = null;
    },
  };
}
