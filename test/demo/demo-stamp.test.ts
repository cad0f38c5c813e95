import { deliverySteps, usageOf } from '../../src/demo/demo-usage.js';
import { EDGE, HUB, demoWorld } from '../../src/demo/demo-world.js';
import type { DemoWorld } from '../../src/demo/demo-world.js';
import { isDemoLoaded, loadDemo } from '../../src/demo/load-demo.js';
import type { Database } from '../../src/database/database.js';
import { createDictionary } from '../../src/pipeline/ingestion/dictionary.js';
import type { Pipeline } from '../../src/pipeline/pipeline.js';
import { createRoutingTables, insertFallbackDestinations } from '../../src/pipeline/routing/routing-store.js';
import { canonicalQuantity } from '../../src/primitives/quantity.js';
import { hourOf } from '../../src/primitives/windows.js';
import { createRegistration } from '../../src/registration/create-registration.js';
import { describeEachDatabase, openTestDatabase } from '../support/databases.js';
import type { TestDatabase } from '../support/databases.js';

const SEED = 7;
const DAYS = 4;
const NOW = Date.UTC(2026, 0, 20, 9, 41);
const HOUR = 3_600_000;
const LATER = NOW + 5 * HOUR;

describe('the demo world', () => {
  it('is the same for the same seed and hour, to the last record', () => {
    const once = demoWorld(SEED, hourOf(NOW), DAYS);
    const again = demoWorld(SEED, hourOf(NOW + 10 * 60_000), DAYS);
    expect(again).toEqual(once);
    expect(JSON.stringify(allUsage(again))).toBe(JSON.stringify(allUsage(once)));
  });

  it('is another one for another seed', () => {
    const ids = (seed: number) =>
      demoWorld(seed, hourOf(NOW), DAYS).registrations.map(({ registration }) => registration.cloudId);
    expect(ids(SEED + 1)).not.toEqual(ids(SEED));
  });

  it('shares no id between two of its subscriptions', () => {
    const { registrations } = demoWorld(SEED, hourOf(NOW), DAYS);
    const ids = registrations.flatMap(({ customers }) =>
      customers.flatMap(({ stackSubscriptions, cspSubscriptions }) => [
        ...stackSubscriptions.map(({ stackSubscriptionId }) => stackSubscriptionId),
        ...cspSubscriptions.map(({ cspSubscriptionId }) => cspSubscriptionId),
      ]),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describeEachDatabase('the demo, loaded', (server) => {
  const told: number[] = [];
  let database: TestDatabase;

  // Loaded once, and then only read.
  beforeAll(async () => {
    database = await openTestDatabase(server);
    const { db } = database;
    expect(await isDemoLoaded(db.reader, DAYS)).toBe(false);
    const onProgress = (fraction: number) => told.push(fraction);
    await loadDemo(gatewayOn(db), { seed: SEED, now: NOW, days: DAYS, onProgress });
  });
  afterAll(() => database.close());

  it('holds every record but those that are meant to be refused, and lost no digit', async () => {
    const { db } = database;
    expect(await isDemoLoaded(db.reader, DAYS)).toBe(true);
    expect(await verdicts(db)).toEqual(intendedVerdicts(demoWorld(SEED, hourOf(NOW), DAYS)));
    expect(await sums(db, 'usage_record')).toEqual(await sums(db, 'usage_day_total'));
    expect(told).toEqual([...told].sort((left, right) => left - right));
    expect(told.at(-1)).toBe(1);
  });

  it('holds usage of every kind that there is to explore', async () => {
    const { db } = database;
    const reasons = await db.reader.query<{ reason: string }>(
      `SELECT DISTINCT d.reason FROM usage_day_total t JOIN destination d ON d.id = t.destination_id
        ORDER BY d.reason`,
    );
    expect(reasons.map(({ reason }) => reason)).toEqual(['MAPPED', 'TENANT_NOT_MAPPED', 'TENANT_UNKNOWN']);
    expect(await count(db, 'usage_record WHERE corrects IS NOT NULL')).toBe(1);
    expect(await count(db, 'usage_record WHERE reported_hour > usage_hour + 24')).toBeGreaterThan(50);
    expect(await count(db, 'usage_record WHERE reported_hour < usage_hour')).toBe(0);
    expect(await count(db, 'meter WHERE is_known = 0')).toBe(1);
    expect(await count(db, `meter WHERE is_deprecated = 1 AND ${IS_USED}`)).toBe(3);
    expect(await count(db, 'stack_subscription WHERE tenant_id IS NULL')).toBe(3);
    expect(await count(db, 'tenant')).toBe(12);
    expect(await count(db, 'tenant_mapping WHERE superseded_version > 0')).toBe(1);
    expect(await count(db, 'closed_day')).toBeGreaterThan(0);
  });
});

describeEachDatabase('loading the demo', (server) => {
  it('goes on where it was interrupted, with the end that it had then', async () => {
    const { db, close } = await openTestDatabase(server);
    const stop = new AbortController();
    const onProgress = (fraction: number) => {
      if (fraction > 0.6) stop.abort();
    };
    const first = { seed: SEED, now: NOW, days: DAYS, onProgress, signal: stop.signal };
    await expect(loadDemo(gatewayOn(db), first)).rejects.toThrow();
    expect(await isDemoLoaded(db.reader, DAYS)).toBe(false);

    await loadDemo(gatewayOn(db), { seed: SEED, now: LATER, days: DAYS });
    const intended = intendedVerdicts(demoWorld(SEED, hourOf(NOW), DAYS));
    expect(await isDemoLoaded(db.reader, DAYS)).toBe(true);
    expect(await verdicts(db)).toEqual(intended);
    expect(await count(db, 'tenant_mapping WHERE superseded_version > 0')).toBe(1);

    await loadDemo(gatewayOn(db), { seed: SEED, now: LATER, days: DAYS });
    expect(await verdicts(db)).toEqual(intended);
    await close();
  });

  it('leaves books alone that have another stamp of that name', async () => {
    const { db, close } = await openTestDatabase(server);
    const own = {
      name: HUB,
      cloudId: '11111111-2222-4333-8444-555555555555',
      baseSubscriptionId: '11111111-2222-4333-8444-666666666666',
      baseOffer: 'CSP',
      billingModel: 'PAY_AS_YOU_USE',
      by: 'someone',
    } as const;
    await createRegistration({ db, clock: { now: () => NOW } }, own, insertFallbackDestinations);

    await expect(loadDemo(gatewayOn(db), { seed: SEED, now: NOW, days: DAYS })).rejects.toMatchObject({
      code: 'BOOKS_ARE_LIVE',
    });
    expect(await isDemoLoaded(db.reader, DAYS)).toBe(false);
    expect(await count(db, 'registration')).toBe(1);
    await close();
  });
});

const IS_USED = 'EXISTS (SELECT 1 FROM usage_record r WHERE r.meter_id = meter.id)';

function gatewayOn(db: Database): Pipeline {
  const clock = { now: () => NOW };
  return { db, clock, dictionary: createDictionary(), routingTables: createRoutingTables() };
}

function allUsage({ setting, registrations }: DemoWorld) {
  return registrations.map((demo) => ({
    name: demo.registration.name,
    usage: deliverySteps(setting).flatMap((step) => usageOf(setting, demo, step)),
  }));
}

function intendedVerdicts(world: DemoWorld) {
  return allUsage(world).map(({ name, usage }) => {
    const meant = (verdict: string) => usage.filter(({ intended }) => intended === verdict).length;
    return {
      name,
      accepted: meant('ACCEPTED'),
      duplicates: meant('DUPLICATE'),
      conflicts: meant('CONFLICT'),
      rejected: meant('REJECTED'),
    };
  });
}

async function verdicts(db: Database) {
  const rows = await db.reader.query<Record<string, string | number>>(
    `SELECT g.name, SUM(b.accepted) AS accepted, SUM(b.duplicates) AS duplicates,
            SUM(b.conflicts) AS conflicts, SUM(b.rejected) AS rejected
       FROM usage_batch b JOIN registration g ON g.id = b.registration_id GROUP BY g.name`,
  );
  return [HUB, EDGE].map((name) => {
    const row = rows.find((candidate) => candidate['name'] === name) ?? {};
    const { accepted, duplicates, conflicts, rejected } = row;
    return {
      name,
      accepted: Number(accepted),
      duplicates: Number(duplicates),
      conflicts: Number(conflicts),
      rejected: Number(rejected),
    };
  });
}

/** The exact quantity of each meter in a table. */
async function sums(db: Database, table: string): Promise<ReadonlyMap<number, string>> {
  const rows = await db.reader.query<{ meterId: number; quantity: string }>(
    `SELECT meter_id AS meterId, ${db.dialect.sumOf('quantity')} AS quantity FROM ${table}
      GROUP BY meter_id ORDER BY meter_id`,
  );
  return new Map(rows.map(({ meterId, quantity }) => [meterId, canonicalQuantity(quantity)]));
}

async function count(db: Database, what: string): Promise<number> {
  const [row] = await db.reader.query<{ rows: number }>(`SELECT COUNT(*) AS \`rows\` FROM ${what}`);
  return Number(row?.rows);
}
