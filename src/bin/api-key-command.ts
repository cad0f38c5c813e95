import { Option } from 'commander';
import type { Command } from 'commander';

import { CommandError } from './exit.js';
import { grantOf } from './grant-options.js';
import type { GrantOptions } from './grant-options.js';
import { withBooks } from './open-books.js';
import { COMMAND_LINE } from '../access/actor.js';
import { listApiKeys, grantOf as grantOfKey } from '../access/api-key-store.js';
import { API_KEY_DAYS_DEFAULT, API_KEY_DAYS_MAX, createApiKey } from '../access/create-api-key.js';
import { ROLES } from '../access/principal.js';
import { revokeApiKey } from '../access/revoke-api-key.js';

const MS_PER_DAY = 86_400_000;
const KEYS_PER_READ = 200;

/** `api-key create | revoke | list`. */
export function addApiKeyCommands(cli: Command): void {
  const keys = cli.command('api-key').description('Credentials of integrations.');
  keys
    .command('create')
    .description('Make a key. Its last line is the key alone, shown this once.')
    .argument('<name>', 'what it is used by')
    .addOption(new Option('--role <role>', 'what whoever holds it is').choices(ROLES).makeOptionMandatory())
    .option('--registration <name...>', 'limit to registrations')
    .option('--tenant <guid...>', 'limit to tenants')
    .option('--reseller <name...>', 'limit to the tenants of resellers')
    .option('--days <n>', 'how long it is good for', String(API_KEY_DAYS_DEFAULT))
    .action(createCommand);
  keys.command('revoke').description('End a key at once.').argument('<keyId>', 'its public part').action(revokeCommand);
  keys.command('list').description('Print the keys, one line of JSON each.').action(listCommand);
}

async function createCommand(name: string, options: GrantOptions & { readonly days: string }): Promise<void> {
  const grant = grantOf(options);
  const days = Number(options.days);
  if (!(days > 0 && days <= API_KEY_DAYS_MAX)) {
    throw new CommandError(`--days lies between 1 and ${API_KEY_DAYS_MAX}.`);
  }
  await withBooks(async (app) => {
    const expiresAt = Math.round(app.clock.now() + days * MS_PER_DAY);
    const made = await createApiKey(app, null, { name, grant, expiresAt, by: COMMAND_LINE });
    console.error(`An API key for ${grant.role}, good for ${days} days. Send it as: Authorization: Bearer <key>`);
    console.log(made.text);
  });
}

async function revokeCommand(keyId: string): Promise<void> {
  await withBooks(async (app) => {
    const key = await revokeApiKey(app, null, { keyId, by: COMMAND_LINE });
    console.log(`Revoked ${key.keyId} (${key.name}).`);
  });
}

async function listCommand(): Promise<void> {
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
