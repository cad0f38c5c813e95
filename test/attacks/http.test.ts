/** Requests that are no honest GraphQL requests: other methods, types, encodings, origins and hosts. */
import type { AddressInfo } from 'node:net';

import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { exchange, send, sendQuery } from '../support/raw-request.js';

const VIEWER = '{ viewer { subject } }';
const JSON_TYPE = { 'content-type': 'application/json' };

describeOnSqlite('requests that attack', (server) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await openTestGateway(server, {
      env: { BODY_BYTES_MAX: '1048576', CORS_ORIGINS: 'https://portal.example', TRUSTED_PROXIES: '10.0.0.0/8' },
    });
  });
  afterAll(() => gateway.close());

  it('A2 array batching: is refused', async () => {
    const answer = await send(gateway, { payload: Array.from({ length: 10 }, () => ({ query: VIEWER })) });
    expect({ status: answer.status, codes: answer.codes }).toEqual({ status: 400, codes: ['BAD_REQUEST'] });
  });

  it('A5 full introspection by nobody: is answered like any question without a token', async () => {
    const answer = await sendQuery(gateway, '{ __schema { types { name } } }', { who: null });
    expect(answer).toMatchObject({
      status: 401,
      codes: ['UNAUTHENTICATED'],
      headers: { 'www-authenticate': 'Bearer' },
    });
    expect(answer.text).not.toContain('UsageAggregate');
  });

  it('A8 mutation by GET: 405, and says what is allowed', async () => {
    const answer = await send(gateway, {
      method: 'GET',
      url: `/graphql?query=${encodeURIComponent('mutation { __typename }')}`,
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expect(answer.body.data).toBeUndefined();
  });

  it.each(['PUT', 'PATCH', 'DELETE'] as const)('A8 %s is not allowed', async (method) => {
    expect(await send(gateway, { method })).toMatchObject({ status: 405, headers: { allow: 'GET, POST' } });
  });

  it('A9 query by GET without a preflight header: is taken for a forgery', async () => {
    const url = `/graphql?query=${encodeURIComponent(VIEWER)}`;
    const answer = await send(gateway, { method: 'GET', url });
    expect(answer).toMatchObject({ status: 400, codes: ['BAD_REQUEST'] });
    expect(answer.text).toContain('CSRF');
    const honest = await send(gateway, { method: 'GET', url, headers: { 'apollo-require-preflight': '1' } });
    expect(honest.body.data).toEqual({ viewer: { subject: 'test-operator' } });
  });

  it.each([
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/xml',
    'x',
  ])('A10 a body of type %s: 415, and it is not read', async (type) => {
    const answer = await send(gateway, {
      headers: { 'content-type': type },
      payload: `query=${encodeURIComponent(VIEWER)}`,
    });
    expect({ status: answer.status, codes: answer.codes, data: answer.body.data }).toEqual({
      status: 415,
      codes: ['UNSUPPORTED_MEDIA_TYPE'],
      data: undefined,
    });
  });

  it('A11 no page is served where questions are asked', async () => {
    const answer = await send(gateway, { method: 'GET', headers: { accept: 'text/html' } });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toMatch(/<html|<script/i);
  });

  it('A12 tracing: an answer has extensions for its cost and its request, and no others', async () => {
    const answer = await send(gateway, {
      headers: { 'apollo-federation-include-trace': 'ftv1', 'x-apollo-tracing': '1' },
      payload: { query: VIEWER, extensions: { tracing: true, debug: true } },
    });
    expect(Object.keys(answer.body.extensions as object).sort()).toEqual(['cost', 'requestId']);
  });

  it('A19 huge variables: are refused by size, or with a handful of errors', async () => {
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    const huge = await sendQuery(gateway, query, { variables: { ids: ['x'.repeat(1_048_576)] } });
    expect(huge).toMatchObject({ status: 413, codes: ['BODY_TOO_LARGE'] });
    const wrong = await sendQuery(gateway, query, { variables: { ids: Array.from({ length: 5_000 }, () => null) } });
    expect(wrong.status).toBe(400);
    expect(wrong.codes.length).toBeLessThanOrEqual(6);
    const many = await sendQuery(gateway, query, { variables: { ids: Array.from({ length: 201 }, () => 'x') } });
    expect(many).toMatchObject({ status: 400, codes: ['INVALID_INPUT'] });
  });

  it('A19 lists inside inputs are bounded too', async () => {
    const range = '{ from: "2026-02-01T00:00:00Z", to: "2026-03-01T00:00:00Z" }';
    const { status, codes } = await sendQuery(
      gateway,
      `query ($f: UsageFilterInput) { usageSummary(range: ${range}, filter: $f) { nodes { quantity } } }`,
      { variables: { f: { resellers: Array.from({ length: 201 }, () => 'x') } } },
    );
    expect({ status, codes }).toEqual({ status: 400, codes: ['INVALID_INPUT'] });
  });

  it.each([
    { lists: 15_000, status: 400, code: 'MALFORMED_BODY' },
    { lists: 30_000, status: 413, code: 'BATCH_TOO_LARGE' },
  ])('A20 variable bomb: $lists lists in each other are no JSON that is read', async ({ lists, status, code }) => {
    const answer = await send(gateway, {
      headers: JSON_TYPE,
      payload: `{"query":"{ __typename }","variables":{"x":${'['.repeat(lists)}${']'.repeat(lists)}}}`,
    });
    expect({ status: answer.status, codes: answer.codes }).toEqual({ status, codes: [code] });
    expect(answer.text).not.toContain('call stack');
  });

  it('A27 automatic persisted queries: are not supported, and nothing is registered', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
    for (const payload of [{ extensions }, { extensions, query: VIEWER }]) {
      const answer = await send(gateway, { payload });
      expect(answer.codes).toEqual(['PERSISTED_QUERY_NOT_SUPPORTED']);
      expect(answer.body.data).toBeUndefined();
    }
  });

  it.each([
    ['__proto__', '{"query":"{ __typename }","__proto__":{"admin":true}}'],
    ['__proto__ in variables', '{"query":"{ __typename }","variables":{"a":{"__proto__":{"x":1}}}}'],
    ['escaped __proto__', '{"query":"{ __typename }","\\u005f_proto__":{"x":1}}'],
    ['constructor', '{"query":"{ __typename }","constructor":{"prototype":{"x":1}}}'],
    ['a key for the second time', '{"query":"{ __typename }","query":"{ viewer { subject } }"}'],
    ['a lone surrogate', '{"query":"{ __typename }","variables":{"a":"\\ud800"}}'],
    ['text after the end', '{"query":"{ __typename }"} {}'],
  ])('A35 %s in the body: is refused', async (_what, payload) => {
    const answer = await send(gateway, { headers: JSON_TYPE, payload });
    expect({ status: answer.status, codes: answer.codes, data: answer.body.data }).toEqual({
      status: 400,
      codes: ['MALFORMED_BODY'],
      data: undefined,
    });
    expect(({} as { readonly x?: unknown }).x).toBeUndefined();
  });

  it('A36 oversize body: 413 on every route', async () => {
    for (const url of ['/graphql', '/v1/usage?registration=hub']) {
      const answer = await send(gateway, { url, headers: JSON_TYPE, payload: `"${'x'.repeat(1_048_577)}"` });
      expect({ url, status: answer.status, codes: answer.codes }).toEqual({
        url,
        status: 413,
        codes: ['BODY_TOO_LARGE'],
      });
    }
  });

  it.each(['gzip', 'br', 'deflate', 'gzip, gzip'])('A37 a body in %s: is never inflated', async (encoding) => {
    for (const url of ['/graphql', '/v1/usage?registration=hub']) {
      const headers = { ...JSON_TYPE, 'content-encoding': encoding };
      const answer = await send(gateway, { url, headers, payload: Buffer.alloc(10_000) });
      expect(answer).toMatchObject({ status: 415, codes: ['UNSUPPORTED_MEDIA_TYPE'] });
    }
  });

  it.each(['latin1', 'utf-16', 'UTF-7', 'us-ascii'])('A40 charset %s: is not guessed at', async (charset) => {
    const answer = await send(gateway, {
      headers: { 'content-type': `application/json; charset=${charset}` },
      payload: JSON.stringify({ query: VIEWER }),
    });
    expect(answer).toMatchObject({ status: 415, codes: ['UNSUPPORTED_MEDIA_TYPE'] });
  });

  it('A40 invalid UTF-8: is refused instead of being replaced', async () => {
    const payload = Buffer.concat([
      Buffer.from('{"query":"{ __typename } #'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ]);
    for (const url of ['/graphql', '/v1/usage?registration=hub']) {
      const answer = await send(gateway, { url, headers: JSON_TYPE, payload });
      expect({ url, status: answer.status }).toEqual({ url, status: url === '/graphql' ? 400 : 404 });
      expect(answer.text).not.toContain('\ufffd');
    }
  });

  it('A40 utf-8 by any of its names is read', async () => {
    for (const charset of ['utf-8', 'UTF-8', '"utf-8"', 'utf8']) {
      const headers = { 'content-type': `application/json; charset=${charset}` };
      const answer = await send(gateway, { headers, payload: JSON.stringify({ query: VIEWER }) });
      expect(answer.status).toBe(200);
    }
  });

  it('A42 forwarded headers: are believed from listed proxies alone', async () => {
    const seen: string[] = [];
    const watched = await openTestGateway(server, { env: { TRUSTED_PROXIES: '10.0.0.0/8' } });
    watched.http.addHook('onRequest', async (request) => void seen.push(request.ip));
    for (const remoteAddress of ['203.0.113.9', '10.1.2.3']) {
      await watched.http.inject({ url: '/healthz', remoteAddress, headers: { 'x-forwarded-for': '198.51.100.7' } });
    }
    await watched.close();
    expect(seen).toEqual(['203.0.113.9', '198.51.100.7']);
  });

  it.each(['a b', '[', 'x:99999999', '<script>', 'evil.example/path', '@evil'])(
    'A42 Host %s: names no host',
    async (host) => {
      const answer = await send(gateway, { headers: { host }, payload: { query: VIEWER } });
      expect(answer).toMatchObject({ status: 400, codes: ['INVALID_INPUT'] });
    },
  );

  it('A42 two Host headers: which of them counts is not guessed, at no address', async () => {
    const served = await openTestGateway(server);
    await served.http.listen({ host: '127.0.0.1', port: 0 });
    const { port } = served.http.server.address() as AddressInfo;
    for (const path of ['/healthz', '/graphql', '/subscriptions/x/providers/y', '/nothing']) {
      const answer = await exchange(
        port,
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nhost: evil.example\r\nConnection: close\r\n\r\n`,
      );
      expect([path, answer.split('\r\n')[0]]).toEqual([path, 'HTTP/1.1 400 Bad Request']);
      expect(answer).toContain('"code":"INVALID_INPUT"');
    }
    const one = await exchange(port, 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    expect(one).toMatch(/^HTTP\/1.1 200 /);
    await served.close();
  });

  it.each([
    ['/subscriptions/%ff/x', 'InvalidRequestContent', 'x-ms-request-id'],
    ['/SUBSCRIPTIONS/a/%E0%A4%A', 'InvalidRequestContent', 'x-ms-request-id'],
    ['/providers/%ff', 'InvalidRequestContent', 'x-ms-request-id'],
    ['/graphql/%ff', 'BAD_REQUEST', 'x-request-id'],
    ['/%', 'BAD_REQUEST', 'x-request-id'],
  ])('A42 an address that cannot be decoded, %s, is refused in the form of its API', async (url, code, header) => {
    const answer = await gateway.http.inject({ url });
    expect([answer.statusCode, answer.json()]).toEqual([400, { error: { code, message: expect.any(String) } }]);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': expect.stringMatching(/no-(store|cache)/),
      [header]: expect.any(String),
    });
  });

  it('A43 CORS: another origin reads nothing, a listed one does, and credentials are never asked for', async () => {
    const from = (origin: string) =>
      send(gateway, { headers: { origin, cookie: 'session=1' }, payload: { query: VIEWER } });
    for (const origin of [
      'https://evil.example',
      'null',
      'https://portal.example.evil.example',
      'http://portal.example',
    ]) {
      const { headers } = await from(origin);
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
    const { headers } = await from('https://portal.example');
    expect(headers['access-control-allow-origin']).toBe('https://portal.example');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    const preflight = await send(gateway, {
      method: 'OPTIONS',
      who: null,
      headers: { origin: 'https://portal.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight).toMatchObject({ status: 204, headers: { 'access-control-allow-methods': 'GET, POST' } });
  });

  it('A48 metrics and unknown addresses tell nobody anything', async () => {
    for (const url of ['/metrics', '/debug', '/.env', '/graphql/', '/v1/usage']) {
      const { status, body } = await send(gateway, { method: 'GET', url, who: null });
      expect({ url, status, body }).toEqual({
        url,
        status: 404,
        body: { error: { code: 'NOT_FOUND', message: 'There is nothing at this address.' } },
      });
    }
    const health = await send(gateway, { method: 'GET', url: '/healthz', who: null });
    expect(health.body).toEqual({ status: 'ok' });
  });

  it.each(['/graphql', '/healthz', '/nothing', '/v1/usage', '/graphiql/'])(
    'every answer of %s has the headers that browsers obey',
    async (url) => {
      const { headers } = await send(gateway, { method: 'GET', url });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
        'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    },
  );

  it('carries the caller’s request id, and makes one where it is no sane one', async () => {
    const answerTo = (id: string) => send(gateway, { headers: { 'x-request-id': id }, payload: { query: VIEWER } });
    const sane = await answerTo('portal-2026.03:7');
    expect(sane.headers['x-request-id']).toBe('portal-2026.03:7');
    expect(sane.body.extensions.requestId).toBe('portal-2026.03:7');
    for (const id of ['a b', 'x'.repeat(65), '<script>', 'ä', '{{7*7}}']) {
      const { headers, body } = await answerTo(id);
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
      expect(body.extensions.requestId).toBe(headers['x-request-id']);
    }
    const refused = await send(gateway, { who: null, headers: { 'x-request-id': 'mine' }, payload: { query: VIEWER } });
    expect(refused).toMatchObject({ status: 401, body: { extensions: { requestId: 'mine' } } });
  });
});

describeOnSqlite('a gateway without origins', (server) => {
  it('A43 answers no preflight, and lets no page of another origin read', async () => {
    const gateway = await openTestGateway(server);
    const headers = { origin: 'https://portal.example', 'access-control-request-method': 'POST' };
    const preflight = await send(gateway, { method: 'OPTIONS', who: null, headers });
    expect(preflight).toMatchObject({ status: 405, headers: { allow: 'GET, POST' } });
    const answer = await send(gateway, { headers, payload: { query: VIEWER } });
    for (const { headers: answered } of [preflight, answer]) {
      expect(Object.keys(answered).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
    await gateway.close();
  });
});

describeOnSqlite('introspection', (server) => {
  it('is for the roles that are listed; others learn nothing of the schema by it', async () => {
    const gateway = await openTestGateway(server, { env: { INTROSPECTION_ROLES: 'OPERATOR' } });
    const queries = [
      '{ __schema { queryType { name } } }',
      '{ ...f } fragment f on Query { __type(name: "Tenant") { fields { name } } }',
      'query ($x: Boolean = false) { viewer { subject } ... @include(if: $x) { __schema { types { name } } } }',
    ];
    for (const query of queries) {
      const answer = await sendQuery(gateway, query, { who: 'TENANT_USER' });
      expect({ status: answer.status, codes: answer.codes, data: answer.body.data }).toEqual({
        status: 403,
        codes: ['INTROSPECTION_DISABLED'],
        data: undefined,
      });
      expect((await sendQuery(gateway, query)).codes).toEqual([]);
    }
    expect((await sendQuery(gateway, '{ __typename viewer { __typename } }', { who: 'TENANT_USER' })).codes).toEqual(
      [],
    );
    await gateway.close();
  });
});
