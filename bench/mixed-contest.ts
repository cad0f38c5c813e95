/** How long a question takes while usage goes in as fast as it can, against the same gateway at rest. */
import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

import type { BenchDatabase, BenchServer } from './bench-database.js';
import type { BenchRun } from './bench-run.js';
import { loadOn, startContestant } from './contestant.js';
import type { Contestant, LoadResult } from './contestant.js';
import { REST_DOOR, pushed } from './end-to-end.js';
import { REGISTRATION, environmentOf } from './gateway-books.js';
import { median } from './median.js';
import { QUESTIONS, ROW } from './questions.js';
import { apiKeyOn, fillReadingBooks } from './reading-books.js';
import type { Series } from './series.js';
import { recordOf } from './usage-load.js';
import { createApp } from '../src/app.js';
import { readConfig } from '../src/config.js';

const MACHINES = 24;
const MACHINES_OF_QUICK = 8;
const BATCH = 5_000;
const PUSHERS = 4;
/** While memory is watched: 5,000 records a second. */
const BATCHES_PER_SECOND = 1;
/** Questions a second, whether the one before was answered or not. */
const PER_SECOND = 20;
const TOKEN_SECONDS = 86_400;
/** A hundred rows of one hour. */
const QUESTION = {
  query: `query Rows($range: TimeRangeInput!) { usageAggregates(first: 100, range: $range) { ${ROW} } }`,
  variables: QUESTIONS.page.variables,
};

/** Asks at rest and during ingest, round by round, on every database of the run. */
export async function mixedContest(run: BenchRun): Promise<Series[]> {
  const series: Series[] = [];
  for (const server of run.servers) {
    const gateway = await filledGateway(run, server);
    try {
      series.push(...(await mixedOn(run, server, gateway)));
    } finally {
      await gateway.close();
    }
  }
  return series;
}

async function mixedOn(run: BenchRun, server: BenchServer, gateway: FilledGateway): Promise<Series[]> {
  const rounds: { readonly idle: LoadResult; readonly busy: LoadResult; readonly rate: number }[] = [];
  for (let round = 1; round <= run.rounds; round += 1) {
    run.signal.throwIfAborted();
    const idle = await gateway.ask(run.seconds * 2);
    const pushing = gateway.startPushing();
    try {
      const busy = await gateway.ask(run.seconds * 2);
      rounds.push({ idle, busy, rate: await pushing.stop() });
      run.say(`${server.label}, mixed, round ${round}: p99 ${idle.p99} ms at rest, ${busy.p99} ms during ingest`);
    } finally {
      await pushing.stop();
    }
  }
  const common = { contest: 'mixed', database: server.label };
  const latencies = (['idle', 'busy'] as const).map((of): Series => {
    const p50 = median(rounds.map((round) => round[of].p50));
    const p99s = rounds.map((round) => round[of].p99);
    const contestant = of === 'idle' ? 'at rest' : 'during ingest';
    return { ...common, contestant, unit: 'ms (p99)', rounds: p99s, p50, p99: median(p99s) };
  });
  const rates = rounds.map(({ rate }) => rate);
  return [...latencies, { ...common, contestant: 'ingest meanwhile', unit: 'records/s', rounds: rates }];
}

/**
 * Memory of a gateway under questions and ingest: after a twelfth of the time, and at its end. Usage comes at a steady
 * pace: as fast as it can, an hour of it would fill the disk before it tells anything more. All databases are watched
 * at once, since how fast anything goes is not asked here. Where one fails, `failed` is told, and the others go on.
 */
export async function memoryContest(
  run: BenchRun,
  minutes: number,
  failed: (database: string, error: unknown) => void,
): Promise<Series[]> {
  const tellUnlessStopped = (server: BenchServer, error: unknown) => {
    if (!run.signal.aborted) failed(server.label, error);
  };
  const filled: (readonly [BenchServer, FilledGateway])[] = [];
  // One after another: rows of SQLite are written without letting anything else run, for longer than a server waits for
  // the answer of who connects.
  for (const server of run.servers) {
    try {
      filled.push([server, await filledGateway(run, server)]);
    } catch (error) {
      tellUnlessStopped(server, error);
    }
  }
  const watched = filled.map(async ([server, gateway]) => {
    try {
      return await memoryOn(run, server, minutes, gateway);
    } catch (error) {
      tellUnlessStopped(server, error);
      return [];
    }
  });
  const series = await Promise.all(watched);
  // Not before all have removed what they made.
  run.signal.throwIfAborted();
  return series.flat();
}

