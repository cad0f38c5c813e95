/**
 * Registrations as Azure shows and makes them (`Microsoft.AzureStack/registrations`). PUT is `createRegistration`, with
 * the same rules; what of a registration never changes is refused. Nothing is changed at Microsoft.
 */
import { ArmError, invalidProperty, notAuthorized } from './arm-error.js';
import { answerOf, checkApiVersion, pageAfter, propertiesOf } from './arm-request.js';
import type { ArmAnswer, ArmRequest } from './arm-request.js';
import { mayDo } from '../access/actions.js';
import type { Action } from '../access/actions.js';
import { DomainError } from '../primitives/errors.js';
import { canonicalGuid, digest16 } from '../primitives/ids.js';
import { BILLING_MODEL_ON_WIRE, readRegistration } from './registration-input.js';
import type { RegistrationInput } from './registration-input.js';
import { insertFallbackDestinations } from '../pipeline/routing/routing-store.js';
import { createRegistration } from '../registration/create-registration.js';
import type { Registration } from '../registration/registration.entity.js';
import { findRegistration, listStampsOf } from '../registration/registration-store.js';
import { updateRegistration } from '../registration/update-registration.js';
import { checkPartnerOfAll } from '../tenancy/add-csp-subscription.js';

export const REGISTRATION_API_VERSIONS = ['2016-01-01', '2017-06-01', '2020-06-01-preview', '2022-06-01'] as const;
const PER_PAGE = 100;

/** The registration that the address names. */
export async function oneRegistration(request: ArmRequest): Promise<ArmAnswer> {
  checkMay(request, 'registration:read', 'read');
  return answerOf(onWire(await registrationOf(request)));
}

/** Those of a base subscription, or of one of its resource groups. */
export async function registrationsOf(request: ArmRequest): Promise<ArmAnswer> {
  checkMay(request, 'registration:read', 'read');
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

/**
 * Begins the books of the stamp that the body names, or says of a registration that is there what may change of it. The
 * offer, the partner and Microsoft's approval are known to Azure and in no token: `updateRegistration` says them.
 */
export async function putRegistration(request: ArmRequest): Promise<ArmAnswer> {
  checkMay(request, 'registration:change', 'write');
  const asked = readRegistration(propertiesOf(request.body));
  const known = await findAtPath(request);
  return answerOf(onWire(known === null ? await created(request, asked) : await updated(request, known, asked)));
}

/** The same for a registration that is there. Throws RegistrationNotFound. */
export async function patchRegistration(request: ArmRequest): Promise<ArmAnswer> {
  checkMay(request, 'registration:change', 'write');
  const asked = readRegistration(propertiesOf(request.body));
  return answerOf(onWire(await updated(request, await registrationOf(request), asked)));
}

async function created({ app, scope, path, by }: ArmRequest, asked: RegistrationInput): Promise<Registration> {
  if (scope.registrationIds !== 'all') {
    throw new DomainError('FORBIDDEN', 'Only an operator of all registrations creates one.');
  }
  const { cloudId, billingModel, ...rest } = asked;
  if (cloudId === undefined) throw invalidProperty('properties.registrationToken', 'is missing, or names no cloud id.');
  if (billingModel === undefined) {
    throw invalidProperty('properties.billingModel', 'is missing: neither the token nor the properties say it.');
  }
  const { subscription = '', resourceGroup = '', registration = '' } = path;
  const place = { name: registration, baseSubscriptionId: subscription, resourceGroup };
  const input = { ...place, cloudId, billingModel, baseOffer: 'OTHER', ...rest, by } as const;
  return createRegistration(app, input, insertFallbackDestinations);
}

async function updated(
  { app, scope, by }: ArmRequest,
  known: Registration,
  asked: RegistrationInput,
): Promise<Registration> {
  checkWhatStays(known, asked);
  const { agreementNumber = known.agreementNumber, msAssetTag = known.msAssetTag } = asked;
  if (agreementNumber === known.agreementNumber && msAssetTag === known.msAssetTag) return known;
  const terms = { agreementNumber: agreementNumber ?? undefined, msAssetTag: msAssetTag ?? undefined };
  return updateRegistration(app, scope, { registration: known.name, ...terms, by }, checkPartnerOfAll);
}

/** Refuses what would name another stamp, and what closed days were billed by. */
function checkWhatStays(known: Registration, asked: RegistrationInput): void {
  const { cloudId, billingModel, isUsageReportingEnabled } = asked;
  if (cloudId !== undefined && canonicalGuid(cloudId) !== known.cloudId) {
    throw new DomainError('CloudIdUpdateNotAllowed', `"${known.name}" is the name of another stamp.`);
  }
  if (billingModel !== undefined && billingModel !== known.billingModel) throw changeNotAllowed('billingModel');
  const isReporting = known.isUsageReportingEnabled;
  if (isUsageReportingEnabled !== undefined && isUsageReportingEnabled !== isReporting) {
    throw changeNotAllowed('usageReportingEnabled');
  }
}

function changeNotAllowed(property: string): ArmError {
  const message = `Changing property '${property}' is not allowed: closed days were billed by it.`;
  return new ArmError(409, 'PropertyChangeNotAllowed', message);
}

/** The registration that the path names, if it is the caller's. Throws RegistrationNotFound. */
export async function registrationOf(request: ArmRequest): Promise<Registration> {
  const found = await findAtPath(request);
  if (found !== null) return found;
  const { subscription = '', resourceGroup = '', registration = '' } = request.path;
  throw new DomainError(
    'RegistrationNotFound',
    `The subscription, resource group and name stand for no registration: '${subscription}', '${resourceGroup}', '${registration}'. Several stamps are told apart by their cloud id.`,
  );
}

async function findAtPath({ app, scope, path }: ArmRequest): Promise<Registration | null> {
  const { subscription = '', resourceGroup = '', registration = '' } = path;
  const found = await findRegistration(app.db.reader, scope, registration);
  const isThere =
    found?.baseSubscriptionGuid === canonicalGuid(subscription) &&
    found.resourceGroup.toLowerCase() === resourceGroup.toLowerCase();
  return isThere ? found : null;
}

/** Checks the version and the role; whose rows there are is decided by the scope. */
export function checkMay({ parameters, principal, path }: ArmRequest, action: Action, act: string): void {
  checkApiVersion(parameters, REGISTRATION_API_VERSIONS);
  if (mayDo(principal.role, action)) return;
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
    billingModel: BILLING_MODEL_ON_WIRE[registration.billingModel],
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
