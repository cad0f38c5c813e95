import { entities, migrations } from '../../src/data-source.js';
import { openDatabase } from '../../src/database/database.js';
import { asUnavailable } from '../../src/database/transaction.js';
import { describeEachDatabase, openTestDatabase } from '../support/databases.js';
import { COMMIT, openLine } from '../support/line.js';

const NEW_RESELLER = "INSERT INTO reseller (name, name_key, created_at, created_by) VALUES ('P', 'p', 0, 'test')";
/** FULL; 1 is NORMAL, which leaves it to the checkpoint where there is a WAL. */
const SYNCS_EACH_COMMIT = 2;
const RESELLERS = 'SELECT name FROM reseller';
const NOTHING_WRITTEN = { code: 'UNAVAILABLE', message: expect.stringContaining('Nothing of this was written') };

describeEachDatabase('a database that is lost', (server) => {
  it.each(['PROTOCOL_CONNECTION_LOST', 'ER_CLIENT_INTERACTION_TIMEOUT'])(
    'is said to be away, and not to have failed, whatever word the driver has for it: %s',
    (code) => {
      expect(asUnavailable(Object.assign(new Error('gone'), { code }))).toMatchObject(NOTHING_WRITTEN);
    },
  );

  it('before the commit has written nothing, and says so', async () => {
    const { db, close } = await openTestDatabase(server);
    const lost = Object.assign(new Error('The connection is gone.'), { code: 'PROTOCOL_CONNECTION_LOST' });
    const failed = await db
      .inTransaction(async (tx) => {
        await tx.execute(NEW_RESELLER);
        throw lost;
      })
      .catch(asUnavailable);
    expect(failed).toMatchObject(NOTHING_WRITTEN);
    expect(await db.reader.query(RESELLERS)).toEqual([]);
    await close();
  });

  if (server.dialect === 'sqlite') {
    it('with the power has what was committed on the disk: each commit waits for it', async () => {
      const { db, close } = await openTestDatabase(server);
      expect(await db.source.query('PRAGMA synchronous')).toEqual([{ synchronous: SYNCS_EACH_COMMIT }]);
      await close();
    });
  }

  if (server.dialect === 'mysql') {
    it.each([
      [
        'with the answer to the commit may have written it, and says that',
        { isSent: true },
        { code: 'UNAVAILABLE', message: expect.stringContaining('may have been written') },
        [{ name: 'P' }],
      ],
      ['between two statements has written nothing, and says so', { isSent: false }, NOTHING_WRITTEN, []],
    ])('%s', async (_what, { isSent }, told, written) => {
      const { db, url, close } = await openTestDatabase(server);
      const line = await openLine(url);
      const far = await openDatabase({ url: line.url, entities, migrations });
      const failed = await far
        .inTransaction(async (tx) => {
          await tx.execute(NEW_RESELLER);
          if (isSent) line.cutAfter(COMMIT);
          else {
            await line.cut();
            await tx.query('SELECT 1 AS one');
          }
        })
        .catch(asUnavailable);
      expect(failed).toMatchObject(told);
      expect(await db.reader.query(RESELLERS)).toEqual(written);
      await far.close().catch(() => undefined);
      line.close();
      await close();
    });

    it.each([
      ['a statement without a deadline', /INSERT INTO reseller/, NOTHING_WRITTEN],
      ['the commit', COMMIT, { code: 'UNAVAILABLE', message: expect.stringContaining('may have been written') }],
    ])('and never answers to %s is given up in time, and is used again when it is back', async (_what, word, told) => {
      const { db, url, close } = await openTestDatabase(server);
      const line = await openLine(url);
      const patience = { connectMs: 10_000, cancelledMs: 300, endMs: 300, workMs: 300 };
      const far = await openDatabase({ url: line.url, entities, migrations, patience });
      line.swallowFrom(word);
      const failed = await far.inTransaction((tx) => tx.execute(NEW_RESELLER)).catch(asUnavailable);
      expect(failed).toMatchObject(told);
      line.heal();
      await far.inTransaction((tx) => tx.execute(NEW_RESELLER.replaceAll("'P'", "'Q'").replaceAll("'p'", "'q'")));
      // What was swallowed before it came to the server was never done there.
      expect(await db.reader.query(RESELLERS)).toEqual([{ name: 'Q' }]);
      await far.close();
      line.close();
      await close();
    });

    it('and takes back connections that nobody used is asked over new ones, at the second try at the latest', async () => {
      const { db, url, close } = await openTestDatabase(server);
      const far = await openDatabase({ url, entities, migrations });
      const [mine] = await far.reader.query<{ id: number }>('SELECT CONNECTION_ID() AS id');
      await far.source.query('SET SESSION wait_timeout = 1');
      const giveUpAt = performance.now() + 20_000;
      for (let isThere = true; isThere;) {
        if (performance.now() > giveUpAt) throw new Error('The server keeps idle connections.');
        const found = await db.reader.query('SELECT id FROM information_schema.processlist WHERE id = ?', [
          mine?.id ?? 0,
        ]);
        isThere = found.length > 0;
      }
      // What says that the connection has gone may still be on its way.
      const first = await far.reader.query('SELECT 1 AS one').catch(asUnavailable);
      expect([[{ one: 1 }], expect.objectContaining(NOTHING_WRITTEN)]).toContainEqual(first);
      const [next] = await far.reader.query<{ id: number }>('SELECT CONNECTION_ID() AS id');
      expect(next?.id).not.toBe(mine?.id);
      await far.close();
      await close();
    });
  }
});
