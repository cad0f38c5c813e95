/**
 * Books to read from: one month of hourly usage of sixty stack subscriptions, written with SQL, so that tens of
 * millions of rows are a matter of minutes. Every size gives every question about days or months an answer of the same
 * length: what grows is the number of machines behind it.
 */
import { createConnection } from 'mysql2/promise';

import type { BenchDatabase } from './bench-database.js';
import { REGISTRATION, environmentOf } from './gateway-books.js';
import { createApiKey } from '../src/access/create-api-key.js';
import { WHOLE_BOOKS } from '../src/access/scope.js';
import { createApp } from '../src/app.js';
import type { App } from '../src/app.js';
import { readConfig } from '../src/config.js';
import { registerDecimals, sqlite } from '../src/database/sqlite.js';
import type { Dialect } from '../src/database/dialect.js';
import { mysql } from '../src/database/mysql.js';
import { migrateUp } from '../src/database/migrate.js';
import { openSqliteFile } from '../src/database/sqlite-driver.js';
import type { Sql } from '../src/database/transaction.js';
import { assignStackSubscription } from '../src/pipeline/routing/assign-stack-subscription.js';
import { mapTenant } from '../src/pipeline/routing/map-tenant.js';
import { insertFallbackDestinations } from '../src/pipeline/routing/routing-store.js';
import { canonicalGuid, digest16 } from '../src/primitives/ids.js';
import { HOURS_PER_DAY, firstDayOf, firstHourOf, monthOf } from '../src/primitives/windows.js';
import type { Hour } from '../src/primitives/windows.js';
import { openStamp } from '../test/support/world.js';
import { createRegistration } from '../src/registration/create-registration.js';
import { addCspSubscription } from '../src/tenancy/add-csp-subscription.js';
import { registerTenant } from '../src/tenancy/register-tenant.js';

const TENANTS = 20;
/** The others stay on the base subscription. */
const MAPPED_TENANTS = 18;
const SUBSCRIPTIONS_PER_TENANT = 3;
const SUBSCRIPTIONS = TENANTS * SUBSCRIPTIONS_PER_TENANT;
const METERS = 20;
/** More machines than a stack subscription has: what keeps their row ids apart. */
const MACHINES_MAX = 1_000;
const PARTNER = '4711';
const BY = 'bench';

/** June 2025, of which the first twenty days are closed. */
export const MONTH = monthOf(20_240);
const FIRST_DAY = firstDayOf(MONTH);
const DAYS = firstDayOf(MONTH + 1) - FIRST_DAY;
const FIRST_HOUR = firstHourOf(FIRST_DAY);
const CLOSED_DAYS = 20;
const BOUNDARY = FIRST_DAY + CLOSED_DAYS;

/** Rows of the month with so many machines on each stack subscription. */
export function rowsOf(machines: number): number {
  return SUBSCRIPTIONS * DAYS * HOURS_PER_DAY * machines;
}

/** The directory of the tenant of this number, from 0. */
export function tenantGuid(tenant: number): string {
  return guid(`tenant ${tenant}`);
}

/** A key for an integration that sees one registration: the credential and the scope are real. */
export async function apiKeyOn(database: BenchDatabase): Promise<string> {
  const app = await createApp(readConfig(environmentOf(database)));
  try {
    const grant = { role: 'CSP_ADMIN', registrations: [REGISTRATION], tenants: 'all', resellers: 'all' } as const;
    const { text } = await createApiKey(app, null, { name: 'bench', grant, by: 'bench' });
    if (text === null) throw new Error('The key was not told.');
    return text;
  } finally {
    await app.close();
  }
}

/** The stack subscription and the reported hour that lie in the middle of the books, in the order of pages. */
export async function middleOfBooks(sql: Sql): Promise<readonly [number, Hour]> {
  const rows = await sql.query<{ id: number }>('SELECT id FROM stack_subscription ORDER BY id');
  return [rows[rows.length / 2]?.id ?? 0, FIRST_HOUR + (DAYS / 2) * HOURS_PER_DAY];
}

/**
 * Fills an empty database. `machines` is how many each stack subscription has; of twenty and more, every meter has
 * usage in every hour.
 */
export async function fillReadingBooks(database: BenchDatabase, machines: number): Promise<void> {
  const app = await createApp(readConfig(environmentOf(database)));
  try {
    await migrateUp(app.db);
    await registerEverybody(app);
  } finally {
    await app.close();
  }
  if (machines > MACHINES_MAX) throw new Error(`At most ${MACHINES_MAX} machines fit.`);
  const isSqlite = database.url.startsWith('sqlite:');
  const writer = isSqlite ? sqliteWriter(database.url) : await mysqlWriter(database.url);
  try {
    await writeUsage(writer, isSqlite ? sqlite : mysql, machines);
  } finally {
    await writer.close();
  }
}

