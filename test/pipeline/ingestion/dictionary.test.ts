import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { App } from '../../../src/app.js';
import { decodeUsageBody } from '../../../src/pipeline/ingestion/usage-wire.js';
import { recordUsage } from '../../../src/pipeline/pipeline.js';
import { readConfig } from '../../../src/config.js';
import { createDictionary } from '../../../src/pipeline/ingestion/dictionary.js';
import type { Dictionary } from '../../../src/pipeline/ingestion/dictionary.js';
import type { UsageEntry } from '../../../src/pipeline/ingestion/usage-record.js';
import { checkUsageRecord } from '../../../src/pipeline/ingestion/usage-record.js';
import type { JsonObject } from '../../../src/pipeline/ingestion/exact-json.js';
import { describeEachDatabase, describeOnSqlite } from '../../support/databases.js';
import { openTestGateway } from '../../support/gateway.js';
import { guid, push, registerStamp, usageRecord } from '../../support/world.js';

const BODIES = 24;
const BODY_BYTES = 4_000_000;

describeEachDatabase('the dictionary', (server) => {
  it('keeps names apart that a server may think equal, and gives equal names one id', async () => {
    const gateway = await openTestGateway(server);
    const { id } = await registerStamp(gateway.app);
    const ids = await idsOf(gateway.app, id, createDictionary(readConfig({}).limits), [
      { source: 'Microsoft.Compute' },
      { source: 'microsoft.compute' },
      { source: 'Microsoft.Compüte' },
      { source: 'Microsoft.Computé' },
      { source: 'Microsoft.Compute' },
    ]);
    expect(new Set(ids.map(({ sourceId }) => sourceId)).size).toBe(4);
    expect(ids[4]).toEqual(ids[0]);

    const resources = await idsOf(gateway.app, id, createDictionary(readConfig({}).limits), [
      { resourceUri: '/vm1' },
      { resourceUri: '/VM1' },
      { resourceUri: '/vm1 ' },
      { resourceUri: '/vm1', location: 'south' },
      { resourceUri: '/vm1', tags: { a: '1' } },
      { resourceUri: '/vm1', tags: { a: '1 ' } },
      { resourceUri: '/vm1', tags: { a: '1', b: '' } },
      { resourceUri: '/vm1', additionalInfo: { a: '1' } },
      { resourceUri: '/vm1', stackSubscriptionId: guid('another') },
    ]);
    expect(new Set(resources.map(({ resourceId }) => resourceId)).size).toBe(resources.length);

    const stacks = await idsOf(gateway.app, id, createDictionary(readConfig({}).limits), [
      { stackSubscriptionId: guid('one').toUpperCase() },
      { stackSubscriptionId: guid('one').replaceAll('-', '') },
    ]);
    expect(new Set(stacks.map(({ stackSubscriptionId }) => stackSubscriptionId)).size).toBe(1);
    await gateway.close();
  });

  it('refuses a source that ends in a space, for some servers would take it for the one without', async () => {
    const gateway = await openTestGateway(server);
    const registration = await registerStamp(gateway.app);
    const { verdicts } = await push(gateway.app, registration, [
      usageRecord({ source: 'rp' }),
      usageRecord({ source: 'rp ' }),
      usageRecord({ source: ' rp' }),
    ]);
    expect(verdicts.map(({ verdict, code }) => code ?? verdict)).toEqual(['ACCEPTED', 'INVALID_TEXT', 'INVALID_TEXT']);
    await gateway.close();
  });

  it('keeps the names of two registrations apart', async () => {
    const gateway = await openTestGateway(server);
    const [hub, edge] = [await registerStamp(gateway.app, 'hub'), await registerStamp(gateway.app, 'edge')];
    const dictionary = createDictionary(readConfig({}).limits);
    const [[here], [there]] = [
      await idsOf(gateway.app, hub.id, dictionary, [{}]),
      await idsOf(gateway.app, edge.id, dictionary, [{}]),
    ];
    expect(there?.stackSubscriptionId).not.toBe(here?.stackSubscriptionId);
    expect(there?.sourceId).not.toBe(here?.sourceId);
    expect(there?.resourceId).not.toBe(here?.resourceId);
    expect(there?.meterId).toBe(here?.meterId);
    await gateway.close();
  });

  it('gives the same ids after its memory is lost, and asks nothing while it remembers', async () => {
    let statements = 0;
    const gateway = await openTestGateway(server, { onStatement: () => (statements += 1) });
    const { id } = await registerStamp(gateway.app);
    const dictionary = createDictionary(readConfig({}).limits);
    const names = Array.from({ length: 1_000 }, (_, index) => ({
      resourceUri: `/vm${index}`,
      source: `rp${index % 7}`,
    }));
    const first = await idsOf(gateway.app, id, dictionary, names);

    const before = statements;
    expect(await idsOf(gateway.app, id, dictionary, names)).toEqual(first);
    expect(statements).toBe(before);
    expect(await idsOf(gateway.app, id, createDictionary(readConfig({}).limits), names)).toEqual(first);
    expect(statements).toBeGreaterThan(before);
    await gateway.close();
  });

  it('forgets descriptions when all of them together are too long, and gives the same ids again', async () => {
    let statements = 0;
    const gateway = await openTestGateway(server, { onStatement: () => (statements += 1) });
    const { id } = await registerStamp(gateway.app);
    const dictionary = createDictionary(readConfig({}).limits, 1_000);
    const long = (name: string) => [{ resourceUri: `/vm/${name}`, tags: { note: name.repeat(400) } }];
    const ask = async (name: string) => {
      const before = statements;
      const [ids] = await idsOf(gateway.app, id, dictionary, long(name));
      return { id: ids?.resourceId, isRemembered: statements === before };
    };
    const a = await ask('a');
    expect(await ask('a')).toEqual({ id: a.id, isRemembered: true });
    for (const name of ['b', 'c', 'd']) await ask(name);
    expect(await ask('a')).toEqual({ id: a.id, isRemembered: false });
    await gateway.close();
  });

  it('forgets the description that was asked for longest ago, and no other', async () => {
    let statements = 0;
    const gateway = await openTestGateway(server, { onStatement: () => (statements += 1) });
    const { id } = await registerStamp(gateway.app);
    const dictionary = createDictionary(readConfig({}).limits, 2_500);
    const isRemembered = async (name: string) => {
      const before = statements;
      await idsOf(gateway.app, id, dictionary, [{ resourceUri: `/vm/${name}`, tags: { note: name.repeat(900) } }]);
      return statements === before;
    };
    for (const name of ['a', 'b', 'a', 'c']) await isRemembered(name);
    expect(await isRemembered('a')).toBe(true);
    expect(await isRemembered('b')).toBe(false);
    await gateway.close();
  });

  it('agrees between two processes that meet the same new names at once', async () => {
    const gateway = await openTestGateway(server);
    const other = await gateway.second();
    const { id } = await registerStamp(gateway.app);
    for (let round = 0; round < 4; round += 1) {
      const names = Array.from({ length: 60 }, (_, index) => ({
        resourceUri: `/vm${round}-${index}`,
        source: `rp${round}-${index % 5}`,
        meterId: guid(`meter ${round} ${index % 3}`),
        stackSubscriptionId: guid(`stack ${round} ${index % 4}`),
      }));
      const [here, there] = await Promise.all([
        idsOf(gateway.app, id, gateway.app.dictionary, names),
        idsOf(other, id, other.dictionary, [...names].reverse()),
      ]);
      expect([...there].reverse()).toEqual(here);
    }
    await gateway.close();
  });
});

