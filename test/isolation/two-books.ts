import { createApiKey } from '../../src/access/create-api-key.js';
import type { Role } from '../../src/access/principal.js';
import { ROLES } from '../../src/access/principal.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { openCommerceBooks } from '../../src/commerce-simulator/commerce-books.js';
import { commerceInProcess } from '../../src/commerce-simulator/commerce-in-process.js';
import type { OnStatement } from '../../src/database/transaction.js';
import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import { prepareReports } from '../../src/pipeline/reporting/prepare-reports.js';
import { sendReports } from '../../src/pipeline/reporting/send-reports.js';
import { mapTenant } from '../../src/pipeline/routing/map-tenant.js';
import { hourOf } from '../../src/primitives/windows.js';
import type { TestServer } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import { guid, push, registerCustomer, registerPartner, registerStamp, usageRecord } from '../support/world.js';

/**
 * Two customers on one stamp, of two resellers, and a third on a second stamp. `ours` is what every caller of the suite
 * may see a part of; whatever is named after the other two is a leak in any answer to them.
 */
export const PLACES = ['ours', 'neighbour', 'stranger'] as const;
export type Place = (typeof PLACES)[number];

export const REGISTRATION: Readonly<Record<Place, string>> = {
  ours: 'ours-hub',
  neighbour: 'ours-hub',
  stranger: 'stranger-hub',
};
export const RANGE = { from: '2026-03-08T00:00:00Z', to: '2026-03-11T00:00:00Z' };
/** With which the metrics are read, and nothing else is. */
export const METRICS_TOKEN = 'a-token-for-Prometheus';
/** Open and closed days alike hold usage. */
const DAYS = ['2026-03-08', '2026-03-09'];
const QUANTITY: Readonly<Record<Place, string>> = { ours: '1.5', neighbour: '7700177.25', stranger: '9900199.75' };

/** Which part of the books a caller is limited to. */
export const LIMITS = ['registration', 'tenant', 'reseller'] as const;
export type Limit = (typeof LIMITS)[number];

/** A caller of the suite, and the places of which it may see nothing. */
export interface Viewer {
  readonly name: string;
  readonly role: Role;
  readonly limit: Limit;
  readonly who: Exclude<Who, Role>;
  readonly foreign: readonly Place[];
}

const LIMITED: Readonly<Record<Limit, object>> = {
  registration: { registrations: [REGISTRATION.ours] },
  tenant: { tenants: [guid('tenant ours')] },
  reseller: { resellers: ['ours reseller'] },
};

/** Every role, limited in each of the three ways. */
export const VIEWERS: readonly Viewer[] = ROLES.flatMap((role) =>
  LIMITS.map((limit) => {
    const name = `${role} of a ${limit}`;
    return {
      name,
      role,
      limit,
      who: { role, subject: name, ...LIMITED[limit] },
      foreign: limit === 'registration' ? (['stranger'] as const) : (['neighbour', 'stranger'] as const),
    };
  }),
);

export async function openTwoBooks(
  server: TestServer,
  options: { readonly onStatement?: OnStatement; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<TestGateway> {
  const commerce = commerceInProcess(openCommerceBooks(':memory:'));
  // Compiled from the first time on: the rules are then asked as compiled queries ask them, and since a compiled query
  // that fails is asked again, statements can be counted only where all are compiled or none.
  const env = {
    COMPILE_AFTER: '1',
    COST_MAX: '10000000',
    COST_BUCKET_SIZE: '1000000000',
    COST_PER_SECOND: '100000000',
    ALIASES_MAX: '10000',
    SELECTIONS_MAX: '100000',
    TOKENS_MAX: '100000',
    METRICS_TOKEN,
  };
  const gateway = await openTestGateway(server, { commerce, ...options, env: { ...env, ...options.env } });
  const { app, clock } = gateway;
  const end = clock.now();
  clock.set('2026-03-07T12:00:00Z');
  const stamps = new Map([
    ['ours-hub', await registerStamp(app, 'ours-hub')],
    ['stranger-hub', await registerStamp(app, 'stranger-hub')],
  ]);
  for (const place of PLACES) await registerPlace(gateway, place);
  for (const day of DAYS) {
    clock.set(`${day}T05:30:00Z`);
    for (const place of PLACES) {
      const stamp = stamps.get(REGISTRATION[place]);
      if (stamp === undefined) throw new Error(`No stamp for ${place}.`);
      await push(app, stamp, [recordOf(place, `${day}T02:00:00Z`), recordOf(place, `${day}T04:00:00Z`)]);
      await push(app, stamp, [oddRecordOf(place, `${day}T04:00:00Z`)]);
      await push(app, stamp, [badRecordOf(place)]);
    }
  }
  clock.set('2026-03-09T06:00:00Z');
  await closeDueDays(app, { graceMs: 0, by: 'test' });
  await prepareReports(app);
  await sendReports({ ...app, commerce, jitter: () => 0.5 }, new AbortController().signal);
  clock.set(end);
  return gateway;
}

async function registerPlace({ app }: TestGateway, place: Place): Promise<void> {
  const registration = REGISTRATION[place];
  const reseller = `${place} reseller`;
  await registerPartner(app, reseller);
  const stackSubscriptions = [guid(`stack ${place}`), guid(`idle stack ${place}`)];
  const { tenantId, cspSubscriptionId } = await registerCustomer(app, registration, place, {
    reseller,
    stackSubscriptions,
  });
  const from = hourOf(Date.parse('2026-03-08T03:00:00Z'));
  const by = `${place} admin`;
  await mapTenant(app, WHOLE_BOOKS, { registration, tenantId, cspSubscriptionId, effectiveFrom: from, by });
  const grant = { role: 'TENANT_USER', registrations: 'all', tenants: [tenantId], resellers: 'all' } as const;
  await createApiKey(app, null, { name: `${place} key`, grant, by });
}

/** An hour of the place's machine; every text in it tells whose it is. */
export function recordOf(place: Place, usageStartTime: string) {
  return usageRecord({
    id: `${place} record ${usageStartTime}`,
    source: `${place}.Compute`,
    stackSubscriptionId: guid(`stack ${place}`),
    resourceUri: `/subscriptions/${place}/virtualMachines/${place}-vm`,
    location: `${place}-region`,
    tags: { owner: `${place} people` },
    quantity: QUANTITY[place],
    usageStartTime,
  });
}

/** Of a meter that no list names, and that the place alone has. */
function oddRecordOf(place: Place, usageStartTime: string) {
  const record = recordOf(place, usageStartTime);
  return { ...record, id: `${place} odd record ${usageStartTime}`, meterId: guid(`meter ${place}`) };
}

function badRecordOf(place: Place) {
  return { ...recordOf(place, '2026-03-08T02:00:00Z'), id: `${place} bad record`, quantity: `${place} lots` };
}

/** Texts that stand in the rows of a place and nowhere else. */
export function markersOf(place: Place, limit: Limit): readonly string[] {
  const ids = ['tenant', 'csp', 'stack', 'idle stack', 'meter'].map((kind) => guid(`${kind} ${place}`));
  const quantity = QUANTITY[place].split('.')[0] ?? '';
  const twice = String(Math.floor(Number(QUANTITY[place]) * 2));
  const names = [`${place} `, `"${place}"`, `/${place}`, `${place}-vm`, `${place}-region`, `${place}.Compute`];
  const stamp = [`${place}-hub`, guid(`cloud ${place}-hub`), guid(`base ${place}-hub`)];
  const isOtherStamp = limit !== 'registration' || place === 'stranger';
  return [...ids, ...names, quantity, twice, ...(isOtherStamp ? stamp : [])];
}
