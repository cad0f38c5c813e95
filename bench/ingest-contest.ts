/** How fast usage goes in: over HTTP in batches, by mutation, against a bare insert and against the naive way. */
import { bareInsert } from './bare-insert.js';
import type { BenchDatabase } from './bench-database.js';
import type { BenchRun } from './bench-run.js';
import { startContestant } from './contestant.js';
import { MUTATION_DOOR, REST_DOOR, endToEnd, pushTimed } from './end-to-end.js';
import type { Series } from './series.js';
import { loadOf } from './usage-load.js';
import type { Load } from './usage-load.js';
import { writePath } from './write-path.js';

/** Answers how many seconds it took. Throws unless the database then holds exactly what was sent. */
type Way = (database: BenchDatabase, load: Load, profileFolder?: string) => Promise<number>;

interface Contestant {
  readonly name: string;
  readonly way: Way;
  /** The naive ways are given fewer records, also to warm up: they would take all the time there is. */
  readonly share: number;
  readonly hasTarget: boolean;
}

/** Enough for code to be compiled: a gateway runs for months, and a round of this for seconds. */
const WARM_UP = 30_000;
/** The naive way does a fiftieth as much in a second: this is a second or two of it. */
const WARM_UP_OF_NAIVE = 1_000;

/** The first is what the others are measured against. */
const CONTESTANTS: readonly Contestant[] = [
  { name: 'bare insert', way: bareInsert, share: 1, hasTarget: true },
  { name: 'write path', way: writePath, share: 1, hasTarget: false },
  {
    name: 'HTTP, batches of 5,000',
    way: (database, load, profileFolder) => endToEnd(database, load, { batch: 5_000, profileFolder }),
    share: 1,
    hasTarget: true,
  },
  {
    name: 'HTTP, batches of 500',
    way: (database, load) => endToEnd(database, load, { batch: 500 }),
    share: 1,
    hasTarget: true,
  },
  {
    name: 'recordUsage, batches of 500',
    way: (database, load) => endToEnd(database, load, { batch: 500, door: MUTATION_DOOR }),
    share: 1,
    hasTarget: true,
  },
  { name: 'naive in bulk', way: naive('naive ingest in bulk', 5_000), share: 0.2, hasTarget: false },
  { name: 'naive', way: naive('naive ingest', 125), share: 0.025, hasTarget: true },
];

/**
 * Sends so many records each way in every round, on a fresh database each time. With `profileFolder` the gateway writes
 * CPU profiles of batches of 5,000 there.
 */
export async function ingestContest(
  run: BenchRun,
  { records, profileFolder }: { readonly records: number; readonly profileFolder?: string | undefined },
): Promise<Series[]> {
  const series: Series[] = [];
  for (const server of run.servers) {
    const contestants = CONTESTANTS.filter(({ hasTarget }) => hasTarget || !run.targetsOnly);
    const rates = contestants.map((): number[] => []);
    for (let round = 1; round <= run.rounds; round += 1) {
      for (const [index, { name, way, share }] of contestants.entries()) {
        run.signal.throwIfAborted();
        const sent = Math.ceil(records * share);
        const load = loadOf(sent, share === 1 ? WARM_UP : Math.max(WARM_UP_OF_NAIVE, Math.ceil(sent / 2)));
        const database = await server.create();
        try {
          const rate = sent / (await way(database, load, profileFolder));
          rates[index]?.push(rate);
          run.say(`${server.label}, ingest, round ${round}: ${name}: ${Math.round(rate)} records/s`);
        } finally {
          await database.remove();
        }
      }
    }
    for (const [index, { name }] of contestants.entries()) {
      const rounds = rates[index] ?? [];
      series.push({ contest: 'ingest', database: server.label, contestant: name, unit: 'records/s', rounds });
    }
  }
  return series;
}

/** Record by record the size of a batch is nothing, but there have to be enough of them for all connections. */
function naive(program: 'naive ingest' | 'naive ingest in bulk', batch: number): Way {
  return async (database, load) => {
    const contestant = await startContestant(program, database, { isPinned: false });
    try {
      return await pushTimed({ url: contestant.url, token: '', load, batch, door: REST_DOOR });
    } finally {
      await contestant.stop();
    }
  };
}
