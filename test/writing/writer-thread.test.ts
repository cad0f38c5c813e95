import { pathToFileURL } from 'node:url';

import { METERS, registerStamp, usageRecord } from '../support/world.js';
import { PROGRAM } from '../support/command.js';
import { describeEachDatabase, describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';

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

describeEachDatabase('a thread that takes usage in', (server) => {
  it('answers, files by the clock of the gateway and is counted as the gateway itself would be', async () => {
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

  it('takes in what a mutation brings as the gateway itself would', async () => {
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
      told: [{ data: { recordUsage: { receipt: { accepted: 1, conflicts: 1, rejected: 1 } } } }, {}, {}, {}],
    });
  });
});

describeOnSqlite('a thread that takes usage in', (server) => {
  it('refuses as the gateway itself would', async () => {
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

  it('fails those who wait when it dies, and begins anew with the next body', async () => {
    const gateway = await openTestGateway(server, { writerThread: MORTAL });
    await registerStamp(gateway.app);
    const body = JSON.stringify([usageRecord({ id: 'a' })]);
    expect(await verdicts(gateway, body)).toEqual([200, ['ACCEPTED']]);
    expect((await send(gateway, '"end"')).statusCode).toBe(500);
    expect(await verdicts(gateway, body)).toEqual([200, ['DUPLICATE']]);
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
