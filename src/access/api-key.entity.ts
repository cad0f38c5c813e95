import type { Role } from './principal.js';
import { ascii, epochMs, generatedId, longText, text } from '../database/columns.js';
import type { Dialect } from '../database/dialect.js';
import { table } from '../database/table.js';

/** A credential of an integration. Its secret is not here, only a hash of it. */
export interface ApiKey {
  id: number;
  /** The public part of the key. */
  keyId: string;
  name: string;
  /** SHA-256 of the whole key, hexadecimal. */
  secretHash: string;
  role: Role;
  /** JSON: "all" or a list of names. */
  registrations: string;
  tenants: string;
  resellers: string;
  /** JSON: the sources that whoever holds it may use, and owns; null: any, and none. */
  sources: string | null;
  createdAt: number;
  createdBy: string;
  expiresAt: number;
  /** 0: never. Written at most once a minute. */
  lastUsedAt: number;
  /** 0: not revoked. */
  revokedAt: number;
  revokedBy: string | null;
}

/** The table of API keys. */
export function apiKeyTable(dialect: Dialect) {
  return table<ApiKey>({
    name: 'api_key',
    columns: {
      id: generatedId(),
      keyId: ascii(dialect, 16),
      name: text(dialect, 200),
      secretHash: ascii(dialect, 64),
      role: ascii(dialect, 16),
      registrations: longText(dialect),
      tenants: longText(dialect),
      resellers: longText(dialect),
      sources: longText(dialect, { nullable: true }),
      createdAt: epochMs(),
      createdBy: text(dialect, 200),
      expiresAt: epochMs(),
      lastUsedAt: epochMs(),
      revokedAt: epochMs(),
      revokedBy: text(dialect, 200, { nullable: true }),
    },
    unique: { uq_api_key_key_id: ['keyId'] },
  });
}
