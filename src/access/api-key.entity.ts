import type { Role } from './principal.js';
import { ascii, epochMs, generatedId, longText, nullable, text } from '../database/columns.js';
import { table } from '../database/table.js';
import type { RowOf } from '../database/table.js';

/** A credential of an integration. Its secret is not here, only a hash of it. */
export const apiKeyTable = table({
  name: 'api_key',
  columns: {
    id: generatedId(),
    /** The public part of the key. */
    keyId: ascii(16),
    name: text(200),
    /** SHA-256 of the whole key, hexadecimal. */
    secretHash: ascii(64),
    role: ascii<Role>(16),
    /** JSON: "all" or a list of names. */
    registrations: longText(),
    tenants: longText(),
    resellers: longText(),
    /** JSON: the sources that whoever holds it may use, and owns; null: any, and none. */
    sources: nullable(longText()),
    createdAt: epochMs(),
    createdBy: text(200),
    expiresAt: epochMs(),
    /** 0: never. Written at most once a minute. */
    lastUsedAt: epochMs(),
    /** 0: not revoked. */
    revokedAt: epochMs(),
    revokedBy: nullable(text(200)),
  },
  unique: { uq_api_key_key_id: ['keyId'] },
});
/** A row of `api_key`. */
export type ApiKey = RowOf<typeof apiKeyTable>;
