import { readFileSync } from 'node:fs';

import type { SecretPlace, SignInSettings } from './collection-file.js';
import { StampError } from './stamp-error.js';
import { exchange } from '../outbound/bounded-http.js';
import type { Clock } from '../primitives/clock.js';

/** Gets the token that a stamp asks for. */
export interface SignIn {
  /** A token that is good for some minutes more; requests that come together share one sign-in. */
  token(signal: AbortSignal): Promise<string>;
  /** The stamp refused this token: the next one is a new one. */
  forget(token: string): void;
}

/** A token is renewed this long before it ends, so that it does not end on its way. */
const RENEW_BEFORE_MS = 5 * 60_000;
const LIFETIME_DEFAULT_S = 600;
const TIMEOUT_MS = 30_000;
const ANSWER_BYTES_MAX = 65_536;

/** Signs in as the collection file says. `token` throws a StampError where it is refused or nobody answers. */
export function createSignIn(settings: SignInSettings, clock: Clock): SignIn {
  if (settings.kind === 'bearer') {
    return { token: async () => readSecret(settings.token), forget: () => undefined };
  }
  let known: { readonly token: string; readonly renewAt: number } | null = null;
  let running: Promise<string> | null = null;
  return {
    token: async (signal) => {
      if (known !== null && clock.now() < known.renewAt) return known.token;
      running ??= askForToken(settings, signal)
        .then(({ token, seconds }) => {
          // Half of a short life is kept; a token without any would be asked for at each request.
          const life = Math.max(seconds * 1000 - RENEW_BEFORE_MS, seconds * 500);
          known = { token, renewAt: clock.now() + life };
          return token;
        })
        .finally(() => {
          running = null;
        });
      return running;
    },
    forget: (token) => {
      if (known?.token === token) known = null;
    },
  };
}

async function askForToken(
  { tokenUrl, clientId, secret, audience }: Extract<SignInSettings, { kind: 'clientCredentials' }>,
  signal: AbortSignal,
): Promise<{ readonly token: string; readonly seconds: number }> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: readSecret(secret),
    ...audience,
  });
  const { status, text } = await ask(tokenUrl, form, signal);
  const { access_token: token, expires_in: expiresIn, error } = fieldsOf(text);
  if (status >= 200 && status < 300 && typeof token === 'string' && token !== '') {
    // Entra ID writes a number, AD FS and the older endpoint write text.
    const seconds = Number(expiresIn);
    return { token, seconds: seconds > 0 ? seconds : LIFETIME_DEFAULT_S };
  }
  const code = typeof error === 'string' ? error.slice(0, 64).replace(/\p{C}/gu, ' ') : null;
  const kind = status >= 500 || status === 429 ? 'UNAVAILABLE' : 'REFUSED';
  throw new StampError(kind, `The sign-in service answered ${status}${code === null ? '' : ` (${code})`}.`, code);
}

async function ask(
  tokenUrl: string,
  form: URLSearchParams,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const { status, bytes } = await exchange({
      url: tokenUrl,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
      timeoutMs: TIMEOUT_MS,
      bytesMax: ANSWER_BYTES_MAX,
      signal,
    });
    return { status, text: bytes.toString('utf8') };
  } catch (error) {
    signal.throwIfAborted();
    throw new StampError(
      'UNAVAILABLE',
      'The sign-in service cannot be reached, or does not answer as it should.',
      null,
      { cause: error },
    );
  }
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function readSecret(place: SecretPlace): string {
  if ('env' in place) {
    const value = process.env[place.env] ?? '';
    if (value === '') throw new StampError('REFUSED', `The environment variable ${place.env} holds no secret.`);
    return value;
  }
  try {
    const value = readFileSync(place.file, 'utf8').trim();
    if (value !== '') return value;
  } catch (error) {
    throw new StampError('REFUSED', `The secret cannot be read from ${place.file}.`, null, { cause: error });
  }
  throw new StampError('REFUSED', `${place.file} holds no secret.`);
}
