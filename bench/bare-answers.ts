/**
 * The limit for questions: what one would write by hand on the database's driver. One statement for the rows, one for
 * each kind of thing that they name, and objects. No credential is checked, no scope is known, no document is read;
 * what is kept is that every answer is read from the database, and that sums are exact.
 */
import type Sqlite from 'better-sqlite3';
import { createPool } from 'mysql2/promise';

import { REGISTRATION } from './gateway-books.js';
import { ASKED_TENANT, PAGE_HOUR } from './questions.js';
import type { QuestionName } from './questions.js';
import { MONTH } from './reading-books.js';
import { registerDecimals, sqlite } from '../src/database/sqlite.js';
import type { Dialect } from '../src/database/dialect.js';
import { mysql } from '../src/database/mysql.js';
import { openSqliteFile } from '../src/database/sqlite-driver.js';
import { canonicalQuantity, fromUnits, toUnits } from '../src/primitives/quantity.js';
import { dayText, firstDayOf, hourText } from '../src/primitives/windows.js';

type Row = Record<string, unknown>;
const ROWS = 1_000;
/** Stack subscription, reported and usage hour, meter, resource. */
const KEY = ['s', 'r', 'u', 'm', 'x'];

/** Objects, one per row. */
type Ask = (statement: string, values?: readonly (string | number)[]) => Row[] | Promise<Row[]>;

/** Answers a question of the bench by hand, as GraphQL would shape it. */
export function bareAnswers(dialect: Dialect, ask: Ask): Readonly<Record<QuestionName, () => Promise<unknown>>> {
  const sum = dialect.sumOf('d.quantity');
  const month = `d.usage_day >= ${firstDayOf(MONTH)} AND d.usage_day < ${firstDayOf(MONTH + 1)}`;
  const named = async (table: string, columns: string): Promise<ReadonlyMap<unknown, Row>> =>
    new Map((await ask(`SELECT id, ${columns} FROM ${table}`)).map(({ id, ...rest }) => [id, rest]));
  const meters = () => named('meter', 'meter_guid AS meterId, name, unit');
  const tenants = () => named('tenant', 'tenant_guid AS tenantId, name');
  const destinations = () =>
    named(
      `(SELECT d.id, COALESCE(c.csp_subscription_guid, g.base_subscription_guid) AS guid, d.reason FROM destination d
          JOIN registration g ON g.id = d.registration_id
          LEFT JOIN tenant_mapping m ON m.id = d.tenant_mapping_id
          LEFT JOIN csp_subscription c ON c.id = m.csp_subscription_id) x`,
      'guid AS destinationSubscriptionId, reason',
    );
  /** Closed days from the month totals, open ones from the day totals. */
  const monthTotals = `(SELECT stack_subscription_id, meter_id, destination_id, quantity, records
       FROM usage_month_total WHERE usage_month = ${MONTH}
     UNION ALL
     SELECT d.stack_subscription_id, d.meter_id, d.destination_id, d.quantity, d.records
       FROM usage_day_total d, registration g WHERE d.reported_day >= g.closed_before_day AND ${month}) d`;
  const counted = ({ quantity, records }: Row) => ({
    quantity: canonicalQuantity(String(quantity)),
    records: Number(records),
  });

  return {
    page: async () => {
      const subscriptions = await ask('SELECT id, tenant_id AS tenantId FROM stack_subscription');
      const tenantOf = new Map(subscriptions.map(({ id, tenantId }) => [id, tenantId]));
      const rows = await firstAggregates((limit) =>
        ask(
          `SELECT d.stack_subscription_id AS s, d.reported_hour AS r, d.usage_hour AS u, d.meter_id AS m,
                  d.resource_id AS x, d.quantity
             FROM usage_record d
            WHERE d.stack_subscription_id IN (${[...tenantOf.keys()].join(', ')}) AND d.reported_hour = ${PAGE_HOUR}
            ORDER BY d.stack_subscription_id, d.reported_hour, d.usage_hour, d.meter_id, d.resource_id LIMIT ${limit}`,
        ),
      );
      const [meterOf, nameOf, destinationOf] = [await meters(), await tenants(), await destinations()];
      const destinationOfTenant = new Map(
        (
          await ask(`SELECT t.id AS tenant, d.id AS destination FROM tenant t
             LEFT JOIN tenant_mapping m ON m.tenant_id = t.id AND m.superseded_version = 0
             JOIN destination d ON d.registration_id = t.registration_id AND d.mapping_key = COALESCE(m.id, 0)
              AND d.reason <> 'TENANT_UNKNOWN'`)
        ).map(({ tenant, destination }) => [tenant, destination]),
      );
      const nodes = rows.map((row) => {
        const { s, r, u, m, x } = row as Readonly<Record<string, number>>;
        const tenant = tenantOf.get(s);
        return {
          id: Buffer.from(`UsageAggregate:HOURLY:${s}:${r}:${u}:${m}:${x}:0`).toString('base64url'),
          ...counted(row),
          usageWindow: { start: hourText(Number(u)), end: hourText(Number(u) + 1) },
          reportedWindow: { start: hourText(Number(r)) },
          meter: meterOf.get(m),
          tenant: { name: nameOf.get(tenant)?.['name'] },
          destination: destinationOf.get(destinationOfTenant.get(tenant)),
        };
      });
      return { usageAggregates: { nodes } };
    },
    small: async () => {
      const [row] = await ask(
        `SELECT t.id, t.tenant_guid AS tenantId, t.name, t.created_at AS createdAt, t.created_by AS createdBy
           FROM tenant t JOIN registration g ON g.id = t.registration_id WHERE g.name_key = ? AND t.tenant_guid = ?`,
        [REGISTRATION, ASKED_TENANT],
      );
      const id = Buffer.from(`Tenant:${String(row?.['id'])}`).toString('base64url');
      return { tenant: { ...row, id, createdAt: new Date(Number(row?.['createdAt'])).toISOString() } };
    },
    'tenant by meter and day': async () => {
      const subscriptions = await ask(
        'SELECT s.id FROM stack_subscription s JOIN tenant t ON t.id = s.tenant_id WHERE t.tenant_guid = ?',
        [ASKED_TENANT],
      );
      const rows = await ask(
        `SELECT d.usage_day AS day, d.meter_id AS m, ${sum} AS quantity, SUM(d.records) AS records
           FROM usage_day_total d
          WHERE d.stack_subscription_id IN (${subscriptions.map(({ id }) => String(id)).join(', ')}) AND ${month}
          GROUP BY d.usage_day, d.meter_id ORDER BY d.usage_day, d.meter_id`,
      );
      const meterOf = await meters();
      const nodes = rows.map((row) => ({
        day: dayText(Number(row['day'])),
        ...counted(row),
        meter: meterOf.get(row['m']),
      }));
      return { usageSummary: { nodes } };
    },
    'all tenants by meter': async () => {
      const rows = await ask(
        `SELECT s.tenant_id AS t, d.meter_id AS m, ${sum} AS quantity, SUM(d.records) AS records
           FROM ${monthTotals} JOIN stack_subscription s ON s.id = d.stack_subscription_id
          GROUP BY s.tenant_id, d.meter_id ORDER BY s.tenant_id, d.meter_id`,
      );
      const [meterOf, nameOf] = [await meters(), await tenants()];
      const nodes = rows.map((row) => ({
        tenant: nameOf.get(row['t']),
        ...counted(row),
        meter: meterOf.get(row['m']),
      }));
      return { usageSummary: { nodes } };
    },
    'per CSP subscription': async () => {
      const rows = await ask(
        `SELECT d.destination_id AS x, d.meter_id AS m, ${sum} AS quantity, SUM(d.records) AS records
           FROM ${monthTotals} GROUP BY d.destination_id, d.meter_id ORDER BY d.destination_id, d.meter_id`,
      );
      const [meterOf, destinationOf] = [await meters(), await destinations()];
      const nodes = rows.map((row) => ({
        destination: destinationOf.get(row['x']),
        ...counted(row),
        meter: meterOf.get(row['m']),
      }));
      return { usageSummary: { nodes } };
    },
  };
}

