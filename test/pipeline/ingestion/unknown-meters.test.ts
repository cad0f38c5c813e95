import { WHOLE_BOOKS } from '../../../src/access/scope.js';
import type { App } from '../../../src/app.js';
import { upsertMeter } from '../../../src/metering/upsert-meter.js';
import { closeDays } from '../../../src/pipeline/closing/close-days.js';
import { deliveriesOfProvider } from '../../../src/pipeline/ingestion/usage-wire.js';
import { recordUsage } from '../../../src/pipeline/pipeline.js';
import { dayOf, hourOf } from '../../../src/primitives/windows.js';
import { checkInvariants } from '../../../src/reading/invariants.js';
import { replayQuarantined } from '../../../src/writing/replay-quarantined.js';
import { describeEachDatabase } from '../../support/databases.js';
import { NOW, openTestGateway } from '../../support/gateway.js';
import type { TestGateway } from '../../support/gateway.js';
import { METERS, guid, push, registerStamp, usageRecord } from '../../support/world.js';

const REFUSED = 'TOO_MANY_UNKNOWN_METERS';
const MAX = 3;
const TODAY = dayOf(hourOf(Date.parse(NOW)));
const TABLES = ['meter', 'registration_meter', 'stack_subscription_meter', 'stack_subscription', 'resource'] as const;

