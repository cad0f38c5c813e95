/**
 * Usage that attacks the books, as it arrives over HTTP.
 *
 * Elsewhere: I7 (kill -9), I9 (late rows) and the property tests of I11 are about the pipeline and tested with it; I12
 * attacks a queue, and there is none yet.
 */
import { request } from 'node:http';
import { createConnection } from 'mysql2/promise';

import { hourText } from '../../src/primitives/windows.js';
import { lockRegistration } from '../../src/registration/registration-store.js';
import { describeEachDatabase, describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { send } from '../support/raw-request.js';
import type { RawAnswer } from '../support/raw-request.js';
import { push, registerStamp, usageRecord } from '../support/world.js';

interface Verdict {
  readonly verdict: string;
  readonly code?: string;
  readonly isRounded?: boolean;
}

const ZEROS = '0'.repeat(30);

describeOnSqlite('usage that attacks', (server) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await openTestGateway(server);
    await registerStamp(gateway.app);
  });
  afterAll(() => gateway.close());

  it.each([
    ['"NaN"', 'INVALID_QUANTITY'],
    ['"Infinity"', 'INVALID_QUANTITY'],
    ['1e999', 'QUANTITY_TOO_LARGE'],
    ['1e308', 'QUANTITY_TOO_LARGE'],
    ['"1e308"', 'QUANTITY_TOO_LARGE'],
    ['-1', 'NEGATIVE_QUANTITY'],
    ['-0.000000000000000000000001', 'NEGATIVE_QUANTITY'],
    [`"1${ZEROS}0000000000"`, 'QUANTITY_TOO_LARGE'],
    ['"1,0"', 'INVALID_QUANTITY'],
    ['"٣"', 'INVALID_QUANTITY'],
    ['"0x10"', 'INVALID_QUANTITY'],
    ['" 1"', 'INVALID_QUANTITY'],
    ['""', 'INVALID_QUANTITY'],
    ['null', 'MISSING_FIELD'],
    ['true', 'WRONG_TYPE'],
    ['[1]', 'WRONG_TYPE'],
    [`"${'9'.repeat(10_000)}"`, 'INVALID_QUANTITY'],
  ])('I1 quantity %s: that row is refused, and the batch goes on', async (quantity, code) => {
    const bad = recordText({ id: `i1 ${code}`, quantity: 0 }).replace('"quantity":0', `"quantity":${quantity}`);
    const answer = await pushText(gateway, `[${bad},${recordText({ id: `after ${quantity.slice(0, 40)}` })}]`);
    expect(answer.status).toBe(200);
    expect(verdicts(answer)).toMatchObject([{ verdict: 'REJECTED', code }, { verdict: 'ACCEPTED' }]);
  });

  it.each(['NaN', 'Infinity', '01', '1.', '.5', '+1', '0x1', '1_000'])(
    'I1 %s is no JSON: the body is refused',
    async (raw) => {
      const text = recordText({ id: 'no json', quantity: 0 }).replace('"quantity":0', `"quantity":${raw}`);
      expect(await pushText(gateway, `[${text}]`)).toMatchObject({ status: 400, codes: ['MALFORMED_BODY'] });
    },
  );

  it.each([
    ['-0', '0', false],
    ['8.381903171539307e-08', '0.00000008381903171539307', false],
    ['0.123456789012345678901234', '0.123456789012345678901234', false],
    ['12345678901234567890.1', '12345678901234567890.1', false],
    ['0.1234567890123456789012345', '0.123456789012345678901234', true],
    ['9007199254740993', '9007199254740993', false],
  ])(
    'I2 a number of many digits, %s: is exact, and says so where it was rounded',
    async (written, stored, isRounded) => {
      const sent = (quantity: string) =>
        pushText(
          gateway,
          recordText({ id: `i2 ${written}`, quantity: 0 }).replace('"quantity":0', `"quantity":${quantity}`),
        );
      const [verdict] = verdicts(await sent(written));
      expect(verdict).toMatchObject({ verdict: 'ACCEPTED', ...(isRounded && { isRounded }) });
      const again = await sent(written);
      expect(again.body.verdicts).toMatchObject([{ verdict: 'DUPLICATE', stored: { quantity: stored } }]);
    },
  );

  it.each([
    ['2026-03-10T14:00:00Z', '2026-03-10T15:00:00Z', 'WINDOW_IN_FUTURE'],
    ['9999-12-31T22:00:00Z', '9999-12-31T23:00:00Z', 'WINDOW_IN_FUTURE'],
    ['2014-12-31T22:00:00Z', '2014-12-31T23:00:00Z', 'WINDOW_TOO_OLD'],
    ['0000-01-01T00:00:00Z', '0000-01-01T01:00:00Z', 'WINDOW_TOO_OLD'],
    ['2026-03-10T09:30:00Z', '2026-03-10T10:30:00Z', 'WINDOW_NOT_ALIGNED'],
    ['2026-03-10T09:00:00.001Z', '2026-03-10T10:00:00.001Z', 'WINDOW_NOT_ALIGNED'],
    ['2026-03-10T10:00:00Z', '2026-03-10T09:00:00Z', 'WINDOW_NOT_ONE_HOUR'],
    ['2026-03-10T09:00:00Z', '2026-03-10T09:00:00Z', 'WINDOW_NOT_ONE_HOUR'],
    ['2026-03-09T00:00:00Z', '2026-03-10T01:00:00Z', 'WINDOW_NOT_ONE_HOUR'],
    ['2026-03-10T09:59:60Z', '2026-03-10T11:00:00Z', 'INVALID_TIME'],
    ['2026-02-29T09:00:00Z', '2026-02-29T10:00:00Z', 'INVALID_TIME'],
    ['yesterday', 'today', 'INVALID_TIME'],
  ])('I3 from %s to %s: is refused', async (usageStartTime, usageEndTime, code) => {
    const text = JSON.stringify({ ...usageRecord(), id: `i3 ${usageStartTime}`, usageStartTime, usageEndTime });
    expect(verdicts(await pushText(gateway, text))).toMatchObject([{ verdict: 'REJECTED', code }]);
  });

  it('I4 duplicates in a batch and across batches: are counted once', async () => {
    const text = recordText({ id: 'i4' });
    expect(verdicts(await pushText(gateway, `[${text},${text}]`)).map(({ verdict }) => verdict)).toEqual([
      'ACCEPTED',
      'DUPLICATE',
    ]);
    expect(verdicts(await pushText(gateway, text))).toMatchObject([{ verdict: 'DUPLICATE' }]);
  });

  it('I5 the same key with other content: is a conflict, and what is stored stays', async () => {
    await pushText(gateway, recordText({ id: 'i5', quantity: '1' }));
    const answer = await pushText(gateway, recordText({ id: 'i5', quantity: '2' }));
    expect(answer.body.verdicts).toMatchObject([{ verdict: 'CONFLICT', stored: { quantity: '1' } }]);
  });

  it('I6 a batch that is half bad: each row has its answer, and sending all of it again is safe', async () => {
    const rows = Array.from({ length: 1_000 }, (_unused, index) =>
      recordText({ id: `i6 ${index}`, quantity: index % 2 === 0 ? '1' : 'x' }),
    );
    const counts = async () => {
      const { accepted, duplicates, rejected } = (await pushText(gateway, `[${rows.join(',')}]`)).body;
      return { accepted, duplicates, rejected };
    };
    expect(await counts()).toEqual({ accepted: 500, duplicates: 0, rejected: 500 });
    expect(await counts()).toEqual({ accepted: 0, duplicates: 500, rejected: 500 });
  });

  it('I8 an unknown meter or stack subscription: is kept, and no error', async () => {
    const text = JSON.stringify({
      ...usageRecord({ id: 'i8' }),
      meterId: 'ffffffff-0000-4000-8000-000000000001',
      stackSubscriptionId: 'ffffffff-0000-4000-8000-000000000002',
    });
    expect(verdicts(await pushText(gateway, text))).toMatchObject([{ verdict: 'ACCEPTED' }]);
  });

  it.each([
    ['ten thousand tags', { tags: Object.fromEntries(Array.from({ length: 10_000 }, (_u, n) => [`tag${n}`, 'x'])) }],
    ['a tag of 64 KiB', { tags: { a: 'x'.repeat(65_536) } }],
    ['nested tags', { tags: { a: { b: { c: 1 } } } }],
    ['a NUL', { resourceUri: 'a\u0000b' }],
    ['a line break in a name', { id: 'a\nb' }],
    ['an escape sequence', { source: '\u001b[31mred' }],
    ['a field that no record has', { isPaid: true }],
    ['a list for a name', { source: ['x'] }],
  ])('I10 %s: is refused alone', async (_what, parts) => {
    const text = JSON.stringify([{ ...usageRecord({ id: 'i10' }), ...parts }, usageRecord({ id: `i10 ${_what}` })]);
    const [bad, good] = verdicts(await pushText(gateway, text));
    expect(bad?.verdict).toBe('REJECTED');
    expect(good?.verdict).toBe('ACCEPTED');
  });

  it('I10 emoji, right-to-left marks and markup: come back exactly', async () => {
    const tags = { owner: '👩‍💻', note: '\u202egnp.exe', html: '<script>x()</script>', sql: "'; DROP TABLE x;--" };
    await pushText(gateway, JSON.stringify({ ...usageRecord({ id: 'i10 text', resourceUri: '/tags' }), tags }));
    const { data } = await gateway.ask(
      'OPERATOR',
      `{ usageRecords(range: { from: "2026-03-10T00:00:00Z", to: "2026-03-11T00:00:00Z" }, recordId: "i10 text") {
           nodes { resource { tags { name value } } } } }`,
    );
    const stored = data.usageRecords.nodes[0].resource.tags as { name: string; value: string }[];
    expect(Object.fromEntries(stored.map(({ name, value }) => [name, value]))).toEqual(tags);
  });

  it('I11 the clock of a sender: may run five minutes ahead, and not more', async () => {
    for (const [now, verdict] of [
      ['2026-03-10T12:54:00Z', 'REJECTED'],
      ['2026-03-10T12:55:00Z', 'ACCEPTED'],
    ] as const) {
      const late = await openTestGateway(server, { now });
      await registerStamp(late.app);
      const text = JSON.stringify(usageRecord({ usageStartTime: '2026-03-10T13:00:00Z' }));
      expect(verdicts(await pushText(late, text))).toMatchObject([{ verdict }]);
      await late.close();
    }
  });

  it('A41 duplicate keys: the body is refused, and nothing of it is kept', async () => {
    const text = recordText({ id: 'a41' }).replace('{', '{"quantity":"5",');
    expect(await pushText(gateway, `[${recordText({ id: 'a41 good' })},${text}]`)).toMatchObject({
      status: 400,
      codes: ['MALFORMED_BODY'],
    });
    expect(verdicts(await pushText(gateway, recordText({ id: 'a41 good' })))).toMatchObject([{ verdict: 'ACCEPTED' }]);
  });

  it.each(['FORBIDDEN', 'UNAUTHENTICATED'])('usage from whom it is not: %s, and nothing is kept', async (code) => {
    const who = code === 'FORBIDDEN' ? 'TENANT_USER' : null;
    const answer = await pushText(gateway, recordText({ id: `from ${code}` }), who);
    expect(answer).toMatchObject({ status: code === 'FORBIDDEN' ? 403 : 401, codes: [code] });
    expect(verdicts(await pushText(gateway, recordText({ id: `from ${code}` })))).toMatchObject([
      { verdict: 'ACCEPTED' },
    ]);
  });
});

