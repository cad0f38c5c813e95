/**
 * Azure's contract for billing customers' tenants to their CSP subscriptions: `customerSubscriptions` of a
 * registration. A subscription is attached while its tenant is mapped to it. PUT is `mapTenant` from the current hour
 * on, DELETE is `unmapTenant`: the same acts as in GraphQL, with the same rules.
 */
import { ArmError, invalidProperty } from './arm-error.js';
import { answerOf, pageAfter } from './arm-request.js';
import type { ArmAnswer, ArmRequest } from './arm-request.js';
import { checkMay, etagOf, idOf, registrationOf } from './registration-api.js';
import { rolesOf } from '../graphql/access-table.js';
import { isJsonObject } from '../pipeline/ingestion/exact-json.js';
import { customerSubscriptionNotFound, mapTenant, unmapTenant } from '../pipeline/routing/map-tenant.js';
import { DomainError } from '../primitives/errors.js';
import { canonicalGuid } from '../primitives/ids.js';
import { hourOf } from '../primitives/windows.js';
import type { Registration } from '../registration/registration.entity.js';
import { addCspSubscription } from '../tenancy/add-csp-subscription.js';
import { listMappedSubscriptions } from '../tenancy/customer-subscription-store.js';
import type { CustomerSubscription } from '../tenancy/customer-subscription-store.js';
import { listCspSubscriptions, listTenants } from '../tenancy/tenancy-store.js';

const PER_PAGE = 100;
const ONE = { afterId: 0, limit: 1 };

/** The attached subscriptions, a hundred a page; an empty list where there is none. */
export async function listCustomerSubscriptions(request: ArmRequest): Promise<ArmAnswer> {
  checkMay(request, rolesOf('Query', 'cspSubscriptions'), 'customerSubscriptions/read');
  const registration = await registrationOf(request);
  const { app, scope } = request;
  const page = pageAfter(request, ['customerSubscriptions', registration.id]);
  const rows = await listMappedSubscriptions(
    app.db.reader,
    scope,
    { registrationId: registration.id, usageHour: hourOf(app.clock.now()) },
    { afterId: page.afterId, limit: PER_PAGE + 1 },
  );
  return answerOf(page.of(rows, PER_PAGE, (row) => onWire(registration, row)));
}

/** Throws CustomerSubscriptionNotFound for one that is not attached. */
export async function customerSubscription(request: ArmRequest): Promise<ArmAnswer> {
  checkMay(request, rolesOf('Query', 'cspSubscriptions'), 'customerSubscriptions/read');
  const registration = await registrationOf(request);
  return answerOf(onWire(registration, await attached(request, registration)));
}

/**
 * Attaches a subscription: bills its tenant's usage to it from the current hour on, instead of what the tenant was
 * mapped to before. One that is not known here yet is added, as one of the registration's partner. Always 200 with the
 * subscription: clients of the published specification fail on the 201 of the published page.
 */
export async function putCustomerSubscription(request: ArmRequest): Promise<ArmAnswer> {
  checkMay(request, rolesOf('Mutation', 'mapTenant'), 'customerSubscriptions/write');
  const registration = await registrationOf(request);
  const cspSubscriptionId = customerSubscriptionGuid(request);
  const within = { registration: registration.name, cspSubscriptionId, by: request.by };
  const tenantId = await tenantOf(request, registration, cspSubscriptionId);
  await mapTenant(request.app, request.scope, { ...within, tenantId });
  return answerOf(onWire(registration, { id: 0, cspSubscriptionGuid: cspSubscriptionId, tenantGuid: tenantId }));
}

