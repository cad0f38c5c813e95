import { among, scope } from './scope.js';
import type { Everyone, Scope } from './scope.js';
import type { Sql } from '../database/transaction.js';

/** What a caller is. What each role may do is in `access/actions.ts`. */
export const ROLES = ['OPERATOR', 'CSP_ADMIN', 'FINANCE', 'RESELLER', 'TENANT_USER', 'AUDITOR', 'INGESTOR'] as const;
export type Role = (typeof ROLES)[number];

/** Who is asking, as their credential says. Names, not row ids: a credential outlives a database. */
export interface Principal {
  /** Stable name of the caller, written beside what he changes. */
  readonly subject: string;
  readonly role: Role;
  readonly registrations: Everyone | readonly string[];
  /** Directory ids. */
  readonly tenants: Everyone | readonly string[];
  /** Names of resellers whose tenants are seen; `all` leaves it to `tenants`. */
  readonly resellers: Everyone | readonly string[];
  /** The sources that it may use, whose records are its own. Left out: see `sourcesFor`. */
  readonly sources?: readonly string[] | undefined;
}

/** How a caller proved who it is. */
export const CREDENTIAL_KINDS = ['LOCAL_TOKEN', 'OIDC_TOKEN', 'API_KEY'] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** A principal that proved itself. */
export interface Caller extends Principal {
  readonly credential: CredentialKind;
  /** When the credential ends by itself, in milliseconds. A key may be revoked before. */
  readonly expiresAt: number;
}

/** A caller without what proved him: the next token of the same caller asks the same. */
export function whoAsks({ subject, role, registrations, tenants, resellers }: Caller): Principal {
  return { subject, role, registrations, tenants, resellers };
}

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
    for (const { id, key, state } of found) if (state === 'OPEN') registrationIdOf.set(key, id);
    const idOf = new Map(found.map(({ id, key }) => [key, id]));
    return resolveWithin(
      sql,
      principal,
      keys.flatMap((key) => registrationIdOf.get(key) ?? idOf.get(key) ?? []),
    );
  };
}

async function registrationsOf(
  sql: Sql,
  keys: readonly string[],
): Promise<readonly { id: number; key: string; state: string }[]> {
  if (keys.length === 0) return [];
  const marks = keys.map(() => '?').join(', ');
  return sql.query(`SELECT id, name_key AS \`key\`, state FROM registration WHERE name_key IN (${marks})`, keys);
}

async function resolveWithin(
  sql: Sql,
  principal: Principal,
  registrationIds: Everyone | readonly number[],
): Promise<Scope> {
  if (principal.tenants === 'all' && principal.resellers === 'all') {
    return scope({ registrationIds, tenantIds: 'all' });
  }
  const byGuid =
    principal.tenants === 'all'
      ? null
      : await idsOf(sql, 'SELECT id FROM tenant WHERE tenant_guid IN', principal.tenants);
  const byReseller =
    principal.resellers === 'all'
      ? null
      : await idsOf(
          sql,
          'SELECT t.id FROM tenant t JOIN reseller r ON r.id = t.reseller_id WHERE r.name_key IN',
          principal.resellers,
        );
  const tenantIds =
    byGuid === null || byReseller === null
      ? (byGuid ?? byReseller ?? [])
      : byGuid.filter((id) => byReseller.includes(id));
  return scope(await withinRegistrations(sql, tenantIds, registrationIds));
}

async function idsOf(sql: Sql, select: string, names: readonly string[]): Promise<number[]> {
  if (names.length === 0) return [];
  const keys = names.map((name) => name.toLowerCase());
  const rows = await sql.query<{ id: number }>(`${select} (${keys.map(() => '?').join(', ')})`, keys);
  return rows.map(({ id }) => id);
}

/** Tenants on the registrations, and of the registrations those that hold one: the others are not theirs to see. */
async function withinRegistrations(
  sql: Sql,
  tenantIds: readonly number[],
  registrationIds: Everyone | readonly number[],
): Promise<{ readonly tenantIds: readonly number[]; readonly registrationIds: readonly number[] }> {
  if (tenantIds.length === 0) return { tenantIds: [], registrationIds: [] };
  const rows = await sql.query<{ id: number; registrationId: number }>(
    `SELECT id, registration_id AS registrationId FROM tenant
      WHERE ${among('id', tenantIds)} AND ${among('registration_id', registrationIds)}`,
  );
  return {
    tenantIds: rows.map(({ id }) => id),
    registrationIds: [...new Set(rows.map(({ registrationId }) => registrationId))],
  };
}

/** Under which name a caller's requests are counted together. */
export function callerNameOf(principal: Principal | null): string {
  return principal === null ? '' : `${principal.role} ${principal.subject}`;
}
