import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { startDeadline } from '../../src/primitives/deadline.js';
import { checkInvariants } from '../../src/reading/invariants.js';
import { writerForMany } from '../../src/writing/usage-writer.js';
import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { registerStamp, usageRecord } from '../support/world.js';

const BODIES = 6;

describeEachDatabase('a writer for many bodies at once', (server) => {
  it('gives each body the receipt that it would have got alone, and adds to a total once for several', async () => {
    const statements: string[] = [];
    const gateway = await openTestGateway(server, { onStatement: (statement) => void statements.push(statement) });
    const { id: registrationId } = await registerStamp(gateway.app);
    const alone = await openTestGateway(server);
    const { id: sameAlone } = await registerStamp(alone.app);
    // Each brings a record of its own, one that the body before brought too, and one that contradicts the first of all.
    const bodies = Array.from({ length: BODIES }, (_, index) => [
      usageRecord({ id: `of ${index}`, quantity: '0.1' }),
      usageRecord({ id: `of ${Math.max(0, index - 1)}`, quantity: '0.1' }),
      usageRecord({ id: 'of 0', quantity: index === 0 ? '0.1' : '7' }),
      usageRecord({ id: `bad ${index}`, quantity: 'NaN' }),
    ]);
    statements.length = 0;
    const write = writerOf(gateway, registrationId);
    const together = await Promise.all(bodies.map(async (body) => verdictsOf(await write(body))));
    const oneByOne: unknown[] = [];
    for (const body of bodies) oneByOne.push(verdictsOf(await writerOf(alone, sameAlone)(body)));
    expect(together).toEqual(oneByOne);
    expect(together[2]).toEqual(['ACCEPTED', 'DUPLICATE', 'CONFLICT', 'REJECTED']);
    const additions = statements.filter((text) => text.startsWith('INSERT INTO usage_day_total'));
    expect(additions.length).toBeLessThan(BODIES);
    expect(await totalsOf(gateway)).toEqual([{ quantity: '0.6', records: BODIES }]);
    const { db, routingTables } = gateway.app;
    const laws = await db.inSnapshot((sql) => checkInvariants({ sql, routingTables }, WHOLE_BOOKS));
    expect(laws.filter(({ holds }) => !holds)).toEqual([]);
    await gateway.close();
    await alone.close();
  });

  it('lets a body whose time is over fail alone', async () => {
    const gateway = await openTestGateway(server);
    const { id: registrationId } = await registerStamp(gateway.app);
    const deadline = startDeadline(60_000);
    const write = writerOf(gateway, registrationId);
    const begun = write([usageRecord({ id: 'begun' })]);
    const over = write([usageRecord({ id: 'over' })], gateway.app.db.within(deadline));
    const behind = write([usageRecord({ id: 'behind' })]);
    deadline.abandon();
    await expect(over).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect([verdictsOf(await begun), verdictsOf(await behind)]).toEqual([['ACCEPTED'], ['ACCEPTED']]);
    expect(await totalsOf(gateway)).toEqual([{ quantity: '2', records: 2 }]);
    await gateway.close();
  });
});

function writerOf({ app }: TestGateway, registrationId: number) {
  const write = writerForMany(app);
  return (records: readonly object[], db = app.db) =>
    write({
      bytes: Buffer.from(JSON.stringify(records)),
      mediaType: 'application/json',
      registrationId,
      receivedBy: 'test',
      receivedAt: app.clock.now(),
      db,
    });
}

function verdictsOf(receipt: Uint8Array): readonly string[] {
  const { verdicts } = JSON.parse(Buffer.from(receipt).toString()) as { verdicts: readonly { verdict: string }[] };
  return verdicts.map(({ verdict }) => verdict);
}

async function totalsOf(gateway: TestGateway): Promise<unknown> {
  const query = `{ usageAggregates(range: { from: "2026-03-01T00:00:00Z", to: "2026-03-12T00:00:00Z" }, granularity: DAILY) {
    nodes { quantity records } } }`;
  const { data } = await gateway.ask('OPERATOR', query);
  return data.usageAggregates.nodes as unknown;
}
