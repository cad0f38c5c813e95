import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Lets a server that closes end as soon as what it was asked is answered. Node waits for each connection to be closed,
 * but closes only those that are idle at that moment: one whose answer is on its way would be kept alive after it, and
 * one that never sent anything is not called idle at all, so that either could hold up the end for a minute.
 */
export function closeConnectionsWithServer(server: FastifyInstance): void {
  /** Requests that are not wholly answered, by connection. */
  const running = new Map<Socket, number>();
  let isClosing = false;
  const leave = (socket: Socket) => {
    if (isClosing && running.get(socket) === 0) socket.destroySoon();
  };
  server.server.on('connection', (socket) => {
    running.set(socket, 0);
    socket.once('close', () => running.delete(socket));
    // The door is not shut yet, but nobody comes in any more.
    leave(socket);
  });
  server.server.on('request', ({ socket }, response) => {
    running.set(socket, (running.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (running.get(socket) ?? 1) - 1;
      if (!socket.destroyed) running.set(socket, left);
      leave(socket);
    });
  });
  server.addHook('preClose', async () => {
    isClosing = true;
    for (const socket of running.keys()) leave(socket);
  });
}
