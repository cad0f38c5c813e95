/** How fast usage goes in, as shares of the fastest insert that the same database can do. */
import { cpus, platform, release, totalmem } from 'node:os';

import { bareInsert } from './bare-insert.js';
import { mysqlServer, sqliteServer } from './bench-database.js';
import type { BenchDatabase, BenchServer } from './bench-database.js';
import { endToEnd } from './end-to-end.js';
import { median } from './median.js';
import { loadOf } from './usage-load.js';
import type { Load } from './usage-load.js';
import { writePath } from './write-path.js';

export interface IngestBenchOptions {
  readonly records: number;
  readonly rounds: number;
  readonly profileFolder?: string | undefined;
}

interface Way {
  readonly name: string;
  readonly run: (database: BenchDatabase, load: Load, options: IngestBenchOptions) => Promise<number>;
}

/** The first is what the others are measured against. */
const WAYS: readonly Way[] = [
  { name: 'bare insert of interned rows', run: bareInsert },
  { name: 'write path (recordUsage)', run: writePath },
  {
    name: 'HTTP, JSON batches of 5,000',
    run: (database, load, { profileFolder }) => endToEnd(database, load, { batch: 5_000, profileFolder }),
  },
  {
    name: 'HTTP, JSON batches of 500',
    run: (database, load) => endToEnd(database, load, { batch: 500 }),
  },
];

/**
 * Measures every way in every round, on a fresh database each time, and prints medians. Rounds are interleaved, so that
 * a machine that slows down slows all ways down; a ratio is the median of the ratios of each round.
 */
export async function benchIngest(options: IngestBenchOptions): Promise<void> {
  const servers = [sqliteServer];
  const url = process.env['BENCH_MYSQL_URL'];
  if (url === undefined || url === '') console.log('BENCH_MYSQL_URL is not set: only SQLite is measured.');
  else servers.push(await mysqlServer(url));
  const results = [];
  // Ctrl-C ends the run at the next step, so that databases are removed all the same.
  process.once('SIGINT', () => interruption.abort(new Error('Stopped; its databases are removed.')));
  for (const server of servers) results.push(await measured(server, options));
  const report = { machine: machine(), records: options.records, rounds: options.rounds, results };
  console.log(`\n${tableOf(report)}\n\n${JSON.stringify(report)}`);
}

const interruption = new AbortController();

interface Measured {
  readonly database: string;
  readonly ways: readonly { readonly name: string; readonly recordsPerSecond: number; readonly ratio: number }[];
}

async function measured(server: BenchServer, options: IngestBenchOptions): Promise<Measured> {
  const load = loadOf(options.records);
  const seconds: number[][] = WAYS.map(() => []);
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const [index, way] of WAYS.entries()) {
      const database = await server.create();
      try {
        const took = await way.run(database, load, options);
        seconds[index]?.push(took);
        const rate = Math.round(options.records / took).toLocaleString('en');
        console.log(`${server.label}, round ${round}: ${way.name}: ${rate} records/s`);
      } finally {
        await database.remove();
      }
      interruption.signal.throwIfAborted();
    }
  }
  const [base = []] = seconds;
  return {
    database: server.label,
    ways: WAYS.map(({ name }, index) => {
      const own = seconds[index] ?? [];
      return {
        name,
        recordsPerSecond: Math.round(options.records / median(own)),
        ratio: Number(median(own.map((took, round) => (base[round] ?? NaN) / took)).toFixed(3)),
      };
    }),
  };
}

function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown'}, ${memory} GiB, ${platform()} ${release()}, Node ${process.versions.node}`;
}

function tableOf(report: { readonly machine: string; readonly results: readonly Measured[] }): string {
  const rows = report.results.flatMap(({ database, ways }) =>
    ways.map(({ name, recordsPerSecond, ratio }) => [
      database.padEnd(16),
      name.padEnd(30),
      recordsPerSecond.toLocaleString('en').padStart(10),
      ratio.toFixed(2).padStart(6),
    ]),
  );
  const head = ['database'.padEnd(16), 'way'.padEnd(30), 'records/s'.padStart(10), ' ratio'];
  return [report.machine, head.join('  '), ...rows.map((row) => row.join('  '))].join('\n');
}
