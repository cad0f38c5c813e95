/**
 * Why a stamp did not give what was asked for, as far as it matters what to do next:
 *   NOT_COMPLETE  the hour is still being written; ask again later
 *   TIMED_OUT     no answer in time, repeatedly: a smaller question may be answered
 *   REFUSED       the question or the caller is refused; asking again changes nothing
 *   UNAVAILABLE   busy or away for longer than we wait
 *   MALFORMED     an answer that cannot be taken for complete
 */
export type StampErrorKind = 'NOT_COMPLETE' | 'TIMED_OUT' | 'REFUSED' | 'UNAVAILABLE' | 'MALFORMED';

/** Why a stamp gave no usage. The message holds no secret. */
export class StampError extends Error {
  override readonly name = 'StampError';

  constructor(
    readonly kind: StampErrorKind,
    message: string,
    /** The stamp's own code, where it gave one. */
    readonly code: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
