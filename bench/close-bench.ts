/**
 * How long a reported day of hourly rows takes to close, and how much memory it takes, against the least that could be
 * done: one `INSERT … SELECT … GROUP BY` of the same rows into a table with the same columns and the same key.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { mysqlServer, sqliteServer } from './bench-database.js';
import type { BenchDatabase, BenchServer } from './bench-database.js';
import { DAY, HOURS, fillDay } from './close-load.js';
import { environmentOf } from './gateway-books.js';
import { createApp } from '../src/app.js';
import type { App } from '../src/app.js';
import { readConfig } from '../src/config.js';
import { firstHourOf } from '../src/primitives/windows.js';

const BARE = 'bare_daily_aggregate';
/** Small and large: memory that grows with the rows shows. */
const SMALLER = 10;
const MEBIBYTE = 1024 ** 2;

export interface CloseBenchOptions {
  readonly rows: number;
}

/** What the process that closes the day says of itself; see `close-process.ts`. */
export interface ClosedDayFigures {
  readonly seconds: number;
  readonly bytesBefore: number;
  readonly bytesPeak: number;
  readonly aggregates: number;
  readonly records: number;
}

interface Figures extends ClosedDayFigures {
  readonly database: string;
  readonly rows: number;
  readonly bareSeconds: number;
  readonly ratio: number;
}

/** Measures a tenth of the rows and all of them, on SQLite and on the server of BENCH_MYSQL_URL. */
export async function benchClose({ rows }: CloseBenchOptions): Promise<void> {
  const servers = [sqliteServer];
  const url = process.env['BENCH_MYSQL_URL'];
  if (url === undefined || url === '') console.log('BENCH_MYSQL_URL is not set: only SQLite is measured.');
  else servers.push(await mysqlServer(url));
  const results: Figures[] = [];
  for (const server of servers) {
    for (const count of [Math.ceil(rows / SMALLER), rows]) {
      const figures = await measured(server, count);
      results.push(figures);
      console.log(sentenceOf(figures));
    }
  }
  console.log(`\n${JSON.stringify(results)}`);
}

async function measured(server: BenchServer, rows: number): Promise<Figures> {
  const database = await server.create();
  try {
    const filled = await fillDay(database, Math.ceil(rows / HOURS));
    const app = await createApp(readConfig(environmentOf(database)));
    try {
      // The first pass brings the rows into memory; the limit is then measured before and after, and so is the machine.
      await bareAggregation(app);
      const before = await bareAggregation(app);
      const closed = await closeInProcess(database);
      const after = await bareAggregation(app);
      await mustBeAlike(app, closed, filled);
      const bareSeconds = (before + after) / 2;
      const ratio = Number((closed.seconds / bareSeconds).toFixed(2));
      return { database: server.label, rows: filled, bareSeconds, ratio, ...closed };
    } finally {
      await app.close();
    }
  } finally {
    await database.remove();
  }
}

/** Seconds of the bare statement, in a transaction of its own, into an empty table. */
async function bareAggregation({ db }: App): Promise<number> {
  const decimal = db.dialect.name === 'sqlite' ? 'TEXT' : 'DECIMAL(62,24)';
  const key = ['stack_subscription_id', 'reported_day', 'usage_day', 'meter_id', 'resource_id', 'part'];
  const clustered = db.dialect.name === 'sqlite' ? 'WITHOUT ROWID' : '';
  await db.inTransaction(async (tx) => {
    await tx.execute(`DROP TABLE IF EXISTS ${BARE}`);
    await tx.execute(
      `CREATE TABLE ${BARE} (${key.map((name) => `${name} INT NOT NULL`).join(', ')}, destination_id INT NOT NULL,
         quantity ${decimal} NOT NULL, records INT NOT NULL, PRIMARY KEY (${key.join(', ')})) ${clustered}`,
    );
  });
  const start = performance.now();
  await db.inTransaction((tx) =>
    tx.execute(
      `INSERT INTO ${BARE}
       SELECT stack_subscription_id, ${DAY}, usage_day, meter_id, resource_id, 0, 1,
              ${tx.dialect.sumOf('quantity')}, COUNT(*)
         FROM usage_record WHERE reported_hour >= ? AND reported_hour < ?
        GROUP BY stack_subscription_id, usage_day, meter_id, resource_id`,
      [firstHourOf(DAY), firstHourOf(DAY + 1)],
    ),
  );
  return (performance.now() - start) / 1000;
}

/** Closes the day as a process of its own does it, whose memory is then its own. */
async function closeInProcess(database: BenchDatabase): Promise<ClosedDayFigures> {
  const program = join(import.meta.dirname, 'close-process.js');
  const env = { PATH: process.env['PATH'], ...environmentOf(database) };
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
  return JSON.parse(stdout) as ClosedDayFigures;
}

/** Throws unless both ways added up the same rows to the same sums. */
async function mustBeAlike({ db }: App, closed: ClosedDayFigures, rows: number): Promise<void> {
  const [row] = await db.reader.query<{ alike: number }>(
    `SELECT COUNT(*) AS alike FROM ${BARE} b JOIN daily_aggregate d
         ON d.stack_subscription_id = b.stack_subscription_id AND d.reported_day = b.reported_day
        AND d.usage_day = b.usage_day AND d.meter_id = b.meter_id AND d.resource_id = b.resource_id
        AND d.part = b.part AND d.quantity = b.quantity AND d.records = b.records`,
  );
  if (closed.records === rows && closed.aggregates === rows / HOURS && Number(row?.alike) === rows / HOURS) return;
  throw new Error(`Of ${rows} rows, ${closed.records} were closed; ${row?.alike} aggregates are as the bare ones.`);
}

function sentenceOf({ database, rows, seconds, bareSeconds, ratio, bytesBefore, bytesPeak }: Figures): string {
  const mebibytes = (bytes: number) => Math.round(bytes / MEBIBYTE);
  return (
    `${database}: ${rows.toLocaleString('en')} hourly rows closed in ${seconds.toFixed(2)} s, ` +
    `bare INSERT … SELECT in ${bareSeconds.toFixed(2)} s, ratio ${ratio.toFixed(2)}; ` +
    `memory ${mebibytes(bytesBefore)} MiB before, ${mebibytes(bytesPeak)} MiB at its peak`
  );
}
