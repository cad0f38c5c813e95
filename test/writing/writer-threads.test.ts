import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { METERS, registerStamp, usageRecord } from '../support/world.js';
import { PROGRAM } from '../support/command.js';
import { describeEachDatabase, describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { createApp } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { migrateUp } from '../../src/database/migrate.js';
import { sharedTurns } from '../../src/database/turns.js';
import { systemClock } from '../../src/primitives/clock.js';
import { createWriterThreads } from '../../src/writing/writer-threads.js';

const METRICS_TOKEN = 'a-token-for-Prometheus';
const THREAD = new URL('writer-thread.js', pathToFileURL(PROGRAM));

/** The thread as it is built, but that it ends at once, without a word, when a body says so. */
const MORTAL = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    await import(${JSON.stringify(THREAD.href)});
    parentPort.on('message', ({ bytes }) => {
      if (bytes && new TextDecoder().decode(bytes) === '"end"') process.exit(1);
    });
  `)}`,
);

const TOLD = 'told to end';
/** The thread as it is built, but that it says so when it is told to end. */
const TELLING = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    await import(${JSON.stringify(THREAD.href)});
    parentPort.on('message', ({ isOver }) => {
      if (isOver) parentPort.postMessage({ event: ${JSON.stringify(TOLD)} });
    });
  `)}`,
);

