import { readFileSync } from 'node:fs';
import { z } from 'zod';

import { oneOf, optional, seconds } from './variable.js';
import type { OnProblem, Values } from './variable.js';
import { inPlainWords } from '../primitives/plain-problems.js';

/** A receiver over the network, and as whom the gateway signs in there. */
interface EndpointConfig {
  readonly url: string;
  readonly timeoutMs: number;
  readonly credentials: {
    readonly tokenUrl: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly scope: string | null;
    readonly timeoutMs: number;
  } | null;
}

/** To whom closed usage is reported. */
export type CommerceConfig =
  | { readonly client: 'none' }
  | { readonly client: 'file'; readonly folder: string }
  | ({ readonly client: 'https' } & EndpointConfig)
  | ({ readonly client: 'marketplace'; readonly offer: Offer } & EndpointConfig);

const resourceShape = z.union([
  z.object({ resourceId: z.string().min(1) }),
  z.object({ resourceUri: z.string().min(1) }),
]);

/** The file of COMMERCE_OFFER_FILE: what stands for Azure subscriptions and meters at the marketplace. */
const offerShape = z.object({
  planId: z.string().min(1),
  dimensions: z.record(z.string(), z.string().min(1)).default({}),
  // Of two subscriptions with one resource the marketplace would take one event for the other's.
  resources: z.record(z.string(), resourceShape).refine(areDifferent, 'name a resource twice'),
});
type Offer = z.infer<typeof offerShape>;

function areDifferent(resources: Readonly<Record<string, z.infer<typeof resourceShape>>>): boolean {
  const named = Object.values(resources).map((resource) => JSON.stringify(resource).toLowerCase());
  return new Set(named).size === named.length;
}

const HTTPS_OR_LOOPBACK = /^(https:\/\/[^/]+|http:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?(\/|$))/;

const address = z.string().regex(HTTPS_OR_LOOPBACK, 'is an https address (http only on this machine)');
const text = z.string();

export const COMMERCE = {
  client: oneOf(
    'COMMERCE',
    'none',
    ['none', 'https', 'file', 'marketplace'],
    'Where closed usage is reported: none (it waits), https, file or marketplace.',
  ),
  url: optional(
    'COMMERCE_URL',
    address,
    'https: reports go to <url>/usage-reports. marketplace: to <url>/batchUsageEvent.',
  ),
  tokenUrl: optional(
    'COMMERCE_TOKEN_URL',
    address,
    'https, marketplace: where the gateway signs in (OAuth client credentials); left out: no token is sent.',
  ),
  clientId: optional('COMMERCE_CLIENT_ID', text, 'https, marketplace: as whom it signs in.'),
  secretFile: optional(
    'COMMERCE_CLIENT_SECRET_FILE',
    text,
    'https, marketplace: a file that holds the client secret; better than the variable that follows.',
  ),
  secret: optional('COMMERCE_CLIENT_SECRET', text, 'https, marketplace: the client secret itself.'),
  scope: optional('COMMERCE_SCOPE', text, 'https, marketplace: scope that is asked for when signing in.'),
  timeoutMs: seconds('COMMERCE_TIMEOUT_SECONDS', 60, [1, 300], 'https, marketplace: how long an answer may take.'),
  offerFile: optional(
    'COMMERCE_OFFER_FILE',
    text,
    'marketplace: JSON file { planId, dimensions: { meterId: dimension }, resources: { subscriptionId: { resourceId } } }.',
  ),
  folder: optional('COMMERCE_FOLDER', text, 'file: folder into which reports are written.'),
};

type Read = Values<typeof COMMERCE>;

/** What the chosen client needs, its files read. Variables of the other clients are not looked at. */
export function commerceIn(read: Read, onProblem: OnProblem): CommerceConfig {
  const needed = (key: 'url' | 'clientId' | 'secretFile' | 'offerFile' | 'folder'): string => {
    if (read[key] === null) onProblem(`${COMMERCE[key].name} is needed for COMMERCE=${read.client}`);
    return read[key] ?? '';
  };
  const endpoint = (): EndpointConfig => ({
    url: needed('url'),
    timeoutMs: read.timeoutMs,
    credentials: read.tokenUrl === null ? null : credentials(read.tokenUrl),
  });
  const credentials = (tokenUrl: string) => ({
    tokenUrl,
    clientId: needed('clientId'),
    clientSecret:
      read.secretFile === null && read.secret !== null
        ? read.secret
        : textOf('secretFile', needed('secretFile'), onProblem).trim(),
    scope: read.scope,
    timeoutMs: read.timeoutMs,
  });
  switch (read.client) {
    case 'none':
      return { client: 'none' };
    case 'file':
      return { client: 'file', folder: needed('folder') };
    case 'https':
      return { client: 'https', ...endpoint() };
    case 'marketplace':
      return { client: 'marketplace', ...endpoint(), offer: offerIn(needed('offerFile'), onProblem) };
  }
}

/** Where the file has a problem, what is answered must not be used. */
function offerIn(file: string, onProblem: OnProblem): Offer {
  const none: Offer = { planId: '', dimensions: {}, resources: {} };
  const json = textOf('offerFile', file, onProblem);
  if (json === '') return none;
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch {
    onProblem(`${COMMERCE.offerFile.name} names a file that is no JSON`);
    return none;
  }
  const read = offerShape.safeParse(content, { error: inPlainWords });
  if (read.success) return read.data;
  for (const { path, message } of read.error.issues) {
    onProblem([COMMERCE.offerFile.name, ...path, message].join(' '));
  }
  return none;
}

/** Empty where a file was not named, or cannot be read. */
function textOf(key: 'offerFile' | 'secretFile', file: string, onProblem: OnProblem): string {
  if (file === '') return '';
  try {
    return readFileSync(file, 'utf8');
  } catch {
    onProblem(`${COMMERCE[key].name} names a file that cannot be read`);
    return '';
  }
}
