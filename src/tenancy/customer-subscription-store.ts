import type { Page } from './tenancy-store.js';
import { cspSubscriptionTable, tenantMappingTable, tenantTable } from './tenancy.entity.js';
import { inScope } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { literal } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias } from '../database/table.js';
import type { RowOf } from '../database/table.js';
import type { Sql } from '../database/transaction.js';
import type { Hour } from '../primitives/windows.js';

const c = alias(cspSubscriptionTable, 'c');
const m = alias(tenantMappingTable, 'm');
/** Another step of the same tenant. */
const n = alias(tenantMappingTable, 'n');
const t = alias(tenantTable, 't');

const CUSTOMER = { id: c.id, cspSubscriptionGuid: c.cspSubscriptionGuid, tenantGuid: t.tenantGuid };
/** A CSP subscription to which its tenant is mapped: Azure calls it attached to the registration. */
export type CustomerSubscription = Readonly<RowOf<typeof CUSTOMER>>;

/** The CSP subscriptions of a registration that are billed for the usage of an hour, in the order of their row ids. */
export function listMappedSubscriptions(
  sql: Sql,
  scope: Scope,
  mapped: { readonly registrationId: number; readonly usageHour: Hour; readonly cspSubscriptionGuid?: string },
  page: Page,
): Promise<CustomerSubscription[]> {
  const { registrationId, usageHour, cspSubscriptionGuid } = mapped;
  return select(
    sql,
    CUSTOMER,
    `FROM ${c}
       JOIN ${m} ON ${m.cspSubscriptionId} = ${c.id} AND ${m.supersededVersion} = 0
       JOIN ${t} ON ${t.id} = ${m.tenantId}
      WHERE ${c.registrationId} = ? AND ${c.id} > ?
        AND ${m.effectiveFrom} = (SELECT MAX(${n.effectiveFrom}) FROM ${n}
              WHERE ${n.tenantId} = ${m.tenantId} AND ${n.supersededVersion} = 0 AND ${n.effectiveFrom} <= ?)
        AND ${inScope(scope, { registration: t.registrationId, tenant: t.id })}
        ${cspSubscriptionGuid === undefined ? '' : `AND ${c.cspSubscriptionGuid} = ?`}
      ORDER BY ${c.id} LIMIT ${literal(page.limit)}`,
    [registrationId, page.afterId, usageHour, ...(cspSubscriptionGuid === undefined ? [] : [cspSubscriptionGuid])],
  );
}
