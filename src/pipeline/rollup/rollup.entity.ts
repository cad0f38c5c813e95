import { day, integer, key, totalQuantity } from '../../database/columns.js';
import { table } from '../../database/table.js';

/**
 * Usage of one meter of one stack subscription on one day, filed on one reported day, for one destination. Kept in the
 * transaction that takes the records in, so it is never behind them.
 */
export const usageDayTotalTable = table({
  name: 'usage_day_total',
  columns: {
    stackSubscriptionId: key(integer()),
    usageDay: key(day()),
    reportedDay: key(day()),
    meterId: key(integer()),
    destinationId: key(integer()),
    quantity: totalQuantity(),
    records: integer(),
  },
  index: { ix_usage_day_total_reported: ['reportedDay', 'stackSubscriptionId'] },
  isClustered: true,
});

/** The same by month, from closed days only: what is still open is added from the day totals when it is asked for. */
export const usageMonthTotalTable = table({
  name: 'usage_month_total',
  columns: {
    stackSubscriptionId: key(integer()),
    usageMonth: key(integer()),
    meterId: key(integer()),
    destinationId: key(integer()),
    quantity: totalQuantity(),
    records: integer(),
  },
  references: {
    stackSubscriptionId: 'stack_subscription',
    meterId: 'meter',
    destinationId: 'destination',
  },
  isClustered: true,
});
