import { createHash } from 'node:crypto';

import type { DailyAggregate } from './daily-aggregate.entity.js';
import { canonicalQuantity } from '../../primitives/quantity.js';
import type { Day } from '../../primitives/windows.js';

/** What the first closed day of a registration continues. */
export const NO_CHECKSUM = '0'.repeat(64);

/** Takes a closed day's aggregates in, in the order of their key, and answers what proves them. */
export interface DayChecksum {
  add(aggregates: readonly DailyAggregate[]): void;
  /** SHA-256 in hex, and how much it covers. Ends it. */
  end(): { readonly checksum: string; readonly aggregates: number; readonly records: number };
}

/**
 * Begins the checksum of a closed day. What it covers, as UTF-8 lines: a first line that names this form, the stamp,
 * the day and its routing version; the checksum before; then a line per aggregate: its six key numbers, its
 * destination, its quantity in canonical form and its count of records. The form never changes: a new one would have a
 * new name.
 */
export function beginDayChecksum(day: {
  readonly cloudId: string;
  readonly reportedDay: Day;
  readonly routingVersion: number;
  readonly previousChecksum: string;
}): DayChecksum {
  const hash = createHash('sha256');
  hash.update(`usage-gateway day 1\t${day.cloudId}\t${day.reportedDay}\t${day.routingVersion}\n`);
  hash.update(`${day.previousChecksum}\n`);
  let count = 0;
  let records = 0;
  return {
    add: (aggregates) => {
      for (const aggregate of aggregates) {
        hash.update(`${lineOf(aggregate)}\n`);
        count += 1;
        records += aggregate.records;
      }
    },
    end: () => ({ checksum: hash.digest('hex'), aggregates: count, records }),
  };
}

function lineOf(row: DailyAggregate): string {
  const { stackSubscriptionId, reportedDay, usageDay, meterId, resourceId, part, destinationId } = row;
  const key = [stackSubscriptionId, reportedDay, usageDay, meterId, resourceId, part];
  return [...key, destinationId, canonicalQuantity(row.quantity), row.records].join('\t');
}
