/** Starts what is measured, each in a process of its own on the first core, and loads it from the second. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { BenchDatabase } from './bench-database.js';
import { environmentOf } from './gateway-books.js';

const DIST = join(import.meta.dirname, '..');
const PEERS = join(DIST, '..', 'bench', 'peers');
const ADDRESS = /serves (http:\/\/127\.0\.0\.1:\d+)\/graphql/;
/** How the gateway's own command starts Node; whoever it is compared with is given the same. */
const NODE_OPTIONS = ['--max-semi-space-size=64'];
const WARM_UP_SECONDS = 1;
/** For who answers nobody in the time that was meant. */
const SECOND_TRY_SECONDS = 20;
const TICKS_PER_SECOND = 100;

/** What can be started: a program of ours that was built, or one of `bench/peers`. */
export const PROGRAMS = {
  gateway: [join(DIST, 'src', 'bin', 'usage-gateway.js'), 'serve'],
  bare: [join(DIST, 'bench', 'bare-process.js')],
  naive: [join(DIST, 'bench', 'peers', 'naive-process.js')],
  'naive with loaders': [join(DIST, 'bench', 'peers', 'naive-process.js'), 'loaders'],
  'naive ingest': [join(DIST, 'bench', 'peers', 'naive-ingest-process.js')],
  'naive ingest in bulk': [join(DIST, 'bench', 'peers', 'naive-ingest-process.js'), 'bulk'],
  mercurius: [join(PEERS, 'mercurius.mjs')],
  'mercurius with JIT': [join(PEERS, 'mercurius.mjs'), 'jit'],
  yoga: [join(PEERS, 'yoga.mjs')],
  'yoga with JIT': [join(PEERS, 'yoga.mjs'), 'jit'],
} as const;

export type ProgramName = keyof typeof PROGRAMS;

/** A program that serves. */
export interface Contestant {
  readonly url: string;
  /** Seconds of processor time that it has taken so far; null where the system does not tell. */
  cpuSeconds(): number | null;
  /** Bytes of memory that it holds now; null where the system does not tell. */
  residentBytes(): number | null;
  stop(): Promise<void>;
}

