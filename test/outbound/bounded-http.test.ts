import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

import { exchange } from '../../src/outbound/bounded-http.js';
import type { HttpQuestion } from '../../src/outbound/bounded-http.js';

let server: Server;
let paths: string[];
let answer: RequestListener;

beforeAll(async () => {
  server = createServer((request, response) => {
    paths.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => (paths = []));
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function ask(more: Partial<HttpQuestion> = {}) {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/first`;
  return exchange({ url, method: 'GET', headers: {}, timeoutMs: 20_000, bytesMax: 1_000, ...more });
}

describe('an exchange over HTTP', () => {
  it('answers what came whole, whatever its status says', async () => {
    answer = (_, response) => response.writeHead(503, { 'retry-after': '7' }).end('x'.repeat(1_000));
    const { status, headers, bytes } = await ask();
    expect({ status, wait: headers.get('retry-after'), length: bytes.length }).toEqual({
      status: 503,
      wait: '7',
      length: 1_000,
    });
  });

  it('does not follow a redirection, and reads nothing of its body', async () => {
    answer = (_, response) => response.writeHead(307, { location: '/second' }).end('x'.repeat(5_000));
    const { status, bytes } = await ask({ headers: { authorization: 'Bearer secret' } });
    expect({ status, length: bytes.length, paths }).toEqual({ status: 307, length: 0, paths: ['/first'] });
  });

  it('reads no more than is allowed, counted as it is unpacked', async () => {
    answer = (_, response) => response.end('x'.repeat(1_001));
    await expect(ask()).rejects.toMatchObject({ kind: 'TOO_LONG' });
    const bomb = gzipSync(Buffer.alloc(1_000_000));
    expect(bomb.length).toBeLessThan(2_000);
    answer = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    await expect(ask({ bytesMax: 2_000 })).rejects.toMatchObject({ kind: 'TOO_LONG' });
  });

  it('ends within its time, also when a body has begun and never ends', async () => {
    answer = (_, response) => void response.write('x');
    await expect(ask({ timeoutMs: 200 })).rejects.toMatchObject({ kind: 'TIMED_OUT' });
  });

  it('ends when nobody waits for it any more', async () => {
    const waiting = new AbortController();
    answer = () => waiting.abort();
    await expect(ask({ signal: waiting.signal })).rejects.toMatchObject({ kind: 'ABORTED' });
  });

  it('says nothing of question or answer when the connection breaks', async () => {
    answer = (request) => void request.socket.destroy();
    const failure: unknown = await ask({ headers: { authorization: 'Bearer secret' } }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ kind: 'UNREACHABLE', message: 'There is no answer: UNREACHABLE.' });
  });
});
