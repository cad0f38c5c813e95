/** Loads the demo through the product's own acts, on a clock that walks through the demo's days. */
import { setImmediate as breathe } from 'node:timers/promises';

import type { DemoChange } from './demo-customer.js';
import { deliverySteps, usageOf } from './demo-usage.js';
import { DEMO_DAYS, EDGE, HUB, demoWorld } from './demo-world.js';
import type { DemoRegistration, DemoWorld } from './demo-world.js';
import type { DemoUsage } from './regular-usage.js';
import { setUpDemo } from './set-up-demo.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import { claimForDemo } from './claim-for-demo.js';
import { greatest } from '../database/expressions.js';
import { select } from '../database/select.js';
import type { Sql } from '../database/transaction.js';
import { usageBatchTable } from '../pipeline/ingestion/ingestion.entity.js';
import { closeDays } from '../pipeline/closing/close-days.js';
import { canonicalJson } from '../pipeline/ingestion/exact-json.js';
import { checkProviderRow } from '../pipeline/ingestion/usage-record.js';
import { deliveryOfRecord } from '../pipeline/ingestion/usage-wire.js';
import type { Delivery } from '../pipeline/ingestion/verdict.js';
import { recordUsage } from '../pipeline/pipeline.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import { assignStackSubscription } from '../pipeline/routing/assign-stack-subscription.js';
import { mapTenant, unmapTenant } from '../pipeline/routing/map-tenant.js';
import { HOURS_PER_DAY, dayOf, dayText, hourOf } from '../primitives/windows.js';
import type { Hour, HourRange } from '../primitives/windows.js';
import { findRegistration } from '../registration/registration-store.js';

/** Which made-up world to load, up to when, and how to be told of it. */
export interface DemoOptions {
  readonly seed: number;
  /** Milliseconds since 1970. The demo ends with the last hour that is over. */
  readonly now: number;
  readonly days?: number;
  /** Called now and then with the part that is done, from 0 to 1, and what is going on. */
  readonly onProgress?: (fraction: number, sentence: string) => void;
  /** Stops between two deliveries; what is loaded stays, and loading again goes on. */
  readonly signal?: AbortSignal;
}

/** Who did everything that the demo did. */
const DEMO_PRINCIPAL = 'demo';
const MS_PER_HOUR = 3_600_000;
/** Deliveries arrive some minutes after the hour. */
const ARRIVAL_MS = 7 * 60_000;
/** A reported day closes when so many days after it are over. */
const OPEN_DAYS = 2;

/**
 * Loads the demo into migrated books, or goes on where loading was interrupted: the demo's end is then where it was,
 * whatever the time is now. The books become the demo's; throws BOOKS_ARE_LIVE and BOOKS_ARE_MIXED, before anything is
 * loaded, where they are somebody's.
 */
export async function loadDemo(gateway: Pipeline, options: DemoOptions): Promise<void> {
  const { seed, days = DEMO_DAYS } = options;
  const endHour = (await knownEnd(gateway.db.reader, days)) ?? hourOf(options.now);
  const world = demoWorld(seed, endHour, days);
  const stamps = world.registrations.map(({ registration }) => registration);
  await claimForDemo(on(gateway, startOf(world)), { stamps, by: DEMO_PRINCIPAL });
  if (await isDemoLoaded(gateway.db.reader, days)) return;
  options.onProgress?.(0, 'Registering two stamps and their customers.');
  await setUpDemo(on(gateway, startOf(world)), world, DEMO_PRINCIPAL);
  const loading: Loading[] = [];
  for (const demo of world.registrations) loading.push(await begin(gateway, demo));
  for (const step of deliverySteps(world.setting)) {
    options.signal?.throwIfAborted();
    for (const one of loading) await walk(gateway, world, one, step);
    report(options, world, step);
    // Signals and timers get their turn: a SQLite statement blocks until it is done.
    await breathe();
  }
}

/** Whether the demo was loaded to its end: its last delivery is in the books. */
export async function isDemoLoaded(sql: Sql, days: number = DEMO_DAYS): Promise<boolean> {
  const endHour = await knownEnd(sql, days);
  if (endHour === null) return false;
  const edge = await findRegistration(sql, WHOLE_BOOKS, EDGE);
  return edge !== null && (await lastDelivery(sql, edge.id)) >= endHour * MS_PER_HOUR;
}

