import { REPLAYED_SOURCE, identityText } from './usage-record.js';
import type { UsageEntry } from './usage-record.js';
import { digest16Hex } from '../../primitives/ids.js';

/**
 * A row that its stamp reported too late, to be filed on arrival. It is identified by what identifies the row, whatever
 * the source is called that pulled it, so that it is counted once however often it is replayed.
 */
export function filedLate(row: UsageEntry): UsageEntry {
  const recordId = `late-${digest16Hex(identityText(row))}`;
  return { ...row, source: REPLAYED_SOURCE, recordId, reportedHour: null };
}

/** Whether a stamp says it: its rows may describe a resource differently a day later, and are the same all the same. */
export function isRowOfStamp({ source, recordId }: Pick<UsageEntry, 'source' | 'recordId'>): boolean {
  return recordId === null || source === REPLAYED_SOURCE;
}
