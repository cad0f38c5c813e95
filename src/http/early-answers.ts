import { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { hasBody } from '../access/gate.js';

/** Of a body that nobody reads, so much is thrown away so that its sender comes to read the answer. */
const DISCARDED_BYTES_MAX = 64 * 1024;
/** How long a connection stays for that after its answer. */
const LINGER_MS = 2_000;

/**
 * Closes connections whose request was answered before its body was there. Closed at once, with bytes under way, the
 * connection is reset, and its client may lose the answer that it has not read yet; so what comes is thrown away for a
 * short while first. What follows on such a connection is not looked at.
 */
export function closeAfterEarlyAnswers(server: FastifyInstance): void {
  const leaving = new WeakSet<Socket>();
  server.addHook('onRequest', async (request, reply) => {
    if (leaving.has(request.raw.socket)) return reply.hijack();
  });
  server.addHook('onSend', async (request, reply) => {
    const { raw } = request;
    const isThere = () => raw.complete || raw.readableEnded;
    if (!hasBody(request) || isThere()) return;
    // What came in one piece with its headers is about to be there, and its connection stays.
    await setImmediate();
    if (isThere()) return;
    void reply.header('connection', 'close');
    if (leaving.has(raw.socket)) return;
    leaving.add(raw.socket);
    discardBody(raw);
  });
}

function discardBody(raw: FastifyRequest['raw']): void {
  const { socket } = raw;
  let isAnswered = false;
  let isDone = false;
  let bytes = 0;
  const close = () => Socket.prototype.destroySoon.call(socket);
  const done = () => {
    isDone = true;
    if (isAnswered) close();
  };
  raw.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes < DISCARDED_BYTES_MAX) return;
    raw.pause();
    done();
  });
  raw.once('end', done);
  // Whoever goes away in the middle of it is no fault of ours.
  raw.once('error', done);
  raw.once('close', done);
  // What Node calls when an answer after which the connection closes is written.
  socket.destroySoon = () => {
    isAnswered = true;
    if (isDone) {
      close();
      return;
    }
    socket.end();
    const tooLong = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => clearTimeout(tooLong));
  };
}