describeEachDatabase('a database that fails', (server) => {
  it('I13 holds up a batch: 503 with the time to wait, nothing half written, and the batch can be sent again', async () => {
    const gateway = await openTestGateway(server, { env: { REQUEST_MS_MAX: '700' } });
    const { id } = await registerStamp(gateway.app);
    const other = await gateway.second();
    await other.db.inTransaction(async (tx) => {
      await lockRegistration(tx, id);
      const answer = await pushText(gateway, recordText({ id: 'held' }));
      expect(answer).toMatchObject({ status: 503, codes: ['TIMEOUT'], headers: { 'retry-after': '5' } });
    });
    expect(verdicts(await pushText(gateway, recordText({ id: 'held' })))).toMatchObject([{ verdict: 'ACCEPTED' }]);
    await gateway.close();
  });

  it('I13 holds up a mutation: the operation fails as a whole, and changed nothing', async () => {
    const gateway = await openTestGateway(server, { env: { REQUEST_MS_MAX: '700' } });
    const { id } = await registerStamp(gateway.app);
    const other = await gateway.second();
    const query = `mutation { registerTenant(input: { registration: "hub", tenantId: "${TENANT}", name: "Held" }) {
      tenant { name } userErrors { code } } }`;
    await other.db.inTransaction(async (tx) => {
      await lockRegistration(tx, id);
      const answer = await send(gateway, { payload: { query } });
      expect({ status: answer.status, codes: answer.codes }).toEqual({ status: 503, codes: ['TIMEOUT'] });
    });
    const { data } = await gateway.ask('OPERATOR', '{ tenants { nodes { name } } }');
    expect(data.tenants.nodes).toEqual([]);
    await gateway.close();
  });

  it('is not kept waiting by callers that have gone: what they sent is given up', async () => {
    const gateway = await openTestGateway(server);
    const { id } = await registerStamp(gateway.app);
    const other = await gateway.second();
    const origin = await gateway.http.listen({ host: '127.0.0.1', port: 0 });
    const token = await gateway.token('OPERATOR');
    await other.db.inTransaction(async (tx) => {
      await lockRegistration(tx, id);
      const caller = request(`${origin}/v1/usage?registration=hub`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        agent: false,
      });
      const gone = new Promise((resolve) => caller.on('error', resolve));
      caller.end(recordText({ id: 'gone' }));
      await untilCounted(gateway, 1);
      caller.destroy();
      await gone;
      await untilCounted(gateway, 0);
    });
    expect(verdicts(await pushText(gateway, recordText({ id: 'after' })))).toMatchObject([{ verdict: 'ACCEPTED' }]);
    expect(await recordsIn(gateway)).toBe(1);
    await gateway.close();
  });

  if (server.dialect === 'sqlite') {
    it('I13 has no room left: 503, nothing half written, and with room again the batch is taken in', async () => {
      const gateway = await openTestGateway(server);
      const registration = await registerStamp(gateway.app);
      await push(gateway.app, registration, [usageRecord()]);
      const rows = Array.from({ length: 2_000 }, (_unused, index) =>
        recordText({ id: `full ${index}`, resourceUri: `/resources/${'x'.repeat(200)}/${index}` }),
      );
      const text = `[${rows.join(',')}]`;
      const [pages] = await gateway.app.db.source.query<{ page_count: number }[]>('PRAGMA page_count');
      await gateway.app.db.source.query(`PRAGMA max_page_count = ${pages?.page_count ?? 0}`);
      expect(await pushText(gateway, text)).toMatchObject({ status: 503, codes: ['UNAVAILABLE'] });
      expect(await recordsIn(gateway)).toBe(1);
      await gateway.app.db.source.query('PRAGMA max_page_count = 1000000');
      expect((await pushText(gateway, text)).body.accepted).toBe(2_000);
      await gateway.close();
    });
  } else {
    it('I13 loses its connections in the middle of a batch: 503, nothing half written, and the batch can be sent again', async () => {
      const gateway = await openTestGateway(server);
      const { id } = await registerStamp(gateway.app);
      const other = await gateway.second();
      await other.db.inTransaction(async (tx) => {
        await lockRegistration(tx, id);
        const held = pushText(gateway, recordText({ id: 'lost' }));
        await killWaiting(gateway.app.config.databaseUrl);
        expect(await held).toMatchObject({ status: 503, codes: ['UNAVAILABLE'], headers: { 'retry-after': '5' } });
      });
      expect(await recordsIn(gateway)).toBe(0);
      expect(verdicts(await pushText(gateway, recordText({ id: 'lost' })))).toMatchObject([{ verdict: 'ACCEPTED' }]);
      await gateway.close();
    });
  }
});

