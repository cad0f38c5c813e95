import { z } from 'zod';

import { COMMERCE_VARIABLES, commerceConfigOf, commerceEnvironment, missingForCommerce } from './commerce-config.js';
import type { CommerceConfig } from './commerce-config.js';

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
  readonly closing: {
    /** Whether `serve` closes and reports by itself. */
    readonly isAutomatic: boolean;
    readonly graceMs: number;
  };
  readonly commerce: CommerceConfig;
  /** What `/metrics` asks for; null: there is no such route. */
  readonly metricsToken: string | null;
}

interface Variable {
  readonly name: string;
  readonly meaning: string;
  readonly default: string;
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
  .refine(({ HOST, ALLOW_ANY_HOST }) => LOOPBACK.test(HOST) || ALLOW_ANY_HOST === 'true', {
    path: ['HOST'],
    message: 'is not loopback; set ALLOW_ANY_HOST=true to serve others',
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
    closing: { isAutomatic: data.BACKGROUND_TASKS === 'true', graceMs: data.CLOSE_GRACE_HOURS * 3_600_000 },
    commerce: commerceOf(data),
    metricsToken: data.METRICS_TOKEN ?? null,
  });
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

function whole(min: number, max: number) {
  const sentence = `is a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,12}$/, sentence)
    .transform(Number)
    .refine((value) => value >= min && value <= max, sentence);
}
