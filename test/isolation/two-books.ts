import { createApiKey } from '../../src/access/create-api-key.js';
import type { Role } from '../../src/access/principal.js';
import { ROLES } from '../../src/access/principal.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { openCommerceBooks } from '../../src/commerce-simulator/commerce-books.js';
import { commerceInProcess } from '../../src/commerce-simulator/commerce-in-process.js';
import type { OnStatement } from '../../src/database/transaction.js';
import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import { discardRegistration } from '../../src/pipeline/closing/discard-registration.js';
import { prepareReports } from '../../src/pipeline/reporting/prepare-reports.js';
import { sendReports } from '../../src/pipeline/reporting/send-reports.js';
import { mapTenant } from '../../src/pipeline/routing/map-tenant.js';
import { hourOf } from '../../src/primitives/windows.js';
import type { Registration } from '../../src/registration/registration.entity.js';
import type { TestServer } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import { importHistory } from '../support/opening.js';
import { guid, openStamp, push, registerCustomer, registerPartner, setUpStamp, usageRecord } from '../support/world.js';

/**
 * Two customers on one stamp, of two resellers, and a third on a second stamp. `ours` is what every caller of the suite
 * may see a part of; whatever is named after the other two is a leak in any answer to them. Each has usage from before
 * its books begin, and is a customer of a registration that is still set up as well.
 */
export const PLACES = ['ours', 'neighbour', 'stranger'] as const;
export type Place = (typeof PLACES)[number];

export const REGISTRATION: Readonly<Record<Place, string>> = {
  ours: 'ours-hub',
  neighbour: 'ours-hub',
  stranger: 'stranger-hub',
};
/** Those whose books are not open yet. */
export const SET_UP: Readonly<Record<Place, string>> = {
  ours: 'ours-new-hub',
  neighbour: 'ours-new-hub',
  stranger: 'stranger-new-hub',
};
/** One that was taken back, of which every caller was granted everything. */
export const DISCARDED = 'vanished-hub';
export const RANGE = { from: '2026-03-06T00:00:00Z', to: '2026-03-11T00:00:00Z' };
/** With which the metrics are read, and nothing else is. */
export const METRICS_TOKEN = 'a-token-for-Prometheus';
/** The books begin the day after, so that this one is history. */
const HISTORY = '2026-03-06';
/** Open and closed days alike hold usage. */
const DAYS = ['2026-03-08', '2026-03-09'];
const QUANTITY: Readonly<Record<Place | 'vanished', string>> = {
  ours: '1.5',
  neighbour: '7700177.25',
  stranger: '9900199.75',
  vanished: '8800188.25',
};

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
  registration: { registrations: [REGISTRATION.ours, SET_UP.ours, DISCARDED] },
  tenant: { tenants: [guid('tenant ours'), guid('tenant vanished')] },
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
  options: {
    readonly onStatement?: OnStatement;
    readonly env?: Readonly<Record<string, string>>;
    /** What is to be known of the registration that is discarded in the end. */
    readonly beforeDiscarding?: (gateway: TestGateway) => Promise<void>;
  } = {},
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
  const stamps = new Map<string, Registration>();
  for (const name of new Set(Object.values(REGISTRATION))) stamps.set(name, await setUpStamp(app, name));
  for (const place of PLACES) {
    await registerPlace(gateway, place);
    const stamp = stampOf(stamps, REGISTRATION[place]);
    await importHistory(app, stamp, [recordOf(place, `${HISTORY}T02:00:00Z`)]);
  }
  for (const stamp of stamps.values()) await openStamp(app, stamp);
  for (const day of DAYS) {
    clock.set(`${day}T05:30:00Z`);
    for (const place of PLACES) {
      const stamp = stampOf(stamps, REGISTRATION[place]);
      await push(app, stamp, [recordOf(place, `${day}T02:00:00Z`), recordOf(place, `${day}T04:00:00Z`)]);
      await push(app, stamp, [oddRecordOf(place, `${day}T04:00:00Z`)]);
      await push(app, stamp, [badRecordOf(place)]);
    }
  }
  clock.set('2026-03-09T06:00:00Z');
  await closeDueDays(app, { graceMs: 0, by: 'test' });
  await prepareReports(app);
  await sendReports({ ...app, commerce, jitter: () => 0.5 }, new AbortController().signal);
  for (const name of new Set(Object.values(SET_UP))) stamps.set(name, await setUpStamp(app, name));
  for (const place of PLACES) await setUpPlace(gateway, stampOf(stamps, SET_UP[place]), place);
  await setUpPlace(gateway, await setUpStamp(app, DISCARDED), 'vanished');
  await options.beforeDiscarding?.(gateway);
  await discardRegistration(app, WHOLE_BOOKS, { registration: DISCARDED, by: 'ours admin' });
  clock.set(end);
  return gateway;
}

function stampOf(stamps: ReadonlyMap<string, Registration>, name: string): Registration {
  const stamp = stamps.get(name);
  if (stamp === undefined) throw new Error(`No stamp ${name}.`);
  return stamp;
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

/** The same customer where the books are not open yet, with usage and a refusal. */
async function setUpPlace({ app }: TestGateway, stamp: Registration, place: Place | 'vanished'): Promise<void> {
  const stackSubscriptionId = guid(`new stack ${place}`);
  const reseller = `${place === 'vanished' ? 'ours' : place} reseller`;
  const customer = await registerCustomer(app, stamp.name, place, {
    reseller,
    stackSubscriptions: [stackSubscriptionId],
  });
  await mapTenant(app, WHOLE_BOOKS, { registration: stamp.name, ...customer, by: `${place} admin` });
  const used = [
    recordOf(place, '2026-03-09T02:00:00Z'),
    oddRecordOf(place, '2026-03-09T02:00:00Z'),
    badRecordOf(place),
  ];
  await push(
    app,
    stamp,
    used.map((record) => ({ ...record, stackSubscriptionId })),
  );
}

/** An hour of the place's machine; every text in it tells whose it is. */
export function recordOf(place: Place | 'vanished', usageStartTime: string) {
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
function oddRecordOf(place: Place | 'vanished', usageStartTime: string) {
  const record = recordOf(place, usageStartTime);
  return { ...record, id: `${place} odd record ${usageStartTime}`, meterId: guid(`meter ${place}`) };
}

function badRecordOf(place: Place | 'vanished') {
  return { ...recordOf(place, '2026-03-08T02:00:00Z'), id: `${place} bad record`, quantity: `${place} lots` };
}

/** Texts that stand in the rows of a place and nowhere else. */
export function markersOf(place: Place | 'vanished', limit: Limit): readonly string[] {
  const kinds = ['tenant', 'csp', 'stack', 'idle stack', 'new stack', 'meter'];
  const ids = kinds.map((kind) => guid(`${kind} ${place}`));
  const quantity = QUANTITY[place].split('.')[0] ?? '';
  const twice = String(Math.floor(Number(QUANTITY[place]) * 2));
  const names = [`${place} `, `"${place}"`, `/${place}`, `${place}-vm`, `${place}-region`, `${place}.Compute`];
  const stamp = [`${place}-hub`, `${place}-new-hub`].flatMap((name) => [
    name,
    ...['cloud', 'base'].map((kind) => guid(`${kind} ${name}`)),
  ]);
  const isOtherStamp = limit !== 'registration' || place !== 'neighbour';
  return [...ids, ...names, quantity, twice, ...(isOtherStamp ? stamp : [])];
}
