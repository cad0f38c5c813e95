import type { CspSubscription, Reseller, StackSubscription, Tenant } from './tenancy.entity.js';
import { among, inScope } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import type { Sql, Tx } from '../database/transaction.js';

/** Rows after this row id, and how many of them. */
export interface Page {
  readonly afterId: number;
  readonly limit: number;
}

const TENANT = `t.id, t.registration_id AS registrationId, t.tenant_guid AS tenantGuid, t.name,
  t.reseller_id AS resellerId, t.created_at AS createdAt, t.created_by AS createdBy`;
const CSP = `c.id, c.registration_id AS registrationId, c.tenant_id AS tenantId,
  c.csp_subscription_guid AS cspSubscriptionGuid, c.name, c.offer, c.partner_id AS partnerId,
  c.created_at AS createdAt, c.created_by AS createdBy`;
const STACK = `s.id, s.registration_id AS registrationId, s.stack_subscription_guid AS stackSubscriptionGuid,
  s.tenant_id AS tenantId, s.name, s.first_seen_at AS firstSeenAt`;
const RESELLER = `r.id, r.name, r.name_key AS nameKey, r.partner_id AS partnerId, r.created_at AS createdAt,
  r.created_by AS createdBy`;

/** Which tenants; what is left out does not narrow. */
export interface TenantFilter {
  readonly registrationId?: number;
  /** Compared without case. */
  readonly registrationName?: string;
  readonly resellerId?: number;
  /** True: mapped now; false: on the base subscription now. */
  readonly isMapped?: boolean;
  readonly ids?: readonly number[];
  readonly tenantGuid?: string;
  readonly tenantGuids?: readonly string[];
}

/** Tenants in the scope, in the order of their row ids. `usageHour` is the hour at which `isMapped` looks. */
export function listTenants(
  sql: Sql,
  scope: Scope,
  filter: TenantFilter & { readonly usageHour?: number },
  page: Page,
): Promise<Tenant[]> {
  const guids = wanted(filter.tenantGuid, filter.tenantGuids);
  const { registrationName } = filter;
  const mapped = `EXISTS (SELECT 1 FROM tenant_mapping m WHERE m.tenant_id = t.id AND m.superseded_version = 0
      AND m.csp_subscription_id IS NOT NULL AND m.effective_from = (SELECT MAX(n.effective_from)
        FROM tenant_mapping n WHERE n.tenant_id = t.id AND n.superseded_version = 0
        AND n.effective_from <= ${Number(filter.usageHour ?? 0)}))`;
  const conditions = [
    inScope(scope, { registration: 't.registration_id', tenant: 't.id' }),
    't.id > ?',
    ...equals('t.registration_id', filter.registrationId),
    ...(registrationName === undefined
      ? []
      : ['t.registration_id = (SELECT g.id FROM registration g WHERE g.name_key = ?)']),
    ...equals('t.reseller_id', filter.resellerId),
    ...(filter.ids === undefined ? [] : [among('t.id', filter.ids)]),
    ...oneOf('t.tenant_guid', guids),
    ...(filter.isMapped === undefined ? [] : [filter.isMapped ? mapped : `NOT ${mapped}`]),
  ];
  return sql.query<Tenant>(
    `SELECT ${TENANT} FROM tenant t WHERE ${conditions.join(' AND ')}
      ORDER BY t.id LIMIT ${Number(page.limit)}`,
    [page.afterId, ...(registrationName === undefined ? [] : [registrationName.toLowerCase()]), ...(guids ?? [])],
  );
}

/** The tenant of a directory on a registration; null when there is none in the scope. */
export async function findTenant(
  sql: Sql,
  scope: Scope,
  key: { readonly registrationId: number; readonly tenantGuid: string },
): Promise<Tenant | null> {
  const rows = await listTenants(sql, scope, key, { afterId: 0, limit: 1 });
  return rows[0] ?? null;
}

