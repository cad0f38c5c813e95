/**
 * Whether the database of this process has no room to write. Nothing asks a database that; a write that failed so says
 * it, until another one succeeds, or a minute has passed: whoever is sent no work could never find out otherwise.
 */

const MINUTE_MS = 60_000;

/** What callers are told. A thread that takes usage in hands on the sentence alone. */
export const DISK_FULL_SENTENCE =
  'The disk of the database is full. Nothing of this was written; send it again when there is room.';

let failedAt = -Infinity;

/** A write has failed so, in this thread or another. */
export function noteDiskFull(): void {
  failedAt = performance.now();
}

/** A write has succeeded. */
export function noteWritten(): void {
  failedAt = -Infinity;
}

/** Whether the last write of the last minute found no room. */
export function isDiskFull(): boolean {
  return performance.now() - failedAt < MINUTE_MS;
}
