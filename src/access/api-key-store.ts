import type { ApiKey } from './api-key.entity.js';
import type { Grant } from './grant.js';
import { lockForWrite } from '../database/dialect.js';
import { insertRow } from '../database/transaction.js';
import type { Sql, Tx } from '../database/transaction.js';

const COLUMNS = `k.id, k.key_id AS keyId, k.name, k.secret_hash AS secretHash, k.role, k.registrations, k.tenants,
  k.resellers, k.sources, k.created_at AS createdAt, k.created_by AS createdBy, k.expires_at AS expiresAt,
  k.last_used_at AS lastUsedAt, k.revoked_at AS revokedAt, k.revoked_by AS revokedBy`;

/** The key of this id with the hash of its secret, revoked or not; null when there is none. */
export async function findApiKey(sql: Sql, keyId: string): Promise<ApiKey | null> {
  const [row] = await sql.query<ApiKey>(`SELECT ${COLUMNS} FROM api_key k WHERE k.key_id = ?`, [keyId]);
  return row === undefined ? null : withNumbers(row);
}

/** Those of these ids that are keys, with the hashes of their secrets, revoked or not. */
export async function findApiKeys(sql: Sql, keyIds: readonly string[]): Promise<readonly ApiKey[]> {
  if (keyIds.length === 0) return [];
  const rows = await sql.query<ApiKey>(
    `SELECT ${COLUMNS} FROM api_key k WHERE k.key_id IN (${keyIds.map(() => '?').join(', ')})`,
    keyIds,
  );
  return rows.map(withNumbers);
}

/** Of these key ids those that are good now. */
export async function listValidKeys(sql: Sql, keyIds: readonly string[], now: number): Promise<readonly string[]> {
  if (keyIds.length === 0) return [];
  const rows = await sql.query<{ keyId: string }>(
    `SELECT k.key_id AS keyId FROM api_key k
      WHERE k.key_id IN (${keyIds.map(() => '?').join(', ')}) AND k.revoked_at = 0 AND k.expires_at > ?`,
    [...keyIds, now],
  );
  return rows.map(({ keyId }) => keyId);
}

/** What the keys grant that name sources and were not revoked: an expired one keeps its sources from others. */
export async function listSourceGrants(sql: Sql): Promise<readonly Pick<Grant, 'registrations' | 'sources'>[]> {
  const rows = await sql.query<{ registrations: string; sources: string }>(
    'SELECT k.registrations, k.sources FROM api_key k WHERE k.sources IS NOT NULL AND k.revoked_at = 0',
  );
  return rows.map(({ registrations, sources }) => ({
    registrations: namesOf(registrations),
    sources: JSON.parse(sources) as readonly string[],
  }));
}

/** The key, kept from other changes until the end of the transaction. */
export async function lockApiKey(tx: Tx, keyId: string): Promise<ApiKey | null> {
  const [row] = await tx.query<ApiKey>(
    `SELECT ${COLUMNS} FROM api_key k WHERE k.key_id = ? ${lockForWrite(tx.dialect)}`,
    [keyId],
  );
  return row === undefined ? null : withNumbers(row);
}

/** Keys in the order in which they were made; those that one caller made, or everyone's. */
export async function listApiKeys(
  sql: Sql,
  filter: { readonly createdBy: string | null; readonly afterId: number; readonly limit: number },
): Promise<ApiKey[]> {
  const own = filter.createdBy === null ? '' : 'AND k.created_by = ?';
  const rows = await sql.query<ApiKey>(
    `SELECT ${COLUMNS} FROM api_key k WHERE k.id > ? ${own} ORDER BY k.id LIMIT ${Number(filter.limit)}`,
    [filter.afterId, ...(filter.createdBy === null ? [] : [filter.createdBy])],
  );
  return rows.map(withNumbers);
}

/** Answers the row id. The key id is unique: a second one of the same fails. */
export async function insertApiKey(tx: Tx, key: Omit<ApiKey, 'id'>): Promise<number> {
  return insertRow<ApiKey>(tx, 'api_key', key);
}

/** Ends a key for every process, from its next request on. */
export async function markRevoked(tx: Tx, id: number, revokedAt: number, revokedBy: string): Promise<void> {
  await tx.execute('UPDATE api_key SET revoked_at = ?, revoked_by = ? WHERE id = ?', [revokedAt, revokedBy, id]);
}

/** Notes a use, unless one was noted after `unlessAfter`: by this process or by another. */
export async function markUsed(tx: Tx, id: number, usedAt: number, unlessAfter: number): Promise<void> {
  await tx.execute('UPDATE api_key SET last_used_at = ? WHERE id = ? AND last_used_at <= ?', [usedAt, id, unlessAfter]);
}

/** What a key gives, as its row holds it. */
export function grantOf(key: Omit<ApiKey, 'secretHash'>): Grant {
  const { role, registrations, tenants, resellers, sources } = key;
  return {
    role,
    registrations: namesOf(registrations),
    tenants: namesOf(tenants),
    resellers: namesOf(resellers),
    ...(sources !== null && { sources: JSON.parse(sources) as readonly string[] }),
  };
}

function namesOf(text: string): Grant['tenants'] {
  return JSON.parse(text) as Grant['tenants'];
}

function withNumbers(row: ApiKey): ApiKey {
  const { createdAt, expiresAt, lastUsedAt, revokedAt } = row;
  return {
    ...row,
    createdAt: Number(createdAt),
    expiresAt: Number(expiresAt),
    lastUsedAt: Number(lastUsedAt),
    revokedAt: Number(revokedAt),
  };
}
