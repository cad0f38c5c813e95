import { asUnavailable } from '../../src/database/transaction.js';
import { describeEachDatabase, openTestDatabase } from '../support/databases.js';

const NEW_RESELLER = "INSERT INTO reseller (name, name_key, created_at, created_by) VALUES ('P', 'p', 0, 'test')";

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
    expect(failed).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('Nothing of this was written'),
    });
    expect(await db.reader.query('SELECT id FROM reseller')).toEqual([]);
    await close();
  });

  if (server.dialect === 'mysql') {
    it('at the commit may have written it, and says that', async () => {
      const { db, openAgain, close } = await openTestDatabase(server);
      const other = await openAgain();
      const failed = await db
        .inTransaction(async (tx) => {
          await tx.execute(NEW_RESELLER);
          const [row] = await tx.query<{ id: number }>('SELECT CONNECTION_ID() AS id');
          await other.source.query(`KILL ${Number(row?.id)}`);
        })
        .catch(asUnavailable);
      expect(failed).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('may have been written') });
      await close();
    });
  }
});
