import 'reflect-metadata';
import { Command, CommanderError, Help, Option } from 'commander';

import { EXIT } from './exit.js';
import { helpCommand, onOneScreen } from './help.js';
import { tellingOfInterruption } from './interruption.js';
import { later } from './later.js';
import { addTenancyCommands } from './tenancy-commands.js';
import { API_KEY_DAYS_DEFAULT } from '../access/api-key.js';
import { ROLES } from '../access/principal.js';
import { CONFIG_VARIABLES } from '../config.js';
import { nearMisses } from '../config/near-misses.js';
import { sqliteVersion } from '../database/sqlite-driver.js';
import { RELEASE } from '../primitives/release.js';

/** Runs one command and answers its exit code. Problems become one sentence on standard error. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync([...argv]);
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { explain } = await import('./explain.js');
    return explain(error);
  }
}

/** The list of all commands fits one screen; what each says of itself is as Commander has it. */
const ON_ONE_SCREEN: Partial<Help> = {
  formatHelp: (command, help) =>
    command.parent === null ? onOneScreen(command) : new Help().formatHelp(command, help),
};

/** Every command with its arguments and options. */
export function createProgram(): Command {
  const cli = new Command('usage-gateway')
    .exitOverride()
    .helpCommand(false)
    .configureHelp(ON_ONE_SCREEN)
    .showHelpAfterError('(--help shows what there is)')
    .option('--version', 'print the release, and the Node and the SQLite that it runs on')
    .on('option:version', () => {
      console.log(versions());
      throw new CommanderError(EXIT.ok, 'commander.version', 'told');
    })
    .hook('preAction', warnOfNearMisses);
  cli
    .command('serve')
    .summary('Serve the APIs on the books of this machine.')
    .description(
      "Serve /graphql, /graphiql, /v1/usage and Azure's APIs below /subscriptions. Brings the tables up to date first.",
    )
    .action(later(async () => (await import('./serve-command.js')).serveCommand, tellingOfInterruption));
  cli
    .command('demo')
    .summary('Serve a made-up provider to explore.')
    .description('Serve a made-up provider with two stamps and 60 days of usage, and print tokens to explore it with.')
    .option('--days <n>', 'how many days of usage', '60')
    .option('--until <time>', 'whole UTC hour with which the usage ends; left out: the current one')
    .action(later(async () => (await import('./demo-command.js')).demoCommand, tellingOfInterruption));
  cli
    .command('migrate')
    .summary('Bring the tables up to date, or take one change back.')
    .description('Bring the tables up to date, or take the latest migration back.')
    .addOption(new Option('--down', 'take the latest migration back').conflicts('pending'))
    .option('--pending', 'only list what is pending; exit code 1 if anything is')
    .action(later(async () => (await import('./migrate-command.js')).migrateCommand));
  cli
    .command('ingest')
    .summary('Take a file of usage into the books.')
    .description(
      'Take a file of usage into the books: records (JSON array or one per line), CloudEvents, or the response of the Azure provider usage API. Works beside a running server.',
    )
    .argument('<file>', 'the file; - reads standard input')
    .requiredOption('--registration <name>', 'whose usage it is')
    .option('--reported-hour <time>', 'for a provider response: the reported hour that was asked for')
    .option('--source <name>', 'for a provider response: who is named as its sender', 'azure-stack')
    .option(
      '--as-reported',
      'while the books are set up: file each pushed record under the hour in which it was used, as history is; rows of a stamp are filed under their reported hour anyway',
    )
    .option('--verdicts', 'print one line of JSON per record')
    .action(later(async () => (await import('./ingest-command.js')).ingestCommand));
  cli
    .command('close')
    .summary('Close reported days that are over.')
    .description('Close reported days that are over: their usage and destinations are then final. `serve` does it too.')
    .option('--registration <name>', 'only this one, without waiting for the grace')
    .option('--through <day>', 'with --registration: up to and including this UTC day; left out: yesterday')
    .action(later(async () => (await import('./close-command.js')).closeCommand));
  cli
    .command('report')
    .summary('Put closed days into reports and send what is due.')
    .description('Put closed days into reports and send what is due to the receiver of COMMERCE. `serve` does it too.')
    .action(later(async () => (await import('./report-command.js')).reportCommand));
  cli
    .command('fake-commerce')
    .summary('Serve a made-up receiver of reports.')
    .description('Serve a made-up receiver of reports on this machine, to try a gateway against.')
    .option('--port <n>', 'port to listen on; 0 takes a free one', '4100')
    .option('--file <file>', 'SQLite file of what it received', ':memory:')
    .option('--secret <text>', 'client secret that it asks for when a gateway signs in')
    .action(later(async () => (await import('./fake-commerce-command.js')).fakeCommerceCommand, tellingOfInterruption));
  cli
    .command('collect')
    .summary('Pull usage from the stamps of COLLECTION_FILE.')
    .description(
      'Pull usage from the stamps of COLLECTION_FILE: every reported hour that is complete and not in the books yet, oldest first. Safe to stop and to run again, also beside a running server.',
    )
    .option('--registration <name...>', 'only from the stamps of these registrations')
    .option('--until <time>', 'only reported hours that end by then')
    .option('--no-reread', 'do not read past hours again')
    .action(later(async () => (await import('./collect-command.js')).collectCommand, tellingOfInterruption));
  cli
    .command('registration')
    .summary('Create a registration.')
    .description('Create a registration, so that its usage can be taken in.')
    .argument('<name>', '1 to 90 letters, digits or _-.()')
    .requiredOption('--cloud-id <guid>', 'the stamp (CloudDeploymentID)')
    .requiredOption('--base-subscription <guid>', 'Azure subscription billed where no mapping holds')
    .option('--billing-model <model>', 'how the stamp is licensed', 'PAY_AS_YOU_USE')
    .option('--base-offer <offer>', 'offer of the base subscription', 'CSP')
    .option('--partner <id>', 'partner to whom the base subscription rolls up')
    .option('--multitenancy', 'Microsoft has approved it for multitenancy')
    .option(
      '--usage-intake <how>',
      'PUSHED: days close by the clock. PULLED: usage is filed under the hour it was asked for, days close when it was pulled',
      'PUSHED',
    )
    .option('--agreement-number <text>', 'demanded by CAPACITY')
    .option('--asset-tag <text>', 'demanded by CUSTOM')
    .option(
      '--books-from <day>',
      'first reported day of the books, before which all is history; left out: today, or the day with which collection begins',
    )
    .action(later(async () => (await import('./registration-command.js')).registrationCommand));
  const books = cli
    .command('books')
    .summary('Say what the books are; begin those of a registration.')
    .description('Say what the books are: LIVE, DEMO or MIXED; which release wrote them, and what they hold.')
    .addOption(
      new Option('--decide <kind>', 'say what MIXED books are; this cannot be undone').choices(['LIVE', 'DEMO']),
    )
    .action(later(async () => (await import('./books-command.js')).booksCommand));
  books
    .command('preview')
    .description('Print what opening the books would close for good. Its last line is the digest alone.')
    .argument('<registration>', 'whose books')
    .action(later(async () => (await import('./registration-books-command.js')).booksPreviewCommand));
  books
    .command('open')
    .description('Open the books as they were looked at: from now on days close. There is no way back.')
    .argument('<registration>', 'whose books')
    .requiredOption('--expect <digest>', 'the last line of the preview that you looked at')
    .option('--even-if-empty', 'also where the books hold no record at all')
    .action(later(async () => (await import('./registration-books-command.js')).booksOpenCommand));
  books
    .command('from')
    .description('Say with which reported day the books begin. Days before it are history: in no report.')
    .argument('<registration>', 'whose books')
    .argument('<day>', 'UTC day, such as 2026-03-01')
    .action(later(async () => (await import('./registration-books-command.js')).booksFromCommand));
  books
    .command('discard')
    .description('Take a registration back whose books are set up, with everything that was taken in for it.')
    .argument('<registration>', 'whose books')
    .action(later(async () => (await import('./registration-books-command.js')).booksDiscardCommand));
  addTenancyCommands(cli);
  cli
    .command('token')
    .summary('Sign a token.')
    .description('Sign a token with the key of the data folder. Its last line is the token alone.')
    .addOption(new Option('--role <role>', 'what the caller is').choices(ROLES).makeOptionMandatory())
    .option('--subject <name>', 'name of the caller, written beside what it changes')
    .option('--registration <name...>', 'limit to registrations')
    .option('--tenant <guid...>', 'limit to tenants')
    .option('--reseller <name...>', 'limit to the tenants of resellers')
    .option('--source <name...>', 'limit what it sends to these sources, whose records are its own')
    .option('--hours <n>', 'how long it is good for', '12')
    .action(later(async () => (await import('./token-command.js')).tokenCommand));
  const keys = cli
    .command('api-key')
    .summary('Create, revoke and list API keys.')
    .description('Credentials of integrations.');
  keys
    .command('create')
    .description('Make a key. Its last line is the key alone, shown this once.')
    .argument('<name>', 'what it is used by')
    .addOption(new Option('--role <role>', 'what whoever holds it is').choices(ROLES).makeOptionMandatory())
    .option('--registration <name...>', 'limit to registrations')
    .option('--tenant <guid...>', 'limit to tenants')
    .option('--reseller <name...>', 'limit to the tenants of resellers')
    .option('--source <name...>', 'limit what it sends to these sources, whose records are its own')
    .option('--days <n>', 'how long it is good for', String(API_KEY_DAYS_DEFAULT))
    .action(later(async () => (await import('./api-key-command.js')).apiKeyCreateCommand));
  keys
    .command('revoke')
    .description('End a key at once.')
    .argument('<keyId>', 'its public part')
    .action(later(async () => (await import('./api-key-command.js')).apiKeyRevokeCommand));
  keys
    .command('list')
    .description('Print the keys, one line of JSON each.')
    .action(later(async () => (await import('./api-key-command.js')).apiKeyListCommand));
  cli
    .command('audit')
    .summary('Check the audit log.')
    .description('The audit log.')
    .command('verify')
    .description('Compute the whole audit log again; exit code 1 where it was tampered with.')
    .option('--expect <hash>', 'a hash that was noted earlier: the log must still hold it')
    .action(later(async () => (await import('./audit-command.js')).auditVerifyCommand));
  cli
    .command('schema')
    .summary('Print the GraphQL schema.')
    .description('Print the GraphQL schema.')
    .option('--output <file>', 'write it to a file instead')
    .action(later(async () => (await import('./schema-command.js')).schemaCommand));
  cli
    .command('help')
    .summary('Explain a command, or list the environment variables.')
    .description('Explain a command; "help env" lists the environment variables.')
    .argument('[topic...]', 'a command, or env')
    .action((topics: readonly string[]) => helpCommand(cli, topics));
  return cli;
}

/** A name that is mistyped would be ignored in silence, and something else than was meant would happen. */
function warnOfNearMisses(): void {
  const ours = CONFIG_VARIABLES.map(({ name }) => name);
  for (const { name, meant } of nearMisses(process.env, ours)) {
    const hint = meant === null ? '"usage-gateway help env" lists those that are.' : `did you mean ${meant}?`;
    console.error(`Warning: the environment variable ${name} is not read; ${hint}`);
  }
}

function versions(): string {
  return `usage-gateway ${RELEASE} (Node ${process.versions.node}, SQLite ${sqliteVersion()})`;
}