/** Writes down another name or reseller. The caller holds the lock of the registration. */
export async function changeTenant(
  tx: Tx,
  { id, name, resellerId }: Pick<Tenant, 'id' | 'name' | 'resellerId'>,
): Promise<void> {
  await tx.execute('UPDATE tenant SET name = ?, reseller_id = ? WHERE id = ?', [name, resellerId, id]);
}

/** Writes down another name. The caller holds the lock of the registration. */
export async function changeCspSubscription(tx: Tx, { id, name }: Pick<CspSubscription, 'id' | 'name'>): Promise<void> {
  await tx.execute('UPDATE csp_subscription SET name = ? WHERE id = ?', [name, id]);
}

/** CSP subscriptions in the scope, in the order of their row ids. */
export function listCspSubscriptions(
  sql: Sql,
  scope: Scope,
  filter: {
    readonly registrationId?: number;
    readonly tenantIds?: readonly number[];
    readonly ids?: readonly number[];
    readonly cspSubscriptionGuid?: string;
    readonly cspSubscriptionGuids?: readonly string[];
  },
  page: Page,
): Promise<CspSubscription[]> {
  const guids = wanted(filter.cspSubscriptionGuid, filter.cspSubscriptionGuids);
  const conditions = [
    inScope(scope, { registration: 'c.registration_id', tenant: 'c.tenant_id' }),
    'c.id > ?',
    ...equals('c.registration_id', filter.registrationId),
    ...(filter.tenantIds === undefined ? [] : [among('c.tenant_id', filter.tenantIds)]),
    ...(filter.ids === undefined ? [] : [among('c.id', filter.ids)]),
    ...oneOf('c.csp_subscription_guid', guids),
  ];
  return sql.query<CspSubscription>(
    `SELECT ${CSP} FROM csp_subscription c WHERE ${conditions.join(' AND ')}
      ORDER BY c.id LIMIT ${Number(page.limit)}`,
    [page.afterId, ...(guids ?? [])],
  );
}

/** How many CSP subscriptions of a registration belong to another partner. */
export async function countOfOtherPartners(
  sql: Sql,
  registrationId: number,
  partnerId: string | null,
): Promise<number> {
  const [row] = await sql.query<{ others: number }>(
    'SELECT COUNT(*) AS others FROM csp_subscription WHERE registration_id = ? AND partner_id <> ?',
    [registrationId, partnerId ?? ''],
  );
  return Number(row?.others ?? 0);
}

/** Which stack subscriptions; what is left out does not narrow. */
export interface StackSubscriptionFilter {
  readonly registrationId?: number;
  readonly registrationIds?: readonly number[];
  readonly tenantId?: number;
  readonly tenantIds?: readonly number[];
  /** True: those whose tenant nobody has said. */
  readonly isTenantUnknown?: boolean;
  readonly ids?: readonly number[];
  readonly stackSubscriptionGuid?: string;
  readonly stackSubscriptionGuids?: readonly string[];
}

/** Stack subscriptions in the scope, in the order of their row ids. */
export function listStackSubscriptions(
  sql: Sql,
  scope: Scope,
  filter: StackSubscriptionFilter,
  page: Page,
): Promise<StackSubscription[]> {
  const unknown = filter.isTenantUnknown;
  const guids = wanted(filter.stackSubscriptionGuid, filter.stackSubscriptionGuids);
  const conditions = [
    inScope(scope, { registration: 's.registration_id', tenant: 's.tenant_id' }),
    's.id > ?',
    ...equals('s.registration_id', filter.registrationId),
    ...(filter.registrationIds === undefined ? [] : [among('s.registration_id', filter.registrationIds)]),
    ...equals('s.tenant_id', filter.tenantId),
    ...(filter.tenantIds === undefined ? [] : [among('s.tenant_id', filter.tenantIds)]),
    ...(filter.ids === undefined ? [] : [among('s.id', filter.ids)]),
    ...(unknown === undefined ? [] : [`s.tenant_id IS ${unknown ? '' : 'NOT '}NULL`]),
    ...oneOf('s.stack_subscription_guid', guids),
  ];
  return sql.query<StackSubscription>(
    `SELECT ${STACK} FROM stack_subscription s WHERE ${conditions.join(' AND ')}
      ORDER BY s.id LIMIT ${Number(page.limit)}`,
    [page.afterId, ...(guids ?? [])],
  );
}

