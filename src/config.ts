/** The environment, read once at start. Each group of variables is declared in a file of `config/`. */
import type { IssuerConfig } from './access/access-file.js';
import { ACCESS } from './config/access.js';
import { AZURE_APIS } from './config/azure-apis.js';
import { BOOKS, FOLDER_IN_URL } from './config/books.js';
import { CLOSING } from './config/closing.js';
import { COMMERCE, commerceIn } from './config/commerce.js';
import type { CommerceConfig } from './config/commerce.js';
import { EXECUTION } from './config/execution.js';
import type { ExecutionConfig } from './config/execution.js';
import { LIMITS, checkLimits } from './config/limits.js';
import type { Limits } from './config/limits.js';
import { RULES, checkRules } from './config/request-rules.js';
import type { RequestRules } from './config/request-rules.js';
import { SERVER, isLoopback } from './config/server.js';
import { valuesIn } from './config/variable.js';
import type { Values, Variable } from './config/variable.js';

/** Everything that can be configured, read once at start. */
export interface Config extends Values<typeof BOOKS>, Values<typeof SERVER>, Values<typeof AZURE_APIS> {
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
  readonly closing: Values<typeof CLOSING>;
  /** To whom closed usage is reported. */
  readonly commerce: CommerceConfig;
}

const GROUPS = [BOOKS, SERVER, ACCESS, RULES, LIMITS, EXECUTION, CLOSING, AZURE_APIS, COMMERCE];

/** Variables of the environment, as the operations guide lists them. */
export const CONFIG_VARIABLES = GROUPS.flatMap((group) => Object.values<Variable>(group));

/** The configuration is wrong. The message holds one line per problem, and no value: values may be secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the environment. Throws a ConfigError that names every problem at once. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const problems: string[] = [];
  const onProblem = (sentence: string) => problems.push(sentence);
  const books = valuesIn(BOOKS, env, onProblem);
  const server = valuesIn(SERVER, env, onProblem);
  const access = valuesIn(ACCESS, env, onProblem);
  const rules = valuesIn(RULES, env, onProblem);
  const limits = valuesIn(LIMITS, env, onProblem);
  const execution = valuesIn(EXECUTION, env, onProblem);
  const closing = valuesIn(CLOSING, env, onProblem);
  const azureApis = valuesIn(AZURE_APIS, env, onProblem);
  const commerceVariables = valuesIn(COMMERCE, env, onProblem);
  // Only values that are right by themselves can be compared.
  refuse(problems);
  const listensBeyondLoopback = !isLoopback(server.host);
  if (listensBeyondLoopback && !access.allowsAnyHost && access.issuers === null) {
    onProblem('HOST is not loopback; name issuers in ACCESS_FILE, or set ALLOW_ANY_HOST=true to serve API keys alone');
  }
  checkLimits(limits, onProblem);
  checkRules(rules, onProblem);
  const commerce = commerceIn(commerceVariables, onProblem);
  refuse(problems);
  return Object.freeze({
    ...books,
    databaseUrl: books.databaseUrl.replace(FOLDER_IN_URL, () => books.dataFolder),
    ...server,
    listensBeyondLoopback,
    issuers: access.issuers ?? [],
    allowsLocalTokens: !listensBeyondLoopback && access.issuers === null,
    idempotencyHours: access.idempotencyHours,
    rules,
    limits,
    execution,
    closing,
    ...azureApis,
    commerce,
  });
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new ConfigError(`The configuration is wrong:\n${problems.map((problem) => `  ${problem}.`).join('\n')}`);
}
