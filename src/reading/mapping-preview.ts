import { among } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { count, exactSum } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias } from '../database/table.js';
import type { Sql } from '../database/transaction.js';
import { usageRecordTable } from '../pipeline/ingestion/ingestion.entity.js';
import { followsRouting } from '../pipeline/rollup/day-total-store.js';
import { routedSpans } from '../pipeline/routing/destination.js';
import type { RoutedSpan } from '../pipeline/routing/destination.js';
import { beginningOf, mappableSubscription, stackSubscriptionIdsOf } from '../pipeline/routing/map-tenant.js';
import type { TenantChange } from '../pipeline/routing/map-tenant.js';
import { loadRoutingTable } from '../pipeline/routing/routing-store.js';
import type { Clock } from '../primitives/clock.js';
import { canonicalGuid } from '../primitives/ids.js';
import type { Quantity } from '../primitives/quantity.js';
import { firstHourOf } from '../primitives/windows.js';
import type { Day, Hour, HourRange } from '../primitives/windows.js';
import { getRegistration } from '../registration/registration-store.js';
import { tenantNotFound } from '../tenancy/add-csp-subscription.js';
import { checkMappingAllowed } from '../tenancy/csp-rules.js';
import { findTenant } from '../tenancy/tenancy-store.js';
import type { Tenant } from '../tenancy/tenancy.entity.js';

const r = alias(usageRecordTable, 'r');

/** Usage of one meter that a change of mapping would take from one destination. */
export interface UsageMove {
  readonly meterId: number;
  readonly fromDestinationId: number;
  readonly quantity: Quantity;
  readonly records: number;
}

/** What a change of mapping would do, if it were made now. */
export interface MappingPreview {
  readonly tenant: Tenant;
  readonly effectiveFrom: Hour;
  /** Null: the base subscription. */
  readonly cspSubscriptionId: number | null;
  readonly moves: readonly UsageMove[];
  /** Records of the same hours that stay where they are: of closed days, and corrections of these. */
  readonly closedRecords: number;
}

/**
 * What mapping a tenant (or, without a subscription, unmapping it) would move, without doing it. Refused for the same
 * reasons as the change itself.
 */
export async function previewTenantMapping(
  { sql, clock }: { readonly sql: Sql; readonly clock: Clock },
  scope: Scope,
  input: TenantChange & { readonly cspSubscriptionId?: string | undefined },
): Promise<MappingPreview> {
  const registration = await getRegistration(sql, scope, input.registration);
  const key = { registrationId: registration.id, tenantGuid: canonicalGuid(input.tenantId) ?? '' };
  const tenant = await findTenant(sql, scope, key);
  if (tenant === null) throw tenantNotFound();
  if (input.cspSubscriptionId !== undefined) checkMappingAllowed(registration);
  const target =
    input.cspSubscriptionId === undefined
      ? null
      : await mappableSubscription(sql, scope, registration, tenant, input.cspSubscriptionId);
  const from = input.effectiveFrom ?? beginningOf(registration, clock.now());
  const stackSubscriptionIds = await stackSubscriptionIdsOf(sql, scope, tenant.id);
  const [any] = stackSubscriptionIds;
  const table = await loadRoutingTable(sql, registration.id, registration.routingVersion);
  const spans = (any === undefined ? [] : routedSpans(table, any, from)).filter(
    ({ step }) => (step?.cspSubscriptionId ?? null) !== target,
  );
  const moves: UsageMove[] = [];
  for (const span of spans) {
    moves.push(...(await usageIn(sql, stackSubscriptionIds, span, registration.closedBeforeDay)));
  }
  return {
    tenant,
    effectiveFrom: from,
    cspSubscriptionId: target,
    moves,
    closedRecords: await countClosed(sql, stackSubscriptionIds, spans, registration.closedBeforeDay),
  };
}

/** Usage of these hours whose reported day is open, by meter; all of it is billed to the destination of the span. */
export async function usageIn(
  sql: Sql,
  stackSubscriptionIds: readonly number[],
  span: Pick<RoutedSpan, 'from' | 'to' | 'destinationId'>,
  closedBeforeDay: Day,
): Promise<UsageMove[]> {
  const { meterId } = r;
  const rows = await select(
    sql,
    { meterId, quantity: exactSum(sql.dialect, r.quantity), records: count() },
    `FROM ${r}
      WHERE ${among(r.stackSubscriptionId, stackSubscriptionIds)}
        AND ${r.reportedHour} >= ? AND ${r.usageHour} >= ? AND ${r.usageHour} < ?
        AND ${followsRouting(r, closedBeforeDay)}
      GROUP BY ${meterId} ORDER BY ${meterId}`,
    [firstHourOf(closedBeforeDay), span.from, span.to],
  );
  return rows.map((row) => ({ ...row, fromDestinationId: span.destinationId }));
}

/** Records of these hours whose reported day is closed. */
export async function countClosed(
  sql: Sql,
  stackSubscriptionIds: readonly number[],
  spans: readonly HourRange[],
  closedBeforeDay: Day,
): Promise<number> {
  if (spans.length === 0) return 0;
  const hours = spans.map(({ from, to }) => `(${r.usageHour} >= ${from} AND ${r.usageHour} < ${to})`);
  const [row] = await select(
    sql,
    { records: count() },
    `FROM ${r}
      WHERE ${among(r.stackSubscriptionId, stackSubscriptionIds)}
        AND (${r.reportedHour} < ? OR NOT ${followsRouting(r, closedBeforeDay)}) AND (${hours.join(' OR ')})`,
    [firstHourOf(closedBeforeDay)],
  );
  return row?.records ?? 0;
}