/** Resellers that own a tenant in scope; all of them only for a caller who sees all tenants of all registrations. */
export function listResellers(
  sql: Sql,
  scope: Scope,
  filter: { readonly ids?: readonly number[]; readonly name?: string; readonly names?: readonly string[] },
  page: Page,
): Promise<Reseller[]> {
  const own =
    scope.tenantIds === 'all' && scope.registrationIds === 'all'
      ? '1 = 1'
      : `EXISTS (SELECT 1 FROM tenant t WHERE t.reseller_id = r.id
           AND ${inScope(scope, { registration: 't.registration_id', tenant: 't.id' })})`;
  const keys = wanted(filter.name, filter.names)?.map((name) => name.toLowerCase());
  const conditions = [
    own,
    'r.id > ?',
    ...(filter.ids === undefined ? [] : [among('r.id', filter.ids)]),
    ...oneOf('r.name_key', keys),
  ];
  return sql.query<Reseller>(
    `SELECT ${RESELLER} FROM reseller r WHERE ${conditions.join(' AND ')}
      ORDER BY r.id LIMIT ${Number(page.limit)}`,
    [page.afterId, ...(keys ?? [])],
  );
}

/** One step of a tenant's billing history as people read it: with its end, and who made it. */
export interface MappingHistoryRow {
  readonly id: number;
  readonly tenantId: number;
  readonly cspSubscriptionId: number | null;
  readonly effectiveFrom: number;
  /** Exclusive; null while nothing follows. */
  readonly effectiveTo: number | null;
  readonly isSuperseded: boolean;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** The steps of several tenants, latest first, with those that were superseded. */
export async function listMappingHistory(
  sql: Sql,
  scope: Scope,
  tenantIds: readonly number[],
): Promise<MappingHistoryRow[]> {
  const rows = await sql.query<Omit<MappingHistoryRow, 'isSuperseded'> & { isSuperseded: number }>(
    `SELECT m.id, m.tenant_id AS tenantId, m.csp_subscription_id AS cspSubscriptionId,
            m.effective_from AS effectiveFrom,
            (SELECT MIN(n.effective_from) FROM tenant_mapping n WHERE n.tenant_id = m.tenant_id
               AND n.superseded_version = 0 AND n.effective_from > m.effective_from) AS effectiveTo,
            CASE WHEN m.superseded_version = 0 THEN 0 ELSE 1 END AS isSuperseded,
            m.created_at AS createdAt, m.created_by AS createdBy
       FROM tenant_mapping m JOIN tenant t ON t.id = m.tenant_id
      WHERE ${among('m.tenant_id', tenantIds)}
        AND ${inScope(scope, { registration: 't.registration_id', tenant: 't.id' })}
      ORDER BY m.tenant_id, m.effective_from DESC, m.id DESC`,
  );
  return rows.map((row) => ({
    ...row,
    isSuperseded: Boolean(row.isSuperseded),
    effectiveTo: row.isSuperseded ? null : row.effectiveTo,
  }));
}

function equals(column: string, id: number | undefined): string[] {
  return id === undefined ? [] : [`${column} = ${Number(id)}`];
}

function wanted(one: string | undefined, many: readonly string[] | undefined): readonly string[] | undefined {
  return one === undefined ? many : [one];
}

function oneOf(column: string, values: readonly string[] | undefined): string[] {
  if (values === undefined) return [];
  return values.length === 0 ? ['1 = 0'] : [`${column} IN (${values.map(() => '?').join(', ')})`];
}
