/**
 * Usage as a busy stamp sends it: ten thousand series, each an hour of one meter of one resource. A subscription has
 * ten resources of four kinds, and so twenty meters.
 */
import type { JsonObject } from '../src/pipeline/ingestion/exact-json.js';
import { canonicalGuid, digest16 } from '../src/primitives/ids.js';
import { fromUnits, toUnits } from '../src/primitives/quantity.js';
import { firstHourOf, hourText } from '../src/primitives/windows.js';
import type { Hour } from '../src/primitives/windows.js';

const STACK_SUBSCRIPTIONS = 200;
const RESOURCES = 2_000;
const METERS = 100;
const SERIES = 10_000;
/** Machines, disks and so on: the resources of a subscription that are of one kind emit the same meters. */
const KINDS = 4;
const METERS_OF_KIND = SERIES / RESOURCES;
const METERS_OF_SUBSCRIPTION = KINDS * METERS_OF_KIND;
/** 1 June 2025. */
const FIRST_HOUR: Hour = firstHourOf(20_240);
/** As many digits as real stamps send. */
const QUANTITY_STEP = toUnits('0.000123456789012345');

/** What a number of a record stands for. */
export interface Place {
  readonly stackSubscription: number;
  readonly resource: number;
  readonly meter: number;
  readonly usageHour: Hour;
}

/** Records [from, to) of the load; the same numbers always make the same records. */
export interface Load {
  readonly from: number;
  readonly to: number;
}

/** So many records, after others that are the warm-up: every series once by default, so that names are known. */
export function loadOf(records: number, warmUp = SERIES): Load {
  return { from: warmUp, to: warmUp + records };
}

/** What goes in before a load is measured. */
export function warmUpOf({ from }: Load): Load {
  return { from: 0, to: from };
}

export function placeOf(index: number): Place {
  const series = index % SERIES;
  const stackSubscription = series % STACK_SUBSCRIPTIONS;
  const resource = series % RESOURCES;
  const kind = Math.floor(resource / STACK_SUBSCRIPTIONS) % KINDS;
  const ofKind = Math.floor(series / RESOURCES);
  return {
    stackSubscription,
    resource,
    meter: (stackSubscription * METERS_OF_SUBSCRIPTION + kind * METERS_OF_KIND + ofKind) % METERS,
    usageHour: FIRST_HOUR + Math.floor(index / SERIES),
  };
}

export function recordIdOf(index: number): string {
  return `record-${String(index).padStart(12, '0')}`;
}

export function quantityOf(index: number): string {
  return fromUnits(QUANTITY_STEP * BigInt(index + 1));
}

/** The exact sum of everything up to a record, in units of 1e-24. */
export function unitsUpTo(to: number): bigint {
  return (QUANTITY_STEP * (BigInt(to) * BigInt(to + 1))) / 2n;
}

export function stackSubscriptionOf(index: number): string {
  return SUBSCRIPTION_GUIDS[placeOf(index).stackSubscription] ?? '';
}

/** The record as it is pushed: about 570 bytes of JSON. */
export function recordOf(index: number): JsonObject {
  const { resource, meter, usageHour } = placeOf(index);
  const subscription = stackSubscriptionOf(index);
  return {
    id: recordIdOf(index),
    source: 'Microsoft.Compute',
    stackSubscriptionId: subscription,
    meterId: METER_GUIDS[meter] ?? '',
    resourceUri: `/subscriptions/${subscription}/resourceGroups/production-${resource % 40}/providers/Microsoft.Compute/virtualMachines/vm-${resource}`,
    location: 'frankfurt',
    tags: { costCenter: String(resource % 50), environment: 'production' },
    additionalInfo: { ImageType: 'Windows', ServiceType: 'Standard_D2s_v3' },
    usageStartTime: hourText(usageHour),
    usageEndTime: hourText(usageHour + 1),
    quantity: quantityOf(index),
  };
}

/** A load cut into batches. */
export function batchesOf<Item>({ from, to }: Load, size: number, itemOf: (index: number) => Item): Item[][] {
  const batches: Item[][] = [];
  for (let start = from; start < to; start += size) {
    const length = Math.min(size, to - start);
    batches.push(Array.from({ length }, (_, offset) => itemOf(start + offset)));
  }
  return batches;
}

/** Runs batches in order, some at a time. */
export async function inParallel<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function guids(kind: string, count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, index) => canonicalGuid(digest16([kind, String(index)]).toString('hex')) ?? '',
  );
}

const SUBSCRIPTION_GUIDS = guids('stack subscription', STACK_SUBSCRIPTIONS);
const METER_GUIDS = guids('meter', METERS);
