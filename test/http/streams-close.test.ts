/**
 * A gateway that stops with streams open: however their readers behave, it stops, says so to those who listen, and
 * leaves nothing behind. It is tried many times, for a stop that hangs now and then hangs in one of many.
 */
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

import { createServer } from '../../src/http/server.js';
import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { registerStamp } from '../support/world.js';

/** Each round has its own mix of busy or idle, before or after, at once or a turn later; after 12 they come again. */
const ROUNDS = 50;
/** How many turns of the event loop after the first request the gateway stops, at the latest. */
const TURNS_MAX = 48;
const QUERY = 'subscription { windowClosed { closedBefore registration { name } } }';

describeOnSqlite('a gateway that stops', (server) => {
  let gateway: TestGateway;
  let token: string;
  const servers: FastifyInstance[] = [];
  let day = Date.parse('2026-01-01T00:00:00Z') / 86_400_000;
  beforeAll(async () => {
    gateway = await openTestGateway(server, { env: { LIVE_STALL_MS_MAX: '600000', STREAMS_AT_ONCE_MAX: '100' } });
    await registerStamp(gateway.app);
    token = await gateway.token('OPERATOR');
  });
  afterAll(async () => {
    await Promise.all(servers.map((http) => http.close()));
    await gateway.close();
  });

  /** What a reader does once its stream is open, before the gateway stops. */
  const readers: readonly ((socket: Socket) => void)[] = [
    () => undefined,
    // Has closed its half of the connection.
    (socket) => socket.end(),
    // Goes away in silence, or breaks off.
    (socket) => socket.destroy(),
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.pause(),
  ];

  it(`stops ${ROUNDS} times with readers that wait, half close, go away, break off and pause; idle and busy`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { http, port } = await serve();
      const opened = await Promise.all(readers.map(() => openRaw(port)));
      expect(gateway.app.live.counts().open).toBe(readers.length);
      const isBusy = round % 2 === 1;
      if (isBusy) await change();
      const ticking = isBusy ? gateway.app.live.tick() : Promise.resolve();
      if (round % 4 === 3) await ticking;
      opened.forEach(({ socket }, index) => readers[index]?.(socket));
      if (round % 3 === 0) await aTurn();
      await http.close();
      await ticking;
      expect(gateway.app.live.counts().open).toBe(0);
      expect(gateway.app.streamsAtOnce.running('OPERATOR test-operator')).toBe(0);
      expect(await connectionsOf(http.server)).toBe(0);
      const [waiting] = opened;
      await waiting?.closed;
      expect(waiting?.received()).toMatch(/event: complete\ndata: ?\n\n/);
      for (const { socket } of opened) socket.destroy();
    }
  }, 120_000);

  it('stops while streams are being opened: each is open and completed, or refused', async () => {
    for (let turns = 0; turns <= TURNS_MAX; turns += 2) {
      const { http, port } = await serve();
      const opening = Array.from({ length: 4 }, () => sendRaw(port));
      for (let turn = 0; turn < turns; turn += 1) await aTurn();
      await http.close();
      await Promise.all(opening.map(({ closed }) => closed));
      for (const { received } of opening) {
        if (received().includes(' 200 ')) expect(received()).toContain('event: complete');
      }
      expect(gateway.app.live.counts().open).toBe(0);
      expect(await connectionsOf(http.server)).toBe(0);
    }
  }, 120_000);

  it('does not wait for who says nothing, nor keeps a connection after the answer that was on its way', async () => {
    const { http, port } = await serve();
    const silent = connect({ port, host: '127.0.0.1' });
    await new Promise<void>((resolve) => silent.once('connect', () => resolve()));
    const began = new Promise<void>((resolve) => http.server.once('request', () => resolve()));
    const asking = sendRaw(port, '/graphql', { query: '{ registrations { nodes { name } } }' });
    await began;
    await http.close();
    await asking.closed;
    expect(asking.received()).toContain('{"data":{"registrations":{"nodes":[{"name":"hub"}]}}');
    silent.destroy();
  });

  async function serve() {
    const http = await createServer(gateway.app);
    servers.push(http);
    await http.listen({ host: '127.0.0.1', port: 0 });
    return { http, port: (http.server.address() as AddressInfo).port };
  }

  /** Closes another day, so that streams have something to tell. */
  async function change(): Promise<void> {
    day += 1;
    await gateway.app.db.inTransaction((tx) => tx.execute('UPDATE registration SET closed_before_day = ?', [day]));
  }

  interface Raw {
    readonly socket: Socket;
    readonly received: () => string;
    readonly closed: Promise<void>;
  }

  function sendRaw(port: number, path = '/graphql/stream', sent: object = { query: QUERY }): Raw {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let received = '';
    socket.on('data', (data) => (received += data.toString()));
    socket.on('error', () => undefined);
    socket.on('end', () => socket.end());
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    const body = JSON.stringify(sent);
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n` +
        `accept: ${path === '/graphql' ? '*/*' : 'text/event-stream'}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    return { socket, received: () => received, closed };
  }

  async function openRaw(port: number): Promise<Raw> {
    const raw = sendRaw(port);
    while (!raw.received().includes('\n:\n\n')) await new Promise((resolve) => raw.socket.once('data', resolve));
    return raw;
  }
});

const aTurn = () => new Promise((resolve) => setImmediate(resolve));

function connectionsOf(server: { getConnections(done: (error: Error | null, count: number) => void): void }) {
  return new Promise<number>((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
