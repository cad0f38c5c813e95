import { resellerTable, tenantTable } from './tenancy.entity.js';
import type { Principal } from '../access/principal.js';
import { among, amongTexts, scope } from '../access/scope.js';
import type { Everyone, Scope } from '../access/scope.js';
import { select } from '../database/select.js';
import { alias } from '../database/table.js';
import type { Column } from '../database/table.js';
import type { Sql } from '../database/transaction.js';
import { registrationTable } from '../registration/registration.entity.js';

const g = registrationTable;
const t = alias(tenantTable, 't');
const r = alias(resellerTable, 'r');

/** Turns names into the rows they stand for now. A name that stands for nothing yet adds nothing. */
export type ResolveScope = (sql: Sql, principal: Principal) => Promise<Scope>;

/**
 * For one database. A registration is never renamed, and once its books are open never removed, so what its name stood
 * for then needs no other look; one that is set up may be discarded and its name given to another. Whose a tenant is
 * may change at any time, and is asked for each request.
 */
export function createScopeResolver(): ResolveScope {
  const registrationIdOf = new Map<string, number>();
  return async (sql, principal) => {
    const { registrations } = principal;
    if (registrations === 'all') return resolveWithin(sql, principal, 'all');
    const keys = registrations.map((name) => name.toLowerCase());
    const unknown = keys.filter((key) => !registrationIdOf.has(key));
    const found = await registrationsOf(sql, unknown);
    for (const { id, nameKey, state } of found) if (state === 'OPEN') registrationIdOf.set(nameKey, id);
    const idOf = new Map(found.map(({ id, nameKey }) => [nameKey, id]));
    return resolveWithin(
      sql,
      principal,
      keys.flatMap((key) => registrationIdOf.get(key) ?? idOf.get(key) ?? []),
    );
  };
}

async function registrationsOf(sql: Sql, keys: readonly string[]) {
  if (keys.length === 0) return [];
  return select(
    sql,
    { id: g.id, nameKey: g.nameKey, state: g.state },
    `FROM ${g} WHERE ${amongTexts(g.nameKey, keys)}`,
    keys,
  );
}

async function resolveWithin(
  sql: Sql,
  { tenants, resellers }: Principal,
  registrationIds: Everyone | readonly number[],
): Promise<Scope> {
  if (tenants === 'all' && resellers === 'all') return scope({ registrationIds, tenantIds: 'all' });
  const byGuid = tenants === 'all' ? null : await tenantIdsOf(sql, t.tenantGuid, tenants);
  const byReseller = resellers === 'all' ? null : await tenantIdsOf(sql, r.nameKey, resellers);
  const tenantIds =
    byGuid === null || byReseller === null
      ? (byGuid ?? byReseller ?? [])
      : byGuid.filter((id) => byReseller.includes(id));
  return scope(await withinRegistrations(sql, tenantIds, registrationIds));
}

/** Tenants by what they, or their resellers, are called. */
async function tenantIdsOf(sql: Sql, column: Column<string>, names: readonly string[]): Promise<number[]> {
  if (names.length === 0) return [];
  const keys = names.map((name) => name.toLowerCase());
  const rows = await select(
    sql,
    { id: t.id },
    `FROM ${t} LEFT JOIN ${r} ON ${r.id} = ${t.resellerId} WHERE ${amongTexts(column, keys)}`,
    keys,
  );
  return rows.map(({ id }) => id);
}

/** Tenants on the registrations, and of the registrations those that hold one: the others are not theirs to see. */
async function withinRegistrations(
  sql: Sql,
  tenantIds: readonly number[],
  registrationIds: Everyone | readonly number[],
): Promise<{ readonly tenantIds: readonly number[]; readonly registrationIds: readonly number[] }> {
  if (tenantIds.length === 0) return { tenantIds: [], registrationIds: [] };
  const rows = await select(
    sql,
    { id: t.id, registrationId: t.registrationId },
    `FROM ${t} WHERE ${among(t.id, tenantIds)} AND ${among(t.registrationId, registrationIds)}`,
  );
  return {
    tenantIds: rows.map(({ id }) => id),
    registrationIds: [...new Set(rows.map(({ registrationId }) => registrationId))],
  };
}
