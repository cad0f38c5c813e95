/** What can be done here in Azure's language, as Azure lists it for a resource provider (`operations.list`). */
import { answerOf, checkApiVersion } from './arm-request.js';
import type { ArmAnswer, ArmRequest } from './arm-request.js';
import { REGISTRATION_API_VERSIONS } from './registration-api.js';

const PROVIDER = 'Microsoft.AzureStack';

/** Name below the provider, resource, and what it does. */
const OPERATIONS = [
  ['operations/read', 'Operations', 'Lists operations', 'What can be done here.'],
  ['registrations/read', 'Registrations', 'Reads registrations', 'One registration, or those of a subscription.'],
  ['registrations/write', 'Registrations', 'Writes registrations', 'Begins the books of a stamp.'],
  ['registrations/delete', 'Registrations', 'Deletes registrations', 'Discards books that were not opened yet.'],
  [
    'registrations/customerSubscriptions/read',
    'Customer subscriptions',
    'Reads customer subscriptions',
    'The CSP subscriptions to which customers are billed.',
  ],
  [
    'registrations/customerSubscriptions/write',
    'Customer subscriptions',
    'Attaches a customer subscription',
    'Bills a customer to its CSP subscription.',
  ],
  [
    'registrations/customerSubscriptions/delete',
    'Customer subscriptions',
    'Detaches a customer subscription',
    'Bills a customer to the base subscription.',
  ],
] as const;

/** All operations that are served, whoever asks; which of them a caller may use, its role says. */
export function listOperations({ parameters }: ArmRequest): Promise<ArmAnswer> {
  checkApiVersion(parameters, REGISTRATION_API_VERSIONS);
  const value = OPERATIONS.map(([name, resource, operation, description]) => ({
    name: `${PROVIDER}/${name}`,
    display: { provider: PROVIDER, resource, operation, description },
  }));
  return Promise.resolve(answerOf({ value }));
}