describeEachDatabase('unknown meters', (server) => {
  let gateway: TestGateway;
  let hub: { readonly id: number };
  let statements = 0;
  beforeEach(async () => {
    gateway = await openTestGateway(server, {
      env: { UNKNOWN_METERS_MAX: String(MAX) },
      onStatement: () => (statements += 1),
    });
    hub = await registerStamp(gateway.app);
  });
  afterEach(async () => {
    const laws = await gateway.app.db.inSnapshot((sql) =>
      checkInvariants({ sql, routingTables: gateway.app.routingTables }, WHOLE_BOOKS),
    );
    expect(laws.filter(({ holds }) => !holds)).toEqual([]);
    await gateway.close();
  });

  it('come in up to a number, those that are named first; records of more are refused, and kept', async () => {
    const records = named('a', 'b', 'a', 'c', 'd', 'e', 'd');
    const known = usageRecord({ id: 'known', meterId: METERS.vmHours });
    expect(await codes(gateway.app, [...records, known])).toEqual([
      ...['ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'ACCEPTED', REFUSED, REFUSED, REFUSED],
      'ACCEPTED',
    ]);
    const before = await sizes();
    expect(before).toMatchObject({ registration_meter: MAX, stack_subscription_meter: MAX });
    expect(await codes(gateway.app, [...records, known])).toEqual([
      ...['DUPLICATE', 'DUPLICATE', 'DUPLICATE', 'DUPLICATE', REFUSED, REFUSED, REFUSED],
      'DUPLICATE',
    ]);
    expect(await sizes()).toEqual(before);
    const { data } = await gateway.ask('OPERATOR', '{ quarantinedRecords { nodes { code timesSeen raw } } }');
    expect(data.quarantinedRecords.nodes).toEqual(
      ['d', 'e', 'd'].map(() => ({ code: REFUSED, timesSeen: 2, raw: expect.stringContaining('"quantity"') })),
    );
  });

  it('of a sender without end leave nothing behind but what was refused, and cost no statement each', async () => {
    await codes(gateway.app, named('a', 'b', 'c'));
    await codes(gateway.app, random('first', 1));
    const before = await sizes();
    const costs = [];
    for (const [name, count] of [
      ['few', 20],
      ['many', 380],
    ] as const) {
      const begun = statements;
      expect(new Set(await codes(gateway.app, random(name, count)))).toEqual(new Set([REFUSED]));
      costs.push(statements - begun);
    }
    expect(costs[1]).toBe(costs[0]);
    expect(await sizes()).toEqual(before);
  });

  it('are as many as one may, however many processes bring them at once', async () => {
    const other = await gateway.second();
    for (let round = 0; round < 5; round += 1) {
      const stamp = await registerStamp(gateway.app, `hub-${round}`);
      const [here, there] = [random(`here ${round}`, 2 * MAX), random(`there ${round}`, 2 * MAX)];
      const told = await Promise.all([
        codes(gateway.app, here, stamp),
        codes(other, there, stamp),
        codes(other, [...here].reverse(), stamp),
      ]);
      const accepted = told.flat().filter((code) => code === 'ACCEPTED');
      expect(accepted.length).toBe(MAX);
      const [row] = await gateway.app.db.reader.query<{ meters: number }>(
        'SELECT COUNT(*) AS meters FROM registration_meter WHERE registration_id = ?',
        [stamp.id],
      );
      expect(Number(row?.meters)).toBe(MAX);
      // Whoever asks now, in whichever process, is told the same.
      const again = [...here, ...there];
      expect(await codes(gateway.app, again, stamp)).toEqual(await codes(other, again, stamp));
    }
  });

  it('are counted for each registration alone, whoever else has them', async () => {
    const edge = await registerStamp(gateway.app, 'edge');
    await codes(gateway.app, named('a', 'b', 'c'));
    expect(await codes(gateway.app, named('c', 'd', 'a', 'e'), edge)).toEqual([
      ...['ACCEPTED', 'ACCEPTED', 'ACCEPTED'],
      REFUSED,
    ]);
    expect(await codes(gateway.app, named('d'))).toEqual([REFUSED]);
  });

  it('make room when an operator describes them, and come in when the limit is raised', async () => {
    await codes(gateway.app, named('a', 'b', 'c', 'd', 'e'));
    await describeMeter('d');
    expect(await codes(gateway.app, named('d', 'e'))).toEqual(['ACCEPTED', REFUSED]);
    await describeMeter('a');
    expect(await codes(gateway.app, named('e', 'f'))).toEqual(['ACCEPTED', REFUSED]);
    const raised = await gateway.second({ UNKNOWN_METERS_MAX: String(MAX + 1) });
    expect(await codes(raised, named('f', 'g'))).toEqual(['ACCEPTED', REFUSED]);
    const none = await gateway.second({ UNKNOWN_METERS_MAX: '0' });
    // What is in the books goes on coming in.
    expect(await codes(none, [...named('a', 'f'), usageRecord({ id: 'again', meterId: guid('b') })])).toEqual([
      ...['DUPLICATE', 'DUPLICATE'],
      'ACCEPTED',
    ]);
    expect(await codes(none, named('g'))).toEqual([REFUSED]);
  });

  it('of a stamp wait with their hour, and are counted once, replayed or pulled again or both', async () => {
    await codes(gateway.app, named('a', 'b', 'c'));
    expect(await pull('d', '/vm1')).toEqual([REFUSED]);
    expect(await pull('d', '/vm2')).toEqual([REFUSED]);
    expect(await pull('d', '/vm3')).toEqual([REFUSED]);
    const [first, second, third] = await refusedIds();
    expect(await replay(first)).toEqual([REFUSED]);
    await describeMeter('d');
    expect(await replay(first)).toEqual(['ACCEPTED']);
    expect(await pull('d', '/vm1')).toEqual(['DUPLICATE']);
    expect(await pull('d', '/vm2')).toEqual(['ACCEPTED']);
    gateway.clock.set('2026-03-11T06:00:00Z');
    await closeDays(gateway.app, { registrationId: hub.id, through: TODAY, by: 'test' });
    expect(await replay(second)).toEqual(['DUPLICATE']);
    expect(await replay(third)).toEqual(['WINDOW_CLOSED']);
    const [late] = await refusedIds('WINDOW_CLOSED');
    expect(await replay(late)).toEqual(['ACCEPTED']);
    expect(await replay(third)).toEqual(['WINDOW_CLOSED']);
    expect(await replay(late)).toEqual(['DUPLICATE']);
    const [row] = await gateway.app.db.reader.query<{ records: number }>(
      'SELECT COUNT(*) AS records FROM usage_record r JOIN meter m ON m.id = r.meter_id WHERE m.meter_guid = ?',
      [guid('d')],
    );
    expect(Number(row?.records)).toBe(3);
  });

  /** Records of these meters, each with an id of its own that is the same whenever it is sent. */
  function named(...meters: readonly string[]) {
    return meters.map((meter, index) =>
      usageRecord({ id: `${meter} ${meters.indexOf(meter) === index ? 'first' : 'again'}`, meterId: guid(meter) }),
    );
  }

  function random(name: string, count: number) {
    return Array.from({ length: count }, (_, index) =>
      usageRecord({
        id: `${name} ${index}`,
        meterId: guid(`${name} ${index}`),
        resourceUri: `/${name}/${index}`,
        stackSubscriptionId: guid('a stack of many'),
      }),
    );
  }

  async function codes(app: App, records: Parameters<typeof push>[2], stamp: { readonly id: number } = hub) {
    const { verdicts } = await push(app, stamp, records);
    return verdicts.map(({ verdict, code }) => code ?? verdict);
  }

  function describeMeter(name: string) {
    return upsertMeter(gateway.app, { meterId: guid(name), name, by: 'test' });
  }

  async function pull(meter: string, resourceUri: string) {
    const properties = {
      subscriptionId: guid('stack subscription'),
      usageStartTime: '2026-03-10T09:00:00Z',
      usageEndTime: '2026-03-10T10:00:00Z',
      meterId: guid(meter),
      quantity: '2',
      instanceData: JSON.stringify({ 'Microsoft.Resources': { resourceUri, location: 'frankfurt' } }),
    };
    const response = { rows: [{ name: 'row', properties }], nextLink: null, latestUsageHour: null };
    const pulled = { reportedHour: TODAY * 24 + 11, source: 'stamp', now: gateway.clock.now() };
    const deliveries = deliveriesOfProvider(response, pulled);
    const { verdicts } = await recordUsage(gateway.app, { registrationId: hub.id, receivedBy: 'test', deliveries });
    return verdicts.map(({ verdict, code }) => code ?? verdict);
  }

  async function refusedIds(code = REFUSED): Promise<readonly number[]> {
    const rows = await gateway.app.db.reader.query<{ id: number }>(
      'SELECT id FROM quarantined_record WHERE code = ? ORDER BY id',
      [code],
    );
    return rows.map(({ id }) => id);
  }

  async function replay(id = 0) {
    const { verdicts } = await replayQuarantined(gateway.app, WHOLE_BOOKS, {
      ...{ registration: 'hub', ids: [id], by: 'test' },
    });
    return verdicts.map(({ verdict, code }) => code ?? verdict);
  }

  /** Rows of what names of meters may add to. */
  async function sizes(): Promise<Readonly<Record<string, number>>> {
    const counted = TABLES.map(async (table) => {
      const [row] = await gateway.app.db.reader.query<{ held: number }>(`SELECT COUNT(*) AS held FROM ${table}`);
      return [table, Number(row?.held)] as const;
    });
    return Object.fromEntries(await Promise.all(counted));
  }
});