describeEachDatabase('threads that take usage in', (server) => {
  it('answer, file by the clock of the gateway and are counted as the gateway itself would be', async () => {
    const gateway = await openTestGateway(server, { writerThread: THREAD, env: { METRICS_TOKEN } });
    await registerStamp(gateway.app);
    const records = [usageRecord({ id: 'a', quantity: '0.1' }), usageRecord({ id: 'b', quantity: 'NaN' })];
    expect(await verdicts(gateway, JSON.stringify(records))).toEqual([200, ['ACCEPTED', 'REJECTED']]);
    expect(await verdicts(gateway, JSON.stringify(records))).toEqual([200, ['DUPLICATE', 'REJECTED']]);

    const { data } = await gateway.ask(
      'OPERATOR',
      `{ usageAggregates(range: { from: "2026-03-10T00:00:00Z", to: "2026-03-11T00:00:00Z" }) {
           nodes { quantity meter { meterId } reportedWindow { start } } } }`,
    );
    expect(data.usageAggregates.nodes).toEqual([
      {
        quantity: '0.1',
        meter: { meterId: METERS.vmHours },
        reportedWindow: { start: expect.stringMatching(/^2026-03-10T/) },
      },
    ]);
    const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
    const { body } = await gateway.http.inject({ url: '/metrics', headers });
    for (const verdict of ['ACCEPTED', 'DUPLICATE']) {
      expect(body).toContain(`\nusage_gateway_ingestion_records_total{verdict="${verdict}"} 1\n`);
    }
    await gateway.close();
  });

  it('take in what a mutation brings as the gateway itself would', async () => {
    const answers: unknown[] = [];
    for (const options of [{ writerThread: THREAD }, {}]) {
      const gateway = await openTestGateway(server, options);
      await registerStamp(gateway.app);
      const batches = [
        [textRecord({ id: 'a' }), textRecord({ id: 'b', quantity: '1e999' }), textRecord({ id: 'a', quantity: '3' })],
        [
          textRecord({ id: 'a' }),
          textRecord({ id: 'c', tags: '{"n":1.50,"é":"日本"}' }),
          textRecord({ id: 'd\ud800' }),
        ],
        [textRecord({ id: 'e', tags: '{"twice":1,"twice":2}' }), textRecord({ id: 'f', additionalInfo: null })],
        [textRecord({ id: 'g', quantity: `0.${'1'.repeat(30)}` }), textRecord({ id: 'h' })],
        [],
      ];
      const told = [];
      for (const records of batches) {
        const { data, errors } = await gateway.ask('OPERATOR', RECORD_USAGE, {
          input: { registration: 'hub', records },
        });
        told.push({ data, errors });
      }
      const kept = await gateway.app.db.reader.query(
        `SELECT r.record_id, r.quantity, x.tags, x.additional_info
           FROM usage_record r JOIN resource x ON x.id = r.resource_id ORDER BY r.record_id`,
      );
      const refused = await gateway.app.db.reader.query('SELECT code, raw FROM quarantined_record ORDER BY id');
      answers.push({ told, kept, refused });
      await gateway.close();
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({
      told: [{ data: { recordUsage: { receipt: { accepted: 1, conflicts: 1, rejected: 1 } } } }, {}, {}, {}, {}],
    });
  });
});

describeOnSqlite('threads that take usage in', (server) => {
  it('refuse as the gateway itself would', async () => {
    const gateway = await openTestGateway(server, { writerThread: THREAD });
    await registerStamp(gateway.app);
    const inPlace = await openTestGateway(server);
    await registerStamp(inPlace.app);
    for (const body of ['[{', '{"a":1,"a":2}', '[]', '3', '']) {
      const answers = [await send(gateway, body), await send(inPlace, body)].map(({ statusCode, body: text }) => [
        statusCode,
        withoutIds(text),
      ]);
      expect(answers[0]).toEqual(answers[1]);
    }
    await gateway.close();
    await inPlace.close();
  });

  it('fail those who wait when they die, and begin anew with the next body', async () => {
    const gateway = await openTestGateway(server, { writerThread: MORTAL });
    await registerStamp(gateway.app);
    const body = JSON.stringify([usageRecord({ id: 'a' })]);
    expect(await verdicts(gateway, body)).toEqual([200, ['ACCEPTED']]);
    expect((await send(gateway, '"end"')).statusCode).toBe(500);
    expect(await verdicts(gateway, body)).toEqual([200, ['DUPLICATE']]);
    await gateway.close();
  });

  it('take usage in once their database can be opened, also when it could not be at first', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-late-'));
    const place = join(folder, 'books');
    // A file stands where the folder of the books is to be.
    await writeFile(place, '');
    const databaseUrl = `sqlite:${place}/usage.sqlite`;
    const start = { entry: THREAD, count: 1, databaseUrl, turns: sharedTurns(), ...readConfig({}).limits };
    const writer = createWriterThreads(start, { clock: systemClock, onStage: () => undefined });
    const gateway = await openTestGateway(server);
    const patience = { db: gateway.app.db, milliseconds: 20_000 };
    const body = { mediaType: 'application/json', registrationId: 1, receivedBy: 'test', grantedSources: null };
    const bytes = () => Buffer.from(JSON.stringify([usageRecord()]));
    await expect(writer.write({ ...body, bytes: bytes() }, patience)).rejects.toThrow();
    await rm(place);
    const app = await createApp(readConfig({ DATABASE_URL: databaseUrl, DATA_FOLDER: folder }));
    await migrateUp(app.db);
    await registerStamp(app);
    const receipt = Buffer.from(await writer.write({ ...body, bytes: bytes() }, patience)).toString();
    expect(JSON.parse(receipt)).toMatchObject({ accepted: 1 });
    await writer.close();
    await app.close();
    await gateway.close();
    await rm(folder, { recursive: true });
  });

  it('end, but for the first, when they have nothing to do, and begin anew when they are needed', async () => {
    const gateway = await openTestGateway(server);
    const { id } = await registerStamp(gateway.app);
    const told = new EventEmitter();
    let times = 0;
    const onStage = (event: unknown) => {
      if (event === TOLD) told.emit(String((times += 1)));
    };
    const { databaseUrl } = gateway.app.config;
    const start = { entry: TELLING, count: 3, restMs: 1, databaseUrl, turns: sharedTurns(), ...readConfig({}).limits };
    const writer = createWriterThreads(start, { clock: systemClock, onStage });
    const write = async (recordId: string) => {
      const bytes = Buffer.from(JSON.stringify([usageRecord({ id: recordId })]));
      const body = {
        bytes,
        mediaType: 'application/json',
        registrationId: id,
        receivedBy: 'test',
        grantedSources: null,
      };
      const receipt = await writer.write(body, { db: gateway.app.db, milliseconds: 20_000 });
      return (JSON.parse(Buffer.from(receipt).toString()) as { readonly accepted: number }).accepted;
    };
    for (const round of [1, 2]) {
      const others = once(told, String(2 * round));
      expect(await Promise.all(['a', 'b', 'c'].map((name) => write(`${name} ${round}`)))).toEqual([1, 1, 1]);
      await others;
    }
    expect(times).toBe(4);
    await writer.close();
    expect(times).toBe(5);
    await gateway.close();
  });

  it('share the work: what comes while one is busy goes to another', async () => {
    const gateway = await openTestGateway(server, { writerThread: THREAD, env: { WRITER_THREADS: '3' } });
    await registerStamp(gateway.app);
    const bodies = Array.from({ length: 12 }, (_, body) =>
      JSON.stringify(
        Array.from({ length: 50 }, (__, place) => usageRecord({ id: `${body} ${place}`, quantity: '0.1' })),
      ),
    );
    // Each twice, and all at once: whichever thread is first takes a record in, and the others find it.
    const statuses = await Promise.all(
      [...bodies, ...bodies].map(async (body) => (await send(gateway, body)).statusCode),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    const { data } = await gateway.ask('OPERATOR', '{ invariants { name holds } }');
    expect(data.invariants.filter(({ holds }: { holds: boolean }) => !holds)).toEqual([]);
    const [row] = await gateway.app.db.reader.query<{ records: number }>(
      'SELECT COUNT(*) AS records FROM usage_record',
    );
    expect(Number(row?.records)).toBe(600);
    await gateway.close();
  });
});

const RECORD_USAGE = `mutation Push($input: RecordUsageInput!) { recordUsage(input: $input) {
  receipt { accepted duplicates conflicts rejected
    verdicts { index verdict recordId code message field isRounded stored { quantity usageWindow { start end } } } }
  userErrors { code message field } } }`;

/** As a mutation brings it: tags and details as text. */
function textRecord(change: object) {
  const { tags, additionalInfo, ...record } = usageRecord({ id: 'x' });
  return { ...record, tags: JSON.stringify(tags), additionalInfo: JSON.stringify(additionalInfo), ...change };
}

async function send(gateway: TestGateway, payload: string) {
  const token = await gateway.token({ role: 'INGESTOR', registrations: ['hub'] });
  return gateway.http.inject({
    method: 'POST',
    url: '/v1/usage?registration=hub',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    payload,
  });
}

async function verdicts(gateway: TestGateway, payload: string) {
  const response = await send(gateway, payload);
  const { verdicts: list } = response.json<{ verdicts: { verdict: string }[] }>();
  return [response.statusCode, list.map(({ verdict }) => verdict)];
}

function withoutIds(text: string): string {
  return text.replaceAll(/"(requestId|receivedAt|batchId)":("[^"]*"|\d+)/g, '');
}
