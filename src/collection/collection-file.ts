/**
 * From which stamps usage is pulled, as one JSON file says it. A file and not columns of the registration: addresses
 * and secrets belong to a deployment, are reviewed and rolled out with it, and a copy of the database must not begin to
 * pull. The file names secrets by the environment variable or file that holds them; it holds none itself.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

import { isSourceName } from '../pipeline/ingestion/usage-record.js';
import { canonicalGuid } from '../primitives/ids.js';
import { inPlainWords } from '../primitives/plain-problems.js';
import { hourOf, parseInstant, wholeHour } from '../primitives/windows.js';
import type { Hour } from '../primitives/windows.js';

/** Where a secret is. It is read when it is needed, so that it can be changed without a restart. */
export type SecretPlace = { readonly env: string } | { readonly file: string };

export type SignInSettings =
  | {
      /** OAuth 2.0 client credentials, at Entra ID or AD FS. */
      readonly kind: 'clientCredentials';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly secret: SecretPlace;
      /** Entra ID's v2.0 endpoint asks for a scope, AD FS and the older endpoint for a resource. */
      readonly audience: { readonly scope: string } | { readonly resource: string };
    }
  | { readonly kind: 'bearer'; readonly token: SecretPlace };

/** One registration's stamp. */
export interface CollectionSource {
  readonly registration: string;
  /** Address of the stamp's administrator API, without a slash at its end. */
  readonly url: string;
  /** The provider's own subscription on the stamp. */
  readonly subscriptionGuid: string;
  readonly signIn: SignInSettings;
  /** First reported hour that is pulled. */
  readonly from: Hour;
  /** Name under which the records are kept. Changing it later makes no second record of a row. */
  readonly source: string;
  /** How long after its end a reported hour is asked for. */
  readonly completeAfterMs: number;
  /** How many hours before the watermark are read again, to prove that nothing changed. */
  readonly rereadHours: number;
  readonly hoursAtOnce: number;
  readonly requestTimeoutMs: number;
  /** How long all answers of one hour may take, or those of the list of subscriptions. */
  readonly hourTimeoutMs: number;
  /** How many rows one hour may have: what tells them apart is kept in memory until the hour is over. */
  readonly rowsPerHourMax: number;
  /** Whether the stamp's list of user subscriptions is pulled too. */
  readonly pullsSubscriptions: boolean;
}

/** The file is wrong. The message names every problem, and no value. */
export class CollectionFileError extends Error {
  override readonly name = 'CollectionFileError';
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;
const FILE_BYTES_MAX = 1_048_576;

const address = z
  .url({ protocol: /^https?$/, error: 'is an https address' })
  .refine((text) => isSafe(text), 'is an https address without user, query or fragment (http only on this machine)')
  .transform((text) => text.replace(/\/+$/, ''));

const secretPlace = z.union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })]);

const signIn = z.union([
  z
    .strictObject({
      tokenUrl: address,
      clientId: z.string().min(1).max(200),
      secret: secretPlace,
      scope: z.string().min(1).optional(),
      resource: z.string().min(1).optional(),
    })
    .refine(
      ({ scope, resource }) => (scope === undefined) !== (resource === undefined),
      'has either scope or resource',
    ),
  z.strictObject({ token: secretPlace }),
]);

const file = z.strictObject({
  sources: z
    .array(
      z.strictObject({
        registration: z.string().min(1).max(90),
        url: address,
        subscriptionId: z
          .string()
          .transform((text) => canonicalGuid(text) ?? '')
          .refine((guid) => guid !== '', 'is a GUID'),
        signIn,
        from: z
          .string()
          .transform((text) => hourIn(text) ?? -1)
          .refine((hour) => hour >= 0, 'is a whole hour like 2026-01-31T13:00:00Z'),
        source: z
          .string()
          .refine(isSourceName, 'has 1 to 200 characters, no control characters and no spaces at its ends')
          .default('azure-stack'),
        completeAfterMinutes: z.number().min(0).max(1_440).default(15),
        rereadHours: z.number().int().min(0).max(1_440).default(24),
        hoursAtOnce: z.number().int().min(1).max(32).default(4),
        requestTimeoutSeconds: z.number().min(1).max(900).default(120),
        hourTimeoutMinutes: z.number().min(1).max(1_440).default(60),
        rowsPerHourMax: z.number().int().min(1_000).max(10_000_000).default(500_000),
        subscriptions: z.boolean().default(true),
      }),
    )
    .max(200),
});

/** Reads the file. Throws a CollectionFileError that names every problem at once. */
export function readCollectionFile(path: string): readonly CollectionSource[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new CollectionFileError('COLLECTION_FILE names a file that cannot be read.');
  }
  return collectionSources(text.slice(0, FILE_BYTES_MAX));
}

/** The stamps that a collection file names. Throws a CollectionFileError that names every problem at once. */
export function collectionSources(text: string): readonly CollectionSource[] {
  const read = file.safeParse(jsonIn(text), { error: inPlainWords });
  if (!read.success) {
    const lines = read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
    throw new CollectionFileError(`The collection file is wrong:\n  ${lines.join('\n  ')}`);
  }
  const { sources } = read.data;
  const names = new Set(sources.map(({ registration }) => registration.toLowerCase()));
  if (names.size < sources.length) {
    throw new CollectionFileError('The collection file names a registration twice; its watermark is one.');
  }
  return sources.map((source) => ({
    registration: source.registration,
    url: source.url,
    subscriptionGuid: source.subscriptionId,
    signIn: signInOf(source.signIn),
    from: source.from,
    source: source.source,
    completeAfterMs: source.completeAfterMinutes * 60_000,
    rereadHours: source.rereadHours,
    hoursAtOnce: source.hoursAtOnce,
    requestTimeoutMs: source.requestTimeoutSeconds * 1_000,
    hourTimeoutMs: source.hourTimeoutMinutes * 60_000,
    rowsPerHourMax: source.rowsPerHourMax,
    pullsSubscriptions: source.subscriptions,
  }));
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CollectionFileError('The collection file is no JSON.');
  }
}

function signInOf(given: z.output<typeof signIn>): SignInSettings {
  if ('token' in given) return { kind: 'bearer', token: given.token };
  const { tokenUrl, clientId, secret, scope, resource } = given;
  const audience = scope === undefined ? { resource: resource ?? '' } : { scope };
  return { kind: 'clientCredentials', tokenUrl, clientId, secret, audience };
}

/** A token or a secret must not travel in the clear. */
function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (username + password + search + hash !== '') return false;
  return protocol === 'https:' || LOOPBACK.test(hostname);
}

function hourIn(text: string): Hour | null {
  const instant = parseInstant(text);
  return instant === null || wholeHour(instant) === null ? null : hourOf(instant);
}
