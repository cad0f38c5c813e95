import type { Fault } from './dialect.js';
import { DISK_FULL_SENTENCE, noteDiskFull } from './disk-full.js';
import { DIALECTS } from './open-database.js';
import { isCommitUnsure } from './transaction.js';
import { DomainError } from '../primitives/errors.js';

/** True when a row with this key was already there: the database's word, whoever wrote it. */
export function isDuplicateKey(error: unknown): boolean {
  return faultOf(error) === 'DUPLICATE_KEY';
}

const PASSING: ReadonlySet<Fault | null> = new Set<Fault>([
  'NOT_SENT',
  'LOST_CONNECTION',
  'DEADLOCK',
  'LOCK_WAIT',
  'BUSY',
  'DISK_FULL',
]);

/**
 * Faults that pass by themselves or by an operator, the database being gone, full or busy, as UNAVAILABLE; others as
 * they are.
 */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof DomainError && error.message === DISK_FULL_SENTENCE) noteDiskFull();
  const fault = faultOf(error);
  if (fault === 'DISK_FULL') noteDiskFull();
  if (fault === 'DISK_FULL' && !isCommitUnsure(error)) {
    return new DomainError('UNAVAILABLE', DISK_FULL_SENTENCE);
  }
  if (!PASSING.has(fault)) return error;
  if (isCommitUnsure(error)) {
    return new DomainError(
      'UNAVAILABLE',
      'The database fell silent when this was to be committed: it may have been written. Look whether it was, or send it again; usage is counted once.',
    );
  }
  return new DomainError(
    'UNAVAILABLE',
    'The database does not answer. Nothing of this was written; send it again later.',
  );
}

/** Whichever database threw it: callers of an act do not know which one there is. */
function faultOf(error: unknown): Fault | null {
  for (const dialect of DIALECTS) {
    const fault = dialect.faultOf(error);
    if (fault !== null) return fault;
  }
  return null;
}
