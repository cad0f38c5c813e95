import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import 'reflect-metadata';
import { startGateway, startReceiver } from './children.js';
import type { Child } from './children.js';
import { clockOf } from './fast-clock.js';
import { STAMP, customerOf, sendUsage } from './senders.js';
import type { Customer, Sent } from './senders.js';
import { figuresOf, mustBeSettled, mustBeWhole } from './verify.js';
import type { Figures } from './verify.js';
import { randomOf } from '../support/random.js';
import { guid, registerCustomer, registerStamp } from '../support/world.js';
import { COMMAND_LINE } from '../../src/access/actor.js';
import { createApiKey } from '../../src/access/create-api-key.js';
import type { Grant } from '../../src/access/grant.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { createApp } from '../../src/app.js';
import type { App } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { migrateUp } from '../../src/database/migrate.js';
import { mapTenant } from '../../src/pipeline/routing/map-tenant.js';
import { hourOf } from '../../src/primitives/windows.js';

const SECRET = 'open sesame';
const SENDERS = 2;
const FAULTS = ['FAIL', 'TIME_OUT_BEFORE', 'TIME_OUT_AFTER', 'TAKE_TWICE', 'UNAUTHORIZED'] as const;
const FAULT_EVERY_MS = 400;
const MS_PER_DAY = 86_400_000;
/** A little after noon: the first of the days is half over. */
const SIMULATED_AT = Date.parse('2026-03-01T12:10:00Z');
/** Each gateway's clock lags this much more than the one before. */
const LAG_MS = 7 * 60_000;
const SETTLE_MS_MAX = 120_000;

export interface Torture {
  readonly databaseUrl: string;
  readonly gateways: number;
  readonly seconds: number;
  /** How many days of the gateways' clocks that is. */
  readonly days: number;
  /** How many SIGKILLs, spread over the time. */
  readonly kills: number;
  readonly seed: number;
  /** Done once, in the middle. */
  readonly midway?: () => Promise<void>;
}

/**
 * Takes usage in, closes and reports with several gateway processes on one database, kills them at random moments while
 * the receiver fails in every way it can, and lets them come to rest. Throws unless every record that was acknowledged
 * is in the books and at the receiver exactly once.
 */
