import { ArgumentError, CommandError } from './exit.js';
import { grantOf } from './grant-options.js';
import type { GrantOptions } from './grant-options.js';
import { TOKEN_SECONDS_MAX, createLocalTokens, localKey } from '../access/local-tokens.js';
import { readConfig } from '../config.js';
import { systemClock } from '../primitives/clock.js';

interface Options extends GrantOptions {
  readonly subject?: string;
  readonly hours: string;
}

/** Signs a token with the key of the data folder. Fails where an issuer is configured. */
export async function tokenCommand(options: Options): Promise<void> {
  const { role } = options;
  const grant = grantOf(options);
  const hours = hoursOf(options.hours);
  const config = readConfig();
  if (!config.allowsLocalTokens) {
    throw new CommandError('Local tokens are accepted on loopback only, and never beside the issuers of ACCESS_FILE.');
  }
  const tokens = createLocalTokens(localKey(config.dataFolder), systemClock);
  const subject = options.subject ?? role.toLowerCase().replace('_', '-');
  const token = await tokens.sign({ subject, ...grant }, Math.round(hours * 3600));
  console.error(`A token for ${role}, good for ${hours} hours. Send it as: Authorization: Bearer <token>`);
  console.log(token);
}

function hoursOf(text: string): number {
  const hours = Number(text);
  if (hours > 0 && hours * 3600 <= TOKEN_SECONDS_MAX) return hours;
  throw new ArgumentError(`--hours lies between 1 and ${TOKEN_SECONDS_MAX / 3600}.`);
}
