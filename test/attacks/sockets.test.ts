/** What no client library sends, byte by byte over a socket of this machine. Few connections, each with an end. */
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { exchange, sendQuery } from '../support/raw-request.js';

const BODY = '{"query":"{ __typename }"}';
const LINE = 'POST /graphql HTTP/1.1\r\nhost: localhost\r\n';

describeOnSqlite('bytes that attack', (server) => {
  let gateway: TestGateway;
  let port: number;
  beforeAll(async () => {
    gateway = await openTestGateway(server, { env: { HEADERS_MS_MAX: '700', RECEIVE_MS_MAX: '1400' } });
    await gateway.http.listen({ host: '127.0.0.1', port: 0 });
    port = (gateway.http.server.address() as AddressInfo).port;
  });
  afterAll(() => gateway.close());

  const known = async (at = gateway) => `authorization: Bearer ${await at.token('OPERATOR')}\r\n`;

  it('A38 slow headers: 408 within their limit', async () => {
    const began = performance.now();
    expect(await exchange(port, `${LINE}x-padding: ${'x'.repeat(1_000)}`, { slowly: true })).toMatch(
      /^HTTP\/1\.1 408 /,
    );
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('A38 a connection that stops in the middle of its headers: 408', async () => {
    expect(await exchange(port, LINE)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('A38 slow body: 408 within its limit', async () => {
    const began = performance.now();
    const head = `${LINE}${await known()}content-type: application/json\r\ncontent-length: 1000\r\n\r\n{`;
    expect(await exchange(port, head)).toMatch(/^HTTP\/1\.1 408 /);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it.each([
    ['length and chunks', `content-length: ${BODY.length}\r\ntransfer-encoding: chunked\r\n\r\n${BODY}`],
    ['two lengths', `content-length: 5\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`],
    ['a signed length', `content-length: +${BODY.length}\r\n\r\n${BODY}`],
    ['an obscured transfer-encoding', `transfer-encoding: xchunked\r\n\r\n${BODY}`],
    ['chunks that are not last', 'transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
    ['a bad chunk', 'transfer-encoding: chunked\r\n\r\nzz\r\n\r\n'],
    ['a header without a name', ': x\r\n\r\n'],
    ['a space before the colon', 'content-length : 5\r\n\r\nhello'],
    ['a NUL in a header', 'x-a: b\0c\r\n\r\n'],
  ])('A39 smuggling by %s: 400, and the connection is closed', async (_what, rest) => {
    const second = `${LINE}content-length: 0\r\n\r\n`;
    const answers = await exchange(port, `${LINE}content-type: application/json\r\n${rest}${second}`);
    expect(answers).toMatch(/^HTTP\/1\.1 400 /);
    expect(answers.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  it('A39 headers of twenty kilobytes: 431', async () => {
    expect(await exchange(port, `${LINE}x-padding: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('A39 a request line that is none, or another protocol: 400', async () => {
    for (const bytes of ['GARBAGE\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03']) {
      expect(await exchange(port, bytes)).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  it('A36 a body without end: is cut off at its limit, whatever it says of its length', async () => {
    const small = await openTestGateway(server, { env: { BODY_BYTES_MAX: '2048' } });
    await small.http.listen({ host: '127.0.0.1', port: 0 });
    const chunk = `400\r\n${'x'.repeat(1_024)}\r\n`;
    const head = `${LINE}${await known(small)}content-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n`;
    const { port: smallPort } = small.http.server.address() as AddressInfo;
    expect(await exchange(smallPort, `${head}${chunk.repeat(4)}0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /);
    await small.close();
  });

  it('idle connections of one address shut out nobody else, and a proxy has as many as it needs', async () => {
    const few = await openTestGateway(server, { env: { CONNECTIONS_PER_ADDRESS_MAX: '3' } });
    const proxied = await openTestGateway(server, {
      env: { CONNECTIONS_PER_ADDRESS_MAX: '3', TRUSTED_PROXIES: '127.0.0.1/32' },
    });
    const connectionsOf = async (to: TestGateway) => {
      await to.http.listen({ host: '127.0.0.1', port: 0 });
      const { port: at } = to.http.server.address() as AddressInfo;
      const idle = await Promise.all(Array.from({ length: 3 }, () => idleOn(at)));
      const ask = (from: string) =>
        exchange(at, 'GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n', { from });
      const answers = [await ask('127.0.0.1'), await ask('127.0.0.2')];
      idle[0]?.destroy();
      while ((await count(to)) > 2) await new Promise((resolve) => setImmediate(resolve));
      answers.push(await ask('127.0.0.1'));
      idle.forEach((socket) => socket.destroy());
      await to.close();
      return answers.map((answer) => answer.slice(0, 15));
    };
    expect(await connectionsOf(few)).toEqual(['', 'HTTP/1.1 200 OK', 'HTTP/1.1 200 OK']);
    expect(await connectionsOf(proxied)).toEqual(['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK', 'HTTP/1.1 200 OK']);
  });

  it('A36 who goes away in the middle of a body is no fault, and nor is what is refused: nothing is logged', async () => {
    const logged = await openTestGateway(server, { env: { LOG_LEVEL: 'info' } });
    await logged.http.listen({ host: '127.0.0.1', port: 0 });
    const { port: at } = logged.http.server.address() as AddressInfo;
    const caller = 'OPERATOR test-operator';
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    for (const line of ['POST /graphql', 'POST /v1/usage?registration=x', 'PUT /subscriptions/x/y']) {
      const socket = connect(at, '127.0.0.1');
      socket.write(
        `${line} HTTP/1.1\r\nhost: localhost\r\n${await known(logged)}content-type: application/json\r\ncontent-length: 1000\r\n\r\n{`,
      );
      while (logged.app.requestsAtOnce.running(caller) === 0) await turn();
      socket.destroy();
      while (logged.app.requestsAtOnce.running(caller) > 0) await turn();
    }
    await sendQuery(logged, `{ ${'a { '.repeat(300)}`);
    await sendQuery(logged, '{ viewer { nothing } }');
    await logged.close();
    expect(logged.log.filter((entry) => !entry.includes('Server listening'))).toEqual([]);
  });

  it('serves honest requests as before', async () => {
    const honest = `${LINE}content-type: application/json\r\ncontent-length: ${BODY.length}\r\nauthorization: Bearer ${await gateway.token('OPERATOR')}\r\nconnection: close\r\n\r\n${BODY}`;
    expect(await exchange(port, honest)).toMatch(/^HTTP\/1\.1 200 [\s\S]*"__typename":"Query"/);
  });
});

async function idleOn(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

function count({ http }: TestGateway): Promise<number> {
  return new Promise((resolve) => http.server.getConnections((_error, connections) => resolve(connections)));
}
