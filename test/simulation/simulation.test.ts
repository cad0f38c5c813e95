import { Coverage } from './coverage.js';
import { Crasher } from './crasher.js';
import { simulate } from './simulation.js';
import { describeEachDatabase, openTestDatabase } from '../support/databases.js';
import { testClock } from '../support/gateway.js';
import { openCommerceBooks } from '../../src/commerce-simulator/commerce-books.js';

/**
 * `npm run sim` runs hundreds of seeds on SQLite and dozens on each other server; `SEED=7 npm run sim` replays one.
 * `SIMULATION_PART=1/2` runs the first half of the seeds, so that two processes can share them.
 */
const SEED = process.env['SEED'];
const IS_LONG = process.env['SIMULATION'] === 'long';
const [PART = 1, PARTS = 1] = (process.env['SIMULATION_PART'] ?? '1/1').split('/').map(Number);
/** Some laws are looked at over all that a database holds, so it is emptied now and then. */
const SEEDS_PER_DATABASE = 25;

function seedsFor(dialect: 'sqlite' | 'mysql'): readonly number[] {
  if (SEED !== undefined) return [Number(SEED)];
  const short = dialect === 'sqlite' ? 12 : 2;
  const long = dialect === 'sqlite' ? 500 : 50;
  const seeds = Array.from({ length: IS_LONG ? long : short }, (_, index) => index + 1);
  return seeds.filter((seed) => seed % PARTS === PART - 1);
}

describeEachDatabase('after any sequence of acts, crashes and failures of the receiver', (server) => {
  it(
    'records are counted once, closed days never change, and each line is reported exactly once',
    async () => {
      const coverage = new Coverage();
      const crasher = new Crasher();
      const seeds = seedsFor(server.dialect);
      for (let start = 0; start < seeds.length; start += SEEDS_PER_DATABASE) {
        const { db, close } = await openTestDatabase(server, { onStatement: crasher.onStatement });
        const books = openCommerceBooks(':memory:');
        const world = { db, clock: testClock('2026-03-01T09:30:00Z'), books, crasher };
        for (const seed of seeds.slice(start, start + SEEDS_PER_DATABASE)) await simulate(world, seed, coverage);
        await close();
      }
      process.stderr.write(`${server.label}: ${coverage.sentence(crasher)}\n`);
      expect(coverage.seeds).toBe(seeds.length);
      if (SEED === undefined) expect(coverage.crashes).toBeGreaterThan(seeds.length);
    },
    IS_LONG ? 3_600_000 : 120_000,
  );
});
