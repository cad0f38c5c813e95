import { z } from 'zod';

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
  /** Address under which callers reach the gateway, without a slash at its end; null: as each request names it. */
  readonly publicUrl: string | null;
  /** Whether the provider usage API refuses an end on the current date, as Microsoft's page says literally. */
  readonly refusesCurrentDate: boolean;
  /** How long after its end a reported hour still counts as being written. */
  readonly settleMs: number;
  /** JSON file that says from which stamps usage is pulled; null: from none. */
  readonly collectionFile: string | null;
  /** How often a serving gateway pulls. */
  readonly collectEveryMs: number;
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
    name: 'PUBLIC_URL',
    meaning: 'Address under which callers reach it, for links to next pages; needed behind a proxy.',
    default: 'as each request names it',
  },
  {
    name: 'USAGE_API_STRICT_DATES',
    meaning: 'true refuses a reportedEndTime on the current date in the provider usage API, as Microsoft writes.',
    default: 'false',
  },
  {
    name: 'USAGE_SETTLE_SECONDS',
    meaning: 'How long after its end a reported hour is still "not complete" for the usage APIs.',
    default: '120',
  },
  {
    name: 'COLLECTION_FILE',
    meaning: 'JSON file that says from which stamps usage is pulled, by `collect` and while serving.',
    default: 'none',
  },
  { name: 'COLLECT_EVERY_MINUTES', meaning: 'How often a serving gateway pulls.', default: '5' },
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
    PUBLIC_URL: z
      .url({ protocol: /^https?$/, error: 'is an http or https address' })
      .refine((url) => /^https?:\/\/[^/?#@]+(\/[^?#]*)?$/.test(url), 'has no user, query or fragment')
      .optional(),
    USAGE_API_STRICT_DATES: z.enum(['true', 'false']).default('false'),
    USAGE_SETTLE_SECONDS: whole(0, 86_400).default(120),
    COLLECTION_FILE: z.string().min(1).optional(),
    COLLECT_EVERY_MINUTES: whole(1, 1_440).default(5),
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
    publicUrl: data.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    refusesCurrentDate: data.USAGE_API_STRICT_DATES === 'true',
    settleMs: data.USAGE_SETTLE_SECONDS * 1000,
    collectionFile: data.COLLECTION_FILE ?? null,
    collectEveryMs: data.COLLECT_EVERY_MINUTES * 60_000,
  });
}

function whole(min: number, max: number) {
  const sentence = `is a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,12}$/, sentence)
    .transform(Number)
    .refine((value) => value >= min && value <= max, sentence);
}
