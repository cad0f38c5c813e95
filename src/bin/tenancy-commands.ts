import type { Command } from 'commander';

import { later } from './later.js';

const REGISTRATION = ['--registration <name>', 'on which registration'] as const;
const FROM = '--from <time>';
const FROM_MEANS =
  'first usage hour for which it holds: a whole UTC hour or a UTC day; left out: the beginning while the books are set up, else the current hour';
const DRY_RUN = ['--dry-run', 'only say what would move'] as const;

/** The commands about customers, their subscriptions and resellers: the acts of the mutations of the same names. */
export function addTenancyCommands(cli: Command): void {
  cli
    .command('onboard')
    .summary('Bring many customers in from a CSV file.')
    .description(
      'Bring many customers in: registers each tenant, adds its CSP subscription, maps it and assigns its stack subscriptions, as far as that is not so already. Safe to run again.',
    )
    .argument(
      '<file>',
      'CSV in UTF-8 with the columns tenant, name, reseller, csp subscription, stack subscriptions, effective from; - reads standard input',
    )
    .requiredOption(...REGISTRATION)
    .option('--dry-run', 'check every line and say what would be done')
    .action(later(async () => (await import('./onboard-command.js')).onboardCommand));
  addTenantCommands(
    cli
      .command('tenant')
      .summary('Register, map, assign and list customers.')
      .description('Customers, and where their usage is billed.'),
  );
  addCspSubscriptionCommands(
    cli
      .command('csp-subscription')
      .summary('Add, rename and list CSP subscriptions.')
      .description("Customers' Azure subscriptions, to which usage can be billed."),
  );
  const resellers = cli
    .command('reseller')
    .summary('Register and list resellers.')
    .description('Indirect partners that own tenants.');
  resellers
    .command('register')
    .description('Make a reseller known, so that tenants can be given to it.')
    .argument('<name>', 'unique; compared without case')
    .option('--partner <id>', 'its partner id at Microsoft')
    .action(later(async () => (await import('./reseller-command.js')).resellerRegisterCommand));
  resellers
    .command('list')
    .description('Print the resellers.')
    .action(later(async () => (await import('./reseller-command.js')).resellerListCommand));
}

function addTenantCommands(tenants: Command): void {
  tenants
    .command('register')
    .description("Make a customer's directory known. Its usage is billed to the base subscription until it is mapped.")
    .argument('<tenant>', 'GUID of the directory')
    .requiredOption(...REGISTRATION)
    .requiredOption('--name <name>', 'name for people')
    .option('--reseller <name>', 'reseller that owns it')
    .action(later(async () => (await import('./tenant-command.js')).tenantRegisterCommand));
  tenants
    .command('update')
    .description('Rename a tenant, give it to another reseller, or take it back. Nothing is billed elsewhere.')
    .argument('<tenant>', 'GUID of the directory')
    .requiredOption(...REGISTRATION)
    .option('--name <name>', 'name for people')
    .option('--reseller <name>', 'reseller that owns it from now on')
    .option('--no-reseller', 'no reseller owns it any more')
    .action(later(async () => (await import('./tenant-command.js')).tenantUpdateCommand));
  tenants
    .command('map')
    .description("Bill a tenant's usage to a CSP subscription, as far as its reported day is open.")
    .argument('<tenant>', 'GUID of the directory')
    .requiredOption(...REGISTRATION)
    .requiredOption('--csp-subscription <guid>', 'what is billed')
    .option(FROM, FROM_MEANS)
    .option(...DRY_RUN)
    .action(later(async () => (await import('./tenant-command.js')).tenantMapCommand));
  tenants
    .command('unmap')
    .description("Bill a tenant's usage to the base subscription again, as far as its reported day is open.")
    .argument('<tenant>', 'GUID of the directory')
    .requiredOption(...REGISTRATION)
    .option(FROM, FROM_MEANS)
    .option(...DRY_RUN)
    .action(later(async () => (await import('./tenant-command.js')).tenantUnmapCommand));
  tenants
    .command('assign')
    .description("Say whose a stack subscription is. Its open usage moves to that tenant's destinations.")
    .argument('<tenant>', 'GUID of the directory')
    .argument('<stackSubscription>', 'GUID of the subscription on the stamp; it need not have sent usage yet')
    .requiredOption(...REGISTRATION)
    .option('--name <name>', 'name of the stack subscription for people')
    .option(...DRY_RUN)
    .action(later(async () => (await import('./tenant-command.js')).tenantAssignCommand));
  tenants
    .command('list')
    .description('Print the tenants of a registration, and where each is billed.')
    .requiredOption(...REGISTRATION)
    .action(later(async () => (await import('./tenant-command.js')).tenantListCommand));
}

function addCspSubscriptionCommands(subscriptions: Command): void {
  subscriptions
    .command('add')
    .description('Make a CSP subscription known. Nothing is billed to it until its tenant is mapped.')
    .argument('<cspSubscription>', 'GUID of the Azure subscription')
    .requiredOption(...REGISTRATION)
    .requiredOption('--tenant <guid>', 'directory in which it lives')
    .requiredOption('--name <name>', 'name for people')
    .option('--partner <id>', 'partner to whom it rolls up; left out: that of the registration')
    .action(later(async () => (await import('./csp-subscription-command.js')).cspSubscriptionAddCommand));
  subscriptions
    .command('update')
    .description('Rename a CSP subscription. Nothing is billed elsewhere.')
    .argument('<cspSubscription>', 'GUID of the Azure subscription')
    .requiredOption(...REGISTRATION)
    .requiredOption('--name <name>', 'name for people')
    .action(later(async () => (await import('./csp-subscription-command.js')).cspSubscriptionUpdateCommand));
  subscriptions
    .command('list')
    .description('Print the CSP subscriptions of a registration.')
    .requiredOption(...REGISTRATION)
    .action(later(async () => (await import('./csp-subscription-command.js')).cspSubscriptionListCommand));
}
