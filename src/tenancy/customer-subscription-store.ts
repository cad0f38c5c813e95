import type { Page } from './tenancy-store.js';
import { inScope } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import type { Sql } from '../database/transaction.js';
import type { Hour } from '../primitives/windows.js';

/** A CSP subscription to which its tenant is mapped: Azure calls it attached to the registration. */
export interface CustomerSubscription {
  readonly id: number;
  readonly cspSubscriptionGuid: string;
  readonly tenantGuid: string;
}

/** The CSP subscriptions of a registration that are billed for the usage of an hour, in the order of their row ids. */
export function listMappedSubscriptions(
  sql: Sql,
  scope: Scope,
  mapped: { readonly registrationId: number; readonly usageHour: Hour; readonly cspSubscriptionGuid?: string },
  page: Page,
): Promise<CustomerSubscription[]> {
  const { registrationId, usageHour, cspSubscriptionGuid } = mapped;
  return sql.query<CustomerSubscription>(
    `SELECT c.id, c.csp_subscription_guid AS cspSubscriptionGuid, t.tenant_guid AS tenantGuid
       FROM csp_subscription c
       JOIN tenant_mapping m ON m.csp_subscription_id = c.id AND m.superseded_version = 0
       JOIN tenant t ON t.id = m.tenant_id
      WHERE c.registration_id = ? AND c.id > ?
        AND m.effective_from = (SELECT MAX(n.effective_from) FROM tenant_mapping n
              WHERE n.tenant_id = m.tenant_id AND n.superseded_version = 0 AND n.effective_from <= ?)
        AND ${inScope(scope, { registration: 't.registration_id', tenant: 't.id' })}
        ${cspSubscriptionGuid === undefined ? '' : 'AND c.csp_subscription_guid = ?'}
      ORDER BY c.id LIMIT ${Number(page.limit)}`,
    [registrationId, page.afterId, usageHour, ...(cspSubscriptionGuid === undefined ? [] : [cspSubscriptionGuid])],
  );
}
