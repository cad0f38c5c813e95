import { Decimal } from 'decimal.js';

import type { TestGateway } from './gateway.js';
import { METERS, guid, push, registerCustomer, registerPartner, registerStamp, usageRecord } from './world.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { closeDays } from '../../src/pipeline/closing/close-days.js';
import type { JsonObject } from '../../src/pipeline/ingestion/exact-json.js';
import { assignStackSubscription } from '../../src/pipeline/routing/assign-stack-subscription.js';
import { mapTenant } from '../../src/pipeline/routing/map-tenant.js';
import { dayOf, hourOf } from '../../src/primitives/windows.js';
import { addCspSubscription } from '../../src/tenancy/add-csp-subscription.js';
import { registerTenant } from '../../src/tenancy/register-tenant.js';

/** A record that the books hold, with what must be answered about it. */
export interface KnownRecord {
  readonly registration: string;
  readonly tenant: string | null;
  readonly stackSubscription: string;
  readonly meterId: string;
  readonly resourceUri: string;
  readonly location: string;
  readonly usageHour: number;
  readonly reportedHour: number;
  readonly quantity: string;
  /** The Azure subscription that is billed, why, and since when the mapping holds. */
  readonly destination: { readonly subscription: string; readonly reason: string; readonly since: number | null };
}

/** Two stamps with three days of usage: mapped, remapped within a day, unmapped, unknown; two days are closed. */
export interface Books {
  readonly hubId: number;
  readonly records: readonly KnownRecord[];
}

export const RANGE = { from: '2026-03-07T00:00:00.000Z', to: '2026-03-11T00:00:00.000Z' };
export const PARTNER = '4711';
export const RESELLER = 'north';
/** Alder is mapped from the first of these hours on, and to its second subscription from the other on. */
export const ALDER_MAPPED = '2026-03-08T06:00:00.000Z';
export const ALDER_REMAPPED = '2026-03-09T13:00:00.000Z';
/** Reported days before this one are closed. */
export const OPEN_FROM = '2026-03-09T00:00:00.000Z';

export const TENANTS = { alder: guid('tenant alder'), birch: guid('tenant birch'), elm: guid('tenant elm') };
export const CSP = { alder: guid('csp alder'), alderToo: guid('csp alder too') };
export const STACKS = {
  alderShop: guid('stack alder shop'),
  alderLab: guid('stack alder lab'),
  birch: guid('stack birch'),
  stray: guid('stack stray'),
  elm: guid('stack elm'),
};
/** More digits than any float holds. */
export const LARGE = {
  meterId: guid('a meter of large numbers'),
  quantity: '90071992547409931234567.123456789012345678901234',
};

const HOUR = 3_600_000;
const FIRST_HOUR = hourOf(Date.parse('2026-03-07T00:00:00Z'));
const HOURS = 82;
const DELIVERY_HOURS = 6;

interface Source {
  readonly registration: string;
  readonly tenant: string | null;
  readonly stackSubscription: string;
}

const SOURCES: readonly Source[] = [
  { registration: 'hub', tenant: TENANTS.alder, stackSubscription: STACKS.alderShop },
  { registration: 'hub', tenant: TENANTS.alder, stackSubscription: STACKS.alderLab },
  { registration: 'hub', tenant: TENANTS.birch, stackSubscription: STACKS.birch },
  { registration: 'hub', tenant: null, stackSubscription: STACKS.stray },
  { registration: 'edge', tenant: TENANTS.elm, stackSubscription: STACKS.elm },
];

export async function fillBooks(gateway: TestGateway): Promise<Books> {
  const { app, clock } = gateway;
  const end = clock.now();
  clock.set('2026-03-06T12:00:00Z');
  const hub = await registerStamp(app, 'hub');
  const edge = await registerStamp(app, 'edge', { billingModel: 'CAPACITY', agreementNumber: 'A-1' });
  await registerPartner(app, RESELLER);
  const alder = [STACKS.alderShop, STACKS.alderLab];
  await registerCustomer(app, 'hub', 'alder', { reseller: RESELLER, stackSubscriptions: alder });
  await registerCustomer(app, 'hub', 'birch', { stackSubscriptions: [STACKS.birch] });
  // A capacity registration knows no CSP subscriptions.
  const elm = { registration: 'edge', tenantId: TENANTS.elm, by: 'test' };
  await registerTenant(app, WHOLE_BOOKS, { ...elm, name: 'elm' });
  await assignStackSubscription(app, WHOLE_BOOKS, { ...elm, stackSubscriptionId: STACKS.elm });
  const within = { registration: 'hub', tenantId: TENANTS.alder, by: 'test' };
  const second = { cspSubscriptionId: CSP.alderToo, name: 'second', offer: 'CSP', partnerId: PARTNER } as const;
  await addCspSubscription(app, WHOLE_BOOKS, { ...within, ...second });

  const records: KnownRecord[] = [];
  for (let done = 0; done < HOURS; done += DELIVERY_HOURS) {
    const to = Math.min(done + DELIVERY_HOURS, HOURS);
    clock.set((FIRST_HOUR + to) * HOUR);
    for (const stamp of [hub, edge]) {
      const batch = [...usageOf(stamp.name, done, to), ...(stamp === hub && to === HOURS ? [largeRecord()] : [])];
      const { accepted } = await push(
        app,
        stamp,
        batch.map(({ wire }) => wire),
      );
      if (accepted !== batch.length) throw new Error('A record of the test books was refused.');
      records.push(...batch.map(({ known }) => ({ ...known, reportedHour: FIRST_HOUR + to })));
    }
    if (to === 48) {
      // A step that a later decision replaces.
      await map(app, CSP.alderToo, '2026-03-12T00:00:00Z');
      await map(app, CSP.alder, ALDER_MAPPED);
    }
  }
  await map(app, CSP.alderToo, ALDER_REMAPPED);
  clock.set(end);
  const through = dayOf(hourOf(Date.parse(OPEN_FROM))) - 1;
  await closeDays(app, { registrationId: hub.id, through, by: 'test' });
  return { hubId: hub.id, records };

  function map(on: TestGateway['app'], cspSubscriptionId: string, from: string) {
    return mapTenant(on, WHOLE_BOOKS, { ...within, cspSubscriptionId, effectiveFrom: hourOf(Date.parse(from)) });
  }
}

