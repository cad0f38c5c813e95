import { ascii, day, integer, totalQuantity } from '../../database/columns.js';
import type { Dialect } from '../../database/dialect.js';
import { table } from '../../database/table.js';

/**
 * Usage of one resource's meter on one usage day, filed under one closed reported day, for one destination. Written
 * once, in the transaction that closes the day, and never changed: it outlives the records that it adds up.
 */
export interface DailyAggregate {
  stackSubscriptionId: number;
  reportedDay: number;
  usageDay: number;
  meterId: number;
  resourceId: number;
  /** Tells apart the aggregates of a usage day in which the destination changed; else 0. See `routing/day-parts.ts`. */
  part: number;
  destinationId: number;
  quantity: string;
  records: number;
}

/** What proves that a closed day is as it was closed: a digest of its aggregates that continues the day before. */
export interface DaySeal {
  registrationId: number;
  reportedDay: number;
  /** Checksum of the closed day with usage before this one; zeros for the first. */
  previousChecksum: string;
  /** SHA-256 in hex; see `day-checksum.ts`. */
  checksum: string;
  aggregates: number;
  records: number;
}

/** The tables of what closing freezes. */
export function dailyAggregateTables(dialect: Dialect) {
  return [
    table<DailyAggregate>({
      name: 'daily_aggregate',
      columns: {
        stackSubscriptionId: integer({ primary: true }),
        reportedDay: day(dialect, { primary: true }),
        usageDay: day(dialect, { primary: true }),
        meterId: integer({ primary: true }),
        resourceId: integer({ primary: true }),
        part: integer({ primary: true }),
        destinationId: integer(),
        quantity: totalQuantity(dialect),
        records: integer(),
      },
      references: {
        stackSubscriptionId: 'stack_subscription',
        meterId: 'meter',
        resourceId: 'resource',
        destinationId: 'destination',
      },
      isClustered: true,
    }),
    table<DaySeal>({
      name: 'day_seal',
      columns: {
        registrationId: integer({ primary: true }),
        reportedDay: integer({ primary: true }),
        previousChecksum: ascii(dialect, 64),
        checksum: ascii(dialect, 64),
        aggregates: integer(),
        records: integer(),
      },
      references: { registrationId: 'registration' },
    }),
  ];
}
