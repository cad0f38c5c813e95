import { apiKeyTable } from './api-key.entity.js';
import type { ApiKey } from './api-key.entity.js';
import type { Grant } from './grant.js';
import { amongTexts } from './scope.js';
import { insertRow, update } from '../database/change.js';
import { literal } from '../database/expressions.js';
import { select } from '../database/select.js';
import type { Sql, Tx } from '../database/transaction.js';

const k = apiKeyTable;

/** The key of this id with the hash of its secret, revoked or not; null when there is none. */
export async function findApiKey(sql: Sql, keyId: string): Promise<ApiKey | null> {
  const [row] = await select(sql, k, `FROM ${k} WHERE ${k.keyId} = ?`, [keyId]);
  return row ?? null;
}

/** Those of these ids that are keys, with the hashes of their secrets, revoked or not. */
export async function findApiKeys(sql: Sql, keyIds: readonly string[]): Promise<readonly ApiKey[]> {
  if (keyIds.length === 0) return [];
  return select(sql, k, `FROM ${k} WHERE ${amongTexts(k.keyId, keyIds)}`, keyIds);
}

/** Of these key ids those that are good now. */
export async function listValidKeys(sql: Sql, keyIds: readonly string[], now: number): Promise<readonly string[]> {
  if (keyIds.length === 0) return [];
  const rows = await select(
    sql,
    { keyId: k.keyId },
    `FROM ${k} WHERE ${amongTexts(k.keyId, keyIds)} AND ${k.revokedAt} = 0 AND ${k.expiresAt} > ?`,
    [...keyIds, now],
  );
  return rows.map(({ keyId }) => keyId);
}

/** The key, kept from other changes until the end of the transaction. */
export async function lockApiKey(tx: Tx, keyId: string): Promise<ApiKey | null> {
  const [row] = await select(tx, k, `FROM ${k} WHERE ${k.keyId} = ? ${tx.dialect.lockForWrite}`, [keyId]);
  return row ?? null;
}

/** Keys in the order in which they were made; those that one caller made, or everyone's. */
export async function listApiKeys(
  sql: Sql,
  filter: { readonly createdBy: string | null; readonly afterId: number; readonly limit: number },
): Promise<ApiKey[]> {
  const own = filter.createdBy === null ? '' : `AND ${k.createdBy} = ?`;
  return select(sql, k, `FROM ${k} WHERE ${k.id} > ? ${own} ORDER BY ${k.id} LIMIT ${literal(filter.limit)}`, [
    filter.afterId,
    ...(filter.createdBy === null ? [] : [filter.createdBy]),
  ]);
}

/** Answers the row id. The key id is unique: a second one of the same fails. */
export async function insertApiKey(tx: Tx, key: Omit<ApiKey, 'id'>): Promise<number> {
  return insertRow(tx, k, key);
}

/** Ends a key for every process, from its next request on. */
export async function markRevoked(tx: Tx, id: number, revokedAt: number, revokedBy: string): Promise<void> {
  await update(tx, k, { revokedAt, revokedBy }, `${k.id} = ?`, [id]);
}

/** Notes a use, unless one was noted after `unlessAfter`: by this process or by another. */
export async function markUsed(tx: Tx, id: number, usedAt: number, unlessAfter: number): Promise<void> {
  await update(tx, k, { lastUsedAt: usedAt }, `${k.id} = ? AND ${k.lastUsedAt} <= ?`, [id, unlessAfter]);
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
