import { countClosed, usageIn } from './mapping-preview.js';
import type { UsageMove } from './mapping-preview.js';
import type { Scope } from '../access/scope.js';
import type { Sql } from '../database/transaction.js';
import { routedSpans } from '../pipeline/routing/destination.js';
import type { RoutedSpan } from '../pipeline/routing/destination.js';
import { loadRoutingTable } from '../pipeline/routing/routing-store.js';
import { DomainError } from '../primitives/errors.js';
import { canonicalGuid } from '../primitives/ids.js';
import { getRegistration } from '../registration/registration-store.js';
import { tenantNotFound } from '../tenancy/add-csp-subscription.js';
import { findTenant, listStackSubscriptions } from '../tenancy/tenancy-store.js';
import type { Tenant } from '../tenancy/tenancy.entity.js';

/** What an assignment would do, if it were made now. */
export interface AssignmentPreview {
  readonly tenant: Tenant;
  readonly moves: readonly (UsageMove & { readonly toDestinationId: number })[];
  /** Records whose destination would be another, but for their reported day, which is closed. */
  readonly closedRecords: number;
}

/**
 * What giving a stack subscription to a tenant would move, without doing it. One that is not known, or not seen, has no
 * usage to move. Throws RegistrationNotFound, TENANT_NOT_FOUND and INVALID_INPUT.
 */
export async function previewAssignment(
  sql: Sql,
  scope: Scope,
  input: { readonly registration: string; readonly stackSubscriptionId: string; readonly tenantId: string },
): Promise<AssignmentPreview> {
  const registration = await getRegistration(sql, scope, input.registration);
  const registrationId = registration.id;
  const stackSubscriptionGuid = canonicalGuid(input.stackSubscriptionId);
  if (stackSubscriptionGuid === null) {
    throw new DomainError('INVALID_INPUT', 'A stack subscription id is a GUID.', ['stackSubscriptionId']);
  }
  const tenant = await findTenant(sql, scope, { registrationId, tenantGuid: canonicalGuid(input.tenantId) ?? '' });
  if (tenant === null) throw tenantNotFound();
  const key = { registrationId, stackSubscriptionGuid };
  const [subscription] = await listStackSubscriptions(sql, scope, key, { afterId: 0, limit: 1 });
  if (subscription === undefined) return { tenant, moves: [], closedRecords: 0 };

  const { id } = subscription;
  const table = await loadRoutingTable(sql, registrationId, registration.routingVersion);
  const after = { ...table, tenantOf: new Map([...table.tenantOf, [id, tenant.id]]) };
  const moved = movedSpans(routedSpans(table, id, 0), routedSpans(after, id, 0));
  const { closedBeforeDay } = registration;
  const moves = [];
  for (const span of moved) {
    const usage = await usageIn(sql, [id], span, closedBeforeDay);
    moves.push(...usage.map((move) => ({ ...move, toDestinationId: span.toDestinationId })));
  }
  return { tenant, moves, closedRecords: await countClosed(sql, [id], moved, closedBeforeDay) };
}

/** Usage hours whose destination differs, cut where either of the two changes. */
function movedSpans(before: readonly RoutedSpan[], after: readonly RoutedSpan[]) {
  const starts = [...new Set([...before, ...after].map(({ from }) => from))].sort((left, right) => left - right);
  return starts.flatMap((from) => {
    const left = before.findLast((span) => span.from <= from);
    const right = after.findLast((span) => span.from <= from);
    if (left === undefined || right === undefined || left.destinationId === right.destinationId) return [];
    const { destinationId } = left;
    return [{ from, to: Math.min(left.to, right.to), destinationId, toDestinationId: right.destinationId }];
  });
}
