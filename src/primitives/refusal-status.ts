/** What a refusal looks like over HTTP: its status and headers, the same on every route. */
import { RateLimited } from './errors.js';
import type { DomainError, ErrorCode } from './errors.js';

const STATUS: Partial<Readonly<Record<ErrorCode, number>>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  INTROSPECTION_DISABLED: 403,
  RegistrationNotFound: 404,
  NOT_FOUND: 404,
  BATCH_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  TIMEOUT: 503,
  UNAVAILABLE: 503,
};

/** When to come back after the database was gone or too slow. */
const RETRY_SECONDS = 5;

/** The HTTP status of a refusal; 400 where its code says no other. */
export function statusOf({ code }: DomainError): number {
  return STATUS[code] ?? 400;
}

/** The headers that go with it: how to sign in, or in how many seconds to come back. */
export function headersOf(error: DomainError): Readonly<Record<string, string>> {
  if (error.code === 'UNAUTHENTICATED') return { 'www-authenticate': 'Bearer' };
  if (error instanceof RateLimited) return { 'retry-after': String(error.retryAfterSeconds) };
  return statusOf(error) === 503 ? { 'retry-after': String(RETRY_SECONDS) } : {};
}