/** A request that is sent over and over. */
export interface Request {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came back under load. */
export interface LoadResult {
  readonly perSecond: number;
  /** Microseconds of the server's processor time for one answer; null where the system does not tell. */
  readonly cpuMicroseconds: number | null;
  readonly p50: number;
  readonly p99: number;
  /** Whether the generator took more processor time than the server, so that the server was not the limit. */
  readonly isGeneratorBound: boolean;
}

/** Whether server and load generator have a core each. */
export const isPinned = cpus().length > 1 && spawnSync('taskset', ['-V']).status === 0;

function onCore(core: number | null, args: readonly string[]): readonly [string, readonly string[]] {
  return isPinned && core !== null
    ? ['taskset', ['-c', String(core), process.execPath, ...args]]
    : [process.execPath, args];
}

const running = new Set<ChildProcess>();
const loads = new Set<ChildProcess>();
// Whatever ends the bench, nothing that it started goes on.
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

function started(core: number | null, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const [command, all] = onCore(core, args);
  const child = spawn(command, all, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Ends the load that runs: whoever waits for it is told that there is no result. */
export function stopLoads(): void {
  loads.forEach((child) => child.kill());
}

/** Starts a program on a database and waits until it serves. */
export async function startContestant(
  program: ProgramName,
  database: BenchDatabase,
  /** Pinned to the first core, unless this says no; with more options of Node, to be profiled for example. */
  options: { readonly isPinned?: boolean; readonly nodeOptions?: readonly string[] } = {},
): Promise<Contestant> {
  // Limits that keep a caller from asking as often as a load generator does are lifted; those on what is asked stay.
  const lifted = { COST_PER_SECOND: '100000000', COST_BUCKET_SIZE: '1000000000', BACKGROUND_TASKS: 'false' };
  const env = { ...process.env, NODE_ENV: 'production', ...environmentOf(database), ...lifted };
  const args = [...NODE_OPTIONS, ...(options.nodeOptions ?? []), ...PROGRAMS[program]];
  const child = started(options.isPinned === false ? null : 0, args, env);
  const ended = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
  };
  if (child.stdout === null) throw new Error('It has no output.');
  let said = '';
  for await (const line of createInterface({ input: child.stdout })) {
    said += `${line}\n`;
    const url = ADDRESS.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    const cpuSeconds = () => cpuSecondsOf(child.pid);
    return { url, cpuSeconds, residentBytes: () => residentBytesOf(child.pid), stop };
  }
  await stop();
  throw new Error(`${program} ended without an address: ${said}`);
}

/** How much load, and for how long. */
export interface LoadOptions {
  readonly connections: number;
  readonly seconds: number;
  /** So many requests a second, answered or not; left out: as many as are answered. */
  readonly perSecond?: number;
  /** It was asked the same before: no warm-up then. */
  readonly isWarm?: boolean;
}

/** Sends a request over and over. Throws when any answer is not 200, or shorter than it must be. */
export async function loadOn(
  contestant: Contestant,
  request: Request,
  options: LoadOptions & { readonly answerBytes: number },
): Promise<LoadResult> {
  const first = await loadedOn(contestant, request, options);
  // Who answers nobody in that time is given more of it.
  const result =
    first.answers > 0 ? first : await loadedOn(contestant, request, { ...options, seconds: SECOND_TRY_SECONDS });
  const { answers, failures, bytes, cpuOfServer } = result;
  if (answers === 0 || failures > 0) throw new Error(`${failures} of ${answers + failures} answers were no answers.`);
  if (bytes / answers < options.answerBytes) {
    throw new Error(
      `Answers have ${Math.round(bytes / answers)} bytes on average, not ${options.answerBytes} and more.`,
    );
  }
  return {
    perSecond: answers / result.seconds,
    cpuMicroseconds: cpuOfServer === null ? null : (cpuOfServer * 1e6) / answers,
    p50: result.p50,
    p99: result.p99,
    isGeneratorBound: cpuOfServer !== null && result.cpuSeconds > cpuOfServer,
  };
}

/** What `bench/peers/load.mjs` says. */
interface Loaded {
  readonly answers: number;
  readonly failures: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  /** Of the generator. */
  readonly cpuSeconds: number;
}

async function loadedOn(
  contestant: Contestant,
  request: Request,
  { connections, seconds, perSecond, isWarm = false }: LoadOptions,
): Promise<Loaded & { readonly cpuOfServer: number | null }> {
  const warmUpSeconds = isWarm ? 0 : WARM_UP_SECONDS;
  const asked = JSON.stringify({ ...request, connections, seconds, perSecond, warmUpSeconds });
  const child = started(1, [join(PEERS, 'load.mjs'), asked], process.env);
  loads.add(child);
  child.once('exit', () => loads.delete(child));
  if (child.stdout === null) throw new Error('It has no output.');
  let before: number | null = null;
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'started') before = contestant.cpuSeconds();
    else last = line;
  }
  const after = contestant.cpuSeconds();
  if (last === '') throw new Error('The load generator ended without a result.');
  const cpuOfServer = before === null || after === null ? null : after - before;
  return { ...(JSON.parse(last) as Loaded), cpuOfServer };
}

/** Fields 14 and 15 of the process's line: ticks in the process and in the kernel, of all of its threads. */
function cpuSecondsOf(pid: number | undefined): number | null {
  const fields = ofProcess(pid, 'stat')
    ?.replace(/^.*\) /, '')
    .split(' ');
  return fields === undefined ? null : (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function residentBytesOf(pid: number | undefined): number | null {
  const kibibytes = /VmRSS:\s+(\d+) kB/.exec(ofProcess(pid, 'status') ?? '')?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

function ofProcess(pid: number | undefined, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return null;
  }
}
