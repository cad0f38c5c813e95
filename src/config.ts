import { readFileSync } from 'node:fs';
import { z } from 'zod';

import { parseAccessFile } from './access/access-file.js';
import type { IssuerConfig } from './access/access-file.js';
import { LIMIT_VARIABLES, limitShape, limitsOf } from './config/limits.js';
import type { Limits } from './config/limits.js';
import { RULE_VARIABLES, hasDocumentFile, requestRulesOf, ruleShape } from './config/request-rules.js';
import type { RequestRules } from './config/request-rules.js';
import { whole } from './config/variable.js';
import type { Variable } from './config/variable.js';
import { AZURE_API_VARIABLES, azureApiShape, azureApisOf } from './config/azure-apis.js';
import type { AzureApiConfig, CollectionConfig } from './config/azure-apis.js';
import { COMMERCE_VARIABLES, commerceConfigOf, commerceEnvironment, missingForCommerce } from './config/commerce.js';
import type { CommerceConfig } from './config/commerce.js';

/** Everything that can be configured, read once at start. */
export interface Config extends AzureApiConfig, CollectionConfig {
  readonly databaseUrl: string;
  readonly host: string;
  readonly port: number;
  /** Holds the SQLite file by default, and the key that signs local tokens. */
  readonly dataFolder: string;
  readonly bodyBytesMax: number;
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  readonly allowsAnyHost: boolean;
  readonly closing: {
    /** Whether `serve` closes and reports by itself. */
    readonly isAutomatic: boolean;
    readonly graceMs: number;
    /** How often `serve` looks for days to close. */
    readonly everyMs: number;
    /** How often `serve` looks for reports to make and to send. */
    readonly reportEveryMs: number;
  };
  /** Whose tokens are believed. */
  readonly issuers: readonly IssuerConfig[];
  /** Whether tokens that this machine signs are accepted: on loopback alone, and never beside an issuer. */
  readonly allowsLocalTokens: boolean;
  /** How long the answer to a change that is wanted once is kept. */
  readonly idempotencyHours: number;
  /** How much one caller may ask at once. */
  readonly limits: Limits;
  /** Who may send what kind of request. */
  readonly rules: RequestRules;
  /** To whom closed usage is reported. */
  readonly commerce: CommerceConfig;
  /** What `/metrics` asks for; null: there is no such route. */
  readonly metricsToken: string | null;
}

/** Variables of the environment, as the operations guide lists them. */
export const CONFIG_VARIABLES: readonly Variable[] = [
  {
    name: 'DATABASE_URL',
    meaning: 'Where the books are: `sqlite:<file>` or `mysql://user:password@host:port/name`.',
    default: 'sqlite:<DATA_FOLDER>/usage.sqlite',
  },
  { name: 'HOST', meaning: 'Address to listen on.', default: '127.0.0.1' },
  { name: 'PORT', meaning: 'Port to listen on; 0 takes a free one.', default: '4000' },
  {
    name: 'DATA_FOLDER',
    meaning: 'Folder of the SQLite file and of the key that signs tokens.',
    default: 'data',
  },
  {
    name: 'BODY_BYTES_MAX',
    meaning: 'Largest request body that is accepted, in bytes.',
    default: '8388608',
  },
  {
    name: 'LOG_LEVEL',
    meaning: 'silent, error, warn, info or debug. Logs are JSON lines on standard output.',
    default: 'info',
  },
  {
    name: 'ALLOW_ANY_HOST',
    meaning:
      'true allows a HOST that is not loopback without issuers: API keys alone are accepted then. Put TLS before it.',
    default: 'false',
  },
  {
    name: 'BACKGROUND_TASKS',
    meaning: 'false keeps `serve` from closing and reporting by itself; any number of processes may do it.',
    default: 'true',
  },
  {
    name: 'CLOSE_GRACE_HOURS',
    meaning: 'How long after its end a reported day of pushed usage stays open.',
    default: '6',
  },
  {
    name: 'CLOSE_EVERY_SECONDS',
    meaning: 'How often `serve` looks for reported days that are due to be closed.',
    default: '60',
  },
  {
    name: 'REPORT_EVERY_SECONDS',
    meaning: 'How often `serve` looks for closed days to report, and for reports to send.',
    default: '15',
  },
  {
    name: 'ACCESS_FILE',
    meaning: 'JSON file of the OpenID Connect issuers whose tokens are believed; see docs/access.md.',
    default: 'none: tokens are signed locally, on loopback only',
  },
  {
    name: 'IDEMPOTENCY_HOURS',
    meaning: 'How long a mutation with an idempotency key answers the same again.',
    default: '24',
  },
  ...RULE_VARIABLES,
  ...LIMIT_VARIABLES,
  ...AZURE_API_VARIABLES,
  ...COMMERCE_VARIABLES,
  {
    name: 'METRICS_TOKEN',
    meaning: 'Bearer token that Prometheus sends to /metrics; left out: there is no such route.',
    default: '',
  },
];

