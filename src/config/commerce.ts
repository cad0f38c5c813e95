import { readFileSync } from 'node:fs';
import { z } from 'zod';

import { whole } from './variable.js';
import type { Variable } from './variable.js';
import { inPlainWords } from '../primitives/plain-problems.js';

/** A receiver over the network, and as whom the gateway signs in there. */
export interface EndpointConfig {
  readonly url: string;
  readonly timeoutMs: number;
  readonly signIn: {
    readonly tokenUrl: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly scope: string | null;
  } | null;
}

/** To whom closed usage is reported. */
export type CommerceConfig =
  | { readonly client: 'none' }
  | { readonly client: 'file'; readonly folder: string }
  | ({ readonly client: 'https' } & EndpointConfig)
  | ({ readonly client: 'marketplace'; readonly offer: z.infer<typeof offerShape> } & EndpointConfig);

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

function areDifferent(resources: Readonly<Record<string, z.infer<typeof resourceShape>>>): boolean {
  const named = Object.values(resources).map((resource) => JSON.stringify(resource).toLowerCase());
  return new Set(named).size === named.length;
}

/** Variables of the environment that say so, as the operations guide lists them. */
export const COMMERCE_VARIABLES: readonly Variable[] = [
  {
    name: 'COMMERCE',
    meaning: 'Where closed usage is reported: none (it waits), https, file or marketplace.',
    default: 'none',
  },
  {
    name: 'COMMERCE_URL',
    meaning: 'https: reports go to <url>/usage-reports. marketplace: to <url>/batchUsageEvent.',
    default: '',
  },
  {
    name: 'COMMERCE_TOKEN_URL',
    meaning: 'https, marketplace: where the gateway signs in (OAuth client credentials); left out: no token is sent.',
    default: '',
  },
  { name: 'COMMERCE_CLIENT_ID', meaning: 'https, marketplace: as whom it signs in.', default: '' },
  {
    name: 'COMMERCE_CLIENT_SECRET_FILE',
    meaning: 'https, marketplace: a file that holds the client secret; better than the variable that follows.',
    default: '',
  },
  { name: 'COMMERCE_CLIENT_SECRET', meaning: 'https, marketplace: the client secret itself.', default: '' },
  { name: 'COMMERCE_SCOPE', meaning: 'https, marketplace: scope that is asked for when signing in.', default: '' },
  { name: 'COMMERCE_TIMEOUT_SECONDS', meaning: 'https, marketplace: how long an answer may take.', default: '60' },
  {
    name: 'COMMERCE_OFFER_FILE',
    meaning:
      'marketplace: JSON file { planId, dimensions: { meterId: dimension }, resources: { subscriptionId: { resourceId } } }.',
    default: '',
  },
  { name: 'COMMERCE_FOLDER', meaning: 'file: folder into which reports are written.', default: '' },
];

/** The longest that COMMERCE_TIMEOUT_SECONDS may be: a sender's lease outlasts it. */
export const COMMERCE_TIMEOUT_SECONDS_MAX = 300;

const HTTPS_OR_LOOPBACK = /^(https:\/\/[^/]+|http:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?(\/|$))/;

const endpoint = z.string().regex(HTTPS_OR_LOOPBACK, 'is an https address (http only on this machine)');

/** How each variable is read. */
export const commerceShape = {
  COMMERCE: z.enum(['none', 'https', 'file', 'marketplace']).default('none'),
  COMMERCE_URL: endpoint.optional(),
  COMMERCE_TOKEN_URL: endpoint.optional(),
  COMMERCE_CLIENT_ID: z.string().optional(),
  COMMERCE_CLIENT_SECRET_FILE: z.string().optional(),
  COMMERCE_CLIENT_SECRET: z.string().optional(),
  COMMERCE_SCOPE: z.string().optional(),
  COMMERCE_TIMEOUT_SECONDS: whole(1, COMMERCE_TIMEOUT_SECONDS_MAX).default(60),
  COMMERCE_FOLDER: z.string().optional(),
  COMMERCE_OFFER_FILE: z.string().optional(),
};

type Read = z.infer<z.ZodObject<typeof commerceShape>>;

/** What is missing for the chosen client: names of variables. */
export function missingForCommerce(read: Read): readonly string[] {
  const needed = [...NEEDED[read.COMMERCE], ...(signsIn(read) ? ['COMMERCE_CLIENT_ID' as const] : [])];
  const hasSecret = read.COMMERCE_CLIENT_SECRET !== undefined || read.COMMERCE_CLIENT_SECRET_FILE !== undefined;
  return [
    ...needed.filter((name) => read[name] === undefined),
    ...(signsIn(read) && !hasSecret ? ['COMMERCE_CLIENT_SECRET_FILE'] : []),
  ];
}

const NEEDED: Readonly<Record<Read['COMMERCE'], readonly (keyof Read)[]>> = {
  none: [],
  file: ['COMMERCE_FOLDER'],
  https: ['COMMERCE_URL'],
  marketplace: ['COMMERCE_URL', 'COMMERCE_OFFER_FILE'],
};

function signsIn({ COMMERCE, COMMERCE_TOKEN_URL }: Read): boolean {
  return (COMMERCE === 'https' || COMMERCE === 'marketplace') && COMMERCE_TOKEN_URL !== undefined;
}

/** A file that COMMERCE needs cannot be used. The message names the variable, and no value. */
export class CommerceFileError extends Error {
  override readonly name = 'CommerceFileError';
}

/** The configuration of the chosen client, whose variables are all there. Throws a CommerceFileError. */
export function commerceConfigOf(read: Read): CommerceConfig {
  if (read.COMMERCE === 'none') return { client: 'none' };
  if (read.COMMERCE === 'file') return { client: 'file', folder: read.COMMERCE_FOLDER ?? '' };
  const endpointConfig = endpointConfigOf(read);
  if (read.COMMERCE === 'https') return { client: 'https', ...endpointConfig };
  return { client: 'marketplace', offer: offerIn(read.COMMERCE_OFFER_FILE ?? ''), ...endpointConfig };
}

function offerIn(file: string): z.infer<typeof offerShape> {
  const read = offerShape.safeParse(jsonIn(textOf('COMMERCE_OFFER_FILE', file)), { error: inPlainWords });
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => ['COMMERCE_OFFER_FILE', ...path, message].join(' '));
  throw new CommerceFileError(problems.join('\n  '));
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CommerceFileError('COMMERCE_OFFER_FILE names a file that is no JSON');
  }
}

function textOf(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new CommerceFileError(`${variable} names a file that cannot be read`);
  }
}

function endpointConfigOf(read: Read): EndpointConfig {
  const { COMMERCE_TOKEN_URL: tokenUrl, COMMERCE_CLIENT_SECRET_FILE: secretFile } = read;
  const clientSecret =
    secretFile === undefined
      ? (read.COMMERCE_CLIENT_SECRET ?? '')
      : textOf('COMMERCE_CLIENT_SECRET_FILE', secretFile).trim();
  const signIn = { clientId: read.COMMERCE_CLIENT_ID ?? '', clientSecret, scope: read.COMMERCE_SCOPE ?? null };
  return {
    url: read.COMMERCE_URL ?? '',
    timeoutMs: read.COMMERCE_TIMEOUT_SECONDS * 1_000,
    signIn: tokenUrl === undefined ? null : { tokenUrl, ...signIn },
  };
}
