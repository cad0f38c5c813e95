import type { DemoCustomer } from './demo-customer.js';
import type { DemoRegistration, DemoWorld } from './demo-world.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import type { Database } from '../database/database.js';
import { openBooks } from '../pipeline/closing/open-books.js';
import { readOpening } from '../pipeline/closing/opening.js';
import { insertFallbackDestinations } from '../pipeline/routing/routing-store.js';
import type { Clock } from '../primitives/clock.js';
import { DomainError } from '../primitives/errors.js';
import { createRegistration } from '../registration/create-registration.js';
import { getRegistration } from '../registration/registration-store.js';
import { addCspSubscription } from '../tenancy/add-csp-subscription.js';
import { registerReseller, registerTenant } from '../tenancy/register-tenant.js';

interface App {
  readonly db: Database;
  readonly clock: Clock;
}

/**
 * Makes the demo's registrations, resellers, tenants and CSP subscriptions known; those that are known already are left
 * as they are. Throws CloudIdUpdateNotAllowed when a name stands for another stamp.
 */
export async function setUpDemo(app: App, world: DemoWorld, by: string): Promise<void> {
  // First of all: its moment is what the demo's time is counted from when loading goes on.
  for (const { registration } of world.registrations) {
    await unlessKnown(createRegistration(app, { ...registration, by, isOfDemo: true }, insertFallbackDestinations));
    await openDemo(app, registration.name, by);
  }
  for (const reseller of world.resellers) {
    await unlessKnown(registerReseller(app, { ...reseller, by }));
  }
  for (const { registration, customers } of world.registrations) {
    for (const customer of customers) {
      await setUpCustomer(app, { registration, customer, partnerId: world.partnerId, by });
    }
  }
}

/** Its books are open from the start, before there is anything in them. */
async function openDemo(app: App, name: string, by: string): Promise<void> {
  const registration = await getRegistration(app.db.reader, WHOLE_BOOKS, name);
  if (registration.state === 'OPEN') return;
  const rule = { graceMs: 0, pulledBefore: async () => null };
  const { digest } = await readOpening(app.db.reader, registration, { ...rule, now: app.clock.now() });
  await openBooks(app, WHOLE_BOOKS, { registration: name, expect: digest, evenIfEmpty: true, by }, rule);
}

async function setUpCustomer(
  app: App,
  what: {
    readonly registration: DemoRegistration['registration'];
    readonly customer: DemoCustomer;
    readonly partnerId: string;
    readonly by: string;
  },
): Promise<void> {
  const { tenant, cspSubscriptions } = what.customer;
  if (tenant === null) return;
  const { tenantId, name } = tenant;
  const within = { registration: what.registration.name, tenantId, by: what.by };
  const reseller = tenant.reseller ?? undefined;
  await unlessKnown(registerTenant(app, WHOLE_BOOKS, { ...within, name, reseller }));
  for (const subscription of cspSubscriptions) {
    const offer = { offer: 'CSP', partnerId: what.partnerId } as const;
    await unlessKnown(addCspSubscription(app, WHOLE_BOOKS, { ...within, ...subscription, ...offer }));
  }
}

async function unlessKnown(act: Promise<unknown>): Promise<void> {
  try {
    await act;
  } catch (error) {
    if (!(error instanceof DomainError && error.code === 'ALREADY_EXISTS')) throw error;
  }
}
