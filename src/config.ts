import { z } from 'zod';

import { LIMIT_VARIABLES, limitShape, limitsOf } from './config/limits.js';
import type { Limits } from './config/limits.js';
import { RULE_VARIABLES, hasDocumentFile, requestRulesOf, ruleShape } from './config/request-rules.js';
import type { RequestRules } from './config/request-rules.js';
import { whole } from './config/variable.js';
import type { Variable } from './config/variable.js';

/** Everything that can be configured, read once at start. */
export interface Config {
  readonly databaseUrl: string;
  readonly host: string;
  readonly port: number;
  /** Holds the SQLite file by default, and the key that signs local tokens. */
  readonly dataFolder: string;
  readonly bodyBytesMax: number;
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  readonly allowsAnyHost: boolean;
  /** How much one caller may ask at once. */
  readonly limits: Limits;
  /** Who may send what kind of request. */
  readonly rules: RequestRules;
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
    meaning: 'true allows a HOST that is not loopback. Tokens are signed locally; put TLS before it.',
    default: 'false',
  },
  ...RULE_VARIABLES,
  ...LIMIT_VARIABLES,
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
    ...ruleShape,
    ...limitShape,
  })
  .refine(({ HOST, ALLOW_ANY_HOST }) => LOOPBACK.test(HOST) || ALLOW_ANY_HOST === 'true', {
    path: ['HOST'],
    message: 'is not loopback; set ALLOW_ANY_HOST=true to serve others',
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
    allowsAnyHost: data.ALLOW_ANY_HOST === 'true',
    limits: limitsOf(data),
    rules: requestRulesOf(data),
  });
}