export async function torture(options: Torture): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-torture-'));
  const speed = (options.days * MS_PER_DAY) / (options.seconds * 1_000);
  const fast = { startedAt: Date.now(), simulatedAt: SIMULATED_AT, speed };
  const receiver = startReceiver(SECRET, join(folder, 'commerce.sqlite'));
  const children: Child[] = [receiver];
  let app: App | undefined;
  try {
    await receiver.ready();
    const env = environmentOf(options.databaseUrl, folder, receiver.url() ?? '');
    app = await createApp(readConfig(env), { clock: clockOf(fast) });
    await migrateUp(app.db);
    const customers = await setUp(app);
    const senderToken = await keyFor(app, {
      role: 'INGESTOR',
      registrations: [STAMP],
      tenants: 'all',
      resellers: 'all',
    });
    const readerToken = await keyFor(app, { role: 'OPERATOR', registrations: 'all', tenants: 'all', resellers: 'all' });
    const gateways = Array.from({ length: options.gateways }, (_, index) =>
      startGateway({ ...fast, simulatedAt: SIMULATED_AT - index * LAG_MS }, env),
    );
    children.push(...gateways);
    await Promise.all(gateways.map((gateway) => gateway.ready()));

    const sent: Sent = { records: new Map(), batches: 0, repeated: 0, retries: 0 };
    const kills = await underFire(options, { app, gateways, receiver, customers, senderToken, sent });
    await settled(app);
    await Promise.all(gateways.map((gateway) => gateway.ready()));
    await mustBeWhole({
      app,
      sent,
      gatewayUrl: gateways[0]?.url() ?? '',
      readerToken,
      receiverUrl: receiver.url() ?? '',
    });
    const figures = await figuresOf(app, sent, kills);
    const codes = await Promise.all(gateways.map((gateway) => gateway.stop()));
    if (codes.some((code) => code !== 0)) throw new Error(`A gateway did not end cleanly: ${codes.join(', ')}`);
    return figures;
  } catch (error) {
    const complaints = children.map((child) => child.complaints()).filter((text) => text !== '');
    throw new Error(`Seed ${options.seed}: ${String(error)}\n${complaints.join('\n')}`, { cause: error });
  } finally {
    await Promise.all(children.map((child) => child.end()));
    await app?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function environmentOf(databaseUrl: string, folder: string, receiverUrl: string): Readonly<Record<string, string>> {
  return {
    DATABASE_URL: databaseUrl,
    DATA_FOLDER: folder,
    PORT: '0',
    LOG_LEVEL: 'error',
    CLOSE_GRACE_HOURS: '1',
    CLOSE_EVERY_SECONDS: '1',
    REPORT_EVERY_SECONDS: '1',
    COMMERCE: 'https',
    COMMERCE_URL: receiverUrl,
    COMMERCE_TOKEN_URL: `${receiverUrl}/oauth/token`,
    COMMERCE_CLIENT_ID: 'gateway',
    COMMERCE_CLIENT_SECRET: SECRET,
    COMMERCE_TIMEOUT_SECONDS: '2',
  };
}

/** Two customers that are mapped, one that is not, and usage that nobody owns. */
async function setUp(app: App): Promise<readonly Customer[]> {
  await registerStamp(app, STAMP);
  const customers = [customerOf('nobody', guid(`base ${STAMP}`))];
  for (const name of ['alder', 'birch', 'cedar']) {
    const { tenantId, cspSubscriptionId } = await registerCustomer(app, STAMP, name, {
      stackSubscriptions: [guid(`stack ${name}`)],
    });
    const isMapped = name !== 'cedar';
    customers.push(customerOf(name, isMapped ? cspSubscriptionId : guid(`base ${STAMP}`)));
    if (!isMapped) continue;
    const effectiveFrom = hourOf(SIMULATED_AT) - 48;
    await mapTenant(app, WHOLE_BOOKS, { registration: STAMP, tenantId, cspSubscriptionId, effectiveFrom, by: 'test' });
  }
  return customers;
}

/** A key that outlives the fast clock, unlike a token. */
async function keyFor(app: App, grant: Grant): Promise<string> {
  const expiresAt = app.clock.now() + 365 * MS_PER_DAY;
  const { text } = await createApiKey(app, null, { name: grant.role, grant, expiresAt, by: COMMAND_LINE });
  if (text === null) throw new Error('The key was not told.');
  return text;
}

/** Everything at once, for the time that is given. Answers how many gateways were killed. */
async function underFire(
  { seconds, kills, seed, midway }: Torture,
  world: {
    readonly app: App;
    readonly gateways: readonly Child[];
    readonly receiver: Child;
    readonly customers: readonly Customer[];
    readonly senderToken: string;
    readonly sent: Sent;
  },
): Promise<number> {
  const over = AbortSignal.timeout(seconds * 1_000);
  const { app, gateways, customers, senderToken: token, sent } = world;
  const senders = Array.from({ length: SENDERS }, (_, index) =>
    sendUsage(
      { gateways, token, customers },
      { name: `sender-${index}`, random: randomOf(seed * 100 + index), clock: app.clock, signal: over },
      sent,
    ),
  );
  const random = randomOf(seed);
  let killed = 0;
  const killing = async () => {
    while (killed < kills && !over.aborted) {
      await until(over, ((seconds * 1_000) / (kills + 1)) * (0.5 + random()));
      if (gateways[Math.floor(random() * gateways.length)]?.kill() === true) killed += 1;
    }
  };
  const failing = async () => {
    while (!over.aborted) {
      const faults = Array.from({ length: 4 }, () => FAULTS[Math.floor(random() * FAULTS.length)]);
      await control(world.receiver, { faults, delayMs: Math.floor(random() * 40) });
      await until(over, FAULT_EVERY_MS);
    }
    await control(world.receiver, { faults: [], delayMs: 0 });
  };
  const striking = async () => {
    await until(over, seconds * 500);
    await midway?.();
  };
  await Promise.all([...senders, killing(), failing(), striking()]);
  return killed;
}

async function control(receiver: Child, what: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  await fetch(`${receiver.url() ?? ''}/control`, { method: 'POST', headers, body: JSON.stringify(what) });
}

/** Waits, at most until everything is over. */
async function until(over: AbortSignal, ms: number): Promise<void> {
  await pause(ms, undefined, { signal: over }).catch(() => undefined);
}

/** The gateways close and report what is left; nobody disturbs them any more. */
async function settled(app: App): Promise<void> {
  const latest = Date.now() + SETTLE_MS_MAX;
  for (;;) {
    try {
      await mustBeSettled(app);
      return;
    } catch (error) {
      if (Date.now() > latest) throw error;
      await pause(FAULT_EVERY_MS);
    }
  }
}
