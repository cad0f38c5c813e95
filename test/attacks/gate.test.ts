/** Nothing is read for a caller who is not known: every route, and every way to bring bytes to it. */
import diagnostics from 'node:diagnostics_channel';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { exchange } from '../support/raw-request.js';

/** What the server did with the bodies of requests, seen at its own seams. */
interface Seen {
  readonly routes: { readonly method: string; readonly url: string }[];
  /** Requests whose body was about to be read. */
  bodiesWanted: number;
  /** Requests of which something had been read when they were answered. */
  readBeforeAnswer: number;
  statements: number;
}

const BODY = JSON.stringify({ query: '{ __typename }' });
const JSON_TYPE = 'content-type: application/json\r\n';

describeOnSqlite('a caller who is not known', (server) => {
  let gateway: TestGateway;
  let port: number;
  const seen: Seen = { routes: [], bodiesWanted: 0, readBeforeAnswer: 0, statements: 0 };
  beforeAll(async () => {
    const watch = (message: unknown) => watchServer((message as { readonly fastify: FastifyInstance }).fastify, seen);
    diagnostics.subscribe('fastify.initialization', watch);
    gateway = await openTestGateway(server, {
      env: { METRICS_TOKEN: 'metrics-token-of-32-characters-xx', CORS_ORIGINS: 'https://portal.example' },
      onStatement: () => void (seen.statements += 1),
    });
    diagnostics.unsubscribe('fastify.initialization', watch);
    await gateway.http.listen({ host: '127.0.0.1', port: 0 });
    port = (gateway.http.server.address() as AddressInfo).port;
  });
  beforeEach(() => Object.assign(seen, { bodiesWanted: 0, readBeforeAnswer: 0, statements: 0 }));
  afterAll(() => gateway.close());

  const known = async () => `authorization: Bearer ${await gateway.token('OPERATOR')}\r\n`;
  const head = (line: string, headers = '') => `${line} HTTP/1.1\r\nhost: localhost\r\n${headers}`;

  it('is answered before a byte of the body is read, on every route by every method, and the connection closes', async () => {
    expect(seen.routes.length).toBeGreaterThan(15);
    const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
    const urls = [...new Set([...seen.routes.map(({ url }) => url), '/nothing', '/v1/usage?registration=x'])];
    const answers: Record<string, string> = {};
    for (const url of urls) {
      const path = url === '*' ? '/x/y' : url.replace('*', 'x/providers/y');
      for (const method of methods) {
        // The body never comes whole, so whoever waited for it would never answer.
        const request = `${head(`${method} ${path}`)}${JSON_TYPE}content-length: 1000\r\n\r\n{"query":"`;
        answers[`${method} ${url}`] = (await exchange(port, request)).slice(9, 12);
      }
    }
    const open = ['/healthz', '/readyz', '/', '/graphiql', '/graphiql/', '/graphiql/*', '/graphiql/index.html'];
    for (const [route, status] of Object.entries(answers)) {
      const isOpen = open.includes(route.split(' ')[1] ?? '') && /^(GET|HEAD) /.test(route);
      expect({ route, status }).toEqual({
        route,
        status: expect.stringMatching(isOpen ? /^(200|302|404|503)$/ : /^(400|401|404|405)$/),
      });
    }
    for (const route of [
      'POST /graphql',
      'GET /graphql',
      'POST /graphql/stream',
      'POST /v1/usage',
      'PUT /subscriptions/*',
    ]) {
      expect([route, answers[route]]).toEqual([route, '401']);
    }
    expect(seen).toMatchObject({ bodiesWanted: 0, readBeforeAnswer: 0 });
  });

  it('costs no statement, whatever it says of itself', async () => {
    for (const credential of [
      '',
      'authorization: Bearer x.y.z\r\n',
      'authorization: Basic eDp5\r\n',
      'authorization: Bearer\r\n',
    ]) {
      const request = `${head('POST /v1/usage?registration=hub', credential)}${JSON_TYPE}content-length: 1000\r\n\r\n[`;
      expect(await exchange(port, request)).toMatch(/^HTTP\/1\.1 401 [\s\S]*UNAUTHENTICATED/);
    }
    expect(seen).toMatchObject({ bodiesWanted: 0, readBeforeAnswer: 0, statements: 0 });
  });

  it.each([
    ['in chunks, without a length', 'transfer-encoding: chunked\r\n\r\n400\r\n'],
    ['with a length that it never sends', 'content-length: 8000000\r\n\r\n['],
    ['with a length beyond any limit', 'content-length: 900000000000\r\n\r\n['],
    ['that is compressed', 'content-encoding: gzip\r\ncontent-length: 1000\r\n\r\n\x1f\x8b'],
    ['that it asks to send', 'expect: 100-continue\r\ncontent-length: 1000\r\n\r\n'],
  ])('brings a body %s: 401', async (_what, rest) => {
    const answer = await exchange(port, `${head('POST /graphql')}${JSON_TYPE}${rest}`);
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toMatch(/connection: close/i);
    expect(seen).toMatchObject({ bodiesWanted: 0, readBeforeAnswer: 0 });
  });

  it('reads its 401 also while it sends megabytes, of which next to nothing is taken', async () => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`${head('POST /graphql')}${JSON_TYPE}content-length: 64000000\r\n\r\n`);
    for (let sent = 0; sent < 1_000 && !socket.destroyed; sent += 1) {
      if (!socket.write(Buffer.alloc(64_000, 'x'))) {
        await Promise.race([closed, new Promise((resolve) => socket.once('drain', resolve))]);
      }
    }
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(seen.bodiesWanted).toBe(0);
  });

  it('has nothing done by what it sends behind a request that was refused early', async () => {
    const push = `${head('POST /graphql', await known())}${JSON_TYPE}content-length: ${BODY.length}\r\n\r\n${BODY}`;
    const answers = await exchange(
      port,
      `${head('POST /graphql')}${JSON_TYPE}content-length: 70000\r\n\r\n${'x'.repeat(70_000)}${push}`,
    );
    expect(answers.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(seen.bodiesWanted).toBe(0);
  });

  it('is told apart from one who is: that one may go on when it asks whether to, and is read', async () => {
    const asking = `${head('POST /graphql', await known())}${JSON_TYPE}expect: 100-continue\r\nconnection: close\r\ncontent-length: ${BODY.length}\r\n\r\n`;
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString('latin1');
      if (/^HTTP\/1\.1 100 Continue\r\n\r\n$/.test(answer)) socket.write(BODY);
    });
    socket.write(asking);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
    expect(seen.bodiesWanted).toBe(1);
  });

  it('keeps a connection on which it sent everything at once: no honest client loses it to a token that expired', async () => {
    const wrong = `${head('POST /graphql')}${JSON_TYPE}content-length: ${BODY.length}\r\n\r\n${BODY}`;
    const right = `${head('POST /graphql', await known())}${JSON_TYPE}connection: close\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
    const answers = await exchange(port, wrong + right);
    expect([...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['401', '200']);
  });
});

describeOnSqlite('a request that was let in', (server) => {
  it('is counted from before its body: no caller holds more bodies than it may have requests', async () => {
    const gateway = await openTestGateway(server, { env: { REQUESTS_AT_ONCE_MAX: '2', STREAMS_AT_ONCE_MAX: '1' } });
    await gateway.http.listen({ host: '127.0.0.1', port: 0 });
    const { port } = gateway.http.server.address() as AddressInfo;
    const token = await gateway.token('OPERATOR');
    const held = (url: string) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(
        `POST ${url} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\nauthorization: Bearer ${token}\r\n${JSON_TYPE}content-length: 1000\r\n\r\n[`,
      );
      return socket;
    };
    const caller = 'OPERATOR test-operator';
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const sockets = ['/graphql', '/v1/usage?registration=x', '/graphql/stream'].map(held);
    while (gateway.app.requestsAtOnce.running(caller) < 2 || gateway.app.streamsAtOnce.running(caller) < 1)
      await turn();
    for (const url of ['/graphql', '/v1/usage?registration=x', '/graphql/stream']) {
      const request = `POST ${url} HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\nauthorization: Bearer ${token}\r\n${JSON_TYPE}content-length: 1000\r\n\r\n[`;
      expect(await exchange(port, request)).toMatch(/^HTTP\/1\.1 429 [\s\S]*RATE_LIMITED/);
    }
    sockets.forEach((socket) => socket.destroy());
    while (gateway.app.requestsAtOnce.running(caller) + gateway.app.streamsAtOnce.running(caller) > 0) await turn();
    await gateway.close();
  });

  it('has its whole time when its body is there, however long that took to come', async () => {
    const gateway = await openTestGateway(server, { env: { REQUEST_MS_MAX: '400' } });
    await gateway.http.listen({ host: '127.0.0.1', port: 0 });
    const { port } = gateway.http.server.address() as AddressInfo;
    const request = `POST /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer ${await gateway.token('OPERATOR')}\r\n${JSON_TYPE}content-length: ${BODY.length}\r\n\r\n`;
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.write(request);
    // More than its time: the body comes after that.
    const late = setTimeout(() => socket.write(BODY), 800);
    await new Promise((resolve) => socket.once('close', resolve));
    clearTimeout(late);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    await gateway.close();
  });
});

/** Looks on before anything of ours is registered. */
function watchServer(http: FastifyInstance, seen: Seen): void {
  http.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) seen.routes.push({ method: one, url });
  });
  http.addHook('onSend', async ({ raw }) => {
    if (raw.readableDidRead) seen.readBeforeAnswer += 1;
  });
  http.addHook('preParsing', async ({ method, is404 }) => {
    if (!is404 && !['GET', 'HEAD'].includes(method)) seen.bodiesWanted += 1;
  });
}