/** The first thousand aggregates of records in the order of the key. Few aggregates have more than one record. */
async function firstAggregates(read: (limit: number) => Row[] | Promise<Row[]>): Promise<readonly Row[]> {
  for (let limit = ROWS + 1; ; limit *= 2) {
    const records = await read(limit);
    const rows: Record<string, unknown>[] = [];
    for (const record of records) {
      const last = rows.at(-1);
      const isSame = last !== undefined && KEY.every((column) => last[column] === record[column]);
      if (isSame) {
        const units = toUnits(String(last['quantity'])) + toUnits(String(record['quantity']));
        Object.assign(last, { quantity: fromUnits(units), records: Number(last['records']) + 1 });
      } else rows.push(Object.assign(record, { records: 1 }));
    }
    // The last aggregate may have more records than were read.
    if (rows.length > ROWS || records.length < limit) return rows.slice(0, ROWS);
  }
}

/** Asks the database at a URL; statements are prepared once. */
export function askerOf(url: string): { readonly dialect: Dialect; readonly ask: Ask; close(): Promise<void> } {
  if (url.startsWith('sqlite:')) {
    const file = openSqliteFile(url.slice('sqlite:'.length), { readonly: true });
    registerDecimals(file);
    const prepared = new Map<string, Sqlite.Statement>();
    const ask: Ask = (statement, values = []) => {
      const known = prepared.get(statement) ?? file.prepare(statement);
      prepared.set(statement, known);
      return known.all(...values) as Row[];
    };
    return { dialect: sqlite, ask, close: async () => void file.close() };
  }
  const pool = createPool({ uri: url, connectionLimit: 10 });
  const ask: Ask = async (statement, values = []) => {
    const [rows] = await pool.execute(statement, [...values]);
    return rows as Row[];
  };
  return { dialect: mysql, ask, close: async () => pool.end() };
}
