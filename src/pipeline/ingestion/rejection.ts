/** Why a record is not taken in. `docs/errors.md` explains each one. */
export const REJECTION_CODES = [
  'NOT_AN_OBJECT',
  'MALFORMED_LINE',
  'MISSING_FIELD',
  'UNKNOWN_FIELD',
  'WRONG_TYPE',
  'TOO_LONG',
  'INVALID_TEXT',
  'INVALID_GUID',
  'INVALID_TIME',
  'WINDOW_NOT_ONE_HOUR',
  'WINDOW_NOT_ALIGNED',
  'WINDOW_IN_FUTURE',
  'WINDOW_TOO_OLD',
  'INVALID_QUANTITY',
  'QUANTITY_TOO_LARGE',
  'NEGATIVE_QUANTITY',
  'CORRECTS_ITSELF',
  'CORRECTED_RECORD_UNKNOWN',
  'CORRECTION_DIFFERS',
  'CORRECTION_OF_CORRECTION',
  'CORRECTION_BELOW_ZERO',
  'CORRECTED_RECORD_IS_HISTORY',
  'WINDOW_CLOSED',
  'RECORD_CONFLICT',
  'RECORD_ID_TAKEN',
  'SOURCE_NOT_GRANTED',
  'TOO_MANY_UNKNOWN_METERS',
] as const;
export type RejectionCode = (typeof REJECTION_CODES)[number];

/** Why a record is not taken in, and which field is to blame. */
export interface Rejection {
  readonly code: RejectionCode;
  readonly message: string;
  readonly field: string | null;
}

/** Thrown where a check fails, and caught where the record ends. */
export class Refused extends Error {
  constructor(readonly rejection: Rejection) {
    super(rejection.message);
  }
}

/** A refusal, to be thrown. */
export function refuse(code: RejectionCode, message: string, field: string | null = null): Refused {
  return new Refused({ code, message, field });
}
