/** A gateway in a process of its own, and clients that push to it over 127.0.0.1. */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

import type { BenchDatabase } from './bench-database.js';
import { startContestant } from './contestant.js';
import { REGISTRATION, mustHoldExactly, openBooks } from './gateway-books.js';
import { batchesOf, inParallel, recordOf, warmUpOf } from './usage-load.js';
import type { Load } from './usage-load.js';
import type { JsonObject } from '../src/pipeline/ingestion/exact-json.js';

const CONNECTIONS = 4;
const TOKEN_SECONDS = 3_600;

export interface EndToEndOptions {
  /** Records of a batch. */
  readonly batch: number;
  readonly door?: Door;
  readonly profileFolder?: string | undefined;
}

/** Where usage can be pushed to, and in which words. */
export interface Door {
  readonly path: string;
  /** The body of a request that brings these records. */
  bodyOf(records: readonly JsonObject[]): string;
  /** Throws unless the answer says that all were taken. */
  check(answer: Buffer, records: number): void;
}

/** `POST /v1/usage`. */
export const REST_DOOR: Door = {
  path: `/v1/usage?registration=${REGISTRATION}`,
  bodyOf: (records) => JSON.stringify(records),
  check: () => undefined,
};

/** The mutation `recordUsage`, whose records carry JSON as text. */
export const MUTATION_DOOR: Door = {
  path: '/graphql',
  bodyOf: (records) => {
    const query = `mutation Push($input: RecordUsageInput!) {
      recordUsage(input: $input) { receipt { accepted verdicts { index verdict recordId } } userErrors { message } } }`;
    const texts = records.map(({ tags, additionalInfo, ...record }) => ({
      ...record,
      tags: JSON.stringify(tags),
      additionalInfo: JSON.stringify(additionalInfo),
    }));
    return JSON.stringify({ query, variables: { input: { registration: REGISTRATION, records: texts } } });
  },
  check: (answer, records) => {
    if (!answer.includes(`"accepted":${records},`))
      throw new Error(`Not all were taken: ${answer.toString('utf8', 0, 500)}`);
  },
};

/**
 * Pushes the load in JSON batches of one size and answers the seconds from the first request to the last answer. With
 * `profileFolder` the gateway writes a CPU profile there.
 */
export async function endToEnd(
  database: BenchDatabase,
  load: Load,
  { batch, door = REST_DOOR, profileFolder }: EndToEndOptions,
): Promise<number> {
  const { app } = await openBooks(database);
  const token = await app.tokens.sign(
    { subject: 'bench', role: 'INGESTOR', registrations: [REGISTRATION], tenants: 'all', resellers: 'all' },
    TOKEN_SECONDS,
  );
  const nodeOptions = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const gateway = await startContestant('gateway', database, { isPinned: false, nodeOptions });
  try {
    const seconds = await pushTimed({ url: gateway.url, token, load, batch, door });
    await mustHoldExactly(app, load.to);
    return seconds;
  } finally {
    await gateway.stop();
    await app.close();
  }
}

/** Pushes the warm-up and then the load; answers the seconds from the first request of the load to the last answer. */
export async function pushTimed(what: {
  readonly url: string;
  readonly token: string;
  readonly load: Load;
  readonly batch: number;
  readonly door: Door;
}): Promise<number> {
  const { token, load, batch, door } = what;
  const url = what.url + door.path;
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  try {
    const push = async ({ body, records }: Batch) => door.check(await pushed({ url, agent, token, body }), records);
    // All are made first: connections that wait for long are closed by those who serve them.
    const bodies = bodiesOf(load, batch, door);
    await inParallel(bodiesOf(warmUpOf(load), batch, door), CONNECTIONS, push);
    const start = performance.now();
    await inParallel(bodies, CONNECTIONS, push);
    return (performance.now() - start) / 1000;
  } finally {
    agent.destroy();
  }
}

interface Batch {
  readonly body: Buffer;
  readonly records: number;
}

function bodiesOf(load: Load, batch: number, door: Door): readonly Batch[] {
  return batchesOf(load, batch, recordOf).map((records) => ({
    body: Buffer.from(door.bodyOf(records)),
    records: records.length,
  }));
}

/** Sends a body and reads the answer. Throws when it is not 200. */
export async function pushed(what: {
  readonly url: string;
  readonly agent: Agent;
  readonly token: string;
  readonly body: Buffer;
}): Promise<Buffer> {
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
  const answer = await buffer(response);
  if (response.statusCode !== 200)
    throw new Error(`The gateway answered ${response.statusCode}: ${answer.toString('utf8', 0, 500)}`);
  return answer;
}
