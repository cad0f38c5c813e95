/**
 * Every refusal a caller can meet, by the name under which it appears in the API. Names in PascalCase are Azure's own
 * (Azure Stack Hub registration errors); the others are ours. `docs/errors.md` explains each one.
 */
export const ERROR_CODES = [
  'RegistrationNotFound',
  'BadCustomerSubscriptionId',
  'InvalidCustomerSubscriptionId',
  'CustomerSubscriptionNotFound',
  'UnauthorizedCspRegistration',
  'CustomerSubscriptionsNotAllowed',
  'InvalidCSPSubscription',
  'CloudIdUpdateNotAllowed',
  'MissingMsAssetTag',
  'ALREADY_EXISTS',
  'DUPLICATE_LINE',
  'ONBOARDING_CONFLICT',
  'AGREEMENT_NUMBER_REQUIRED',
  'REPORTING_REQUIRED',
  'REPORTING_NOT_ALLOWED',
  'TENANT_NOT_FOUND',
  'RESELLER_NOT_FOUND',
  'STACK_SUBSCRIPTION_NOT_FOUND',
  'TENANT_NOT_MAPPED',
  'NOT_FOUND',
  'INVALID_INPUT',
  'INVALID_CURSOR',
  'MISALIGNED_TIME',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BATCH_TOO_LARGE',
  'MALFORMED_BODY',
  'UNSUPPORTED_MEDIA_TYPE',
  'WINDOW_NOT_OVER',
  'BOOKS_NOT_OPEN',
  'BOOKS_ARE_OPEN',
  'BOOKS_CHANGED',
  'BOOKS_ARE_EMPTY',
  'NOT_PULLED_YET',
  'IDEMPOTENCY_CONFLICT',
  'QUERY_TOO_EXPENSIVE',
  'RATE_LIMITED',
  'TIMEOUT',
  'UNAVAILABLE',
  'INTROSPECTION_DISABLED',
  'PERSISTED_DOCUMENT_NOT_FOUND',
  'PERSISTED_DOCUMENT_REQUIRED',
  'REPORT_NOT_RETRYABLE',
  'NOT_REPLAYABLE',
  'REASON_REQUIRED',
  'CORRECTION_OF_CORRECTION',
  'CORRECTION_BELOW_ZERO',
  'CORRECTED_RECORD_IS_HISTORY',
  'RECEIVER_UNAVAILABLE',
  'STREAM_OVERRUN',
  'BOOKS_ARE_DEMO',
  'BOOKS_ARE_LIVE',
  'BOOKS_ARE_MIXED',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * An expected refusal: the caller asked for something the rules forbid, and can do something about it. `message` is
 * safe to show to the caller; `field` is the path of the input that is wrong.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly field: readonly string[] = [],
  ) {
    super(message);
  }
}

/** The caller asks too much in too short a time. The same question is answered later. */
export class RateLimited extends DomainError {
  constructor(
    message: string,
    readonly retryAfterSeconds: number,
  ) {
    super('RATE_LIMITED', message);
  }
}

/** Whether the rules forbade it. Where the database was gone or too slow, nobody refused anything. */
export function isRefusal(error: unknown): error is DomainError {
  return error instanceof DomainError && error.code !== 'TIMEOUT' && error.code !== 'UNAVAILABLE';
}

/** Throws when something holds that this program believes cannot: a defect of ours, never of the caller. */
export function invariant(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${sentence}`);
}
