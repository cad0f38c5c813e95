/** A MariaDB whose one file may not grow: it answers what a server answers whose disk is full. */
import { isMariadbInstalled, startPrivateMariadb } from './private-mariadb.js';
import { sqliteServer } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { send } from '../support/raw-request.js';
import { registerStamp, usageRecord } from '../support/world.js';

const SMALL = [
  '--innodb-data-file-path=ibdata1:12M:autoextend:max:24M',
  '--innodb-file-per-table=0',
  '--innodb-log-file-size=16M',
  // Outlives the process, if not the machine.
  '--innodb-flush-log-at-trx-commit=2',
];
const LARGER = ['--innodb-data-file-path=ibdata1:12M:autoextend:max:64M'];
const FILLER_BYTES = [1_000_000, 100_000, 10_000];
const RECORDS = 200;
/** More than there is room for. */
const BATCHES_MAX = 200;
const TRIES_MAX = 20;

if (await isMariadbInstalled()) {
  describe('a MariaDB whose disk is full', () => {
    it('takes nothing by halves: the gateway says that the disk is full, and goes on when there is room', async () => {
      const mariadb = await startPrivateMariadb(SMALL);
      // The gateway is closed with what this list still holds.
      const server = sqliteServer();
      try {
        const gateway = await openTestGateway(server, { database: { url: mariadb.url, close: mariadb.remove } });
        const { source } = gateway.app.db;
        await source.runMigrations({ transaction: 'each' });
        await registerStamp(gateway.app);
        expect((await pushed(gateway, 'first')).status).toBe(200);
        await fill(gateway);

        let batches = 1;
        let refused = await pushed(gateway, batches);
        while (refused.status === 200 && batches < BATCHES_MAX) {
          batches += 1;
          refused = await pushed(gateway, batches);
        }
        expect(refused).toMatchObject({ status: 503, codes: ['UNAVAILABLE'], headers: { 'retry-after': '5' } });
        expect(refused.text).toContain('The disk of the database is full.');
        expect((await gateway.http.inject('/readyz')).json()).toEqual({
          status: 'not ready',
          reason: 'the disk of the database is full',
        });
        expect(await recordsIn(gateway)).toBe(batches * RECORDS);
        await expectExact(gateway);

        // Even dropping a table would need room.
        await mariadb.killAndRestart(LARGER);
        // Connections of before are found to be gone one by one.
        let again = await pushed(gateway, batches);
        for (let tries = 1; again.status === 503 && tries < TRIES_MAX; tries += 1)
          again = await pushed(gateway, batches);
        expect(again.body).toMatchObject({ accepted: RECORDS });
        expect(await recordsIn(gateway)).toBe((batches + 1) * RECORDS);
        await expectExact(gateway);
        expect((await gateway.http.inject('/readyz')).json()).toMatchObject({ status: 'ready' });
        await gateway.close();
      } finally {
        for (const removal of [...server.leftovers]) await removal();
        await mariadb.remove();
      }
    });
  });
} else {
  describe('a MariaDB whose disk is full', () => {
    it('is tested where mariadbd is installed, which it is not here', async () => {
      expect(await isMariadbInstalled()).toBe(false);
    });
  });
}

function pushed(gateway: TestGateway, batch: number | string) {
  const records = Array.from({ length: RECORDS }, (_unused, at) => usageRecord({ id: `${batch} ${at}` }));
  return send(gateway, {
    url: '/v1/usage?registration=hub',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(records),
  });
}

/** Takes the room there is, to the last pages that were given away already. */
async function fill({ app }: TestGateway): Promise<void> {
  const { source } = app.db;
  await source.query('CREATE TABLE filler (x LONGBLOB)');
  for (const bytes of FILLER_BYTES) {
    let isFull = false;
    while (!isFull) {
      isFull = await source.query("INSERT INTO filler VALUES (REPEAT('x', ?))", [bytes]).then(
        () => false,
        (error: unknown) => {
          expect(error).toMatchObject({ errno: 1114 });
          return true;
        },
      );
    }
  }
}

async function recordsIn({ app }: TestGateway): Promise<number> {
  const [row] = await app.db.reader.query<{ many: number }>('SELECT COUNT(*) AS many FROM usage_record');
  return Number(row?.many);
}

/** What was taken in adds up: no record without its part of the totals, and no part without its record. */
async function expectExact(gateway: TestGateway): Promise<void> {
  const { data, errors } = await gateway.ask('OPERATOR', '{ invariants { name holds } }');
  expect(errors).toEqual([]);
  expect((data as { readonly invariants: readonly { readonly holds: boolean }[] }).invariants).not.toContainEqual(
    expect.objectContaining({ holds: false }),
  );
}
