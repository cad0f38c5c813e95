/** A proxy stands in front and keeps its connections: one client's bytes must never become another's. */
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { exchange } from '../support/raw-request.js';

const BODY = '{"query":"{ viewer { subject } }"}';

describeOnSqlite('a gateway behind a proxy', (server) => {
  let gateway: TestGateway;
  let proxy: Awaited<ReturnType<typeof openProxy>>;
  beforeAll(async () => {
    gateway = await openTestGateway(server, { env: { TRUSTED_PROXIES: '127.0.0.1/32' } });
    await gateway.http.listen({ host: '127.0.0.1', port: 0 });
    proxy = await openProxy((gateway.http.server.address() as AddressInfo).port);
  });
  afterAll(async () => {
    proxy.close();
    await gateway.close();
  });

  const asked = async (who: 'OPERATOR' | null = 'OPERATOR') => {
    const token = who === null ? '' : `authorization: Bearer ${await gateway.token(who)}\r\n`;
    return `POST /graphql HTTP/1.1\r\nhost: localhost\r\n${token}content-type: application/json\r\nconnection: close\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
  };

  it('answers each client its own, also when others are refused early over the same connections', async () => {
    const honest = await asked();
    const large = 'x'.repeat(300_000);
    const refused = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${large.length}\r\n\r\n${large}`;
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_unused, at) => exchange(proxy.port, at % 2 === 0 ? honest : refused)),
      );
      answers.forEach((answer, at) => {
        if (at % 2 === 0) expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*"subject":"test-operator"/);
        // The proxy may be cut off while it still sends what nobody reads; it says so to that client alone.
        else expect(answer).toMatch(/^HTTP\/1\.1 (401|502) /);
      });
    }
  });

  it('does nothing of what is hidden in a body that it refused: the next client gets its own answer', async () => {
    const hidden = `GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n`;
    const smuggled = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${hidden.length}\r\n\r\n${hidden}`;
    for (let round = 0; round < 5; round += 1) {
      expect(await exchange(proxy.port, smuggled)).toMatch(/^HTTP\/1\.1 401 /);
      expect(await exchange(proxy.port, await asked())).toMatch(/^HTTP\/1\.1 200 [\s\S]*"subject":"test-operator"/);
    }
  });

  it.each([
    ['length and chunks', `content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two lengths', `content-length: 5\r\ncontent-length: 6\r\n\r\nhello`],
    [
      'a folded header',
      `x-a: b\r\n transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n`,
    ],
  ])('closes the connection of a proxy that passed on %s, and answers nothing behind it', async (_what, rest) => {
    const { port } = gateway.http.server.address() as AddressInfo;
    const answers = await exchange(port, `POST /graphql HTTP/1.1\r\nhost: localhost\r\n${rest}${await asked()}`);
    expect(answers).toMatch(/^HTTP\/1\.1 400 /);
    expect(answers.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });

  it('keeps the connections of the proxy when a client goes away in the middle of an answer or a stream', async () => {
    const token = await gateway.token('OPERATOR');
    const stream = await new Promise<{ destroy(): void }>((resolve, reject) => {
      const asking = request(
        {
          port: proxy.port,
          method: 'POST',
          path: '/graphql/stream',
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            accept: 'text/event-stream',
          },
        },
        resolve,
      );
      asking.on('error', reject);
      asking.end('{"query":"subscription { reportChanged { change } }"}');
    });
    stream.destroy();
    expect(await exchange(proxy.port, await asked())).toMatch(/^HTTP\/1\.1 200 [\s\S]*"subject":"test-operator"/);
  });
});

describeOnSqlite('what says who is behind a proxy', (server) => {
  it.each([
    ['nobody in front is believed', '203.0.113.9', { 'x-forwarded-for': '198.51.100.7' }, '203.0.113.9'],
    [
      'the nearest that is no proxy of ours counts',
      '10.0.0.1',
      { 'x-forwarded-for': '1.2.3.4, 198.51.100.7, 10.9.9.9' },
      '198.51.100.7',
    ],
    ['the proxy’s IPv6 address is known', 'fd00::1', { 'x-forwarded-for': '2001:db8::7' }, '2001:db8::7'],
    [
      'an IPv4 proxy on an IPv6 socket is known',
      '::ffff:10.0.0.1',
      { 'x-forwarded-for': '198.51.100.7' },
      '198.51.100.7',
    ],
    ['Forwarded is not read', '10.0.0.1', { forwarded: 'for=198.51.100.7;host=evil.example' }, '10.0.0.1'],
  ])('%s', async (_what, remoteAddress, headers, ip) => {
    const gateway = await openTestGateway(server, { env: { TRUSTED_PROXIES: '10.0.0.0/8,fd00::/8' } });
    const seen: string[] = [];
    gateway.http.addHook('onRequest', async (asked) => void seen.push(asked.ip));
    await gateway.http.inject({ url: '/healthz', remoteAddress, headers });
    expect(seen).toEqual([ip]);
    await gateway.close();
  });

  it.each(['x', '', ',', '1.2.3', '999.1.1.1', '"; drop', '\u00ff', '1.2.3.4:80', '[::1]:80'])(
    'X-Forwarded-For %j from the proxy breaks nothing',
    async (value) => {
      const gateway = await openTestGateway(server, { env: { TRUSTED_PROXIES: '10.0.0.0/8', LOG_LEVEL: 'info' } });
      const headers = {
        'x-forwarded-for': value,
        'x-forwarded-proto': value,
        authorization: `Bearer ${await gateway.token('OPERATOR')}`,
      };
      const answer = await gateway.http.inject({
        ...{ method: 'POST', url: '/graphql', remoteAddress: '10.0.0.1', headers },
        payload: { query: '{ viewer { subject } }' },
      });
      expect(answer.statusCode).toBe(200);
      expect(gateway.log).toEqual([]);
      await gateway.close();
    },
  );
});

/** As common proxies do: few connections to the gateway, kept, and used for whoever comes next. */
async function openProxy(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const server = createServer((incoming, outgoing) => {
    const { method, url: path, headers, socket } = incoming;
    const { connection: _connection, ...rest } = headers;
    const forwarded = { ...rest, 'x-forwarded-for': socket.remoteAddress ?? '' };
    const passed = request({ agent, host: '127.0.0.1', port, method, path, headers: forwarded }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, connection: 'close' });
      answer.on('error', () => outgoing.destroy());
      answer.pipe(outgoing);
    });
    passed.on('error', () => {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502, { connection: 'close' }).end();
    });
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) passed.destroy();
    });
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
}
