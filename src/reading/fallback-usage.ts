import { afterKey, subscriptionConditions, totalConditions } from './usage-filter.js';
import type { UsageFilter, UsageKey } from './usage-filter.js';
import type { DayRange } from './usage-summary.js';
import type { Scope } from '../access/scope.js';
import { sumOf } from '../database/dialect.js';
import type { Sql } from '../database/transaction.js';
import type { RoutingReason } from '../pipeline/routing/destination.js';
import { canonicalQuantity } from '../primitives/quantity.js';
import type { Quantity } from '../primitives/quantity.js';
import type { Day } from '../primitives/windows.js';

/** Usage of one meter of one stack subscription that landed on the base subscription. */
export interface FallbackUsageRow {
  readonly key: UsageKey;
  readonly registrationId: number;
  readonly tenantId: number | null;
  readonly stackSubscriptionId: number;
  readonly meterId: number;
  readonly reason: RoutingReason;
  readonly quantity: Quantity;
  readonly records: number;
  /** The first usage day of this fallback ever, also before the range that was asked for. */
  readonly since: Day;
}

/** What a CSP pays itself for want of a mapping, per stack subscription, reason and meter, and since when. */
export async function listFallbackUsage(
  sql: Sql,
  scope: Scope,
  question: {
    readonly filter: UsageFilter;
    readonly range: DayRange;
    readonly after: UsageKey | null;
    readonly limit: number;
  },
): Promise<FallbackUsageRow[]> {
  const { filter, range, after, limit } = question;
  const clock = range.clock === 'USAGE' ? 'd.usage_day' : 'd.reported_day';
  const columns = ['d.stack_subscription_id', 'd.destination_id', 'd.meter_id'];
  const where = [
    subscriptionConditions(scope, filter),
    ...totalConditions(filter),
    "f.reason <> 'MAPPED'",
    `${clock} >= ${range.from} AND ${clock} < ${range.to}`,
    ...(after === null ? [] : [afterKey(columns, after)]),
  ];
  const rows = await sql.query<Omit<FallbackUsageRow, 'key'> & { destinationId: number }>(
    `SELECT s.registration_id AS registrationId, s.tenant_id AS tenantId,
            d.stack_subscription_id AS stackSubscriptionId, d.destination_id AS destinationId,
            d.meter_id AS meterId, f.reason AS reason,
            ${sumOf(sql.dialect, 'd.quantity')} AS quantity, SUM(d.records) AS records,
            (SELECT MIN(b.usage_day) FROM usage_day_total b WHERE b.stack_subscription_id = d.stack_subscription_id
               AND b.destination_id = d.destination_id AND b.meter_id = d.meter_id) AS since
       FROM usage_day_total d
       JOIN stack_subscription s ON s.id = d.stack_subscription_id
       JOIN destination f ON f.id = d.destination_id
       LEFT JOIN tenant t ON t.id = s.tenant_id
      WHERE ${where.join(' AND ')}
      GROUP BY s.registration_id, s.tenant_id, d.stack_subscription_id, d.destination_id, d.meter_id, f.reason
      ORDER BY ${columns.join(', ')} LIMIT ${limit}`,
  );
  return rows.map((row) => ({
    key: [row.stackSubscriptionId, row.destinationId, row.meterId],
    registrationId: row.registrationId,
    tenantId: row.tenantId,
    stackSubscriptionId: row.stackSubscriptionId,
    meterId: row.meterId,
    reason: row.reason,
    quantity: canonicalQuantity(row.quantity),
    records: Number(row.records),
    since: row.since,
  }));
}
