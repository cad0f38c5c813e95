/**
 * Refusals in the words of Azure Resource Manager: a status, a code, and the nested body that every Azure client reads.
 */
import { asUnavailable } from '../database/faults.js';
import { DomainError } from '../primitives/errors.js';
import type { ErrorCode } from '../primitives/errors.js';
import { headersOf } from '../primitives/refusal-status.js';

/**
 * Codes that the Azure-compatible APIs answer beside those of `ERROR_CODES`. Sources: the usage FAQ of Azure Stack Hub
 * (NoApiVersion to ServiceUnavailable), Azure's usage API (ProcessingNotCompleted) and Azure Resource Manager.
 */
export const ARM_CODES = [
  'NoApiVersion',
  'InvalidApiVersionParameter',
  'InvalidProperty',
  'RequestEndTimeIsInFuture',
  'SubscriberIdIsNotDirectTenant',
  'SubscriptionIdMissingInRequest',
  'InvalidAggregationGranularity',
  'ServiceUnavailable',
  'ProcessingNotCompleted',
  'AuthenticationFailed',
  'AuthorizationFailed',
  'InvalidResourceType',
  'MethodNotAllowed',
  'NotImplemented',
  'PropertyChangeNotAllowed',
  'InvalidRequestContent',
  'TooManyRequests',
  'InternalServerError',
] as const;

export type ArmCode = ErrorCode | (typeof ARM_CODES)[number];

/** A refusal with its status and headers, in the words of Azure. */
export class ArmError extends Error {
  override readonly name = 'ArmError';

  constructor(
    readonly status: number,
    readonly code: ArmCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** A property of the request that is missing or invalid; the message names it. */
export function invalidProperty(property: string, rule: string): ArmError {
  return new ArmError(400, 'InvalidProperty', `The property '${property}' ${rule}`);
}

/** Not allowed and not there answer alike, as Azure Resource Manager does. */
export function notAuthorized(action: string, scope: string): ArmError {
  return new ArmError(
    403,
    'AuthorizationFailed',
    `The client does not have authorization to perform action '${action}' over scope '${scope}', or the scope is invalid.`,
  );
}

/** Azure documents the codes of its registration errors, not their HTTP status; these are ours. */
const STATUS: Partial<Readonly<Record<ErrorCode, number>>> = {
  RegistrationNotFound: 404,
  CustomerSubscriptionNotFound: 404,
  UnauthorizedCspRegistration: 403,
  CustomerSubscriptionsNotAllowed: 409,
  ALREADY_EXISTS: 409,
};

const RETRY_SECONDS = '5';

/** What the caller is told of anything that was thrown; `isFault` says that it belongs into the log. */
export function armErrorOf(error: unknown): { readonly answer: ArmError; readonly isFault: boolean } {
  if (error instanceof ArmError) return { answer: error, isFault: false };
  const known = asUnavailable(error);
  if (known instanceof DomainError) return { answer: ofDomain(known), isFault: known !== error };
  const { statusCode } = error as { readonly statusCode?: number };
  if (statusCode !== undefined && statusCode < 500) {
    return {
      answer: new ArmError(statusCode, 'InvalidRequestContent', 'The request cannot be read.'),
      isFault: false,
    };
  }
  const message = 'Something went wrong here. It is in the log of the gateway.';
  return { answer: new ArmError(500, 'InternalServerError', message), isFault: true };
}

function ofDomain(error: DomainError): ArmError {
  const { code, message } = error;
  switch (code) {
    case 'UNAUTHENTICATED':
      return new ArmError(401, 'AuthenticationFailed', message, { 'www-authenticate': 'Bearer' });
    case 'FORBIDDEN':
      return new ArmError(403, 'AuthorizationFailed', message);
    case 'RATE_LIMITED':
      return new ArmError(429, 'TooManyRequests', message, headersOf(error));
    case 'TIMEOUT':
    case 'UNAVAILABLE':
      return busy();
    case 'INVALID_CURSOR':
      return invalidProperty('continuationToken or $skipToken', 'is not from this question. Ask again from the start.');
    default:
      return new ArmError(STATUS[code] ?? 400, code, message);
  }
}

/** Another attempt may succeed, and nothing was done. */
function busy(): ArmError {
  return new ArmError(503, 'ServiceUnavailable', 'The service is busy. Try again.', { 'retry-after': RETRY_SECONDS });
}

/** `{"error":{"code","message"}}`: the form that all tested clients read. */
export function bodyOf({ code, message }: ArmError): string {
  return JSON.stringify({ error: { code, message } });
}
