/** Bytes on disk for each record: the gateway's books, with everything in them, and the naive schema. */
import { statSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';

import type { BenchDatabase } from './bench-database.js';
import type { BenchRun } from './bench-run.js';
import { startContestant } from './contestant.js';
import { REST_DOOR, endToEnd, pushTimed } from './end-to-end.js';
import { environmentOf } from './gateway-books.js';
import type { Series } from './series.js';
import { loadOf } from './usage-load.js';
import type { Load } from './usage-load.js';
import { createApp } from '../src/app.js';
import { readConfig } from '../src/config.js';
import { migrateUp } from '../src/database/migrate.js';
import { openSqliteFile } from '../src/database/sqlite-driver.js';

const BATCH = 5_000;

/** Pushes so many records into both and looks how large the databases have become. */
export async function footprintContest(run: BenchRun, records: number): Promise<Series[]> {
  const load = loadOf(records);
  const series: Series[] = [];
  for (const server of run.servers) {
    for (const [contestant, fill] of [
      ['naive schema', fillNaive],
      ['gateway', fillGateway],
    ] as const) {
      run.signal.throwIfAborted();
      const database = await server.create();
      try {
        const before = await fill(database, load);
        const bytes = ((await bytesOf(database)) - before) / load.to;
        run.say(`${server.label}, footprint: ${contestant}: ${bytes.toFixed(0)} bytes a record`);
        series.push({ contest: 'disk', database: server.label, contestant, unit: 'bytes/record', rounds: [bytes] });
      } finally {
        await database.remove();
      }
    }
  }
  return series;
}

/** Answers how large the database was with its tables and nothing in them. */
async function fillGateway(database: BenchDatabase, load: Load): Promise<number> {
  const app = await createApp(readConfig(environmentOf(database)));
  await migrateUp(app.db);
  await app.close();
  const before = await bytesOf(database);
  await endToEnd(database, load, { batch: BATCH });
  return before;
}

async function fillNaive(database: BenchDatabase, load: Load): Promise<number> {
  const contestant = await startContestant('naive ingest in bulk', database);
  try {
    const before = await bytesOf(database);
    await pushTimed({ url: contestant.url, token: '', load, batch: BATCH, door: REST_DOOR });
    return before;
  } finally {
    await contestant.stop();
  }
}

/** The file with what is still in its log, or data and indexes as the server counts them. */
async function bytesOf({ url }: BenchDatabase): Promise<number> {
  if (url.startsWith('sqlite:')) {
    const path = url.slice('sqlite:'.length);
    const file = openSqliteFile(path);
    file.pragma('wal_checkpoint(TRUNCATE)');
    file.close();
    return statSync(path).size;
  }
  const connection = await createConnection({ uri: url });
  try {
    // MySQL would answer what it knew a day ago; MariaDB has no such variable.
    await connection.query('SET SESSION information_schema_stats_expiry = 0').catch(() => undefined);
    const tables = await connection.query({
      sql: 'SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()',
      rowsAsArray: true,
    });
    for (const [name] of tables[0] as unknown as readonly (readonly [string])[]) {
      await connection.query(`ANALYZE TABLE ${name}`);
    }
    const [rows] = await connection.query(
      'SELECT SUM(data_length + index_length) AS bytes FROM information_schema.tables WHERE table_schema = DATABASE()',
    );
    return Number((rows as unknown as readonly { readonly bytes: string }[])[0]?.bytes);
  } finally {
    await connection.end();
  }
}
