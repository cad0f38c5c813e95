import type { Database } from '../../src/database/database.js';
import { startDeadline } from '../../src/primitives/deadline.js';
import { describeEachDatabase, openTestDatabase } from '../support/databases.js';

/** Far more rows than any machine joins before the deadline. */
const ENDLESS =
  'SELECT SUM(a.id + b.id + c.id + d.id + e.id + f.id) AS total FROM meter a, meter b, meter c, meter d, meter e, meter f';
const NEW_RESELLER = "INSERT INTO reseller (name, name_key, created_at, created_by) VALUES ('P', 'p', 0, 'test')";
const TIMEOUT = { code: 'TIMEOUT' };

describeEachDatabase('a deadline', (server) => {
  it('ends what is asked statement after statement, and rolls back what was written', async () => {
    const { db, close } = await openTestDatabase(server);
    const deadline = startDeadline(300);
    const endless = db.within(deadline).inTransaction(async (tx) => {
      await tx.execute(NEW_RESELLER);
      for (;;) await tx.query('SELECT 1 AS one');
    });
    await expect(endless).rejects.toMatchObject(TIMEOUT);
    await expect(db.within(deadline).reader.query('SELECT 1 AS one')).rejects.toMatchObject(TIMEOUT);
    expect(await resellersIn(db)).toBe(0);
    await close();
  });

  it('never undoes what was committed before it', async () => {
    const { db, close } = await openTestDatabase(server);
    const deadline = startDeadline(60_000);
    await db.within(deadline).inTransaction((tx) => tx.execute(NEW_RESELLER));
    deadline.abandon();
    expect(await resellersIn(db)).toBe(1);
    await close();
  });

  if (server.dialect === 'mysql') {
    it('cancels the statement that runs, on the server', async () => {
      const { db, close } = await openTestDatabase(server);
      await withMeters(db);
      const deadline = startDeadline(300);
      await expect(db.within(deadline).reader.query(ENDLESS)).rejects.toMatchObject(TIMEOUT);
      const running = await db.reader.query<{ info: string }>(
        "SELECT info AS info FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '%meter a, meter b%' AND info NOT LIKE '%processlist%'",
      );
      expect(running).toEqual([]);
      await close();
    });

    it('cancels it inside a transaction too, and leaves no connection that answers for it later', async () => {
      const { db, close } = await openTestDatabase(server);
      await withMeters(db);
      const deadline = startDeadline(300);
      const attempts = Array.from({ length: 5 }, () =>
        db.within(deadline).inTransaction(async (tx) => {
          await tx.query('SELECT 1 AS one');
          await tx.query(ENDLESS);
        }),
      );
      for (const attempt of await Promise.allSettled(attempts)) {
        expect(attempt).toMatchObject({ status: 'rejected', reason: TIMEOUT });
      }
      const again = await Promise.all(
        Array.from({ length: 30 }, () => db.inTransaction((tx) => tx.query('SELECT 1 AS one'))),
      );
      expect(again.flat()).toHaveLength(30);
      await close();
    });

    it('ends the wait for a row that another transaction holds', async () => {
      const { db, close } = await openTestDatabase(server);
      await db.inTransaction((tx) => tx.execute(NEW_RESELLER));
      await db.inTransaction(async (holder) => {
        await holder.query('SELECT id FROM reseller FOR UPDATE');
        const waiting = db
          .within(startDeadline(300))
          .inTransaction((tx) => tx.execute("UPDATE reseller SET created_by = 'other'"));
        await expect(waiting).rejects.toMatchObject(TIMEOUT);
      });
      await close();
    });

    it('ends the wait for a connection, and gives back the one that comes too late', async () => {
      const { db, close } = await openTestDatabase(server);
      await withMeters(db);
      const busy = Array.from({ length: 10 }, () => db.within(startDeadline(1_500)).reader.query(ENDLESS));
      const began = performance.now();
      await expect(db.within(startDeadline(200)).reader.query('SELECT 1 AS one')).rejects.toMatchObject(TIMEOUT);
      expect(performance.now() - began).toBeLessThan(1_200);
      await Promise.allSettled(busy);
      const again = await Promise.all(Array.from({ length: 10 }, () => db.reader.query('SELECT SLEEP(0) AS zero')));
      expect(again).toHaveLength(10);
      await close();
    });
  }
});

async function resellersIn(db: Database): Promise<number> {
  const [row] = await db.reader.query<{ many: number }>('SELECT COUNT(*) AS many FROM reseller');
  return Number(row?.many);
}

/** A database without meters would join nothing in no time. */
async function withMeters(db: Database): Promise<void> {
  const [row] = await db.reader.query<{ many: number }>('SELECT COUNT(*) AS many FROM meter');
  if (Number(row?.many) < 50) throw new Error('The migrations no longer bring meters; join another table.');
}