interface Made {
  readonly wire: JsonObject;
  readonly known: Omit<KnownRecord, 'reportedHour'>;
}

/** The usage that a delivery brings: that of its hours, and now and then of a day and a half before. */
function usageOf(registration: string, from: number, to: number): readonly Made[] {
  const made: Made[] = [];
  SOURCES.forEach((source, index) => {
    if (source.registration !== registration) return;
    for (let hour = from; hour < to; hour += 1) {
      if ((hour + index) % 3 === 0) continue;
      const late = hour % 11 === 0 ? 35 : 0;
      made.push(record(source, { usage: Math.max(0, hour - late), name: `${index}-${hour}`, kind: hour % 4 }));
      if (hour % 7 === 0) made.push(record(source, { usage: hour, name: `${index}-${hour}-again`, kind: hour % 4 }));
    }
  });
  return made;
}

function record(source: Source, what: { readonly usage: number; readonly name: string; readonly kind: number }): Made {
  const { usage, name, kind } = what;
  const meterId = [METERS.vmHours, METERS.blobCapacity, METERS.vmHours, METERS.unknown][kind] ?? '';
  const location = kind === 3 ? 'munich' : 'frankfurt';
  const resourceUri = `/subscriptions/${source.stackSubscription}/resourceGroups/Shop/providers/Microsoft.Compute/virtualMachines/VM${kind}`;
  const quantity = new Decimal(usage + 1).div(7).toFixed(23);
  return madeOf(source, { name, usageHour: FIRST_HOUR + usage, meterId, location, resourceUri, quantity });
}

function largeRecord(): Made {
  const [source] = SOURCES;
  if (source === undefined) throw new Error('There is no source.');
  const what = { name: 'large', usageHour: FIRST_HOUR + 80, location: 'frankfurt', resourceUri: '/large' };
  return madeOf(source, { ...what, ...LARGE });
}

function madeOf(
  source: Source,
  { name, ...what }: Omit<KnownRecord, 'reportedHour' | 'destination' | keyof Source> & { readonly name: string },
): Made {
  const { stackSubscription } = source;
  const { meterId, resourceUri, location, quantity, usageHour } = what;
  const usageStartTime = new Date(usageHour * HOUR).toISOString();
  const parts = { id: name, stackSubscriptionId: stackSubscription, meterId, resourceUri, location, quantity };
  const wire = usageRecord({ ...parts, usageStartTime });
  return { wire, known: { ...source, ...what, destination: destinationOf(source, usageHour) } };
}

/** By the rules themselves, not by our code. */
function destinationOf({ registration, tenant }: Source, usageHour: number): KnownRecord['destination'] {
  const [mapped, remapped] = [ALDER_MAPPED, ALDER_REMAPPED].map((time) => hourOf(Date.parse(time)));
  const base = { subscription: guid(`base ${registration}`), since: null };
  if (tenant === null) return { ...base, reason: 'TENANT_UNKNOWN' };
  if (tenant !== TENANTS.alder || usageHour < (mapped ?? 0)) return { ...base, reason: 'TENANT_NOT_MAPPED' };
  const since = usageHour < (remapped ?? 0) ? mapped : remapped;
  return { subscription: since === mapped ? CSP.alder : CSP.alderToo, reason: 'MAPPED', since: since ?? null };
}

const Exact = Decimal.clone({ precision: 100 });

/** Records added up by a key, each sum exact: what the books must answer, by key. */
export function sumsOf(
  records: readonly KnownRecord[],
  keyOf: (record: KnownRecord) => readonly unknown[],
): ReadonlyMap<string, string> {
  const sums = new Map<string, { quantity: Decimal; records: number }>();
  for (const one of records) {
    const key = JSON.stringify(keyOf(one));
    const sum = sums.get(key) ?? { quantity: new Exact(0), records: 0 };
    sums.set(key, { quantity: sum.quantity.plus(one.quantity), records: sum.records + 1 });
  }
  return new Map(
    [...sums.entries()]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, sum]) => [key, `${sum.quantity.toFixed()} in ${sum.records}`]),
  );
}

/** Answered rows in the same form. Fails when two rows have one key. */
export function answered<Row extends { readonly quantity: string; readonly records: number }>(
  rows: readonly Row[],
  keyOf: (row: Row) => readonly unknown[],
): ReadonlyMap<string, string> {
  const entries = rows.map((row): [string, string] => [
    JSON.stringify(keyOf(row)),
    `${row.quantity} in ${row.records}`,
  ]);
  const answer = new Map(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
  if (answer.size !== rows.length) throw new Error(`${rows.length - answer.size} rows came twice.`);
  return answer;
}

export function hourText(hour: number): string {
  return new Date(hour * HOUR).toISOString();
}

export function dayText(hour: number): string {
  return hourText(hour).slice(0, 10);
}