async function registerEverybody(app: App): Promise<void> {
  await createRegistration(
    app,
    {
      name: REGISTRATION,
      cloudId: guid('cloud'),
      baseSubscriptionId: guid('base subscription'),
      baseOffer: 'CSP',
      billingModel: 'PAY_AS_YOU_USE',
      partnerId: PARTNER,
      isMultitenancyApproved: true,
      booksFrom: 0,
      by: BY,
    },
    insertFallbackDestinations,
  );
  await openStamp(app, { name: REGISTRATION });
  for (let tenant = 0; tenant < TENANTS; tenant += 1) {
    const within = { registration: REGISTRATION, tenantId: tenantGuid(tenant), by: BY };
    const cspSubscriptionId = guid(`csp subscription ${tenant}`);
    const name = `Customer ${tenant + 1}`;
    await registerTenant(app, WHOLE_BOOKS, { ...within, name });
    await addCspSubscription(app, WHOLE_BOOKS, {
      ...within,
      cspSubscriptionId,
      name,
      offer: 'CSP',
      partnerId: PARTNER,
    });
    for (let number = 0; number < SUBSCRIPTIONS_PER_TENANT; number += 1) {
      const stackSubscriptionId = guid(`stack subscription ${tenant} ${number}`);
      await assignStackSubscription(app, WHOLE_BOOKS, { ...within, stackSubscriptionId });
    }
    if (tenant >= MAPPED_TENANTS) continue;
    await mapTenant(app, WHOLE_BOOKS, { ...within, cspSubscriptionId, effectiveFrom: FIRST_HOUR - HOURS_PER_DAY });
  }
}

/** One connection that writes, without the checks that a bulk load of rows that fit can do without. */
interface Writer {
  run(statement: string): Promise<void>;
  ids(statement: string): Promise<readonly number[]>;
  close(): Promise<void>;
}

function sqliteWriter(url: string): Writer {
  const file = openSqliteFile(url.slice('sqlite:'.length));
  registerDecimals(file);
  for (const setting of ['foreign_keys = OFF', 'synchronous = OFF', 'cache_size = -500000']) file.pragma(setting);
  return {
    run: async (statement) => {
      file.exec(statement);
    },
    ids: async (statement) => file.prepare(statement).pluck().all() as number[],
    close: async () => {
      file.pragma('wal_checkpoint(TRUNCATE)');
      file.close();
    },
  };
}

async function mysqlWriter(url: string): Promise<Writer> {
  const connection = await createConnection({ uri: url });
  await connection.query('SET SESSION foreign_key_checks = 0, unique_checks = 0');
  return {
    run: async (statement) => {
      await connection.query(statement);
    },
    ids: async (statement) => {
      const [rows] = await connection.query({ sql: statement, rowsAsArray: true });
      return (rows as unknown as readonly (readonly [number])[]).map(([id]) => id);
    },
    close: async () => connection.end(),
  };
}

/** What the SQL of this load says differently. */
const WORDS = {
  sqlite: {
    text: (...parts: readonly string[]) => parts.join(' || '),
    digest: (first: string, second: string) => `unhex(printf('%016x%016x', ${first}, ${second}))`,
  },
  mysql: {
    text: (...parts: readonly string[]) => `CONCAT(${parts.join(', ')})`,
    digest: (first: string, second: string) =>
      `UNHEX(CONCAT(LPAD(HEX(${first}), 16, '0'), LPAD(HEX(${second}), 16, '0')))`,
  },
} as const;

/** Stack subscription by stack subscription, in the order of the key, and then what closing leaves behind. */
async function writeUsage(writer: Writer, dialect: Dialect, machines: number): Promise<void> {
  const registration = '(SELECT MIN(id) FROM registration)';
  await writer.run(
    `INSERT INTO usage_source (id, registration_id, name) SELECT 1, ${registration}, 'Microsoft.Compute'`,
  );
  await writer.run(
    `INSERT INTO usage_batch (id, registration_id, received_at, received_by, accepted, duplicates, conflicts, rejected)
     SELECT 1, ${registration}, 0, '${BY}', ${rowsOf(machines)}, 0, 0, 0`,
  );
  for (const id of await writer.ids('SELECT id FROM stack_subscription ORDER BY id')) {
    await writer.run(resourcesSql(dialect, id, machines));
    await writer.run(recordsSql(dialect, id, machines));
    await writer.run(dayTotalsSql(dialect, id));
    await writer.run(frozenSql(dialect, id));
  }
  await writer.run(
    `INSERT INTO closed_day (registration_id, reported_day, routing_version, closed_at, closed_by)
     ${numbers({ d: CLOSED_DAYS })} SELECT id, ${FIRST_DAY} + d.n, routing_version, 0, '${BY}' FROM registration, d`,
  );
  await writer.run(
    `INSERT INTO usage_month_total (stack_subscription_id, usage_month, meter_id, destination_id, quantity, records)
     SELECT stack_subscription_id, ${MONTH}, meter_id, destination_id, ${dialect.sumOf('quantity')}, SUM(records)
       FROM usage_day_total WHERE reported_day < ${BOUNDARY}
      GROUP BY stack_subscription_id, meter_id, destination_id`,
  );
  await writer.run(`UPDATE registration SET closed_before_day = ${BOUNDARY}`);
  const analyze = ['usage_record', 'usage_day_total', 'usage_month_total', 'resource'];
  for (const table of analyze)
    await writer.run(dialect.name === 'sqlite' ? `ANALYZE ${table}` : `ANALYZE TABLE ${table}`);
}

