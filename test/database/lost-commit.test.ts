import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { entities, migrations } from '../../src/data-source.js';
import { openDatabase } from '../../src/database/open-database.js';
import { asUnavailable } from '../../src/database/faults.js';
import { describeEachDatabase, openTestDatabase } from '../support/databases.js';

const NEW_RESELLER = "INSERT INTO reseller (name, name_key, created_at, created_by) VALUES ('P', 'p', 0, 'test')";
/** FULL; 1 is NORMAL, which leaves it to the checkpoint where there is a WAL. */
const SYNCS_EACH_COMMIT = 2;
const RESELLERS = 'SELECT name FROM reseller';
const NOTHING_WRITTEN = { code: 'UNAVAILABLE', message: expect.stringContaining('Nothing of this was written') };

describeEachDatabase('a database that is lost', (server) => {
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
          if (isSent) line.cutAfter('COMMIT');
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
  }
});

/** A line to a server that can be cut: at once, or when the server has answered to a word, before it arrives. */
async function openLine(url: string) {
  const { hostname, port } = new URL(url);
  let word: string | null = null;
  const ends = new Set<() => void>();
  const gone: Promise<unknown>[] = [];
  const relay = createServer((client) => {
    const server = connect(Number(port), hostname);
    let isLast = false;
    const end = () => {
      client.destroy();
      server.destroy();
    };
    ends.add(end);
    gone.push(new Promise((resolve) => client.once('close', resolve)));
    client.on('data', (bytes) => {
      isLast ||= word !== null && bytes.includes(word);
      server.write(bytes);
    });
    server.on('data', (bytes) => (isLast ? end() : client.write(bytes)));
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const place = new URL(url);
  place.port = String((relay.address() as AddressInfo).port);
  return {
    url: place.toString(),
    cutAfter: (text: string) => {
      word = text;
    },
    cut: async () => {
      for (const end of ends) end();
      await Promise.all(gone);
    },
    close: () => {
      for (const end of ends) end();
      relay.close();
    },
  };
}
