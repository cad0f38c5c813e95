import { randomInt } from 'node:crypto';

import { StampError } from './stamp-error.js';
import type { SignIn } from './sign-in.js';
import { BOOKS_HEADER } from '../books/books-kind.js';
import { MalformedJson, decodeUtf8, isJsonObject, parseExactJson } from '../pipeline/ingestion/exact-json.js';
import type { JsonObject } from '../pipeline/ingestion/exact-json.js';
import { HttpFailure, exchange } from '../outbound/bounded-http.js';
import type { HttpAnswer } from '../outbound/bounded-http.js';

/** Waits; rejects when the signal says stop. Tests give one that does not wait. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

/** The administrator API of a stamp, or of anything that speaks like one. */
export interface Stamp {
  /** The JSON object at an address of this stamp. Busy and broken answers are asked for again; throws a StampError. */
  get(address: URL, signal: AbortSignal): Promise<JsonObject>;
}

const ATTEMPTS_MAX = 8;
/** So many times in a row without an answer in time: the question is too large for the stamp. */
const TIMEOUTS_MAX = 3;
const BACKOFF_MS = 1_000;
const BACKOFF_MS_MAX = 60_000;
/** A stamp that asks to be left alone for longer is asked again in the next round. */
const RETRY_AFTER_S_MAX = 900;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
const CODE_LENGTH_MAX = 64;
const MESSAGE_LENGTH_MAX = 300;

/** What one attempt came to. */
type Attempt =
  | { readonly kind: 'ANSWER'; readonly body: JsonObject }
  | { readonly kind: 'FAILED'; readonly error: StampError }
  | {
      readonly kind: 'AGAIN';
      readonly why: string;
      readonly isTimeout: boolean;
      readonly isUnauthorized?: boolean;
      readonly afterMs: number | null;
      readonly cause?: unknown;
    };

/** A stamp as it is asked: again after faults that pass, and never past its patience. Throws a StampError. */
export function createStamp(signIn: SignIn, options: { readonly timeoutMs: number; readonly pause: Pause }): Stamp {
  return {
    get: async (address, signal) => {
      let timeouts = 0;
      let refusals = 0;
      for (let attempt = 1; ; attempt += 1) {
        signal.throwIfAborted();
        const token = await signIn.token(signal);
        const result = await ask(address, token, options.timeoutMs, signal);
        if (result.kind === 'ANSWER') return result.body;
        if (result.kind === 'FAILED') throw result.error;
        timeouts = result.isTimeout ? timeouts + 1 : 0;
        if (result.isUnauthorized === true) {
          refusals += 1;
          signIn.forget(token);
        }
        if (refusals > 1) throw new StampError('REFUSED', 'The stamp refuses the credential.', 'AuthenticationFailed');
        if (timeouts >= TIMEOUTS_MAX) throw new StampError('TIMED_OUT', result.why);
        const wait = result.afterMs ?? backoff(attempt);
        if (attempt >= ATTEMPTS_MAX || wait > RETRY_AFTER_S_MAX * 1000) {
          throw new StampError('UNAVAILABLE', result.why, null, { cause: result.cause });
        }
        await options.pause(wait, signal);
      }
    },
  };
}

async function ask(address: URL, token: string, timeoutMs: number, signal: AbortSignal): Promise<Attempt> {
  try {
    const answer = await exchange({
      url: address,
      method: 'GET',
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      timeoutMs,
      bytesMax: ANSWER_BYTES_MAX,
      signal,
    });
    const books = answer.headers.get(BOOKS_HEADER);
    if (books !== null && books !== 'LIVE') return { kind: 'FAILED', error: notLive(books) };
    return answer.status === 200 ? answerIn(answer.bytes) : refusalIn(answer);
  } catch (error) {
    signal.throwIfAborted();
    const { kind, cause } = error instanceof HttpFailure ? error : { kind: null, cause: error };
    if (kind === 'TOO_LONG') return { kind: 'FAILED', error: tooLong() };
    if (kind === 'TIMED_OUT') return again(`No answer within ${timeoutMs / 1000} s.`, { isTimeout: true });
    return again('The connection to the stamp failed.', { cause });
  }
}

/** An answer that was cut off, or is no JSON, is asked for again: no part of it is taken. */
function answerIn(bytes: Uint8Array): Attempt {
  try {
    const body = parseExactJson(decodeUtf8(bytes));
    if (isJsonObject(body)) return { kind: 'ANSWER', body };
    return again('The stamp answered JSON that is no object.');
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error;
    return again(`The stamp answered broken JSON: ${error.message}`);
  }
}

function refusalIn({ status, headers, bytes }: HttpAnswer): Attempt {
  const { code, message } = errorIn(bytes);
  const why = `The stamp answered ${status}${code === null ? '' : ` ${code}`}${message === '' ? '' : `: ${message}`}`;
  if (status === 202) return { kind: 'FAILED', error: new StampError('NOT_COMPLETE', why, code) };
  if (status === 401) return again(why, { isUnauthorized: true, afterMs: 0 });
  if (status === 504 || status === 408) return again(why, { isTimeout: true });
  if (status === 429 || status >= 500) return again(why, { afterMs: retryAfter(headers) });
  return { kind: 'FAILED', error: new StampError('REFUSED', why, code) };
}

function again(why: string, more: Partial<Omit<Extract<Attempt, { kind: 'AGAIN' }>, 'kind' | 'why'>> = {}): Attempt {
  return { kind: 'AGAIN', why, isTimeout: false, afterMs: null, ...more };
}

/** Milliseconds to wait as the answer asks, in seconds or as a date; null when it does not, or asks for no wait. */
function retryAfter(headers: Headers): number | null {
  const text = headers.get('retry-after') ?? '';
  const sent = Date.parse(headers.get('date') ?? '');
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - sent;
  return ms > 0 ? ms : null;
}

function backoff(attempt: number): number {
  const most = Math.min(BACKOFF_MS_MAX, BACKOFF_MS * 2 ** (attempt - 1));
  return randomInt(Math.ceil(most / 2), most + 1);
}

/** Azure's nested form and the older flat one; anything else has no code. */
function errorIn(bytes: Uint8Array): { readonly code: string | null; readonly message: string } {
  try {
    const body = parseExactJson(decodeUtf8(bytes));
    const error = isJsonObject(body) ? (body['error'] ?? body) : null;
    if (!isJsonObject(error)) return { code: null, message: '' };
    const { code, message } = error;
    return {
      code: typeof code === 'string' ? printable(code, CODE_LENGTH_MAX) : null,
      message: typeof message === 'string' ? printable(message, MESSAGE_LENGTH_MAX) : '',
    };
  } catch {
    return { code: null, message: '' };
  }
}

function printable(text: string, lengthMax: number): string {
  return text.slice(0, lengthMax).replace(/\p{C}/gu, ' ');
}

/** What a demo made up would be billed to somebody. */
function notLive(books: string): StampError {
  const what = books === 'DEMO' ? 'demo books' : 'books that mix a demo with others';
  return new StampError(
    'REFUSED',
    `The source is a gateway with ${what}: pull from a stamp, or from a gateway whose books are live.`,
    books === 'DEMO' ? 'BOOKS_ARE_DEMO' : 'BOOKS_ARE_MIXED',
  );
}

function tooLong(): StampError {
  return new StampError('MALFORMED', `The stamp answered more than ${ANSWER_BYTES_MAX / 1024 / 1024} MiB.`);
}
