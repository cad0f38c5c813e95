/** A gateway in a process of its own, and clients that push to it over 127.0.0.1. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import type { BenchDatabase } from './bench-database.js';
import { REGISTRATION, environmentOf, mustHoldExactly, openBooks } from './gateway-books.js';
import { WARM_UP, batchesOf, inParallel, recordOf } from './usage-load.js';
import type { Load } from './usage-load.js';

const CONNECTIONS = 4;
const TOKEN_SECONDS = 3_600;
const COMMAND = join(import.meta.dirname, '..', 'src', 'bin', 'usage-gateway.js');
const ADDRESS = /serves (http:\/\/127\.0\.0\.1:\d+)\/graphql/;

/**
 * Pushes the load in JSON batches of one size and answers the seconds from the first request to the last answer. With
 * `profileFolder` the gateway writes a CPU profile there.
 */
export async function endToEnd(
  database: BenchDatabase,
  load: Load,
  options: { readonly batch: number; readonly profileFolder?: string | undefined },
): Promise<number> {
  const { app } = await openBooks(database);
  const token = await app.tokens.sign(
    { subject: 'bench', role: 'INGESTOR', registrations: [REGISTRATION], tenants: 'all', resellers: 'all' },
    TOKEN_SECONDS,
  );
  const gateway = startGateway(database, options.profileFolder);
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  try {
    const url = `${await addressOf(gateway)}/v1/usage?registration=${REGISTRATION}`;
    const push = (body: Buffer) => pushed({ url, agent, token, body });
    await inParallel(bodiesOf(WARM_UP, options.batch), CONNECTIONS, push);
    const bodies = bodiesOf(load, options.batch);
    const start = performance.now();
    await inParallel(bodies, CONNECTIONS, push);
    const seconds = (performance.now() - start) / 1000;
    await mustHoldExactly(app, load.to);
    return seconds;
  } finally {
    agent.destroy();
    await stop(gateway);
    await app.close();
  }
}

function bodiesOf(load: Load, batch: number): readonly Buffer[] {
  return batchesOf(load, batch, recordOf).map((records) => Buffer.from(JSON.stringify(records)));
}

function startGateway(database: BenchDatabase, profileFolder: string | undefined): ChildProcess {
  const profile = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  return spawn(process.execPath, [...profile, COMMAND, 'serve'], {
    env: { ...process.env, ...environmentOf(database) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Waits for the line in which the gateway says where it is. */
async function addressOf({ stdout }: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of stdout ?? []) {
    said += String(chunk);
    const address = ADDRESS.exec(said)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`The gateway ended without an address: ${said}`);
}

async function stop(gateway: ChildProcess): Promise<void> {
  if (gateway.exitCode !== null) return;
  const ended = once(gateway, 'exit');
  gateway.kill('SIGTERM');
  await ended;
}

async function pushed(what: {
  readonly url: string;
  readonly agent: Agent;
  readonly token: string;
  readonly body: Buffer;
}): Promise<void> {
  const sent = request(what.url, {
    method: 'POST',
    agent: what.agent,
    headers: {
      authorization: `Bearer ${what.token}`,
      'content-type': 'application/json',
      'content-length': what.body.length,
    },
  });
  sent.end(what.body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const answer = await text(response);
  if (response.statusCode !== 200)
    throw new Error(`The gateway answered ${response.statusCode}: ${answer.slice(0, 500)}`);
}
