/** One run of the benchmark: on what, how long, and how it is stopped. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { mysqlServer, sqliteServer } from './bench-database.js';
import type { BenchServer } from './bench-database.js';
import { isPinned } from './contestant.js';

/** What every contest is told. */
export interface BenchRun {
  readonly servers: readonly BenchServer[];
  /** How often everything is measured. */
  readonly rounds: number;
  /** How long each measurement under load takes. */
  readonly seconds: number;
  /** How long whoever answers questions is warmed up before the first round: engines compile what runs often. */
  readonly warmUpSeconds: number;
  /** Leaves out who and what no target is about. */
  readonly targetsOnly: boolean;
  /** Aborted by Ctrl-C; a contest then ends at its next step and removes what it made. */
  readonly signal: AbortSignal;
  /** Tells how far it is, on stderr. */
  say(progress: string): void;
}

/** The databases to measure on: SQLite, and the server of BENCH_MYSQL_URL. */
export async function serversToMeasure(): Promise<readonly BenchServer[]> {
  const url = process.env['BENCH_MYSQL_URL'];
  if (url !== undefined && url !== '') return [sqliteServer, await mysqlServer(url)];
  console.error('BENCH_MYSQL_URL is not set: only SQLite is measured.');
  return [sqliteServer];
}

/** Tells on stderr, so that stdout holds the result alone. */
export function say(progress: string): void {
  const seconds = Math.round(performance.now() / 1_000);
  console.error(`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} ${progress}`);
}

/** Installs the peers, as their own lock file says, unless they are there. Throws with what to do about it. */
export async function installPeers(): Promise<void> {
  const folder = join(import.meta.dirname, '..', '..', 'bench', 'peers');
  if (existsSync(join(folder, 'node_modules', '.package-lock.json'))) return;
  say('Installing the peers and the load generator into bench/peers (once)');
  try {
    // What the npm that runs this script says to its children is about another folder.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
    await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, env });
  } catch (error) {
    throw new Error('The peers could not be installed. Try: npm ci --prefix bench/peers', { cause: error });
  }
}

/** What it was measured on. */
export function machineOf(servers: readonly BenchServer[]): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  const pinned = isPinned ? 'server and load generator on a core each' : 'not pinned to cores';
  return [
    `${cpus().length} × ${first?.model.trim() ?? 'unknown'}`,
    `${memory} GiB`,
    `${platform()} ${release()}`,
    `Node ${process.versions.node}`,
    servers.map(({ label }) => label).join(', '),
    pinned,
  ].join(', ');
}
