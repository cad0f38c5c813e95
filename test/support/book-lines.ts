import type { Database } from '../../src/database/database.js';

/** The tables into which an ingest writes. */
const TABLES = ['usage_batch', 'usage_record', 'usage_day_total', 'usage_month_total', 'quarantined_record'] as const;

const BILLED = `e.reason, COALESCE(c.csp_subscription_guid, g.base_subscription_guid) AS billed,
    COALESCE(m.effective_from, 0) AS since`;
const BILLED_FROM = `JOIN destination e ON e.id = d.destination_id
    JOIN registration g ON g.id = s.registration_id
    LEFT JOIN tenant_mapping m ON m.id = e.tenant_mapping_id
    LEFT JOIN csp_subscription c ON c.id = m.csp_subscription_id`;

/**
 * Everything that the books say, as sorted lines without row ids, batches and moments of arrival: two books that were
 * fed the same usage in different ways give the same lines.
 */
export async function linesOfBooks(db: Database, registrationId: number): Promise<string[]> {
  const within = `WHERE s.registration_id = ${Number(registrationId)}`;
  const { reader } = db;
  const records = await reader.query<object>(
    `SELECT 'record' AS kind, s.stack_subscription_guid AS stack, r.reported_hour AS reported, r.usage_hour AS used,
            r.usage_day AS usageDay, n.meter_guid AS meter, o.uri, o.tags, u.name AS source, r.record_id AS recordId,
            r.corrects, r.quantity
       FROM usage_record r JOIN stack_subscription s ON s.id = r.stack_subscription_id
       JOIN meter n ON n.id = r.meter_id JOIN resource o ON o.id = r.resource_id
       JOIN usage_source u ON u.id = r.source_id ${within}`,
  );
  return [...records, ...(await totals(db, 'day', within)), ...(await totals(db, 'month', within))].map(lineOf).sort();
}

/** The lines of the books that are about reported days before this one. Month totals hold closed days only. */
export async function linesOfClosedDays(
  db: Database,
  registrationId: number,
  closedBeforeDay: number,
): Promise<string[]> {
  const within = `WHERE s.registration_id = ${Number(registrationId)}`;
  const { reader } = db;
  const records = await reader.query<object>(
    `SELECT 'record' AS kind, s.stack_subscription_guid AS stack, r.reported_hour AS reported, r.usage_hour AS used,
            r.record_id AS recordId, r.quantity
       FROM usage_record r JOIN stack_subscription s ON s.id = r.stack_subscription_id
       ${within} AND r.reported_hour < ${closedBeforeDay * 24}`,
  );
  const days = await totals(db, 'day', `${within} AND d.reported_day < ${closedBeforeDay}`);
  return [...records, ...days, ...(await totals(db, 'month', within))].map(lineOf).sort();
}

/** How many rows each table holds that an ingest writes into. */
export async function rowCounts(db: Database): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const table of TABLES) {
    const [row] = await db.reader.query<{ count: number }>(`SELECT COUNT(*) AS count FROM ${table}`);
    counts[table] = Number(row?.count);
  }
  return counts;
}

function totals({ reader }: Database, kind: 'day' | 'month', where: string): Promise<object[]> {
  const window = kind === 'day' ? 'd.usage_day AS window1, d.reported_day AS window2' : 'd.usage_month AS window1';
  return reader.query<object>(
    `SELECT '${kind}' AS kind, s.stack_subscription_guid AS stack, ${window}, n.meter_guid AS meter, ${BILLED},
            d.quantity, d.records
       FROM usage_${kind}_total d JOIN stack_subscription s ON s.id = d.stack_subscription_id
       JOIN meter n ON n.id = d.meter_id ${BILLED_FROM} ${where}`,
  );
}

/** Servers write "1.500000000000000000000000" where SQLite writes "1.5". */
function lineOf(row: object): string {
  const plain = Object.entries(row).map(([name, value]: [string, unknown]) =>
    name === 'quantity'
      ? [
          name,
          String(value)
            .replace(/(\.\d*?)0+$/, '$1')
            .replace(/\.$/, ''),
        ]
      : [name, value],
  );
  return JSON.stringify(Object.fromEntries(plain));
}
