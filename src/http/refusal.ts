/** What a refusal looks like over HTTP: its status and headers, the same on every route. */
import { GraphQLError } from 'graphql';

import { isUnavailable } from '../database/transaction.js';
import { DomainError, RateLimited } from '../primitives/errors.js';
import type { ErrorCode } from '../primitives/errors.js';

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

export function statusOf({ code }: DomainError): number {
  return STATUS[code] ?? 400;
}

export function headersOf(error: DomainError): Readonly<Record<string, string>> {
  if (error.code === 'UNAUTHENTICATED') return { 'www-authenticate': 'Bearer' };
  if (error instanceof RateLimited) return { 'retry-after': String(error.retryAfterSeconds) };
  return statusOf(error) === 503 ? { 'retry-after': String(RETRY_SECONDS) } : {};
}

/** A refusal of a GraphQL operation as a whole, before it runs. */
export function asGraphqlRefusal(error: DomainError): GraphQLError {
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: {
      code: error.code,
      http: { status: statusOf(error), headers: new Map(Object.entries(headersOf(error))) },
    },
  });
}

/** Faults that pass: the database is gone, full or busy. What else went wrong stays as it is. */
export function asUnavailable(error: unknown): unknown {
  if (!isUnavailable(error)) return error;
  return new DomainError(
    'UNAVAILABLE',
    'The database does not answer. Nothing of this was written; send it again later.',
  );
}
