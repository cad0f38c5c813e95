import 'reflect-metadata';
import { Command, CommanderError, Option } from 'commander';

import { collectCommand } from './collect-command.js';
import { demoCommand } from './demo-command.js';
import { CommandError, EXIT } from './exit.js';
import { ingestCommand } from './ingest-command.js';
import { migrateCommand } from './migrate-command.js';
import { registrationCommand } from './registration-command.js';
import { schemaCommand } from './schema-command.js';
import { serveCommand } from './serve-command.js';
import { tokenCommand } from './token-command.js';
import { ROLES } from '../access/principal.js';
import { CollectionFileError } from '../collection/collection-file.js';
import { CONFIG_VARIABLES, ConfigError } from '../config.js';
import { NewerDatabaseError } from '../database/migrate.js';
import { DomainError } from '../primitives/errors.js';

/** Runs one command and answers its exit code. Problems become one sentence on standard error. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    await program().parseAsync([...argv]);
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.ok;
  } catch (error) {
    return explain(error);
  }
}

function program(): Command {
  const cli = new Command('usage-gateway')
    .description('Takes in what every resource of an Azure Stack Hub used, keeps exact books, and serves them.')
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText('after', helpAfter());
  cli
    .command('serve')
    .description(
      "Serve /graphql, /graphiql, /v1/usage and Azure's APIs below /subscriptions. Brings the tables up to date first.",
    )
    .action(serveCommand);
  cli
    .command('demo')
    .description('Serve a made-up stamp with 60 days of usage, and print tokens to explore it with.')
    .option('--days <n>', 'how many days of usage', '60')
    .action(demoCommand);
  cli
    .command('migrate')
    .description('Bring the tables up to date, or take the latest migration back.')
    .addOption(new Option('--down', 'take the latest migration back').conflicts('pending'))
    .option('--pending', 'only list what is pending; exit code 1 if anything is')
    .action(migrateCommand);
  cli
    .command('ingest')
    .description(
      'Take a file of usage into the books: records (JSON array or one per line), CloudEvents, or the response of the Azure provider usage API. Works beside a running server.',
    )
    .argument('<file>', 'the file; - reads standard input')
    .requiredOption('--registration <name>', 'whose usage it is')
    .option('--reported-hour <time>', 'for a provider response: the reported hour that was asked for')
    .option('--source <name>', 'for a provider response: who is named as its sender', 'azure-stack')
    .option('--verdicts', 'print one line of JSON per record')
    .action(ingestCommand);
  cli
    .command('collect')
    .description(
      'Pull usage from the stamps of COLLECTION_FILE: every reported hour that is complete and not in the books yet, oldest first. Safe to stop and to run again, also beside a running server.',
    )
    .option('--registration <name...>', 'only from the stamps of these registrations')
    .option('--until <time>', 'only reported hours that end by then')
    .option('--no-reread', 'do not read past hours again')
    .action(collectCommand);
  cli
    .command('registration')
    .description('Create a registration, so that its usage can be taken in.')
    .argument('<name>', '1 to 90 letters, digits or _-.()')
    .requiredOption('--cloud-id <guid>', 'the stamp (CloudDeploymentID)')
    .requiredOption('--base-subscription <guid>', 'Azure subscription billed where no mapping holds')
    .option('--billing-model <model>', 'how the stamp is licensed', 'PAY_AS_YOU_USE')
    .option('--base-offer <offer>', 'offer of the base subscription', 'CSP')
    .option('--partner <id>', 'partner to whom the base subscription rolls up')
    .option('--multitenancy', 'Microsoft has approved it for multitenancy')
    .option('--agreement-number <text>', 'demanded by CAPACITY')
    .option('--asset-tag <text>', 'demanded by CUSTOM')
    .action(registrationCommand);
  cli
    .command('token')
    .description('Sign a token with the key of the data folder. Its last line is the token alone.')
    .addOption(new Option('--role <role>', 'what the caller is').choices(ROLES).makeOptionMandatory())
    .option('--subject <name>', 'name of the caller, written beside what it changes')
    .option('--registration <name...>', 'limit to registrations')
    .option('--tenant <guid...>', 'limit to tenants')
    .option('--reseller <name...>', 'limit to the tenants of resellers')
    .option('--hours <n>', 'how long it is good for', '12')
    .action(tokenCommand);
  cli
    .command('schema')
    .description('Print the GraphQL schema.')
    .option('--output <file>', 'write it to a file instead')
    .action(schemaCommand);
  return cli;
}

function helpAfter(): string {
  const variables = CONFIG_VARIABLES.map(
    ({ name, meaning, default: value }) => `  ${name.padEnd(22)} ${meaning} Default: ${value}.`,
  );
  return `
Environment:
${variables.join('\n')}

Exit codes:
  0  done            1  it failed            2  wrong arguments or configuration
  3  ingest, collect: done, but something was refused or has changed (it is in quarantine)

Example:
  usage-gateway registration my-hub --cloud-id <guid> --base-subscription <guid>
  usage-gateway ingest usage.json --registration my-hub
  usage-gateway token --role OPERATOR`;
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ConfigError || error instanceof CollectionFileError) {
    console.error(error.message);
    return EXIT.usage;
  }
  if (error instanceof CommandError || error instanceof NewerDatabaseError) {
    console.error(error.message);
    return EXIT.failed;
  }
  if (error instanceof DomainError) {
    console.error(`${error.message} (${error.code})`);
    return EXIT.failed;
  }
  console.error(sentenceOf(error));
  return EXIT.failed;
}

interface SystemError extends Error {
  readonly code?: string;
  readonly path?: string;
  readonly address?: string;
  readonly port?: number;
}

const NOT_WRITABLE = ({ path, message }: SystemError) =>
  path === undefined
    ? `Not allowed: ${message}`
    : `Not allowed to write ${path}. Set DATA_FOLDER to a folder that may be written.`;
const SQLITE_NOT_WRITABLE = () =>
  'The SQLite file cannot be written. Set DATA_FOLDER or DATABASE_URL to a place that may be written.';

/** Common troubles of files, ports and servers, each in a sentence that says what to do. */
const SENTENCES: ReadonlyMap<string, (error: SystemError) => string> = new Map([
  [
    'EADDRINUSE',
    ({ address, port }) => `Port ${port} on ${address} is in use. Stop what listens there, or set PORT to another one.`,
  ],
  ['EADDRNOTAVAIL', ({ address }) => `This machine has no address ${address}. Set HOST to one that it has.`],
  ['EACCES', NOT_WRITABLE],
  ['EROFS', NOT_WRITABLE],
  ['EPERM', NOT_WRITABLE],
  ['ENOENT', ({ path }) => `There is no ${path}.`],
  ['ENOTDIR', ({ path }) => `${path} lies below something that is no folder.`],
  [
    'ECONNREFUSED',
    ({ address, port }) => `Nothing answers at ${address}:${port}. Is the database of DATABASE_URL running?`,
  ],
  ['ENOTFOUND', () => 'The host of DATABASE_URL is not known here.'],
  ['SQLITE_CANTOPEN', SQLITE_NOT_WRITABLE],
  ['SQLITE_READONLY', SQLITE_NOT_WRITABLE],
  ['SQLITE_NOTADB', () => 'The file of DATABASE_URL is no SQLite database.'],
  ['ER_ACCESS_DENIED_ERROR', () => 'The database refuses the user or password of DATABASE_URL.'],
  ['ER_BAD_DB_ERROR', () => 'The database named in DATABASE_URL does not exist. Create it first.'],
] as const);

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const sentence = SENTENCES.get((error as SystemError).code ?? '');
  return sentence?.(error) ?? error.stack ?? error.message;
}
