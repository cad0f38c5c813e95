import { Crash, simulate } from './simulation.js';
import type { Crasher } from './simulation.js';
import { describeEachDatabase, openTestDatabase } from '../support/databases.js';
import { testClock } from '../support/gateway.js';
import { openCommerceBooks } from '../../src/commerce-simulator/commerce-books.js';

/** `SEED=7 npm run sim` replays one; `npm run sim` runs hundreds on SQLite and dozens on each other server. */
const SEED = process.env['SEED'];
const IS_LONG = process.env['SIMULATION'] === 'long';

function seedsFor(dialect: 'sqlite' | 'mysql'): readonly number[] {
  if (SEED !== undefined) return [Number(SEED)];
  const short = dialect === 'sqlite' ? 12 : 2;
  const long = dialect === 'sqlite' ? 500 : 50;
  return Array.from({ length: IS_LONG ? long : short }, (_, index) => index + 1);
}

describeEachDatabase('after any sequence of acts, crashes and failures of the receiver', (server) => {
  it(
    'records are counted once, closed days never change, and each line is reported exactly once',
    async () => {
      const crasher: Crasher = { left: Infinity };
      const onStatement = () => {
        crasher.left -= 1;
        if (crasher.left < 0) throw new Crash('killed');
      };
      const { db, close } = await openTestDatabase(server, { onStatement });
      const world = { db, clock: testClock('2026-03-01T09:30:00Z'), books: openCommerceBooks(':memory:'), crasher };
      let steps = 0;
      let crashes = 0;
      const seeds = seedsFor(server.dialect);
      for (const seed of seeds) {
        const ran = await simulate(world, seed);
        steps += ran.steps;
        crashes += ran.crashes;
      }
      process.stderr.write(`${server.label}: ${seeds.length} seeds, ${steps} steps, ${crashes} crashes.\n`);
      expect(crashes).toBeGreaterThan(SEED === undefined ? seeds.length : -1);
      await close();
    },
    IS_LONG ? 3_600_000 : 120_000,
  );
});
