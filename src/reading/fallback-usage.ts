import { afterKey, subscriptionConditions, totalConditions } from './usage-filter.js';
import type { UsageFilter, UsageKey } from './usage-filter.js';
import type { DayRange } from './usage-summary.js';
import type { Scope } from '../access/scope.js';
import { exactSum, expression, total } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias, leftJoined } from '../database/table.js';
import type { Sql } from '../database/transaction.js';
import { usageDayTotalTable } from '../pipeline/rollup/rollup.entity.js';
import { destinationTable } from '../pipeline/routing/destination.entity.js';
import type { RoutingReason } from '../pipeline/routing/destination.js';
import type { Quantity } from '../primitives/quantity.js';
import type { Day } from '../primitives/windows.js';
import { stackSubscriptionTable, tenantTable } from '../tenancy/tenancy.entity.js';

/** The same fallback on any day. */
const b = alias(usageDayTotalTable, 'b');
const d = alias(usageDayTotalTable, 'd');
const f = alias(destinationTable, 'f');
const s = alias(stackSubscriptionTable, 's');
const t = leftJoined(tenantTable, 't');

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
  const clock = range.clock === 'USAGE' ? d.usageDay : d.reportedDay;
  const columns = [d.stackSubscriptionId, d.destinationId, d.meterId];
  const where = [
    subscriptionConditions(scope, filter),
    ...totalConditions(filter),
    `${f.reason} <> 'MAPPED'`,
    `${clock} >= ${range.from} AND ${clock} < ${range.to}`,
    ...(after === null ? [] : [afterKey(columns, after)]),
  ];
  const since = `(SELECT MIN(${b.usageDay}) FROM ${b} WHERE ${b.stackSubscriptionId} = ${d.stackSubscriptionId}
    AND ${b.destinationId} = ${d.destinationId} AND ${b.meterId} = ${d.meterId})`;
  const rows = await select(
    sql,
    {
      registrationId: s.registrationId,
      tenantId: s.tenantId,
      stackSubscriptionId: d.stackSubscriptionId,
      destinationId: d.destinationId,
      meterId: d.meterId,
      reason: f.reason,
      quantity: exactSum(sql.dialect, d.quantity),
      records: total(d.records),
      since: expression(since, b.usageDay),
    },
    `FROM ${d}
       JOIN ${s} ON ${s.id} = ${d.stackSubscriptionId}
       JOIN ${f} ON ${f.id} = ${d.destinationId}
       LEFT JOIN ${t} ON ${t.id} = ${s.tenantId}
      WHERE ${where.join(' AND ')}
      GROUP BY ${s.registrationId}, ${s.tenantId}, ${columns.join(', ')}, ${f.reason}
      ORDER BY ${columns.join(', ')} LIMIT ${limit}`,
  );
  return rows.map(({ destinationId, ...row }) => ({
    key: [row.stackSubscriptionId, destinationId, row.meterId],
    ...row,
  }));
}
