import { integer } from '../../database/columns.js';
import { table } from '../../database/table.js';

/** A stack subscription that was discarded with its registration, while its records are still there. */
export interface DiscardedSubscription {
  stackSubscriptionId: number;
}

/** The table of discarded stack subscriptions whose records wait to be deleted. */
export function discardedSubscriptionTable() {
  return table<DiscardedSubscription>({
    name: 'discarded_subscription',
    columns: { stackSubscriptionId: integer({ primary: true }) },
    isClustered: true,
  });
}
