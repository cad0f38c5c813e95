/** What is asked of streams that nobody honest asks, and what ends them. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createApiKey } from '../../src/access/create-api-key.js';
import { revokeApiKey } from '../../src/access/revoke-api-key.js';
import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { listen, openStream } from '../support/live-stream.js';
import { send, sendQuery } from '../support/raw-request.js';
import { guid, push, registerCustomer, registerStamp, usageRecord } from '../support/world.js';

const CLOSED = 'subscription { windowClosed { closedBefore } }';
const FALLBACK = 'subscription { usageOnFallback { records } }';
const ALL = { registrations: 'all', tenants: 'all', resellers: 'all' } as const;

const opened: TestGateway[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((gateway) => gateway.close()));
});

describeOnSqlite('streams under attack', (server) => {
  async function open(env: Readonly<Record<string, string>> = {}) {
    const gateway = await openTestGateway(server, { env });
    opened.push(gateway);
    const hub = await registerStamp(gateway.app);
    await listen(gateway);
    return { gateway, hub };
  }

  it('A44 subscription flood: a caller has so many streams and no more, all callers together so many', async () => {
    const { gateway } = await open({ STREAMS_AT_ONCE_MAX: '3', STREAMS_MAX: '5' });
    const flood = await Promise.all(Array.from({ length: 60 }, () => openStream(gateway, 'OPERATOR', CLOSED)));
    const [, ...refused] = [...new Set(flood.map(({ status }) => status))].sort();
    expect(flood.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(refused).toEqual([429]);
    const [one] = flood.filter(({ status }) => status === 429);
    expect(one?.refusal.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect(one?.headers['retry-after']).toBe('1');
    const others = await Promise.all([1, 2, 3].map(() => openStream(gateway, 'AUDITOR', CLOSED)));
    expect(others.map(({ status }) => status).sort()).toEqual([200, 200, 429]);
    expect(gateway.app.live.counts().open).toBe(5);
    // Whoever goes makes room.
    flood.find(({ status }) => status === 200)?.socket.destroy();
    while (gateway.app.live.counts().open > 4) await new Promise((resolve) => setImmediate(resolve));
    expect((await openStream(gateway, 'CSP_ADMIN', CLOSED)).status).toBe(200);
  });

  it('A44 a customer has a share, however many names it sends them under, and leaves some to the provider', async () => {
    const { gateway } = await open({ STREAMS_MAX: '6', STREAMS_PER_CUSTOMER_MAX: '2', STREAMS_FOR_PROVIDER: '3' });
    const [contoso, fabrikam] = [guid('tenant Contoso'), guid('tenant Fabrikam')];
    const statusOf = async (subject: string, part: object, role: 'TENANT_USER' | 'RESELLER' = 'TENANT_USER') =>
      (await openStream(gateway, { role, subject, ...part }, CLOSED)).status;
    expect(await statusOf('a', { tenants: [contoso] })).toBe(200);
    expect(await statusOf('b', { tenants: [contoso.toUpperCase(), fabrikam] })).toBe(200);
    // Whoever names it counts for it, with others or without.
    expect(await statusOf('c', { tenants: [contoso] })).toBe(429);
    expect(await statusOf('d', { tenants: [guid('tenant Tailspin'), contoso] })).toBe(429);
    expect(await statusOf('e', { resellers: ['north'] }, 'RESELLER')).toBe(200);
    // Customers have what is theirs; the rest is the provider's.
    expect(await statusOf('f', { tenants: [guid('tenant Tailspin')] })).toBe(429);
    expect((await openStream(gateway, 'AUDITOR', CLOSED)).status).toBe(200);
    expect((await openStream(gateway, 'OPERATOR', CLOSED)).status).toBe(200);
    // What was refused is not counted.
    expect(gateway.app.streamsAtOnce.running('TENANT_USER c')).toBe(0);
    expect(gateway.app.live.counts().open).toBe(5);
  });

  it.each([
    ['a query', '{ viewer { subject } }', 400, 'INVALID_INPUT'],
    [
      'two fields at the root',
      'subscription { windowClosed { closedBefore } a: windowClosed { closedBefore } }',
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'what the schema does not have',
      'subscription { windowClosd { closedBefore } }',
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['no document', 'subscription {', 400, 'GRAPHQL_PARSE_FAILED'],
    ['a deep document', `subscription { windowClosed ${'{ registration '.repeat(250)}`, 400, 'GRAPHQL_PARSE_FAILED'],
    ['many words', `subscription { ${'a '.repeat(5_000)} }`, 400, 'GRAPHQL_PARSE_FAILED'],
    ['introspection', 'subscription { __schema { queryType { name } } }', 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a field inside that its role may not see',
      'subscription { windowClosed { registration { r: partnerId } } }',
      403,
      'FORBIDDEN',
    ],
    ['a field that its role may not see', 'subscription { reportSettled { state } }', 403, 'FORBIDDEN'],
    [
      'a registration that is not theirs',
      'subscription { windowClosed(registration: "x") { closedBefore } }',
      404,
      'RegistrationNotFound',
    ],
  ])('is refused before anything is told: %s', async (_what, query, status, code) => {
    const { gateway } = await open();
    const stream = await openStream(gateway, { role: 'RESELLER', resellers: ['none'] }, query);
    const codes = stream.refusal.errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code);
    expect({ status: stream.status, code: codes[0] }).toEqual({ status, code });
    expect(stream.refusal.extensions.requestId).toEqual(expect.any(String));
    expect(JSON.stringify(stream.refusal)).not.toMatch(/Did you mean|stack/);
    expect(gateway.app.live.counts().open).toBe(0);
  });

  it('names the path of a forbidden field, through fragments and aliases, whether it is included or not', async () => {
    const { gateway } = await open();
    const query = `subscription { window: windowClosed { ...f } } fragment f on ClosedWindow {
      stamp: registration { name ... @skip(if: true) { secret: agreementNumber } } }`;
    const stream = await openStream(gateway, 'TENANT_USER', query);
    expect(stream.refusal.errors).toEqual([
      {
        message: 'This is not for the role TENANT_USER.',
        path: ['window', 'stamp', 'secret'],
        extensions: { code: 'FORBIDDEN' },
      },
    ]);
  });

  it('is opened by POST of JSON alone, with a credential, and by nothing that a page or a form sends', async () => {
    const { gateway } = await open();
    const url = '/graphql/stream';
    const headers = { accept: 'text/event-stream' };
    const payload = JSON.stringify({ query: CLOSED });
    const json = { ...headers, 'content-type': 'application/json' };
    const answers = [
      await send(gateway, { url: `${url}?query=${encodeURIComponent(CLOSED)}`, method: 'GET', headers }),
      await send(gateway, { url, payload, headers: { ...headers, 'content-type': 'text/plain' } }),
      await send(gateway, { url, payload, headers: json, who: null }),
      await send(gateway, { url, payload, headers: { 'content-type': 'application/json' } }),
      await send(gateway, { url, payload: '[]', headers: json }),
      await send(gateway, { url, payload: '{"query":1}', headers: json }),
    ];
    expect(answers.map(({ status, codes }) => [status, ...codes])).toEqual([
      [405, 'INVALID_INPUT'],
      [415, 'UNSUPPORTED_MEDIA_TYPE'],
      [401, 'UNAUTHENTICATED'],
      [400, 'INVALID_INPUT'],
      [400, 'INVALID_INPUT'],
      [400, 'INVALID_INPUT'],
    ]);
    expect(gateway.app.streamsAtOnce.running('OPERATOR test-operator')).toBe(0);
  });

  it('is told where to go when it asks /graphql for a stream', async () => {
    const { gateway } = await open();
    const { status, codes, body } = await sendQuery(gateway, CLOSED);
    expect({ status, codes }).toEqual({ status: 400, codes: ['INVALID_INPUT'] });
    expect(body.errors[0].message).toContain('/graphql/stream');
  });

  it('ends, with its reason, when its token expires, and hears nothing of what is found then', async () => {
    const { gateway, hub } = await open();
    const credential = await gateway.token('OPERATOR');
    const stream = await openStream(gateway, 'OPERATOR', FALLBACK, { credential });
    await push(gateway.app, hub, [usageRecord()]);
    gateway.clock.set(gateway.clock.now() + 3_600_000);
    await gateway.app.live.tick();
    expect(await stream.rest()).toMatchObject([
      { event: 'next', data: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } },
      { event: 'complete' },
    ]);
    expect(gateway.app.live.counts()).toEqual({ open: 0, told: 0, cutOff: 1 });
  });

  it('ends when its key is revoked, and the streams of other keys go on', async () => {
    const { gateway, hub } = await open();
    const create = (name: string) =>
      createApiKey(gateway.app, null, { name, grant: { role: 'AUDITOR', ...ALL }, by: 'test' });
    const [first, second] = [await create('first'), await create('second')];
    const streams = await Promise.all(
      [first, second].map(({ text }) => openStream(gateway, 'AUDITOR', FALLBACK, { credential: text ?? '' })),
    );
    await revokeApiKey(gateway.app, null, { keyId: first.apiKey.keyId, by: 'test' });
    await push(gateway.app, hub, [usageRecord()]);
    await gateway.app.live.tick();
    expect((await streams[0]?.rest())?.[0]?.data.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect((await streams[1]?.next())?.data.data).toEqual({ usageOnFallback: { records: 1 } });
  });

  it('is cut off, and says so, when more waits than a reader takes', async () => {
    const { gateway, hub } = await open({ LIVE_BUFFER_MAX: '2', LIVE_ROWS_MAX: '10' });
    const stream = await openStream(gateway, 'OPERATOR', FALLBACK);
    await push(
      gateway.app,
      hub,
      Array.from({ length: 6 }, (_unused, index) => {
        return usageRecord({ id: `r${index}`, stackSubscriptionId: guid(`stack ${index}`) });
      }),
    );
    await gateway.app.live.tick();
    const events = await stream.rest();
    expect(events.slice(-2)).toMatchObject([
      { event: 'next', data: { errors: [{ extensions: { code: 'STREAM_OVERRUN' } }] } },
      { event: 'complete' },
    ]);
    expect(gateway.app.live.counts()).toMatchObject({ open: 0, cutOff: 1 });
  });

  it('is cut off when its reader takes nothing at all, and neither holds up others nor the stop', async () => {
    const { gateway, hub } = await open({ LIVE_STALL_MS_MAX: '300', ALIASES_MAX: '300', LIVE_BUFFER_MAX: '100000' });
    const wide = Array.from({ length: 300 }, (_unused, index) => `a${index}: stackSubscription { name id }`).join(' ');
    const name = 'x'.repeat(200);
    await registerCustomer(gateway.app, 'hub', 'contoso', { stackSubscriptions: [guid('contoso')] });
    await gateway.app.db.inTransaction((tx) => tx.execute('UPDATE stack_subscription SET name = ?', [name]));
    const stalled = await openStream(gateway, 'OPERATOR', `subscription { usageOnFallback { ${wide} } }`);
    const reading = await openStream(gateway, 'OPERATOR', FALLBACK);
    stalled.socket.pause();
    for (let round = 1; gateway.app.live.counts().open === 2; round += 1) {
      await push(gateway.app, hub, [usageRecord({ id: `r${round}`, stackSubscriptionId: guid('contoso') })]);
      await gateway.app.live.tick();
      expect((await reading.next())?.data.data).toEqual({ usageOnFallback: { records: round } });
    }
    expect(gateway.app.live.counts()).toMatchObject({ open: 1, cutOff: 1 });
    stalled.socket.destroy();
  }, 60_000);

  it('is no way past trusted documents', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'usage-gateway-documents-'));
    const file = join(folder, 'documents.json');
    const documentId = `sha256:${createHash('sha256').update(CLOSED).digest('hex')}`;
    writeFileSync(file, JSON.stringify({ [documentId]: CLOSED }));
    const { gateway } = await open({ TRUSTED_DOCUMENTS: 'require', TRUSTED_DOCUMENTS_FILE: file });
    rmSync(folder, { recursive: true });
    expect((await openStream(gateway, 'OPERATOR', CLOSED)).refusal.errors).toMatchObject([
      { extensions: { code: 'PERSISTED_DOCUMENT_REQUIRED' } },
    ]);
    const named = await openStream(gateway, 'OPERATOR', CLOSED, { body: { query: undefined, documentId } });
    expect(named.status).toBe(200);
  });

  it('is charged when it is opened and for each update, and ends when its caller has nothing left', async () => {
    const { gateway, hub } = await open({ COST_BUCKET_SIZE: '100', COST_MAX: '100', COST_PER_SECOND: '1' });
    const stream = await openStream(gateway, 'OPERATOR', FALLBACK);
    const left = () => gateway.app.costBuckets.take('OPERATOR test-operator', 0).available;
    expect(left()).toBeLessThanOrEqual(89);
    gateway.app.costBuckets.take('OPERATOR test-operator', left());
    await push(gateway.app, hub, [usageRecord()]);
    await gateway.app.live.tick();
    const [last, complete] = await stream.rest();
    expect(last?.data.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect(complete?.event).toBe('complete');
    expect(gateway.app.live.counts().open).toBe(0);
  });
});
