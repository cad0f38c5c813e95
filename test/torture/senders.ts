import { setTimeout as pause } from 'node:timers/promises';

import type { Child } from './children.js';
import { METERS, guid, usageRecord } from '../support/world.js';
import type { JsonObject } from '../../src/pipeline/ingestion/exact-json.js';
import type { Clock } from '../../src/primitives/clock.js';
import { fromUnits } from '../../src/primitives/quantity.js';
import { hourOf, hourText } from '../../src/primitives/windows.js';

/** The registration that all usage is of. */
export const STAMP = 'hub';
const ANSWER_MS_MAX = 5_000;
const RETRY_MS = 50;
const RECORDS_PER_BATCH = 60;
const RESOURCES = 8;
/** Of ten records, so many were sent before. */
const REPEATED = 2;

/** Whose usage it is, and where it must be billed. */
export interface Customer {
  readonly stackSubscription: string;
  readonly destination: string;
}

/** A record of the model. */
export interface SentRecord {
  readonly id: string;
  readonly wire: JsonObject;
  readonly customer: Customer;
  readonly meterId: string;
  readonly units: bigint;
}

/** What was acknowledged, and how hard that was. */
export interface Sent {
  readonly records: Map<string, SentRecord>;
  batches: number;
  repeated: number;
  /** Requests that got no answer, or no good one, and were sent again. */
  retries: number;
}

/**
 * Sends batch after batch over HTTP until it is told to stop, each to any gateway that listens and again until it is
 * acknowledged: what a resource provider does. Throws where a verdict is anything but ACCEPTED or DUPLICATE.
 */
export async function sendUsage(
  to: {
    readonly gateways: readonly Child[];
    readonly token: string;
    readonly customers: readonly Customer[];
  },
  how: { readonly name: string; readonly random: () => number; readonly clock: Clock; readonly signal: AbortSignal },
  sent: Sent,
): Promise<void> {
  const own: string[] = [];
  while (!how.signal.aborted) {
    const batch = Array.from({ length: RECORDS_PER_BATCH }, () => {
      const earlier = own[Math.floor(how.random() * own.length)];
      const known = earlier === undefined ? undefined : sent.records.get(earlier);
      if (known !== undefined && how.random() * 10 < REPEATED) {
        sent.repeated += 1;
        return known;
      }
      const made = madeRecord(`${how.name}-${own.length}`, to.customers, how);
      own.push(made.id);
      return made;
    });
    const verdicts = await acknowledged(to, how.random, batch, sent);
    const unexpected = verdicts.filter(({ verdict }) => verdict !== 'ACCEPTED' && verdict !== 'DUPLICATE');
    if (verdicts.length !== batch.length || unexpected.length > 0) {
      throw new Error(`Not every record was taken: ${JSON.stringify(unexpected.slice(0, 3))}`);
    }
    for (const record of batch) sent.records.set(record.id, record);
    sent.batches += 1;
  }
}

interface Verdict {
  readonly verdict: string;
}

async function acknowledged(
  to: Parameters<typeof sendUsage>[0],
  random: () => number,
  batch: readonly SentRecord[],
  sent: Sent,
): Promise<readonly Verdict[]> {
  const body = JSON.stringify(batch.map(({ wire }) => wire));
  for (;;) {
    const url = to.gateways[Math.floor(random() * to.gateways.length)]?.url() ?? null;
    const verdicts = url === null ? null : await posted(`${url}/v1/usage?registration=${STAMP}`, to.token, body);
    if (verdicts !== null) return verdicts;
    sent.retries += 1;
    await pause(RETRY_MS);
  }
}

/** Null when it is to be sent again: no answer, or one that says so. */
async function posted(url: string, token: string, body: string): Promise<readonly Verdict[] | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    const text = await response.text();
    if (response.status === 200) return (JSON.parse(text) as { readonly verdicts: readonly Verdict[] }).verdicts;
    if (response.status >= 500 || response.status === 429) return null;
    throw new Refusal(`${response.status}: ${text.slice(0, 500)}`);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return null;
  }
}

class Refusal extends Error {}

function madeRecord(
  id: string,
  customers: readonly Customer[],
  { random, clock }: { readonly random: () => number; readonly clock: Clock },
): SentRecord {
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item =>
    items[Math.floor(random() * items.length)] ?? items[0];
  const customer = customers[Math.floor(random() * customers.length)];
  if (customer === undefined) throw new Error('There is no customer.');
  const meterId = pick([METERS.vmHours, METERS.blobCapacity, METERS.unknown]);
  // Some hours before now, so that the slowest clock has seen it, and the usage of one reported day is of two days.
  const usageHour = hourOf(clock.now()) - 3 - Math.floor(random() * 12);
  const units = BigInt(Math.floor(random() * 1e15)) * 1_000_000_007n + 1n;
  const stackSubscriptionId = customer.stackSubscription;
  const wire = usageRecord({
    id,
    stackSubscriptionId,
    meterId,
    resourceUri: `/subscriptions/${stackSubscriptionId}/machines/${Math.floor(random() * RESOURCES)}`,
    usageStartTime: hourText(usageHour),
    quantity: fromUnits(units),
  });
  return { id, wire, customer, meterId, units };
}

export function customerOf(name: string, destination: string): Customer {
  return { stackSubscription: guid(`stack ${name}`), destination };
}
