import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { findWatermark } from '../../src/collection/watermark-store.js';
import { openBooks } from '../../src/pipeline/closing/open-books.js';
import { readOpening } from '../../src/pipeline/closing/opening.js';
import type { OpeningRule } from '../../src/pipeline/closing/opening.js';
import type { JsonObject } from '../../src/pipeline/ingestion/exact-json.js';
import { deliveryOfRecord } from '../../src/pipeline/ingestion/usage-wire.js';
import type { UsageReceipt } from '../../src/pipeline/ingestion/verdict.js';
import { recordUsage } from '../../src/pipeline/pipeline.js';
import type { Pipeline } from '../../src/pipeline/pipeline.js';
import { assignStackSubscription } from '../../src/pipeline/routing/assign-stack-subscription.js';
import { insertFallbackDestinations } from '../../src/pipeline/routing/routing-store.js';
import { canonicalGuid, digest16 } from '../../src/primitives/ids.js';
import { hourOf, hourText } from '../../src/primitives/windows.js';
import { createRegistration } from '../../src/registration/create-registration.js';
import { getRegistration } from '../../src/registration/registration-store.js';
import type { NewRegistration } from '../../src/registration/registration-rules.js';
import type { Registration } from '../../src/registration/registration.entity.js';
import { addCspSubscription } from '../../src/tenancy/add-csp-subscription.js';
import { registerReseller, registerTenant } from '../../src/tenancy/register-tenant.js';

const BY = 'test';
const PARTNER = '4711';

/** Two meters that Microsoft names, and one that nobody does. */
export const METERS = {
  vmHours: '6dab500f-a4fd-49c4-956d-229bb9c8c793',
  blobCapacity: 'b5c15376-6c94-4fdd-b655-1a69d138aca3',
  unknown: guid('a meter that no list names'),
} as const;

/** The GUID that a name has in every test. */
export function guid(name: string): string {
  return canonicalGuid(digest16([name]).toString('hex')) ?? '';
}

/**
 * A registration whose books are open, with every day in them; parts that are given replace those of the usual one. Its
 * books are opened as everybody opens them, while they are empty.
 */
export async function registerStamp(
  gateway: Pipeline,
  name = 'hub',
  parts: Partial<NewRegistration> = {},
): Promise<Registration> {
  const registration = await setUpStamp(gateway, name, { booksFrom: 0, ...parts });
  // Of a stamp that is pulled, nothing is there yet; what the test pulls later is what counts.
  const pulledBefore = registration.usageIntake === 'PULLED' ? 1 : null;
  return openStamp(gateway, registration, { graceMs: 0, pulledBefore: async () => pulledBefore });
}

/** Opens books as they are now, whatever is in them. */
export async function openStamp(
  gateway: Pipeline,
  { name }: Pick<Registration, 'name'>,
  rule: Omit<OpeningRule, 'now'> = { graceMs: 0, pulledBefore: findWatermark },
): Promise<Registration> {
  const expect = await openingDigest(gateway, name, rule);
  return openBooks(gateway, WHOLE_BOOKS, { registration: name, expect, evenIfEmpty: true, by: BY }, rule);
}

/** What stands for the books as they are now. */
export async function openingDigest(
  { db, clock }: Pipeline,
  name: string,
  rule: Omit<OpeningRule, 'now'> = { graceMs: 0, pulledBefore: findWatermark },
): Promise<string> {
  const registration = await getRegistration(db.reader, WHOLE_BOOKS, name);
  return (await readOpening(db.reader, registration, { ...rule, now: clock.now() })).digest;
}

/** A registration whose books are set up. */
export function setUpStamp(
  gateway: Pipeline,
  name = 'hub',
  parts: Partial<NewRegistration> = {},
): Promise<Registration> {
  return createRegistration(
    gateway,
    {
      name,
      cloudId: guid(`cloud ${name}`),
      baseSubscriptionId: guid(`base ${name}`),
      baseOffer: 'CSP',
      billingModel: 'PAY_AS_YOU_USE',
      partnerId: PARTNER,
      isMultitenancyApproved: true,
      by: BY,
      ...parts,
    },
    insertFallbackDestinations,
  );
}

/** A tenant with a CSP subscription that it can be mapped to, and the stack subscriptions it owns. */
export async function registerCustomer(
  gateway: Pipeline,
  registration: string,
  name: string,
  parts: { readonly reseller?: string; readonly stackSubscriptions?: readonly string[] } = {},
): Promise<{ readonly tenantId: string; readonly cspSubscriptionId: string }> {
  const tenantId = guid(`tenant ${name}`);
  const cspSubscriptionId = guid(`csp ${name}`);
  const within = { registration, tenantId, by: BY };
  await registerTenant(gateway, WHOLE_BOOKS, { ...within, name, reseller: parts.reseller });
  await addCspSubscription(gateway, WHOLE_BOOKS, {
    ...within,
    cspSubscriptionId,
    name: `${name} CSP`,
    offer: 'CSP',
    partnerId: PARTNER,
  });
  for (const stackSubscriptionId of parts.stackSubscriptions ?? []) {
    await assignStackSubscription(gateway, WHOLE_BOOKS, { ...within, stackSubscriptionId });
  }
  return { tenantId, cspSubscriptionId };
}

export async function registerPartner(gateway: Pipeline, name: string): Promise<void> {
  await registerReseller(gateway, { name, by: BY });
}

/** A pushed record as it is on the wire: an hour of a machine, before the parts that are given. */
export function usageRecord(parts: JsonObject & { readonly usageStartTime?: string } = {}): JsonObject {
  const start = parts.usageStartTime ?? '2026-03-10T10:00:00Z';
  return {
    id: 'record-1',
    source: 'Microsoft.Compute',
    stackSubscriptionId: guid('stack subscription'),
    meterId: METERS.vmHours,
    resourceUri: '/subscriptions/x/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm1',
    location: 'frankfurt',
    usageStartTime: start,
    usageEndTime: hourText(hourOf(Date.parse(start)) + 1),
    quantity: '1',
    ...parts,
  };
}

/** Takes records in, as a batch that arrives now. */
export function push(
  gateway: Pipeline,
  registration: Pick<Registration, 'id'>,
  records: readonly JsonObject[],
): Promise<UsageReceipt> {
  return recordUsage(gateway, {
    registrationId: registration.id,
    receivedBy: BY,
    deliveries: records.map((record) => deliveryOfRecord(record, gateway.clock.now())),
  });
}
