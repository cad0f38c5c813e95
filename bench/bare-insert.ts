/**
 * The limit that the write path is measured against: the columns of a usage record, interned already, into a table with
 * a counting key and nothing else. No duplicates are found, nothing is checked and nothing is added up.
 */
import { createPool } from 'mysql2/promise';
import type { Pool } from 'mysql2/promise';

import type { BenchDatabase } from './bench-database.js';
import { batchesOf, inParallel, placeOf, quantityOf, recordIdOf, unitsUpTo, warmUpOf } from './usage-load.js';
import type { Load } from './usage-load.js';
import { openSqliteFile } from '../src/database/sqlite-driver.js';
import { digest16 } from '../src/primitives/ids.js';
import { fromUnits, toUnits } from '../src/primitives/quantity.js';
import { dayOf } from '../src/primitives/windows.js';

type Row = readonly (number | string | Buffer | null)[];

const BATCH = 5_000;
const CONNECTIONS = 2;
const ROWS_PER_STATEMENT = 1_000;
const COLUMNS =
  'stack_subscription_id, reported_hour, usage_hour, meter_id, resource_id, identity, usage_day, source_id, batch_id, record_id, corrects, quantity';
const INTEGERS = ['stack_subscription_id', 'reported_hour', 'usage_hour', 'meter_id', 'resource_id', 'usage_day'];

/** Inserts the load and answers how many seconds it took. Throws when the table does not hold exactly that. */
export async function bareInsert(database: BenchDatabase, load: Load): Promise<number> {
  return database.url.startsWith('sqlite:') ? bareSqlite(database, load) : bareMysql(database, load);
}

function bareSqlite({ url }: BenchDatabase, load: Load): number {
  const file = openSqliteFile(url.slice('sqlite:'.length));
  try {
    file.pragma('journal_mode = WAL');
    // As the gateway: what was answered is on the disk.
    file.pragma('synchronous = FULL');
    file.exec(`CREATE TABLE bare_record (id INTEGER PRIMARY KEY, ${integers('INTEGER')}, identity BLOB NOT NULL,
      source_id INTEGER NOT NULL, batch_id INTEGER NOT NULL, record_id TEXT, corrects TEXT, quantity TEXT NOT NULL)`);
    const statement = file.prepare(`INSERT INTO bare_record (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    const insert = file.transaction((rows: readonly Row[]) => {
      for (const row of rows) statement.run(...row);
    });
    batchesOf(warmUpOf(load), BATCH, rowOf).forEach((rows) => insert(rows));
    const batches = batchesOf(load, BATCH, rowOf);
    const start = performance.now();
    for (const rows of batches) insert(rows);
    const seconds = (performance.now() - start) / 1000;
    const quantities = file.prepare('SELECT quantity FROM bare_record').pluck().all() as string[];
    const units = quantities.reduce((sum, quantity) => sum + toUnits(quantity), 0n);
    mustHold(load, quantities.length, fromUnits(units));
    return seconds;
  } finally {
    file.close();
  }
}

async function bareMysql({ url }: BenchDatabase, load: Load): Promise<number> {
  const pool = createPool({ uri: url, connectionLimit: CONNECTIONS });
  try {
    await pool.query(`CREATE TABLE bare_record (id INT AUTO_INCREMENT PRIMARY KEY, ${integers('INT')},
      identity BINARY(16) NOT NULL, source_id INT NOT NULL, batch_id INT NOT NULL, record_id VARCHAR(200),
      corrects VARCHAR(200), quantity DECIMAL(48,24) NOT NULL)`);
    for (const rows of batchesOf(warmUpOf(load), BATCH, rowOf)) await insertOnMysql(pool, rows);
    const batches = batchesOf(load, BATCH, rowOf);
    const start = performance.now();
    await inParallel(batches, CONNECTIONS, (rows) => insertOnMysql(pool, rows));
    const seconds = (performance.now() - start) / 1000;
    const [found] = await pool.query('SELECT COUNT(*) AS records, SUM(quantity) AS quantity FROM bare_record');
    const [row] = found as { readonly records: number; readonly quantity: string }[];
    mustHold(load, row?.records ?? 0, fromUnits(toUnits(row?.quantity ?? '0')));
    return seconds;
  } finally {
    await pool.end();
  }
}

async function insertOnMysql(pool: Pool, rows: readonly Row[]): Promise<void> {
  const connection = await pool.getConnection();
  try {
    await connection.beginTransaction();
    for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
      const some = rows.slice(start, start + ROWS_PER_STATEMENT);
      await connection.query(`INSERT INTO bare_record (${COLUMNS}) VALUES ${some.map(literal).join(',')}`);
    }
    await connection.commit();
  } finally {
    connection.release();
  }
}

function literal(row: Row): string {
  const values = row.map((value) => {
    if (typeof value === 'number') return value;
    if (value === null) return 'NULL';
    return typeof value === 'string' ? `'${value}'` : `X'${value.toString('hex')}'`;
  });
  return `(${values.join(',')})`;
}

function rowOf(index: number): Row {
  const { stackSubscription, resource, meter, usageHour } = placeOf(index);
  const recordId = recordIdOf(index);
  return [
    stackSubscription,
    usageHour,
    usageHour,
    meter,
    resource,
    digest16([recordId]),
    dayOf(usageHour),
    1,
    1,
    recordId,
    null,
    quantityOf(index),
  ];
}

function integers(type: string): string {
  return INTEGERS.map((name) => `${name} ${type} NOT NULL`).join(', ');
}

function mustHold(load: Load, records: number, quantity: string): void {
  if (records === load.to && quantity === fromUnits(unitsUpTo(load.to))) return;
  throw new Error(`The bare table holds ${records} records and ${quantity}, not what was sent.`);
}
