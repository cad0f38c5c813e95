import { readFileSync } from 'node:fs';
import { z } from 'zod';

import { whole } from './variable.js';
import type { Variable } from './variable.js';

/** To whom closed usage is reported. */
export type CommerceConfig =
  | { readonly client: 'none' }
  | { readonly client: 'file'; readonly folder: string }
  | {
      readonly client: 'https';
      readonly url: string;
      readonly timeoutMs: number;
      readonly signIn: {
        readonly tokenUrl: string;
        readonly clientId: string;
        readonly clientSecret: string;
        readonly scope: string | null;
      } | null;
    };

/** Variables of the environment that say so, as the operations guide lists them. */
export const COMMERCE_VARIABLES: readonly Variable[] = [
  {
    name: 'COMMERCE',
    meaning: 'Where closed usage is reported: none (it waits), https or file.',
    default: 'none',
  },
  { name: 'COMMERCE_URL', meaning: 'https: reports go to <url>/usage-reports.', default: '' },
  {
    name: 'COMMERCE_TOKEN_URL',
    meaning: 'https: where the gateway signs in (OAuth client credentials); left out: no token is sent.',
    default: '',
  },
  { name: 'COMMERCE_CLIENT_ID', meaning: 'https: as whom it signs in.', default: '' },
  {
    name: 'COMMERCE_CLIENT_SECRET_FILE',
    meaning: 'https: a file that holds the client secret; better than the variable that follows.',
    default: '',
  },
  { name: 'COMMERCE_CLIENT_SECRET', meaning: 'https: the client secret itself.', default: '' },
  { name: 'COMMERCE_SCOPE', meaning: 'https: scope that is asked for when signing in.', default: '' },
  { name: 'COMMERCE_TIMEOUT_SECONDS', meaning: 'https: how long an answer may take.', default: '60' },
  { name: 'COMMERCE_FOLDER', meaning: 'file: folder into which reports are written.', default: '' },
];

const HTTPS_OR_LOOPBACK = /^(https:\/\/[^/]+|http:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?(\/|$))/;

const endpoint = z.string().regex(HTTPS_OR_LOOPBACK, 'is an https address (http only on this machine)');

/** How each variable is read. */
export const commerceShape = {
  COMMERCE: z.enum(['none', 'https', 'file']).default('none'),
  COMMERCE_URL: endpoint.optional(),
  COMMERCE_TOKEN_URL: endpoint.optional(),
  COMMERCE_CLIENT_ID: z.string().optional(),
  COMMERCE_CLIENT_SECRET_FILE: z.string().optional(),
  COMMERCE_CLIENT_SECRET: z.string().optional(),
  COMMERCE_SCOPE: z.string().optional(),
  COMMERCE_TIMEOUT_SECONDS: whole(1, 300).default(60),
  COMMERCE_FOLDER: z.string().optional(),
};

type Read = z.infer<z.ZodObject<typeof commerceShape>>;

/** What is missing for the chosen client: names of variables. */
export function missingForCommerce(read: Read): readonly string[] {
  switch (read.COMMERCE) {
    case 'none':
      return [];
    case 'file':
      return read.COMMERCE_FOLDER === undefined ? ['COMMERCE_FOLDER'] : [];
    case 'https': {
      const hasSecret = read.COMMERCE_CLIENT_SECRET !== undefined || read.COMMERCE_CLIENT_SECRET_FILE !== undefined;
      const signsIn = read.COMMERCE_TOKEN_URL !== undefined;
      return [
        ...(read.COMMERCE_URL === undefined ? ['COMMERCE_URL'] : []),
        ...(signsIn && read.COMMERCE_CLIENT_ID === undefined ? ['COMMERCE_CLIENT_ID'] : []),
        ...(signsIn && !hasSecret ? ['COMMERCE_CLIENT_SECRET_FILE'] : []),
      ];
    }
  }
}

/** The configuration of the chosen client, whose variables are all there. Reads the secret's file. */
export function commerceConfigOf(read: Read): CommerceConfig {
  if (read.COMMERCE === 'none') return { client: 'none' };
  if (read.COMMERCE === 'file') return { client: 'file', folder: read.COMMERCE_FOLDER ?? '' };
  const { COMMERCE_TOKEN_URL: tokenUrl, COMMERCE_CLIENT_SECRET_FILE: secretFile } = read;
  return {
    client: 'https',
    url: read.COMMERCE_URL ?? '',
    timeoutMs: read.COMMERCE_TIMEOUT_SECONDS * 1_000,
    signIn:
      tokenUrl === undefined
        ? null
        : {
            tokenUrl,
            clientId: read.COMMERCE_CLIENT_ID ?? '',
            clientSecret:
              secretFile === undefined ? (read.COMMERCE_CLIENT_SECRET ?? '') : readFileSync(secretFile, 'utf8').trim(),
            scope: read.COMMERCE_SCOPE ?? null,
          },
  };
}
