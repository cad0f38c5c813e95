/**
 * What a hostile sender costs everybody else. A gateway with its standard limits runs in a process of its own, the
 * attacker in another, both on 127.0.0.1; here, an honest caller asks one question after the other, and somebody looks
 * at `/healthz`. Every attack is bounded in count and time.
 */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

import { median } from './median.js';
import { markdownTable } from './series.js';

const OWN_BUILD = join(import.meta.dirname, '..');
const ADDRESS = /http:\/\/127\.0\.0\.1:\d+(?=\/graphql)/;
const HEALTH_PAUSE_MS = 10;
/** An attack has begun to work after this. */
const LEAD_MS = 300;

/** What a known caller sends as one body of 256 kB, or of as much as its route takes. */
export const KNOWN_BODIES = [
  'variables: numbers',
  'variables: objects of one key each',
  'variables: as many values as are read',
  'variables: one string of escapes',
  'document: fields',
  'document: aliases',
  'document: lists and objects',
  'document: fragments',
  'document: comments',
  'document: block strings',
  'recordUsage: 500 records',
  '/graphql/stream: numbers',
  '/v1/usage: 10,000 records',
  'PUT of Azure: 60 kB of numbers',
] as const;
export type KnownBody = (typeof KNOWN_BODIES)[number];
export type Attack = 'anonymous bodies' | 'bodies of a caller' | 'held bodies' | 'refused documents' | KnownBody;
const ATTACKS: readonly { readonly attack: Attack; readonly finding: string; readonly what: string }[] = [
  { attack: 'anonymous bodies', finding: 'H1', what: '6 anonymous connections send 8 MB of numbers each' },
  { attack: 'bodies of a caller', finding: 'H1', what: 'one caller sends 256 kB of lists, one after the other' },
  { attack: 'held bodies', finding: 'H2', what: '1,000 anonymous connections hold back the last byte of 256 kB' },
  { attack: 'refused documents', finding: 'M1', what: '32 connections of a caller send documents that are refused' },
  ...KNOWN_BODIES.map((attack) => ({ attack, finding: 'H1', what: `one caller, ${attack}` })),
];
const REGISTRATION = 'attacked';
const GUID = '7b1d5e0a-3c64-4d9c-9d0e-2f5a8c9b6e10';

/** What one attack did. */
interface Figures {
  readonly blockedMs: number;
  readonly grownMb: number;
  readonly idleP50: number;
  readonly attackedP50: number;
}

/** Prints a table: what each attack does to the gateway of a build, this one unless another is named. */
export async function benchHostile(options: {
  readonly build?: string;
  readonly seconds: number;
  /** Attacks whose description holds this. */
  readonly only: string;
}): Promise<void> {
  const build = resolve(options.build ?? OWN_BUILD);
  const rows = [['finding', 'attack', 'event loop blocked', 'memory grows by', 'p50 idle', 'p50 attacked', 'ratio']];
  for (const { attack, finding, what } of ATTACKS.filter((row) => row.what.includes(options.only))) {
    console.error(`${finding}: ${what} …`);
    const { blockedMs, grownMb, idleP50, attackedP50 } = await figuresOf(build, attack, options.seconds);
    rows.push([
      finding,
      what,
      `${blockedMs.toFixed(0)} ms`,
      `${grownMb.toFixed(0)} MB`,
      `${idleP50.toFixed(1)} ms`,
      `${attackedP50.toFixed(1)} ms`,
      (attackedP50 / idleP50).toFixed(1),
    ]);
  }
  console.log(markdownTable(rows));
}

async function figuresOf(build: string, attack: Attack, seconds: number): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'usage-gateway-hostile-'));
  const children: ChildProcess[] = [];
  try {
    const env = {
      ...process.env,
      DATA_FOLDER: folder,
      PORT: '0',
      BACKGROUND_TASKS: 'false',
      // All attackers of this machine have one address; others have many.
      CONNECTIONS_PER_ADDRESS_MAX: '4096',
    };
    const program = join(build, 'src', 'bin', 'usage-gateway.js');
    const gateway = spawn(process.execPath, ['--max-semi-space-size=64', program, 'serve'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(gateway);
    const url = await addressOf(gateway);
    const tokenOf = (subject: string) =>
      execFileSync(process.execPath, [program, 'token', '--role', 'OPERATOR', '--subject', subject], {
        env,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
        .toString()
        .trim();
    const [honest, hostile] = [tokenOf('honest'), tokenOf('hostile')];
    await register(url, honest);
    await askFor(url, honest, 1_500);
    const idle = await askFor(url, honest, seconds * 1_000);
    const before = residentMb(gateway);
    const attacker = spawn(process.execPath, [join(import.meta.dirname, 'hostile-process.js')], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    children.push(attacker);
    attacker.stdin.end(
      JSON.stringify({ attack, registration: REGISTRATION, guid: GUID, url, token: hostile, seconds: seconds + 1 }),
    );
    await pause(LEAD_MS);
    const watching = watch(url, gateway, seconds * 1_000);
    const attacked = await askFor(url, honest, seconds * 1_000);
    const { blockedMs, mostMb } = await watching;
    return { blockedMs, grownMb: mostMb - before, idleP50: median(idle), attackedP50: median(attacked) };
  } finally {
    await Promise.all(children.map(stop));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Books that records may be sent to. */
async function register(url: string, token: string): Promise<void> {
  const input = `{ name: "${REGISTRATION}", cloudId: "${GUID}", baseSubscriptionId: "${GUID}", baseOffer: CSP, billingModel: PAY_AS_YOU_USE }`;
  const query = `mutation { createRegistration(input: ${input}) { userErrors { message } } }`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  await timed(`${url}/graphql`, { method: 'POST', headers }, JSON.stringify({ query }));
}

async function addressOf(gateway: ChildProcess): Promise<string> {
  if (gateway.stdout === null) throw new Error('It has no output.');
  for await (const line of createInterface({ input: gateway.stdout })) {
    const url = ADDRESS.exec(line)?.[0];
    if (url === undefined) continue;
    gateway.stdout.resume();
    return url;
  }
  throw new Error('The gateway ended before it served.');
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Milliseconds of each answer to a small question, asked one after the other for so long; one at least. */
async function askFor(url: string, token: string, milliseconds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const body = JSON.stringify({ query: '{ viewer { subject role } }' });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  while (times.length === 0 || performance.now() < end) {
    times.push(await timed(`${url}/graphql`, { method: 'POST', agent, headers }, body));
    await pause(2);
  }
  agent.destroy();
  return times;
}

/** The longest wait for `/healthz`, and the most memory, seen in so long. */
async function watch(url: string, gateway: ChildProcess, milliseconds: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let blockedMs = 0;
  let mostMb = 0;
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    blockedMs = Math.max(blockedMs, await timed(`${url}/healthz`, { method: 'GET', agent }, ''));
    mostMb = Math.max(mostMb, residentMb(gateway));
    await pause(HEALTH_PAUSE_MS);
  }
  agent.destroy();
  return { blockedMs, mostMb };
}

async function timed(url: string, options: Parameters<typeof request>[1], body: string): Promise<number> {
  const start = performance.now();
  await new Promise<void>((done, fail) => {
    const asked = request(url, options, (answer) => {
      if (answer.statusCode !== 200) fail(new Error(`An honest caller is answered ${answer.statusCode}.`));
      answer.resume().on('end', done).on('error', fail);
    });
    asked.on('error', fail);
    asked.end(body);
  });
  return performance.now() - start;
}

function residentMb({ pid }: ChildProcess): number {
  const kibibytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes ?? Number.NaN) / 1024;
}
