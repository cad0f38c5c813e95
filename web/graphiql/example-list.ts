/**
 * The example questions, in the order of the menu. The text of each is `examples/<name>.graphql`; its first comment is
 * the title. Variables have the types of the schema. They stand for the day ("days-ago:30") and for the caller's own
 * books ("own:tenant") until `offered-examples.ts` fills them in.
 */
import type {
  BaseSubscriptionQueryVariables,
  InvariantsQueryVariables,
  MappingsQueryVariables,
  MetersQueryVariables,
  MonthsQueryVariables,
  OwnUsageQueryVariables,
  PreviewQueryVariables,
  RecordsQueryVariables,
  RefusedQueryVariables,
  RegistrationsQueryVariables,
  ResourcesQueryVariables,
  WhoPaysForWhatQueryVariables,
  WindowClosedSubscriptionVariables,
} from './examples/variables.js';
import type { Role } from './operations.js';

/** An example without its text. */
export interface ListedExample {
  readonly name: string;
  /** Those that may ask all of it. */
  readonly roles: readonly Role[];
  readonly variables: object;
}

/** An example with its text. */
export interface Example extends ListedExample {
  readonly title: string;
  readonly query: string;
}

/** Roles that may ask the same. `src/access/actions.ts` decides; the test of the examples compares. */
const BILLING_READERS: readonly Role[] = ['OPERATOR', 'CSP_ADMIN', 'FINANCE', 'RESELLER', 'AUDITOR'];
const USAGE_READERS: readonly Role[] = ['OPERATOR', 'CSP_ADMIN', 'FINANCE', 'RESELLER', 'TENANT_USER', 'AUDITOR'];
const STAMP_READERS: readonly Role[] = ['OPERATOR', 'CSP_ADMIN', 'FINANCE', 'AUDITOR', 'INGESTOR'];
const KNOWN_CALLERS: readonly Role[] = [
  'OPERATOR',
  'CSP_ADMIN',
  'FINANCE',
  'RESELLER',
  'TENANT_USER',
  'AUDITOR',
  'INGESTOR',
];

export const EXAMPLES: readonly ListedExample[] = [
  {
    name: 'who-pays-for-what',
    roles: BILLING_READERS,
    variables: { range: lastDays(30) } satisfies WhoPaysForWhatQueryVariables,
  },
  {
    name: 'own-usage',
    roles: USAGE_READERS,
    variables: { range: lastDays(30) } satisfies OwnUsageQueryVariables,
  },
  {
    name: 'base-subscription',
    roles: BILLING_READERS,
    variables: { range: lastDays(30) } satisfies BaseSubscriptionQueryVariables,
  },
  {
    name: 'mappings',
    roles: BILLING_READERS,
    variables: {} satisfies MappingsQueryVariables,
  },
  {
    name: 'resources',
    roles: USAGE_READERS,
    variables: { range: lastDays(7), tenant: 'own:tenant' } satisfies ResourcesQueryVariables,
  },
  {
    name: 'records',
    roles: USAGE_READERS,
    variables: { range: lastDays(1) } satisfies RecordsQueryVariables,
  },
  {
    name: 'refused',
    roles: STAMP_READERS,
    variables: {} satisfies RefusedQueryVariables,
  },
  {
    name: 'preview',
    roles: ['OPERATOR', 'CSP_ADMIN'],
    variables: {
      registration: 'own:registration',
      tenant: 'own:tenant',
      from: 'days-ago:3',
    } satisfies PreviewQueryVariables,
  },
  {
    name: 'months',
    roles: USAGE_READERS,
    variables: {
      range: lastDays(60),
    } satisfies MonthsQueryVariables,
  },
  { name: 'invariants', roles: ['OPERATOR', 'AUDITOR'], variables: {} satisfies InvariantsQueryVariables },
  {
    name: 'registrations',
    roles: STAMP_READERS,
    variables: {} satisfies RegistrationsQueryVariables,
  },
  {
    name: 'meters',
    roles: KNOWN_CALLERS,
    variables: {} satisfies MetersQueryVariables,
  },
  {
    name: 'live',
    roles: KNOWN_CALLERS,
    variables: {} satisfies WindowClosedSubscriptionVariables,
  },
];

/** Today is part of it. */
function lastDays(days: number): { readonly from: string; readonly to: string } {
  return { from: `days-ago:${days}`, to: 'days-ahead:1' };
}
