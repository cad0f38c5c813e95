import { CommerceError } from '../commerce-client.js';
import type { CommerceErrorCode } from '../report-state.js';
import { HttpFailure, exchange } from '../../../outbound/bounded-http.js';
import type { HttpQuestion } from '../../../outbound/bounded-http.js';

/** An answer that came whole, whatever its status says. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** What went with the question and is nobody's business: answers that repeat it are not shown so. */
  readonly secrets: readonly string[];
}

/** Of what a receiver says why it refuses. */
const TEXT_LENGTH_SHOWN = 300;
/** A name that a receiver gives, to be shown as it is. */
export const PRINTABLE = /^\P{C}*$/u;

/** Codes under which Node and OpenSSL say that a certificate is not to be trusted. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|ALTNAME/;

/** One bounded exchange with a receiver. Throws a CommerceError with Azure's code for what went wrong on the way. */
export async function boundedFetch(question: HttpQuestion): Promise<HttpAnswer> {
  const { status, bytes } = await exchange(question).catch((error: unknown) => {
    throw error instanceof HttpFailure ? commerceError(error, question) : error;
  });
  if (status >= 300 && status < 400) {
    throw new CommerceError('RequestRefused', `The receiver redirects (${status}), which is not followed.`);
  }
  return { status, text: bytes.toString('utf8'), secrets: secretsIn(question.headers) };
}

function commerceError({ kind, cause }: HttpFailure, { timeoutMs, bytesMax }: HttpQuestion): CommerceError {
  switch (kind) {
    case 'TOO_LONG':
      return new CommerceError('InvalidResponse', `The answer is longer than ${bytesMax} bytes.`);
    case 'TIMED_OUT':
      return new CommerceError('RequestTimedOut', `No answer within ${timeoutMs} ms.`);
    case 'ABORTED':
      return new CommerceError('RequestTimedOut', 'The gateway stopped while it waited for the answer.');
    case 'UNREACHABLE':
      return new CommerceError(codeOf(cause), sentenceOf(cause));
  }
}

/** Throws for answers that are none: the receiver is busy or broken, knows us no more, or will not have the request. */
export function checkStatus({ status, text, secrets }: HttpAnswer): void {
  if (status >= 200 && status < 300) return;
  const kept = secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
  throw new CommerceError(codeOfStatus(status), `The receiver answered ${status}: ${printable(kept)}`);
}

/** A credential as it goes in a header, with its scheme and without. */
function secretsIn(headers: Readonly<Record<string, string>>): readonly string[] {
  const { authorization = '' } = headers;
  const [, token = ''] = authorization.split(' ');
  return [authorization, token].filter((secret) => secret !== '');
}

/** What a terminal shows as it is: no line ends, no escape sequences, nothing that turns the direction of writing. */
function printable(text: string): string {
  return text
    .replace(/[\s\p{C}]+/gu, ' ')
    .slice(0, TEXT_LENGTH_SHOWN)
    .replace(/\p{Surrogate}$/u, '');
}

/** The JSON of an answer. Throws a CommerceError InvalidResponse where it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CommerceError('InvalidResponse', 'The answer is no JSON.');
  }
}

function codeOfStatus(status: number): CommerceErrorCode {
  if (status === 401 || status === 403) return 'Unauthorized';
  if (status === 408 || status === 504) return 'RequestTimedOut';
  if (status === 429 || status >= 500) return 'NetworkError';
  return 'RequestRefused';
}

function codeOf(error: unknown): CommerceErrorCode {
  return CERTIFICATE.test(causeCode(error)) ? 'CertificateValidationError' : 'NetworkError';
}

/** The system's code alone: messages may hold addresses with credentials in them. */
function sentenceOf(error: unknown): string {
  const code = causeCode(error);
  return code === '' ? 'The receiver cannot be reached.' : `The receiver cannot be reached (${code}).`;
}

function causeCode(error: unknown): string {
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === 'string') return code;
  return cause === undefined || cause === null ? '' : causeCode(cause);
}