const TENANT = '00000000-0000-4000-8000-00000000000a';

function recordText(parts: {
  readonly id: string;
  readonly quantity?: string | number;
  readonly resourceUri?: string;
}): string {
  return JSON.stringify({
    ...usageRecord(),
    ...parts,
    usageStartTime: hourText(492_538),
    usageEndTime: hourText(492_539),
  });
}

function pushText(gateway: TestGateway, payload: string, who: 'OPERATOR' | 'TENANT_USER' | null = 'OPERATOR') {
  return send(gateway, {
    url: '/v1/usage?registration=hub',
    headers: { 'content-type': 'application/json' },
    payload,
    who,
  });
}

function verdicts({ body }: RawAnswer): readonly Verdict[] {
  return body.verdicts as readonly Verdict[];
}

/** Until so many requests of the operator run. */
async function untilCounted({ app }: TestGateway, count: number): Promise<void> {
  const giveUpAt = performance.now() + 20_000;
  while (app.requestsAtOnce.running('OPERATOR test-operator') !== count) {
    if (performance.now() > giveUpAt) throw new Error(`There are never ${count} requests.`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function recordsIn({ app }: TestGateway): Promise<number> {
  const [row] = await app.db.reader.query<{ many: number }>('SELECT COUNT(*) AS many FROM usage_record');
  return Number(row?.many);
}

/** Ends the connection of the statement that waits for a lock, as a server that is shut down would. */
async function killWaiting(uri: string): Promise<void> {
  const connection = await createConnection({ uri });
  const giveUpAt = performance.now() + 20_000;
  try {
    while (performance.now() < giveUpAt) {
      const [rows] = await connection.query(
        "SELECT id AS id FROM information_schema.processlist WHERE db = DATABASE() AND (info LIKE '%INSERT INTO%' OR info LIKE '%SHARE MODE%') AND id <> CONNECTION_ID()",
      );
      const [waiting] = rows as { id: number }[];
      if (waiting === undefined) continue;
      await connection.query(`KILL CONNECTION ${waiting.id}`);
      return;
    }
    throw new Error('No statement waits for the registration.');
  } finally {
    await connection.end();
  }
}
