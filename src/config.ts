/** The environment, read once at start: each group of variables has its own file in `config/`. */
import { z } from 'zod';

import type { IssuerConfig } from './access/access-file.js';
import { ACCESS_VARIABLES, accessShape } from './config/access.js';
import { AZURE_API_VARIABLES, azureApiShape, azureApisOf } from './config/azure-apis.js';
import type { AzureApiConfig, CollectionConfig } from './config/azure-apis.js';
import { BOOKS_VARIABLES, booksShape } from './config/books.js';
import { CLOSING_VARIABLES, closingConfigOf, closingShape } from './config/closing.js';
import type { ClosingConfig } from './config/closing.js';
import {
  COMMERCE_VARIABLES,
  CommerceFileError,
  commerceConfigOf,
  commerceShape,
  missingForCommerce,
} from './config/commerce.js';
import type { CommerceConfig } from './config/commerce.js';
import { EXECUTION_VARIABLES, executionConfigOf, executionShape } from './config/execution.js';
import type { ExecutionConfig } from './config/execution.js';
import { LIMIT_VARIABLES, limitShape, limitsOf } from './config/limits.js';
import type { Limits } from './config/limits.js';
import { RULE_VARIABLES, hasDocumentFile, requestRulesOf, ruleShape } from './config/request-rules.js';
import type { RequestRules } from './config/request-rules.js';
import { SERVER_VARIABLES, isLoopback, serverShape } from './config/server.js';
import type { Variable } from './config/variable.js';
import { inPlainWords } from './primitives/plain-problems.js';

/** Everything that can be configured, read once at start. */
export interface Config extends AzureApiConfig, CollectionConfig {
  readonly databaseUrl: string;
  /** Holds the SQLite file by default, and the key that signs local tokens, cursors and links. */
  readonly dataFolder: string;
  /** Threads that take usage in, at most. */
  readonly writerThreads: number;
  readonly host: string;
  readonly port: number;
  readonly bodyBytesMax: number;
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug';
  /** What `/metrics` asks for; null: there is no such route. */
  readonly metricsToken: string | null;
  /** Whether other machines can reach it. */
  readonly listensBeyondLoopback: boolean;
  /** Whose tokens are believed. */
  readonly issuers: readonly IssuerConfig[];
  /** Whether tokens that this machine signs are accepted: on loopback alone, and never beside an issuer. */
  readonly allowsLocalTokens: boolean;
  /** How long the answer to a change that is wanted once is kept. */
  readonly idempotencyHours: number;
  /** Who may send what kind of request. */
  readonly rules: RequestRules;
  /** How much one caller may ask at once. */
  readonly limits: Limits;
  /** How operations are executed. */
  readonly execution: ExecutionConfig;
  /** When reported days are closed. */
  readonly closing: ClosingConfig;
  /** To whom closed usage is reported. */
  readonly commerce: CommerceConfig;
}

/** Variables of the environment, as the operations guide lists them. */
export const CONFIG_VARIABLES: readonly Variable[] = [
  ...BOOKS_VARIABLES,
  ...SERVER_VARIABLES,
  ...ACCESS_VARIABLES,
  ...RULE_VARIABLES,
  ...LIMIT_VARIABLES,
  ...EXECUTION_VARIABLES,
  ...CLOSING_VARIABLES,
  ...AZURE_API_VARIABLES,
  ...COMMERCE_VARIABLES,
];

const environment = z
  .object({
    ...booksShape,
    ...serverShape,
    ...accessShape,
    ...ruleShape,
    ...limitShape,
    ...executionShape,
    ...closingShape,
    ...commerceShape,
    ...azureApiShape,
  })
  .superRefine((read, context) => {
    for (const name of missingForCommerce(read)) {
      context.addIssue({ code: 'custom', path: [name], message: `is needed for COMMERCE=${read.COMMERCE}` });
    }
  })
  .refine((read) => isLoopback(read.HOST) || read.ALLOW_ANY_HOST || read.ACCESS_FILE.length > 0, {
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
  const read = environment.safeParse(Object.fromEntries(known), { error: inPlainWords });
  if (!read.success) {
    const lines = read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}.`);
    throw new ConfigError(`The configuration is wrong:\n  ${lines.join('\n  ')}`);
  }
  const { data } = read;
  const hasIssuers = data.ACCESS_FILE.length > 0;
  return Object.freeze({
    databaseUrl: data.DATABASE_URL ?? `sqlite:${data.DATA_FOLDER}/usage.sqlite`,
    dataFolder: data.DATA_FOLDER,
    writerThreads: data.WRITER_THREADS,
    host: data.HOST,
    port: data.PORT,
    bodyBytesMax: data.BODY_BYTES_MAX,
    logLevel: data.LOG_LEVEL,
    metricsToken: data.METRICS_TOKEN ?? null,
    listensBeyondLoopback: !isLoopback(data.HOST),
    issuers: data.ACCESS_FILE,
    allowsLocalTokens: isLoopback(data.HOST) && !hasIssuers,
    idempotencyHours: data.IDEMPOTENCY_HOURS,
    rules: requestRulesOf(data),
    limits: limitsOf(data),
    execution: executionConfigOf(data),
    closing: closingConfigOf(data),
    commerce: commerceOf(data),
    ...azureApisOf(data),
  });
}

function commerceOf(data: z.infer<typeof environment>): CommerceConfig {
  try {
    return commerceConfigOf(data);
  } catch (error) {
    if (!(error instanceof CommerceFileError)) throw error;
    throw new ConfigError(`The configuration is wrong:\n  ${error.message}.`);
  }
}
