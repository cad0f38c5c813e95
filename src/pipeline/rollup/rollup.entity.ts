import { day, integer, totalQuantity } from '../../database/columns.js';
import type { Dialect } from '../../database/dialect.js';
import { table } from '../../database/table.js';

/**
 * Usage of one meter of one stack subscription on one day, filed on one reported day, for one destination. Kept in the
 * transaction that takes the records in, so it is never behind them.
 */
export interface UsageDayTotal {
  stackSubscriptionId: number;
  usageDay: number;
  reportedDay: number;
  meterId: number;
  destinationId: number;
  quantity: string;
  records: number;
}

/** The same by month, from closed days only: what is still open is added from the day totals when it is asked for. */
export interface UsageMonthTotal {
  stackSubscriptionId: number;
  usageMonth: number;
  meterId: number;
  destinationId: number;
  quantity: string;
  records: number;
}

/** The tables of day totals and month totals. */
export function rollupTables(dialect: Dialect) {
  return [
    table<UsageDayTotal>({
      name: 'usage_day_total',
      columns: {
        stackSubscriptionId: integer({ primary: true }),
        usageDay: day(dialect, { primary: true }),
        reportedDay: day(dialect, { primary: true }),
        meterId: integer({ primary: true }),
        destinationId: integer({ primary: true }),
        quantity: totalQuantity(dialect),
        records: integer(),
      },
      index: { ix_usage_day_total_reported: ['reportedDay', 'stackSubscriptionId'] },
      isClustered: true,
    }),
    table<UsageMonthTotal>({
      name: 'usage_month_total',
      columns: {
        stackSubscriptionId: integer({ primary: true }),
        usageMonth: integer({ primary: true }),
        meterId: integer({ primary: true }),
        destinationId: integer({ primary: true }),
        quantity: totalQuantity(dialect),
        records: integer(),
      },
      references: {
        stackSubscriptionId: 'stack_subscription',
        meterId: 'meter',
        destinationId: 'destination',
      },
      isClustered: true,
    }),
  ];
}