function resourcesSql(dialect: Dialect, subscription: number, machines: number): string {
  const { text, digest } = WORDS[dialect.name];
  const id = `${subscription * MACHINES_MAX} + k.n`;
  return `INSERT INTO resource (id, stack_subscription_id, identity, uri_key, uri, location, tags, additional_info)
    ${numbers({ k: machines })}
    SELECT ${id}, ${subscription}, ${digest(id, '0')}, ${digest(id, '1')},
           ${text(`'/resourceGroups/production/virtualMachines/vm-${subscription}-'`, 'k.n')}, 'frankfurt',
           '{"environment":"production"}', '{"ServiceType":"Standard_D2s_v3"}' FROM k`;
}

/** A machine has one meter; identities rise with the rows, as far as a digest's place lets them. */
function recordsSql(dialect: Dialect, subscription: number, machines: number): string {
  const { text, digest } = WORDS[dialect.name];
  const id = `${subscription * MACHINES_MAX} + k.n`;
  const hour = `${FIRST_HOUR} + h.n`;
  return `INSERT INTO usage_record (stack_subscription_id, reported_hour, usage_hour, meter_id, resource_id, identity,
                                    usage_day, source_id, batch_id, record_id, corrects, quantity)
    ${numbers({ h: DAYS * HOURS_PER_DAY, k: machines })}
    SELECT ${subscription}, ${hour}, ${hour}, m.id, ${id}, ${digest(id, hour)}, ${dialect.dayOfHour(`(${hour})`)}, 1, 1,
           ${text(`'vm-${subscription}-'`, 'k.n', "'-'", 'h.n')}, NULL, ${text('(1 + k.n)', "'.000123456789012345'")}
      FROM h CROSS JOIN k
      JOIN (SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 AS place FROM meter) m ON m.place = k.n % ${METERS}
     ORDER BY h.n, m.id, k.n`;
}

function dayTotalsSql(dialect: Dialect, subscription: number): string {
  return `INSERT INTO usage_day_total
           (stack_subscription_id, usage_day, reported_day, meter_id, destination_id, quantity, records)
    SELECT r.stack_subscription_id, r.usage_day, r.usage_day, r.meter_id,
           (SELECT d.id FROM stack_subscription s
              LEFT JOIN tenant_mapping p ON p.tenant_id = s.tenant_id AND p.superseded_version = 0
              JOIN destination d ON d.registration_id = s.registration_id AND d.mapping_key = COALESCE(p.id, 0)
               AND d.reason <> 'TENANT_UNKNOWN'
             WHERE s.id = ${subscription}), ${dialect.sumOf('r.quantity')}, COUNT(*)
      FROM usage_record r WHERE r.stack_subscription_id = ${subscription}
     GROUP BY r.stack_subscription_id, r.usage_day, r.meter_id`;
}

/** What closing froze of the closed days, from their totals' destination. */
function frozenSql(dialect: Dialect, subscription: number): string {
  return `INSERT INTO daily_aggregate
           (stack_subscription_id, reported_day, usage_day, meter_id, resource_id, part, destination_id, quantity, records)
    SELECT r.stack_subscription_id, r.usage_day, r.usage_day, r.meter_id, r.resource_id, 0,
           (SELECT MIN(d.destination_id) FROM usage_day_total d WHERE d.stack_subscription_id = ${subscription}),
           ${dialect.sumOf('r.quantity')}, COUNT(*)
      FROM usage_record r
     WHERE r.stack_subscription_id = ${subscription} AND r.reported_hour < ${firstHourOf(BOUNDARY)}
     GROUP BY r.stack_subscription_id, r.usage_day, r.meter_id, r.resource_id`;
}

/** Tables `name(n)` of the numbers from 0, each as many as are said. */
function numbers(counts: Readonly<Record<string, number>>): string {
  const tables = Object.entries(counts).map(
    ([name, count]) => `${name} (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM ${name} WHERE n + 1 < ${count})`,
  );
  return `WITH RECURSIVE ${tables.join(', ')}`;
}

function guid(name: string): string {
  return canonicalGuid(digest16([name]).toString('hex')) ?? '';
}
