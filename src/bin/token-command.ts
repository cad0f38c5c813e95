import { CommandError } from './exit.js';
import { TOKEN_SECONDS_MAX, createLocalTokens, localKey } from '../access/local-tokens.js';
import type { Role } from '../access/principal.js';
import { readConfig } from '../config.js';
import { systemClock } from '../primitives/clock.js';
import { canonicalGuid } from '../primitives/ids.js';

interface Options {
  readonly role: Role;
  readonly subject?: string;
  readonly registration?: readonly string[];
  readonly tenant?: readonly string[];
  readonly reseller?: readonly string[];
  readonly hours: string;
}

export async function tokenCommand(options: Options): Promise<void> {
  checkScope(options);
  const { role } = options;
  const hours = hoursOf(options.hours);
  const tokens = createLocalTokens(localKey(readConfig().dataFolder), systemClock);
  const token = await tokens.sign(
    {
      subject: options.subject ?? role.toLowerCase().replace('_', '-'),
      role,
      registrations: options.registration ?? 'all',
      tenants: options.tenant?.map(guid) ?? 'all',
      resellers: options.reseller ?? 'all',
    },
    Math.round(hours * 3600),
  );
  console.error(`A token for ${role}, good for ${hours} hours. Send it as: Authorization: Bearer <token>`);
  console.log(token);
}

/** Roles that see a part of the books only are worth nothing without the part, and dangerous with all of it. */
function checkScope({ role, tenant, reseller, registration }: Options): void {
  if (role === 'TENANT_USER' && tenant === undefined) {
    throw new CommandError('A TENANT_USER needs --tenant: whose usage may it see?');
  }
  if (role === 'RESELLER' && reseller === undefined) {
    throw new CommandError('A RESELLER needs --reseller: whose tenants may it see?');
  }
  if (role === 'INGESTOR' && registration === undefined) {
    throw new CommandError('An INGESTOR needs --registration: for which does it record usage?');
  }
}

function hoursOf(text: string): number {
  const hours = Number(text);
  if (hours > 0 && hours * 3600 <= TOKEN_SECONDS_MAX) return hours;
  throw new CommandError(`--hours lies between 1 and ${TOKEN_SECONDS_MAX / 3600}.`);
}

function guid(text: string): string {
  const id = canonicalGuid(text);
  if (id === null) throw new CommandError(`--tenant takes the GUID of a directory, and "${text}" is none.`);
  return id;
}
