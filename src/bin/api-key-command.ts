import { ArgumentError } from './exit.js';
import { grantOf } from './grant-options.js';
import type { GrantOptions } from './grant-options.js';
import { withBooks } from './open-books.js';
import { COMMAND_LINE } from '../access/actor.js';
import { API_KEY_DAYS_MAX } from '../access/api-key.js';
import { listApiKeys, grantOf as grantOfKey } from '../access/api-key-store.js';
import { createApiKey } from '../access/create-api-key.js';
import { revokeApiKey } from '../access/revoke-api-key.js';

const MS_PER_DAY = 86_400_000;
const KEYS_PER_READ = 200;

/** Makes a key and prints it this once. */
export async function apiKeyCreateCommand(
  name: string,
  options: GrantOptions & { readonly days: string },
): Promise<void> {
  const grant = grantOf(options);
  const days = Number(options.days);
  if (!(days > 0 && days <= API_KEY_DAYS_MAX)) {
    throw new ArgumentError(`--days lies between 1 and ${API_KEY_DAYS_MAX}.`);
  }
  await withBooks(async (app) => {
    const expiresAt = Math.round(app.clock.now() + days * MS_PER_DAY);
    const made = await createApiKey(app, null, { name, grant, expiresAt, by: COMMAND_LINE });
    console.error(`An API key for ${grant.role}, good for ${days} days. Send it as: Authorization: Bearer <key>`);
    console.log(made.text);
  });
}

/** Ends the key of this public part. */
export async function apiKeyRevokeCommand(keyId: string): Promise<void> {
  await withBooks(async (app) => {
    const key = await revokeApiKey(app, null, { keyId, by: COMMAND_LINE });
    console.log(`Revoked ${key.keyId} (${key.name}).`);
  });
}

/** Prints every key without its secret, one line of JSON each. */
export async function apiKeyListCommand(): Promise<void> {
  await withBooks(async ({ db }) => {
    let afterId = 0;
    for (;;) {
      const rows = await listApiKeys(db.reader, { createdBy: null, afterId, limit: KEYS_PER_READ });
      for (const row of rows) {
        const { keyId, name, createdBy } = row;
        const times = { createdAt: row.createdAt, expiresAt: row.expiresAt, ...used(row), ...revoked(row) };
        const printed = Object.entries(times).map(([field, at]) => [field, new Date(at).toISOString()]);
        console.log(JSON.stringify({ keyId, name, ...grantOfKey(row), createdBy, ...Object.fromEntries(printed) }));
        afterId = row.id;
      }
      if (rows.length < KEYS_PER_READ) return;
    }
  });
}

function used({ lastUsedAt }: { readonly lastUsedAt: number }): Readonly<Record<string, number>> {
  return lastUsedAt === 0 ? {} : { lastUsedAt };
}

function revoked({ revokedAt }: { readonly revokedAt: number }): Readonly<Record<string, number>> {
  return revokedAt === 0 ? {} : { revokedAt };
}
