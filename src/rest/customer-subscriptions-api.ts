/**
 * Azure's contract for billing customers' tenants to their CSP subscriptions: `customerSubscriptions` of a
 * registration. A subscription is attached while its tenant is mapped to it. PUT is `mapTenant` from the current hour
 * on, DELETE is `unmapTenant`: the same acts as in GraphQL, with the same rules. Nothing is changed at Microsoft.
 */
import { invalidProperty } from './arm-error.js';
import { answerOf, pageAfter, propertiesOf } from './arm-request.js';
import type { ArmAnswer, ArmRequest } from './arm-request.js';
import { checkMay, etagOf, idOf, registrationOf } from './registration-api.js';
import { mayDo } from '../access/actions.js';
import { attachCustomerSubscription } from '../pipeline/routing/attach-customer-subscription.js';
import { unmapTenant } from '../pipeline/routing/map-tenant.js';
import { DomainError } from '../primitives/errors.js';
import { canonicalGuid } from '../primitives/ids.js';
import { hourOf } from '../primitives/windows.js';
import type { Registration } from '../registration/registration.entity.js';
import { customerSubscriptionNotFound } from '../tenancy/add-csp-subscription.js';
import { listMappedSubscriptions } from '../tenancy/customer-subscription-store.js';
import type { CustomerSubscription } from '../tenancy/customer-subscription-store.js';
import { listCspSubscriptions, listTenants } from '../tenancy/tenancy-store.js';

const PER_PAGE = 100;
const ONE = { afterId: 0, limit: 1 };

/** The attached subscriptions, a hundred a page; an empty list where there is none. */
export async function listCustomerSubscriptions(request: ArmRequest): Promise<ArmAnswer> {
  checkMay(request, 'billing:read', 'customerSubscriptions/read');
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
  checkMay(request, 'billing:read', 'customerSubscriptions/read');
  const registration = await registrationOf(request);
  return answerOf(onWire(registration, await attached(request, registration)));
}

/**
 * Attaches a subscription: bills its tenant's usage to it from the current hour on, instead of what the tenant was
 * mapped to before. A subscription or a directory that is not known here yet is made known in the same transaction.
 * Always 200 with the subscription: clients of the published specification fail on the 201 of the published page.
 */
export async function putCustomerSubscription(request: ArmRequest): Promise<ArmAnswer> {
  checkMay(request, 'mapping:change', 'customerSubscriptions/write');
  const { app, scope, principal, by } = request;
  const registration = await registrationOf(request);
  const cspSubscriptionId = customerSubscriptionGuid(request);
  const tenantId = await tenantOf(request, registration, cspSubscriptionId);
  await attachCustomerSubscription(app, scope, {
    registration: registration.name,
    cspSubscriptionId,
    tenantId,
    mayRegister: mayDo(principal.role, 'customer:change'),
    by,
  });
  return answerOf(onWire(registration, { id: 0, cspSubscriptionGuid: cspSubscriptionId, tenantGuid: tenantId }));
}

/** Detaches a subscription: the tenant's usage goes to the base subscription from the current hour on. */
export async function removeCustomerSubscription(request: ArmRequest): Promise<ArmAnswer> {
  checkMay(request, 'mapping:change', 'customerSubscriptions/delete');
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
  { app, scope, body }: ArmRequest,
  registration: Registration,
  cspSubscriptionId: string,
): Promise<string> {
  const given = tenantIn(body);
  if (given !== null) return given;
  const sql = app.db.reader;
  const key = { registrationId: registration.id, cspSubscriptionGuid: cspSubscriptionId };
  const [known] = await listCspSubscriptions(sql, scope, key, ONE);
  const [home] = known === undefined ? [] : await listTenants(sql, scope, { ids: [known.tenantId] }, ONE);
  if (home !== undefined) return home.tenantGuid;
  throw invalidProperty('properties.tenantId', 'is missing: this subscription is not known here, so say whose it is.');
}

function tenantIn(body: ArmRequest['body']): string | null {
  const tenantId = propertiesOf(body)['tenantId'] ?? null;
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
