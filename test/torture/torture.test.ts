import { isMariadbInstalled, startPrivateMariadb } from './private-mariadb.js';
import { torture } from './torture.js';
import type { Figures } from './verify.js';
import { describeEachDatabase } from '../support/databases.js';

/** `npm run torture` runs the long one; `TORTURE_SECONDS=600 SEED=7 npm run torture` another of that kind. */
const IS_LONG = process.env['TORTURE'] === 'long';
const SECONDS = Number(process.env['TORTURE_SECONDS'] ?? 120);
const SEED = Number(process.env['SEED'] ?? 1);
const SHORT = { seconds: 4, days: 2, kills: 2, seed: SEED };
/** A kill every two seconds: about as fast as processes start again. */
const LONG = { seconds: SECONDS, days: Math.ceil(SECONDS / 12), kills: Math.ceil(SECONDS / 2), seed: SEED };
const SETTLING_MS = 240_000;

if (IS_LONG) {
  describe('gateways on one MariaDB that are killed again and again, and MariaDB once', () => {
    it(
      'lose nothing and double nothing, at the receiver too',
      async () => {
        if (!(await isMariadbInstalled()))
          throw new Error('mariadbd and mariadb-install-db must be installed for this.');
        const server = await startPrivateMariadb();
        try {
          const { url: databaseUrl, killAndRestart: midway } = server;
          tell('MariaDB, killed once', await torture({ ...LONG, databaseUrl, gateways: 3, midway }));
        } finally {
          await server.remove();
        }
      },
      SECONDS * 1_000 + SETTLING_MS,
    );
  });
} else {
  describeEachDatabase('gateways that are killed while they take in, close and report', (server) => {
    it(
      'lose nothing and double nothing, at the receiver too',
      async () => {
        const database = await server.create();
        // SQLite is for one process.
        const gateways = server.dialect === 'sqlite' ? 1 : 3;
        const figures = await torture({ ...SHORT, databaseUrl: database.url, gateways });
        tell(server.label, figures);
        expect(figures.kills).toBeGreaterThan(0);
        expect(figures.closedDays).toBeGreaterThan(0);
        await database.drop();
      },
      SHORT.seconds * 1_000 + SETTLING_MS,
    );
  });
}

function tell(
  where: string,
  { kills, batches, records, repeated, retries, closedDays, reports, attempts }: Figures,
): void {
  process.stderr.write(
    `${where}: ${kills} gateways killed; ${records} records in ${batches} batches, ${repeated} sent again, ` +
      `${retries} requests repeated; ${closedDays} days closed, ${reports} reports in ${attempts} attempts. ` +
      'All exact.\n',
  );
}
