/** Registrations as Azure shows them (`Microsoft.AzureStack/registrations`): read only, they are made elsewhere. */
import { notAuthorized } from './arm-error.js';
import { answerOf, checkApiVersion, pageAfter } from './arm-request.js';
import type { ArmAnswer, ArmRequest } from './arm-request.js';
import type { Role } from '../access/principal.js';
import { rolesOf } from '../graphql/access-table.js';
import { DomainError } from '../primitives/errors.js';
import { canonicalGuid, digest16 } from '../primitives/ids.js';
import type { BillingModel } from '../registration/billing-model.js';
import type { Registration } from '../registration/registration.entity.js';
import { findRegistration, listStampsOf } from '../registration/registration-store.js';

export const REGISTRATION_API_VERSIONS = ['2016-01-01', '2017-06-01', '2020-06-01-preview', '2022-06-01'] as const;
const PER_PAGE = 100;

/** The words of Azure's registration script. */
const BILLING_MODEL: Readonly<Record<BillingModel, string>> = {
  PAY_AS_YOU_USE: 'PayAsYouUse',
  CAPACITY: 'Capacity',
  DEVELOPMENT: 'Development',
  CUSTOM: 'Custom',
  RUGGEDIZED: 'Ruggedized',
};

/** The registration that the address names. */
export async function oneRegistration(request: ArmRequest): Promise<ArmAnswer> {
  checkMay(request, rolesOf('Registration', 'billingModel'), 'read');
  return answerOf(onWire(await registrationOf(request)));
}

/** Those of a base subscription, or of one of its resource groups. */
export async function registrationsOf(request: ArmRequest): Promise<ArmAnswer> {
  checkMay(request, rolesOf('Registration', 'billingModel'), 'read');
  const { app, scope, path } = request;
  const base = canonicalGuid(path['subscription'] ?? '') ?? '';
  const group = path['resourceGroup']?.toLowerCase();
  const page = pageAfter(request, ['registrations', base, group]);
  const rows = (await listStampsOf(app.db.reader, scope, base)).filter(
    (row) =>
      row.id > page.afterId &&
      row.baseSubscriptionGuid === base &&
      (group === undefined || row.resourceGroup.toLowerCase() === group),
  );
  return answerOf(page.of(rows, PER_PAGE, onWire));
}

/** The registration that the path names, if it is the caller's. Throws RegistrationNotFound. */
export async function registrationOf({ app, scope, path }: ArmRequest): Promise<Registration> {
  const { subscription = '', resourceGroup = '', registration = '' } = path;
  const found = await findRegistration(app.db.reader, scope, registration);
  if (
    found?.baseSubscriptionGuid !== canonicalGuid(subscription) ||
    found.resourceGroup.toLowerCase() !== resourceGroup.toLowerCase()
  ) {
    throw new DomainError(
      'RegistrationNotFound',
      `The subscription, resource group and name stand for no registration: '${subscription}', '${resourceGroup}', '${registration}'. Several stamps are told apart by their cloud id.`,
    );
  }
  return found;
}

/** Checks the version and the role; whose rows there are is decided by the scope. */
export function checkMay({ parameters, principal, path }: ArmRequest, roles: readonly Role[], act: string): void {
  checkApiVersion(parameters, REGISTRATION_API_VERSIONS);
  if (roles.includes(principal.role)) return;
  const type = 'Microsoft.AzureStack/registrations';
  throw notAuthorized(`${type}/${act}`, `/subscriptions/${path['subscription'] ?? ''}`);
}

/** The id of a registration in the form of Azure Resource Manager. */
export function idOf({ baseSubscriptionGuid, resourceGroup, name }: Registration): string {
  return `/subscriptions/${baseSubscriptionGuid}/resourceGroups/${resourceGroup}/providers/Microsoft.AzureStack/registrations/${name}`;
}

function onWire(registration: Registration) {
  const properties = {
    cloudId: registration.cloudId,
    billingModel: BILLING_MODEL[registration.billingModel],
  };
  return {
    id: idOf(registration),
    name: registration.name,
    type: 'Microsoft.AzureStack/registrations',
    location: 'global',
    etag: etagOf([registration.name, properties.cloudId, properties.billingModel]),
    properties,
  };
}

/** Changes when the resource does. */
export function etagOf(parts: readonly string[]): string {
  return `"${digest16(parts).toString('hex')}"`;
}
