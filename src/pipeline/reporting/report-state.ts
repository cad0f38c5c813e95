/** What can become of a report and of its lines, when to try again, and when to give up. */

export const REPORT_STATES = ['PENDING', 'SENDING', 'ACCEPTED', 'REFUSED', 'GIVEN_UP'] as const;
export type ReportState = (typeof REPORT_STATES)[number];

export const LINE_STATUSES = ['PENDING', 'ACCEPTED', 'DUPLICATE', 'REJECTED'] as const;
export type LineStatus = (typeof LINE_STATUSES)[number];

/** From which state a report may go where. Nothing leaves ACCEPTED: the receiver counts its lines. */
const LEGAL: Readonly<Record<ReportState, readonly ReportState[]>> = {
  PENDING: ['SENDING'],
  // To itself: a sender died, and another took over.
  SENDING: ['SENDING', 'PENDING', 'ACCEPTED', 'REFUSED', 'GIVEN_UP'],
  ACCEPTED: [],
  REFUSED: ['PENDING'],
  GIVEN_UP: ['PENDING'],
};

/** Whether a report may go from one state into another. */
export function mayMove(from: ReportState, to: ReportState): boolean {
  return LEGAL[from].includes(to);
}

/**
 * Why a report was not taken. The first five are the codes of Azure's own bridge (Azure Stack Hub release notes); the
 * others say what those cannot: the receiver will not have this request, or answered something else than was agreed.
 */
export type CommerceErrorCode =
  | 'NetworkError'
  | 'RequestTimedOut'
  | 'LoginError'
  | 'CertificateValidationError'
  | 'Unauthorized'
  | 'RequestRefused'
  | 'InvalidResponse';

/** A due time that never comes. */
export const NEVER_DUE = 9_000_000_000_000_000;

const MS_PER_DAY = 86_400_000;
/** Pay-as-you-use must report at least every 30 days: so long a report is tried, and then it is an alarm. */
export const ALARM_AGE_MS = 30 * MS_PER_DAY;
/** Older than this, unsent usage is worth a warning. */
export const WARNING_AGE_MS = 7 * MS_PER_DAY;

const BACKOFF_MS_FIRST = 30_000;
const BACKOFF_MS_MAX = 3_600_000;

/** What follows a failed attempt. A refused request is not asked again; anything else is, until it is 30 days old. */
export function afterFailure(failure: {
  readonly code: CommerceErrorCode;
  readonly attempts: number;
  readonly createdAt: number;
  readonly now: number;
  /** From 0 to 1: spreads retries, so that many reports do not come back at the same moment. */
  readonly jitter: number;
}): { readonly state: 'PENDING' | 'GIVEN_UP'; readonly dueAt: number } {
  const isTooOld = failure.now - failure.createdAt >= ALARM_AGE_MS;
  if (failure.code === 'RequestRefused' || isTooOld) return { state: 'GIVEN_UP', dueAt: NEVER_DUE };
  const backoff = Math.min(BACKOFF_MS_FIRST * 2 ** Math.min(failure.attempts - 1, 20), BACKOFF_MS_MAX);
  return { state: 'PENDING', dueAt: failure.now + Math.round(backoff * (0.5 + failure.jitter / 2)) };
}

/** What a report is when every line was answered. */
export function afterAnswer(lines: readonly { readonly status: LineStatus }[]): 'ACCEPTED' | 'REFUSED' {
  return lines.some(({ status }) => status === 'REJECTED') ? 'REFUSED' : 'ACCEPTED';
}
