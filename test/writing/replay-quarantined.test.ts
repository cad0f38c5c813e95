import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { closeDays } from '../../src/pipeline/closing/close-days.js';
import { deliveriesOfProvider } from '../../src/pipeline/ingestion/usage-wire.js';
import type { Tx } from '../../src/database/transaction.js';
import { recordUsage } from '../../src/pipeline/pipeline.js';
import { dayOf, hourOf } from '../../src/primitives/windows.js';
import { checkInvariants } from '../../src/reading/invariants.js';
import { replayQuarantined } from '../../src/writing/replay-quarantined.js';
import { linesOfBooks, linesOfClosedDays } from '../support/book-lines.js';
import { describeEachDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import { METERS, guid, push, registerStamp, usageRecord } from '../support/world.js';

const NOW = Date.parse('2026-03-10T12:30:00Z');
const TODAY = dayOf(hourOf(NOW));
const TOMORROW = Date.parse('2026-03-11T06:00:00Z');

const REPLAY = `mutation Replay($registration: String!, $ids: [ID!]!) {
  replayQuarantined(input: { registration: $registration, ids: $ids }) {
    receipt { accepted duplicates rejected verdicts { verdict code } } userErrors { code field } } }`;

interface Refused {
  readonly id: string;
  readonly code: string;
  readonly replayedAt: string | null;
  readonly timesSeen: number;
  readonly reportedWindow: { readonly start: string } | null;
}

describeEachDatabase('replaying quarantined records', (server) => {
  let gateway: TestGateway;
  let id: number;
  beforeEach(async () => {
    gateway = await openTestGateway(server);
    ({ id } = await registerStamp(gateway.app));
    await registerStamp(gateway.app, 'edge');
  });
  afterEach(async () => gateway.close());

  it('takes in once what a stamp reported late for a closed day, under the present hour, hour by hour', async () => {
    await pull(11, [row('1', '/vm1')]);
    await closeTheDay();
    const closed = await linesOfClosedDays(gateway.app.db, id, TODAY + 1);
    // The same row under two hours is usage of two reports; the same row seen twice is one.
    await pull(11, [row('2.5', '/vm2')]);
    await pull(11, [row('2.5', '/vm2')]);
    await pull(10, [row('2.5', '/vm2')]);
    const waiting = await refused('isReplayed: false');
    expect(waiting.map(({ reportedWindow, timesSeen }) => [reportedWindow?.start, timesSeen])).toEqual([
      ['2026-03-10T10:00:00.000Z', 1],
      ['2026-03-10T11:00:00.000Z', 2],
    ]);

    const ids = waiting.map((record) => record.id);
    expect(await replay([...ids, ...ids])).toMatchObject({ receipt: { accepted: 2 }, userErrors: [] });
    const books = await linesOfBooks(gateway.app.db, id);
    gateway.clock.set(TOMORROW + 2 * 3_600_000);
    expect(await replay(ids)).toMatchObject({ receipt: { accepted: 0, duplicates: 2 }, userErrors: [] });
    expect(await linesOfBooks(gateway.app.db, id)).toEqual(books);
    expect(await linesOfClosedDays(gateway.app.db, id, TODAY + 1)).toEqual(closed);

    const { data } = await gateway.ask(
      'OPERATOR',
      `{ usageSummary(range: { from: "2026-03-10T00:00:00Z", to: "2026-03-12T00:00:00Z" }, groupBy: [DAY]) {
           nodes { day quantity records } } }`,
    );
    expect(data.usageSummary.nodes).toEqual([
      { day: '2026-03-10', quantity: '1', records: 1 },
      { day: '2026-03-11', quantity: '5', records: 2 },
    ]);
    expect(await refused('isReplayed: false')).toEqual([]);
    expect((await refused('isReplayed: true')).map(({ replayedAt }) => replayedAt)).toEqual([
      '2026-03-11T06:00:00.000Z',
      '2026-03-11T06:00:00.000Z',
    ]);
    const broken = await gateway.app.db.inSnapshot((sql) =>
      checkInvariants({ sql, routingTables: gateway.app.routingTables }, WHOLE_BOOKS),
    );
    expect(broken.filter(({ holds }) => !holds)).toEqual([]);
  });

  it('counts a row once, whatever pulled it and however its stamp describes it', async () => {
    await closeTheDay();
    await pull(11, [row('2.5', '/vm2')]);
    await pull(11, [row('2.50', '/VM2', { location: 'munich' })], 'another name for the stamp');
    await pull(11, [row('3', '/vm2')]);
    const waiting = await refused('isReplayed: false');
    expect(waiting.length).toBe(3);
    const ids = waiting.map((record) => record.id).reverse();
    expect(await replay(ids)).toMatchObject({
      receipt: {
        verdicts: [{ verdict: 'ACCEPTED' }, { verdict: 'DUPLICATE' }, { verdict: 'CONFLICT', code: 'RECORD_CONFLICT' }],
      },
    });
    const [sum] = await gateway.app.db.reader.query<{ records: number }>(
      'SELECT COUNT(*) AS records FROM usage_record',
    );
    expect(Number(sum?.records)).toBe(1);
  });

  it('is whole or nothing, with its entry in the audit log', async () => {
    await closeTheDay();
    await pull(11, [row('2.5', '/vm2')]);
    const [late] = await refused('isReplayed: false');
    const books = await linesOfBooks(gateway.app.db, id);
    const { db } = gateway.app;
    const failing = {
      ...gateway.app,
      db: {
        ...db,
        inTransaction: <T>(work: (tx: Tx) => Promise<T>) =>
          db.inTransaction(async (tx) => {
            await work(tx);
            throw new Error('It ends here.');
          }),
      },
    };
    const rowId = Number(
      Buffer.from(late?.id ?? '', 'base64url')
        .toString()
        .split(':')[1],
    );
    const change = { registration: 'hub', ids: [rowId], by: 'test' };
    await expect(replayQuarantined(failing, WHOLE_BOOKS, change)).rejects.toThrow('It ends here.');
    expect(await linesOfBooks(db, id)).toEqual(books);
    expect(await entries()).toEqual([]);
    expect(await refused('isReplayed: false')).toEqual([late]);

    expect(await replay([late?.id ?? ''])).toMatchObject({ receipt: { accepted: 1 } });
    expect(await entries()).toEqual([
      { outcome: 'DONE', target: '1 quarantined records of hub', after: expect.stringContaining('"accepted":1') },
    ]);
  });

  it('refuses as a whole what has no way in, and takes nothing of it', async () => {
    await pull(11, [row('1', '/vm1'), row('many', '/vm3')]);
    await push(gateway.app, { id }, [
      usageRecord({ id: 'early', usageStartTime: '2026-03-10T20:00:00Z' }),
      usageRecord({ id: 'long', resourceUri: 'x'.repeat(20_000) }),
    ]);
    await pull(11, [row('2', '/vm1')]);
    await closeTheDay();
    await pull(11, [row('1', '/vm4')]);
    const records = await refused('registration: "hub"');
    const idOf = (code: string) => records.find((record) => record.code === code)?.id ?? '';
    const late = idOf('WINDOW_CLOSED');
    for (const code of ['RECORD_CONFLICT', 'INVALID_QUANTITY', 'TOO_LONG', 'WINDOW_IN_FUTURE']) {
      expect(await replay([late, idOf(code)])).toEqual({
        receipt: null,
        userErrors: [{ code: 'NOT_REPLAYABLE', field: ['ids'] }],
      });
    }
    for (const unknown of ['x', Buffer.from('QuarantinedRecord:999').toString('base64url')]) {
      expect(await replay([late, unknown])).toMatchObject({ receipt: null, userErrors: [{ code: 'NOT_FOUND' }] });
    }
    expect(await replay([late], 'edge')).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    expect(await replay([late], 'nowhere')).toMatchObject({ userErrors: [{ code: 'RegistrationNotFound' }] });
    const elsewhere: Who = { role: 'OPERATOR', registrations: ['edge'] };
    expect(await replay([late], 'hub', elsewhere)).toMatchObject({ userErrors: [{ code: 'RegistrationNotFound' }] });
    for (const role of ['CSP_ADMIN', 'INGESTOR', 'AUDITOR'] as const) {
      const { errors } = await gateway.ask(role, REPLAY, { registration: 'hub', ids: [late] });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    // What an older version put there has no hour.
    await gateway.app.db.inTransaction((tx) => tx.execute('UPDATE quarantined_record SET reported_hour = NULL'));
    expect(await replay([late])).toMatchObject({ userErrors: [{ code: 'NOT_REPLAYABLE' }] });
    expect((await refused('isReplayed: true')).length).toBe(0);
  });

  /** Rows as a stamp gives them, under an hour of the day. */
  function pull(hourOfDay: number, rows: readonly ReturnType<typeof row>[], source = 'stamp') {
    const pulled = { reportedHour: TODAY * 24 + hourOfDay, source, now: gateway.clock.now() };
    const response = { rows, nextLink: null, latestUsageHour: null };
    const deliveries = deliveriesOfProvider(response, pulled);
    return recordUsage(gateway.app, { registrationId: id, receivedBy: 'test', deliveries });
  }

  async function closeTheDay(): Promise<void> {
    gateway.clock.set(TOMORROW);
    await closeDays(gateway.app, { registrationId: id, through: TODAY, by: 'test' });
  }

  async function refused(which: string): Promise<readonly Refused[]> {
    const { data } = await gateway.ask(
      'OPERATOR',
      `{ quarantinedRecords(${which}) { nodes { id code replayedAt timesSeen reportedWindow { start } } } }`,
    );
    return data.quarantinedRecords.nodes as readonly Refused[];
  }

  async function entries(): Promise<readonly object[]> {
    const asked = '{ auditLog(action: "replayQuarantined") { nodes { outcome target after } } }';
    return (await gateway.ask('AUDITOR', asked)).data.auditLog.nodes as readonly object[];
  }

  async function replay(ids: readonly string[], registration = 'hub', who: Who = 'OPERATOR') {
    const { data, errors } = await gateway.ask(who, REPLAY, { registration, ids });
    expect(errors).toEqual([]);
    return data.replayQuarantined as object;
  }
});

function row(quantity: string, resourceUri: string, { location }: { readonly location?: string } = {}) {
  return {
    name: 'row',
    properties: {
      subscriptionId: guid('stack subscription'),
      usageStartTime: '2026-03-10T09:00:00Z',
      usageEndTime: '2026-03-10T10:00:00Z',
      meterId: METERS.vmHours,
      quantity,
      instanceData: JSON.stringify({ 'Microsoft.Resources': { resourceUri, location: location ?? 'frankfurt' } }),
    },
  };
}