/** Detaches a subscription: the tenant's usage goes to the base subscription from the current hour on. */
export async function removeCustomerSubscription(request: ArmRequest): Promise<ArmAnswer> {
  checkMay(request, rolesOf('Mutation', 'unmapTenant'), 'customerSubscriptions/delete');
  const registration = await registrationOf(request);
  try {
    const { id, tenantGuid } = await attached(request, registration);
    await unmapTenant(request.app, request.scope, {
      registration: registration.name,
      tenantId: tenantGuid,
      onlyFrom: id,
      by: request.by,
    });
  } catch (error) {
    // As everywhere in Azure, removing what is not there leaves what was asked for.
    if (!(error instanceof DomainError && error.code === 'CustomerSubscriptionNotFound')) throw error;
  }
  return { status: 204, body: '' };
}

async function attached({ app, scope, path }: ArmRequest, registration: Registration): Promise<CustomerSubscription> {
  const [found] = await listMappedSubscriptions(
    app.db.reader,
    scope,
    {
      registrationId: registration.id,
      usageHour: hourOf(app.clock.now()),
      cspSubscriptionGuid: canonicalGuid(path['customerSubscription'] ?? '') ?? '',
    },
    ONE,
  );
  if (found === undefined) throw customerSubscriptionNotFound();
  return found;
}

/** Ids are compared without case: one page of Microsoft's wants them in lower case, another compares case. */
function customerSubscriptionGuid({ path }: ArmRequest): string {
  const guid = canonicalGuid(path['customerSubscription'] ?? '');
  if (guid === null) {
    throw new DomainError('InvalidCustomerSubscriptionId', 'This is no Azure subscription id.', ['cspSubscriptionId']);
  }
  return guid;
}

/** The tenant that the body names, or that the subscription is known to live in. */
async function tenantOf(
  { app, scope, body, by }: ArmRequest,
  registration: Registration,
  cspSubscriptionId: string,
): Promise<string> {
  const sql = app.db.reader;
  const given = tenantIn(body);
  const key = { registrationId: registration.id, cspSubscriptionGuid: cspSubscriptionId };
  const [known] = await listCspSubscriptions(sql, scope, key, ONE);
  if (known !== undefined) {
    const [home] = await listTenants(sql, scope, { ids: [known.tenantId] }, ONE);
    return given ?? home?.tenantGuid ?? '';
  }
  if (given === null) {
    throw invalidProperty(
      'properties.tenantId',
      'is missing: this subscription is not known here, so say whose it is.',
    );
  }
  await addCspSubscription(app, scope, {
    registration: registration.name,
    tenantId: given,
    cspSubscriptionId,
    name: cspSubscriptionId,
    offer: 'CSP',
    partnerId: registration.partnerId ?? '',
    by,
  }).catch((error: unknown) => {
    // Somebody else added it at the same moment; whose it is, mapping checks.
    if (!(error instanceof DomainError && error.code === 'ALREADY_EXISTS')) throw error;
  });
  return given;
}

function tenantIn(body: ArmRequest['body']): string | null {
  if (body === null) return null;
  if (!isJsonObject(body)) throw new ArmError(400, 'InvalidRequestContent', 'The request content is a JSON object.');
  const properties = body['properties'] ?? null;
  if (properties === null) return null;
  if (!isJsonObject(properties)) throw invalidProperty('properties', 'is an object.');
  const tenantId = properties['tenantId'] ?? null;
  if (tenantId === null) return null;
  const guid = typeof tenantId === 'string' ? canonicalGuid(tenantId) : null;
  if (guid === null) throw invalidProperty('properties.tenantId', 'is the GUID of a directory.');
  return guid;
}

function onWire(registration: Registration, { cspSubscriptionGuid, tenantGuid }: CustomerSubscription) {
  return {
    id: `${idOf(registration)}/customerSubscriptions/${cspSubscriptionGuid}`,
    name: `${registration.name}/${cspSubscriptionGuid}`,
    type: 'Microsoft.AzureStack/registrations/customerSubscriptions',
    etag: etagOf([registration.name, cspSubscriptionGuid, tenantGuid]),
    properties: { tenantId: tenantGuid },
  };
}