const DATABASE_URL = /^(sqlite:.+|mysql:\/\/[^/]+\/[^/]+)$/;
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

const environment = z
  .object({
    DATABASE_URL: z.string().regex(DATABASE_URL, 'is sqlite:<file> or mysql://user:password@host:port/name').optional(),
    HOST: z.string().min(1).default('127.0.0.1'),
    PORT: whole(0, 65_535).default(4000),
    DATA_FOLDER: z.string().min(1).default('data'),
    BODY_BYTES_MAX: whole(1024, 268_435_456).default(8_388_608),
    LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
    ALLOW_ANY_HOST: z.enum(['true', 'false']).default('false'),
    BACKGROUND_TASKS: z.enum(['true', 'false']).default('true'),
    CLOSE_GRACE_HOURS: whole(0, 720).default(6),
    CLOSE_EVERY_SECONDS: whole(1, 86_400).default(60),
    REPORT_EVERY_SECONDS: whole(1, 86_400).default(15),
    ACCESS_FILE: z
      .string()
      .transform((file, context) => issuersIn(file, (message) => context.addIssue({ code: 'custom', message })))
      .default([]),
    IDEMPOTENCY_HOURS: whole(1, 24 * 365).default(24),
    ...ruleShape,
    ...limitShape,
    ...azureApiShape,
    ...commerceEnvironment,
    METRICS_TOKEN: z
      .string()
      .regex(/^[\x21-\x7e]{16,}$/, 'has at least 16 characters, none of them a space')
      .optional(),
  })
  .superRefine((read, context) => {
    for (const name of missingForCommerce(read)) {
      context.addIssue({ code: 'custom', path: [name], message: `is needed for COMMERCE=${read.COMMERCE}` });
    }
  })
  .refine((given) => LOOPBACK.test(given.HOST) || given.ALLOW_ANY_HOST === 'true' || given.ACCESS_FILE.length > 0, {
    path: ['HOST'],
    message: 'is not loopback; name issuers in ACCESS_FILE, or set ALLOW_ANY_HOST=true to serve API keys alone',
  })
  .refine((read) => limitsOf(read).costMax <= limitsOf(read).costBucketSize, {
    path: ['COST_BUCKET_SIZE'],
    message: 'is less than COST_MAX, and so an operation could never be paid for',
  })
  .refine(hasDocumentFile, {
    path: ['TRUSTED_DOCUMENTS_FILE'],
    message: 'is missing; it says what the ids of trusted documents stand for',
  });

/** The configuration is wrong. The message holds one line per problem, and no value: values may be secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the environment. Throws a ConfigError that names every problem at once. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const known = CONFIG_VARIABLES.map(({ name }) => [name, env[name] === '' ? undefined : env[name]]);
  const read = environment.safeParse(Object.fromEntries(known));
  if (!read.success) {
    const lines = read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}.`);
    throw new ConfigError(`The configuration is wrong:\n  ${lines.join('\n  ')}`);
  }
  const { data } = read;
  return Object.freeze({
    databaseUrl: data.DATABASE_URL ?? `sqlite:${data.DATA_FOLDER}/usage.sqlite`,
    host: data.HOST,
    port: data.PORT,
    dataFolder: data.DATA_FOLDER,
    bodyBytesMax: data.BODY_BYTES_MAX,
    logLevel: data.LOG_LEVEL,
    closing: {
      isAutomatic: data.BACKGROUND_TASKS === 'true',
      graceMs: data.CLOSE_GRACE_HOURS * 3_600_000,
      everyMs: data.CLOSE_EVERY_SECONDS * 1_000,
      reportEveryMs: data.REPORT_EVERY_SECONDS * 1_000,
    },
    allowsAnyHost: !LOOPBACK.test(data.HOST),
    issuers: data.ACCESS_FILE,
    allowsLocalTokens: LOOPBACK.test(data.HOST) && data.ACCESS_FILE.length === 0,
    idempotencyHours: data.IDEMPOTENCY_HOURS,
    limits: limitsOf(data),
    ...azureApisOf(data),
    rules: requestRulesOf(data),
    commerce: commerceOf(data),
    metricsToken: data.METRICS_TOKEN ?? null,
  });
}

/** What the access file says; its problems are told one by one. A file that is named and says nothing is a mistake. */
function issuersIn(file: string, onProblem: (sentence: string) => void): readonly IssuerConfig[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    onProblem('names a file that cannot be read');
    return [];
  }
  const read = parseAccessFile(text);
  if ('issuers' in read && read.issuers.length > 0) return read.issuers;
  const problems = 'issuers' in read ? ['names no issuers'] : read.problems;
  for (const problem of problems) onProblem(problem);
  return [];
}

function commerceOf(data: z.infer<typeof environment>): CommerceConfig {
  try {
    return commerceConfigOf(data);
  } catch {
    // What is wrong may quote the file, which may be the secret.
    throw new ConfigError(
      'The configuration is wrong:\n  COMMERCE_CLIENT_SECRET_FILE or COMMERCE_OFFER_FILE cannot be read, or is not as described.',
    );
  }
}