async function memoryOn(
  run: BenchRun,
  server: BenchServer,
  minutes: number,
  gateway: FilledGateway,
): Promise<Series[]> {
  const samples: number[] = [];
  try {
    const pushing = gateway.startPushing(BATCHES_PER_SECOND);
    try {
      const parts = Math.max(12, Math.round(minutes));
      for (let part = 0; part < parts; part += 1) {
        run.signal.throwIfAborted();
        await gateway.ask((minutes * 60) / parts);
        samples.push((gateway.contestant.residentBytes() ?? NaN) / 1024 ** 2);
        run.say(`${server.label}, memory, part ${part + 1} of ${parts}: ${samples.at(-1)?.toFixed(0)} MiB`);
      }
    } finally {
      await pushing.stop();
    }
  } finally {
    await gateway.close();
  }
  // Memory goes up and down with what is collected: each end is the median of the samples near it.
  const near = Math.max(1, Math.round(samples.length / 12));
  const of = { contest: `memory over ${minutes} min`, database: server.label, unit: 'MiB' };
  return [
    { ...of, contestant: 'after a twelfth', rounds: [median(samples.slice(0, near))] },
    { ...of, contestant: 'at the end', rounds: [median(samples.slice(-near))] },
  ];
}

interface FilledGateway {
  readonly contestant: Contestant;
  /** Asks for so many seconds. */
  ask(seconds: number): Promise<LoadResult>;
  /** Pushes so many batches a second, or as many as it can, until it is stopped; that answers the records a second. */
  startPushing(batchesPerSecond?: number): { stop(): Promise<number> };
  /** Stops it and removes its books. */
  close(): Promise<void>;
}

async function filledGateway(run: BenchRun, server: BenchServer): Promise<FilledGateway> {
  const database = await server.create();
  try {
    run.say(`${server.label}: writing books to read from`);
    await fillReadingBooks(database, run.targetsOnly ? MACHINES_OF_QUICK : MACHINES);
    const apiKey = await apiKeyOn(database);
    const token = await ingestorOn(database);
    const contestant = await startContestant('gateway', database, { isPinned: false });
    let next = 0;
    return {
      contestant,
      ask: (seconds) => {
        const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
        const request = { url: `${contestant.url}/graphql`, method: 'POST', headers } as const;
        const options = { connections: 2, perSecond: PER_SECOND, seconds, answerBytes: 1_000 };
        return loadOn(contestant, { ...request, body: JSON.stringify(QUESTION) }, options);
      },
      startPushing: (batchesPerSecond) =>
        startPushing({ contestant, token, nextBatch: () => next++, batchesPerSecond }),
      close: async () => {
        try {
          await contestant.stop();
        } finally {
          await database.remove();
        }
      },
    };
  } catch (error) {
    await database.remove();
    throw error;
  }
}

function startPushing(of: {
  readonly contestant: Contestant;
  readonly token: string;
  readonly nextBatch: () => number;
  readonly batchesPerSecond: number | undefined;
}) {
  const { contestant, token, nextBatch, batchesPerSecond = Infinity } = of;
  const agent = new Agent({ keepAlive: true, maxSockets: PUSHERS });
  const url = contestant.url + REST_DOOR.path;
  const start = performance.now();
  let isWanted = true;
  let records = 0;
  let begun = 0;
  const pusher = async () => {
    while (isWanted) {
      const due = start + (begun * 1_000) / batchesPerSecond;
      begun += 1;
      if (due > performance.now()) await pause(due - performance.now());
      const first = nextBatch() * BATCH;
      const batch = Array.from({ length: BATCH }, (_, index) => recordOf(first + index));
      await pushed({ url, agent, token, body: Buffer.from(REST_DOOR.bodyOf(batch)) });
      records += BATCH;
    }
  };
  const pushers = Promise.all(Array.from({ length: PUSHERS }, pusher));
  // Whoever stops it sees the failure; until then it is nobody's.
  pushers.catch(() => undefined);
  return {
    stop: async () => {
      isWanted = false;
      await pushers;
      agent.destroy();
      return (records * 1000) / (performance.now() - start);
    },
  };
}

async function ingestorOn(database: BenchDatabase): Promise<string> {
  const app = await createApp(readConfig(environmentOf(database)));
  try {
    return await app.tokens.sign(
      { subject: 'bench', role: 'INGESTOR', registrations: [REGISTRATION], tenants: 'all', resellers: 'all' },
      TOKEN_SECONDS,
    );
  } finally {
    await app.close();
  }
}
