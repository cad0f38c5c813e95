import { identityText } from './usage-record.js';
import type { UsageEntry } from './usage-record.js';
import { digest16Hex } from '../../primitives/ids.js';

/** The source of rows that came too late for their day and were filed when somebody replayed them. */
const LATE_SOURCE = 'replayed';
const LATE_ID = 'late-';

/**
 * A row that its stamp reported too late, to be filed on arrival. It is identified by what identifies the row, whatever
 * the source is called that pulled it, so that it is counted once however often it is replayed.
 */
export function filedLate(row: UsageEntry): UsageEntry {
  const recordId = LATE_ID + digest16Hex(identityText(row));
  return { ...row, source: LATE_SOURCE, recordId, reportedHour: null };
}

/** Whether a stamp says it: its rows may describe a resource differently a day later, and are the same all the same. */
export function isRowOfStamp({ source, recordId }: Pick<UsageEntry, 'source' | 'recordId'>): boolean {
  return recordId === null || (source === LATE_SOURCE && recordId.startsWith(LATE_ID));
}