/** The end of a demo that was begun: so many days after its first registration was made. */
async function knownEnd(sql: Sql, days: number): Promise<Hour | null> {
  const hub = await findRegistration(sql, WHOLE_BOOKS, HUB);
  if (hub?.createdBy !== DEMO_PRINCIPAL) return null;
  return hourOf(hub.createdAt) + days * HOURS_PER_DAY;
}

async function lastDelivery(sql: Sql, registrationId: number): Promise<number> {
  const b = usageBatchTable;
  const [row] = await select(
    sql,
    { receivedAt: greatest(b.receivedAt) },
    `FROM ${b} WHERE ${b.registrationId} = ? AND ${b.receivedBy} = ?`,
    [registrationId, DEMO_PRINCIPAL],
  );
  return row?.receivedAt ?? 0;
}

/** One registration on its way through the demo's days. */
interface Loading {
  readonly demo: DemoRegistration;
  readonly registrationId: number;
  /** Deliveries up to this moment are in the books already. */
  readonly loadedUntil: number;
}

async function begin(gateway: Pipeline, demo: DemoRegistration): Promise<Loading> {
  const found = await findRegistration(gateway.db.reader, WHOLE_BOOKS, demo.registration.name);
  const registrationId = found?.id ?? 0;
  const loadedUntil = await lastDelivery(gateway.db.reader, registrationId);
  return { demo, registrationId, loadedUntil };
}

/** One step: days that are over close, changes are made at their hours, and the usage arrives. */
async function walk(
  gateway: Pipeline,
  world: DemoWorld,
  { demo, registrationId, loadedUntil }: Loading,
  step: HourRange,
): Promise<void> {
  const end = world.setting.endHour * MS_PER_HOUR;
  const arrival = Math.min(step.to * MS_PER_HOUR + ARRIVAL_MS, end);
  if (arrival <= loadedUntil) return;
  const arrived = on(gateway, arrival);
  if (step.to % HOURS_PER_DAY < step.to - step.from || arrival === end) {
    const through = dayOf(step.to) - 1 - OPEN_DAYS;
    await closeDays(arrived, { registrationId, through, by: DEMO_PRINCIPAL });
  }
  for (const customer of demo.customers) {
    for (const change of customer.changes) {
      if (change.at >= step.from && change.at < step.to) {
        await make(on(gateway, change.at * MS_PER_HOUR), demo.registration.name, change);
      }
    }
  }
  await recordUsage(arrived, {
    registrationId,
    receivedBy: DEMO_PRINCIPAL,
    grantedSources: 'all',
    deliveries: usageOf(world.setting, demo, step).map((usage) => deliveryOf(usage, demo.registration.name, arrival)),
  });
}

async function make(gateway: Pipeline, registration: string, change: DemoChange): Promise<void> {
  const by = DEMO_PRINCIPAL;
  switch (change.kind) {
    case 'MAP':
      await mapTenant(gateway, WHOLE_BOOKS, { ...change, registration, by });
      return;
    case 'UNMAP':
      await unmapTenant(gateway, WHOLE_BOOKS, { ...change, registration, by });
      return;
    case 'ASSIGN':
      await assignStackSubscription(gateway, WHOLE_BOOKS, { ...change, registration, by });
  }
}

function deliveryOf(usage: DemoUsage, stamp: string, now: number): Delivery {
  if (usage.kind === 'PUSHED') return deliveryOfRecord(usage.record, now);
  const { row, reportedHour } = usage;
  const pulled = { reportedHour, source: stamp, now };
  return { checked: checkProviderRow(row, pulled), raw: () => canonicalJson(row) };
}

/** The gateway at another time. */
function on({ db, dictionary, routingTables }: Pipeline, now: number): Pipeline {
  return { db, dictionary, routingTables, clock: { now: () => now } };
}

function startOf({ setting }: DemoWorld): number {
  return setting.startHour * MS_PER_HOUR;
}

function report({ onProgress }: DemoOptions, { setting }: DemoWorld, step: HourRange): void {
  const isNewDay = dayOf(step.to) !== dayOf(step.from);
  if (!isNewDay && step.to < setting.endHour) return;
  const fraction = (step.to - setting.startHour) / (setting.endHour - setting.startHour);
  onProgress?.(fraction, `Usage until ${dayText(dayOf(step.to))} is in the books.`);
}
