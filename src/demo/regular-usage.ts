/** The usage of the demo's resources, hour by hour, as their stamps hand it out. Pure. */
import { isWorkingDay, quantityAt } from './demo-amount.js';
import type { DemoSetting, DemoStackSubscription } from './demo-customer.js';
import type { DemoResource, Runs } from './demo-resource.js';
import type { DemoRegistration } from './demo-world.js';
import { noiseAt } from './noise.js';
import { NumberText } from '../pipeline/ingestion/exact-json.js';
import type { JsonObject } from '../pipeline/ingestion/exact-json.js';
import type { Verdict } from '../pipeline/ingestion/verdict.js';
import type { Quantity } from '../primitives/quantity.js';
import { FOREVER, HOURS_PER_DAY, hourText } from '../primitives/windows.js';
import type { Hour, HourRange } from '../primitives/windows.js';

/** One record on its way, with the verdict that it is meant to get. */
export type DemoUsage =
  | { readonly kind: 'PUSHED'; readonly record: JsonObject; readonly intended: Verdict }
  | {
      readonly kind: 'PULLED';
      readonly reportedHour: Hour;
      /** A row of the stamp's provider usage response. */
      readonly row: JsonObject;
      readonly intended: Verdict;
    };

/** What a registration delivers in a step when nothing goes wrong. */
export function regularUsage(setting: DemoSetting, { customers }: DemoRegistration, step: HourRange): DemoUsage[] {
  return customers.flatMap(({ stackSubscriptions }) =>
    stackSubscriptions.flatMap((subscription) =>
      subscription.resources.flatMap((resource) => {
        const hours = handedOut(setting, subscription, resource, step);
        return resource.pushedBy === null
          ? pulledUsage(setting, resource, hours)
          : pushedUsage(setting, resource, resource.pushedBy, hours);
      }),
    ),
  );
}

interface HandedOut {
  readonly usageHour: Hour;
  readonly reportedHour: Hour;
}

/** Rows that the stamp hands out later than it should, now and then. */
const DELAY_MAX = 6;

/** The usage hours of a resource that are handed out in a step: mostly its own, some of earlier ones. */
function handedOut(
  setting: DemoSetting,
  { outage }: DemoStackSubscription,
  resource: DemoResource,
  step: HourRange,
): HandedOut[] {
  const isCatchingUp = outage !== undefined && outage.to >= step.from && outage.to < step.to;
  const earliest = Math.min(step.from - DELAY_MAX, isCatchingUp ? outage.from : step.from);
  const first = Math.max(earliest, setting.startHour);
  const hours: HandedOut[] = [];
  for (let usageHour = first; usageHour < step.to; usageHour += 1) {
    if (!runsAt(resource.runs, usageHour)) continue;
    const isHeld = outage !== undefined && usageHour >= outage.from && usageHour < outage.to;
    const reportedHour = isHeld ? outage.to : usageHour + delayOf(setting, resource, usageHour);
    if (reportedHour >= step.from && reportedHour < step.to) hours.push({ usageHour, reportedHour });
  }
  return hours;
}

/** Machines and storage are metered when the hour is over, so the stamp hands them out one hour later. */
function delayOf({ seed }: DemoSetting, { uri, series, pushedBy }: DemoResource, usageHour: Hour): number {
  if (pushedBy !== null) return 0;
  const usual = /virtualMachines|storageAccounts/.test(uri) ? 1 : 0;
  const chance = noiseAt(seed, series, usageHour) % 1000;
  return chance < 4 ? usual + 2 + (chance % 4) : usual;
}

function runsAt({ from, to, schedule }: Runs, hour: Hour): boolean {
  if (hour < (from ?? 0) || hour >= (to ?? FOREVER)) return false;
  const hourOfDay = hour % HOURS_PER_DAY;
  switch (schedule ?? 'ALWAYS') {
    case 'ALWAYS':
      return true;
    case 'WORKING_HOURS':
      return isWorkingDay(hour) && hourOfDay >= 7 && hourOfDay < 17;
    case 'NIGHTLY':
      return hourOfDay < 5;
    case 'WEEKENDS':
      return !isWorkingDay(hour);
  }
}

/** The usage of each of a resource's meters in an hour. */
function metered(
  { seed, startHour }: DemoSetting,
  { series, meters }: DemoResource,
  hour: Hour,
): { readonly meterId: string; readonly quantity: Quantity }[] {
  return meters.map(({ meterId, amount }, index) => {
    // Two numbers of chance go into a quantity.
    const at = { seed, startHour, hour, series: series + 2 * index + 1 };
    return { meterId, quantity: quantityAt(amount, at) };
  });
}

function pulledUsage(setting: DemoSetting, resource: DemoResource, hours: readonly HandedOut[]): DemoUsage[] {
  const { stackSubscriptionId, uri, location, tags, additionalInfo } = resource;
  // The stamp puts JSON into strings, twice.
  const instance = {
    resourceUri: uri,
    location,
    tags: text(tags),
    additionalInfo: text(additionalInfo),
  };
  const instanceData = JSON.stringify({ 'Microsoft.Resources': instance });
  return hours.flatMap(({ usageHour, reportedHour }) =>
    metered(setting, resource, usageHour).map(({ meterId, quantity }): DemoUsage => ({
      kind: 'PULLED',
      reportedHour,
      intended: 'ACCEPTED',
      row: {
        properties: {
          subscriptionId: stackSubscriptionId,
          usageStartTime: stampTime(usageHour),
          usageEndTime: stampTime(usageHour + 1),
          instanceData,
          quantity: new NumberText(quantity),
          meterId,
        },
      },
    })),
  );
}

function pushedUsage(
  setting: DemoSetting,
  resource: DemoResource,
  source: string,
  hours: readonly HandedOut[],
): DemoUsage[] {
  const { stackSubscriptionId, location, tags, additionalInfo } = resource;
  return hours.flatMap(({ usageHour }) =>
    metered(setting, resource, usageHour).map(({ meterId, quantity }): DemoUsage => ({
      kind: 'PUSHED',
      intended: 'ACCEPTED',
      record: {
        id: recordIdOf(resource, meterId, usageHour),
        source,
        stackSubscriptionId,
        meterId,
        resourceUri: resource.uri,
        location,
        tags,
        additionalInfo,
        usageStartTime: hourText(usageHour),
        usageEndTime: hourText(usageHour + 1),
        quantity,
      },
    })),
  );
}

function recordIdOf({ uri }: DemoResource, meterId: string, hour: Hour): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  return `${name}-${meterId.slice(0, 8).toLowerCase()}-${hourText(hour).slice(0, 13)}`;
}

function text(details: Readonly<Record<string, string>>): string {
  return Object.keys(details).length === 0 ? '' : JSON.stringify(details);
}

/** As stamps write times. */
function stampTime(hour: Hour): string {
  return hourText(hour).replace('.000Z', '+00:00');
}
