import { ascii, day, integer, key, totalQuantity } from '../../database/columns.js';
import { table } from '../../database/table.js';
import type { RowOf } from '../../database/table.js';

/**
 * Usage of one resource's meter on one usage day, filed under one closed reported day, for one destination. Written
 * once, in the transaction that closes the day, and never changed: it outlives the records that it adds up.
 */
export const dailyAggregateTable = table({
  name: 'daily_aggregate',
  columns: {
    stackSubscriptionId: key(integer()),
    reportedDay: key(day()),
    usageDay: key(day()),
    meterId: key(integer()),
    resourceId: key(integer()),
    /** Tells apart aggregates of a usage day in which the destination changed; else 0. See `routing/day-parts.ts`. */
    part: key(integer()),
    destinationId: integer(),
    quantity: totalQuantity(),
    records: integer(),
  },
  references: {
    stackSubscriptionId: 'stack_subscription',
    meterId: 'meter',
    resourceId: 'resource',
    destinationId: 'destination',
  },
  isClustered: true,
  changeable: [],
});
/** A row of `daily_aggregate`. */
export type DailyAggregate = RowOf<typeof dailyAggregateTable>;

/** What proves that a closed day is as it was closed: a digest of its aggregates that continues the day before. */
export const daySealTable = table({
  name: 'day_seal',
  columns: {
    registrationId: key(integer()),
    reportedDay: key(integer()),
    /** Checksum of the closed day with usage before this one; zeros for the first. */
    previousChecksum: ascii(64),
    /** SHA-256 in hex; see `day-checksum.ts`. */
    checksum: ascii(64),
    aggregates: integer(),
    records: integer(),
  },
  references: { registrationId: 'registration' },
  changeable: [],
});
/** A row of `day_seal`. */
export type DaySeal = RowOf<typeof daySealTable>;