describeOnSqlite('the dictionary, in memory', (server) => {
  it('remembers names without keeping the bodies that brought them', async () => {
    const gateway = await openTestGateway(server);
    const { id: registrationId } = await registerStamp(gateway.app);
    const take = async (index: number) => {
      const record = usageRecord({
        id: `record-${index}`,
        resourceUri: `/resource-that-nobody-has-seen-before/${index}`,
      });
      const body = Buffer.from(JSON.stringify(record).padEnd(BODY_BYTES, ' '));
      const deliveries = decodeUsageBody(body, 'application/x-ndjson', gateway.clock.now());
      const { accepted } = await recordUsage(gateway.app, { registrationId, receivedBy: 'test', deliveries });
      expect(accepted).toBe(1);
    };
    await take(0);
    const before = heapUsed();
    for (let index = 1; index <= BODIES; index += 1) await take(index);
    expect(heapUsed() - before).toBeLessThan((BODIES * BODY_BYTES) / 2);
    await gateway.close();
  });
});

/** The ids of each record. */
async function idsOf({ db }: App, registrationId: number, dictionary: Dictionary, records: readonly JsonObject[]) {
  const entries = entriesOf(records);
  const meters = await dictionary.metersOf(db, registrationId, entries, 1);
  const ids = await dictionary.idsOf(db, registrationId, entries, 1);
  return records.map((_, index) => ({
    stackSubscriptionId: ids.stackSubscriptions[index],
    meterId: meters.ids[index],
    resourceId: ids.resources[index],
    sourceId: ids.sources[index],
  }));
}

function entriesOf(records: readonly JsonObject[]): UsageEntry[] {
  return records.map((parts) => {
    const checked = checkUsageRecord(usageRecord(parts), Date.parse('2026-03-10T12:30:00Z'));
    if (!checked.ok) throw new Error(checked.rejection.message);
    return checked.entry;
  });
}

/** Bytes that are in use after everything unused was thrown away. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}
