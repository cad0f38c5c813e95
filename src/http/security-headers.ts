import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { DomainError } from '../primitives/errors.js';

/**
 * Answers are data: no page may frame them, sniff another type into them, or run what is in them. The GraphiQL page
 * replaces the policy by its own. Strict-Transport-Security belongs to whoever ends TLS, in front of us.
 */
const HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const;

const REQUEST_ID = /^[\w.:-]{1,64}$/;
const HOST = /^[\w.-]*(?::\d{1,5})?$|^\[[0-9a-f:.]+\](?::\d{1,5})?$/i;

/** The caller's own id for the request where it is a sane one, so that its logs and ours can be laid side by side. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/**
 * Sets the headers of every answer before its route is asked, so that routes may replace them. What somebody's usage is
 * must not lie in a cache: that is said last, and only where the route has not said otherwise.
 */
export function setHeadersOfEveryAnswer(server: FastifyInstance): void {
  server.addHook('onRequest', async (request, reply) => {
    setHeaders(request, reply);
    checkHost(request);
  });
  server.addHook('onSend', async (_request, reply) => {
    // Files set theirs on the response beneath the reply.
    if (reply.hasHeader('cache-control') || reply.raw.hasHeader('cache-control')) return;
    void reply.header('cache-control', 'no-store');
  });
}

/** What is set on every answer; a route may replace it. */
export function setHeaders(request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers(HEADERS).header('x-request-id', request.id);
}

/** Of two Host headers Node takes the first, and who stands in front may take the other (RFC 9112, 3.2). */
function checkHost({ headers, raw }: FastifyRequest): void {
  const given = raw.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  if (given > 1) throw new DomainError('INVALID_INPUT', 'A request has one Host header.', ['host']);
  if (HOST.test(headers.host ?? '')) return;
  throw new DomainError('INVALID_INPUT', 'The Host header names no host.', ['host']);
}
