import {
  cspSubscriptionTable,
  resellerTable,
  stackSubscriptionTable,
  tenantMappingTable,
  tenantTable,
} from './tenancy.entity.js';
import type { CspSubscription, Reseller, StackSubscription, Tenant } from './tenancy.entity.js';
import { among, amongTexts, inScope } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { update } from '../database/change.js';
import { count, expression, holdsThat, least, literal } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias } from '../database/table.js';
import type { Column } from '../database/table.js';
import type { Sql, Tx } from '../database/transaction.js';
import { registrationTable } from '../registration/registration.entity.js';

/** Rows after this row id, and how many of them. */
export interface Page {
  readonly afterId: number;
  readonly limit: number;
}

const c = alias(cspSubscriptionTable, 'c');
const g = alias(registrationTable, 'g');
const m = alias(tenantMappingTable, 'm');
/** Another step of the same tenant. */
const n = alias(tenantMappingTable, 'n');
const r = alias(resellerTable, 'r');
const s = alias(stackSubscriptionTable, 's');
const t = alias(tenantTable, 't');

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
  const mapped = `EXISTS (SELECT 1 FROM ${m} WHERE ${m.tenantId} = ${t.id} AND ${m.supersededVersion} = 0
      AND ${m.cspSubscriptionId} IS NOT NULL AND ${m.effectiveFrom} = (SELECT MAX(${n.effectiveFrom})
        FROM ${n} WHERE ${n.tenantId} = ${t.id} AND ${n.supersededVersion} = 0
        AND ${n.effectiveFrom} <= ${literal(filter.usageHour ?? 0)}))`;
  const conditions = [
    inScope(scope, { registration: t.registrationId, tenant: t.id }),
    `${t.id} > ?`,
    ...equals(t.registrationId, filter.registrationId),
    ...(registrationName === undefined
      ? []
      : [`${t.registrationId} = (SELECT ${g.id} FROM ${g} WHERE ${g.nameKey} = ?)`]),
    ...equals(t.resellerId, filter.resellerId),
    ...oneOfIds(t.id, filter.ids),
    ...oneOf(t.tenantGuid, guids),
    ...(filter.isMapped === undefined ? [] : [filter.isMapped ? mapped : `NOT ${mapped}`]),
  ];
  return select(sql, t, `FROM ${t} WHERE ${conditions.join(' AND ')} ORDER BY ${t.id} LIMIT ${literal(page.limit)}`, [
    page.afterId,
    ...(registrationName === undefined ? [] : [registrationName.toLowerCase()]),
    ...(guids ?? []),
  ]);
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
  await update(tx, tenantTable, { name, resellerId }, `${tenantTable.id} = ?`, [id]);
}

/** Writes down another name. The caller holds the lock of the registration. */
export async function changeCspSubscription(tx: Tx, { id, name }: Pick<CspSubscription, 'id' | 'name'>): Promise<void> {
  await update(tx, cspSubscriptionTable, { name }, `${cspSubscriptionTable.id} = ?`, [id]);
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
    inScope(scope, { registration: c.registrationId, tenant: c.tenantId }),
    `${c.id} > ?`,
    ...equals(c.registrationId, filter.registrationId),
    ...oneOfIds(c.tenantId, filter.tenantIds),
    ...oneOfIds(c.id, filter.ids),
    ...oneOf(c.cspSubscriptionGuid, guids),
  ];
  const found = `FROM ${c} WHERE ${conditions.join(' AND ')} ORDER BY ${c.id} LIMIT ${literal(page.limit)}`;
  return select(sql, c, found, [page.afterId, ...(guids ?? [])]);
}

/** How many CSP subscriptions of a registration belong to another partner. */
export async function countOfOtherPartners(
  sql: Sql,
  registrationId: number,
  partnerId: string | null,
): Promise<number> {
  const ofOthers = `FROM ${c} WHERE ${c.registrationId} = ? AND ${c.partnerId} <> ?`;
  const [row] = await select(sql, { others: count() }, ofOthers, [registrationId, partnerId ?? '']);
  return row?.others ?? 0;
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
    inScope(scope, { registration: s.registrationId, tenant: s.tenantId }),
    `${s.id} > ?`,
    ...equals(s.registrationId, filter.registrationId),
    ...oneOfIds(s.registrationId, filter.registrationIds),
    ...equals(s.tenantId, filter.tenantId),
    ...oneOfIds(s.tenantId, filter.tenantIds),
    ...oneOfIds(s.id, filter.ids),
    ...(unknown === undefined ? [] : [`${s.tenantId} IS ${unknown ? '' : 'NOT '}NULL`]),
    ...oneOf(s.stackSubscriptionGuid, guids),
  ];
  const found = `FROM ${s} WHERE ${conditions.join(' AND ')} ORDER BY ${s.id} LIMIT ${literal(page.limit)}`;
  return select(sql, s, found, [page.afterId, ...(guids ?? [])]);
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
      : `EXISTS (SELECT 1 FROM ${t} WHERE ${t.resellerId} = ${r.id}
           AND ${inScope(scope, { registration: t.registrationId, tenant: t.id })})`;
  const keys = wanted(filter.name, filter.names)?.map((name) => name.toLowerCase());
  const conditions = [own, `${r.id} > ?`, ...oneOfIds(r.id, filter.ids), ...oneOf(r.nameKey, keys)];
  const found = `FROM ${r} WHERE ${conditions.join(' AND ')} ORDER BY ${r.id} LIMIT ${literal(page.limit)}`;
  return select(sql, r, found, [page.afterId, ...(keys ?? [])]);
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
  const { id, tenantId, cspSubscriptionId, effectiveFrom, createdAt, createdBy } = m;
  const next = `(SELECT MIN(${n.effectiveFrom}) FROM ${n} WHERE ${n.tenantId} = ${m.tenantId}
    AND ${n.supersededVersion} = 0 AND ${n.effectiveFrom} > ${m.effectiveFrom} AND ${m.supersededVersion} = 0)`;
  return select(
    sql,
    {
      ...{ id, tenantId, cspSubscriptionId, effectiveFrom, createdAt, createdBy },
      effectiveTo: expression(next, least(n.effectiveFrom)),
      isSuperseded: holdsThat(`${m.supersededVersion} <> 0`),
    },
    `FROM ${m} JOIN ${t} ON ${t.id} = ${m.tenantId}
      WHERE ${among(m.tenantId, tenantIds)} AND ${inScope(scope, { registration: t.registrationId, tenant: t.id })}
      ORDER BY ${m.tenantId}, ${m.effectiveFrom} DESC, ${m.id} DESC`,
  );
}

function equals(column: Column<number | null>, id: number | undefined): string[] {
  return id === undefined ? [] : [`${column} = ${literal(id)}`];
}

function oneOfIds(column: Column<number | null>, ids: readonly number[] | undefined): string[] {
  return ids === undefined ? [] : [among(column, ids)];
}

function wanted(one: string | undefined, many: readonly string[] | undefined): readonly string[] | undefined {
  return one === undefined ? many : [one];
}

function oneOf(column: Column<string>, values: readonly string[] | undefined): string[] {
  return values === undefined ? [] : [amongTexts(column, values)];
}
