/** The gateway's own books for one measurement, and the check that they hold exactly what was sent. */
import { unitsUpTo } from './usage-load.js';
import type { BenchDatabase } from './bench-database.js';
import { createApp } from '../src/app.js';
import type { App } from '../src/app.js';
import { readConfig } from '../src/config.js';
import { migrateUp } from '../src/database/migrate.js';
import { insertFallbackDestinations } from '../src/pipeline/routing/routing-store.js';
import { fromUnits, toUnits } from '../src/primitives/quantity.js';
import { openStamp } from '../test/support/world.js';
import { createRegistration } from '../src/registration/create-registration.js';

export const REGISTRATION = 'bench-hub';

/** What the configuration of a gateway on this database is, as environment. */
export function environmentOf({ url, dataFolder }: BenchDatabase): Readonly<Record<string, string>> {
  return { DATABASE_URL: url, DATA_FOLDER: dataFolder, PORT: '0', LOG_LEVEL: 'info' };
}

/** Opens the gateway's books on an empty database, with one registration. */
export async function openBooks(
  database: BenchDatabase,
): Promise<{ readonly app: App; readonly registrationId: number }> {
  const app = await createApp(readConfig(environmentOf(database)));
  await migrateUp(app.db);
  return { app, registrationId: await register(app) };
}

/** Makes the one registration of these books; answers its row id. */
export async function register(app: App): Promise<number> {
  const { id } = await createRegistration(
    app,
    {
      name: REGISTRATION,
      cloudId: '00000000-0000-4000-8000-000000000001',
      baseSubscriptionId: '00000000-0000-4000-8000-000000000002',
      baseOffer: 'CSP',
      billingModel: 'PAY_AS_YOU_USE',
      booksFrom: 0,
      by: 'bench',
    },
    insertFallbackDestinations,
  );
  await openStamp(app, { name: REGISTRATION });
  return id;
}

/** Throws unless records and day totals are, to the last digit, those of the load up to a record, and nothing else. */
export async function mustHoldExactly({ db }: App, to: number): Promise<void> {
  const quantity = db.dialect.sumOf('quantity');
  const [records, totals, refused] = await Promise.all([
    db.reader.query<Held>(`SELECT COUNT(*) AS records, ${quantity} AS quantity FROM usage_record`),
    db.reader.query<Held>(`SELECT SUM(records) AS records, ${quantity} AS quantity FROM usage_day_total`),
    db.reader.query<Held>(`SELECT COUNT(*) AS records, '0' AS quantity FROM quarantined_record`),
  ]);
  const expected = `${to} of ${fromUnits(unitsUpTo(to))}`;
  const held = { records: textOf(records), totals: textOf(totals), refused: textOf(refused) };
  if (held.records === expected && held.totals === expected && held.refused === '0 of 0') return;
  throw new Error(`The books do not hold what was sent (${expected}): ${JSON.stringify(held)}.`);
}

interface Held {
  readonly records: number | string;
  readonly quantity: string;
}

function textOf([row]: readonly Held[]): string {
  return `${row?.records ?? 0} of ${fromUnits(toUnits(row?.quantity ?? '0'))}`;
}
