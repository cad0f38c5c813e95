import { setTimeout as pause } from 'node:timers/promises';
import { LogController, fastify } from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { serveGraphql } from './graphql-endpoint.js';
import { serveGraphiql } from './graphiql-page.js';
import { closeConnectionsWithServer } from './connections.js';
import { limitConnectionsPerAddress } from './connections-per-address.js';
import { allowOrigins } from './cors.js';
import { closeAfterEarlyAnswers } from './early-answers.js';
import { FOR_EVERYBODY, guardRoutes, logFault } from '../access/gate.js';
import { checkIsNotCompressed } from './json-body.js';
import { logOptions } from './log.js';
import type { LogStream } from './log.js';
import { requestIdOf, setHeaders, setHeadersOfEveryAnswer } from './security-headers.js';
import { serveMetrics } from './metrics.js';
import { serveReadiness } from './readiness.js';
import { serveUsagePush } from './usage-push.js';
import type { App } from '../app.js';
import { asUnavailable } from '../database/faults.js';
import { DomainError } from '../primitives/errors.js';
import { headersOf, statusOf } from '../primitives/refusal-status.js';
import { refuseUnreadableAddress, serveAzureApi } from '../rest/serve-azure-api.js';

/** How long the answer is held to who asks too much: whoever asks again and again at once is slowed down by that. */
const RATE_LIMITED_MS = 250;

/** How long an idle connection is kept: longer than common load balancers keep theirs, so they close first. */
const KEEP_ALIVE_MS = 75_000;

/** How often connections are looked at for requests that take too long to arrive. */
const CHECK_MS = 1_000;

/** What is answered before the gateway is ready. */
const WHILE_STARTING: readonly string[] = ['/healthz', '/readyz'];
const STARTING_RETRY_SECONDS = 5;
const STARTING = { code: 'UNAVAILABLE', message: 'The gateway is starting. Ask again in a moment.' };

/**
 * The HTTP server with all its routes, not listening yet. Left out, `log` is standard output. While it `isStarting`, it
 * says so and does nothing else.
 */
export async function createServer(
  app: App,
  log?: LogStream,
  isStarting: () => boolean = () => false,
): Promise<FastifyInstance> {
  const { bodyBytesMax, logLevel, limits, rules } = app.config;
  const server = fastify({
    // Azure's clients write the same path in several ways.
    routerOptions: { caseSensitive: false },
    bodyLimit: bodyBytesMax,
    requestTimeout: limits.receiveMsMax,
    http: {
      headersTimeout: Math.min(limits.headersMsMax, limits.receiveMsMax),
      connectionsCheckingInterval: Math.min(CHECK_MS, limits.headersMsMax, limits.receiveMsMax),
      maxHeaderSize: limits.headerBytesMax,
    },
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    trustProxy: rules.trustedProxies.length > 0 && [...rules.trustedProxies],
    genReqId: requestIdOf,
    // Addresses that cannot be read match no route, and so run no hooks.
    frameworkErrors: (error, request, reply) => {
      setHeaders(request, reply);
      void reply.header('cache-control', 'no-store');
      if (!refuseUnreadableAddress(app, request, reply)) void answerError(error, request, reply);
    },
    logger: logOptions(logLevel, log),
    logController: new LogController({ disableRequestLogging: true }),
  });
  server.server.maxConnections = limits.connectionsMax;
  closeConnectionsWithServer(server);
  limitConnectionsPerAddress(server, { max: limits.connectionsPerAddressMax, proxies: rules.trustedProxies });
  closeAfterEarlyAnswers(server);
  setHeadersOfEveryAnswer(server);
  if (rules.corsOrigins.length > 0) await allowOrigins(server, rules.corsOrigins);
  server.addHook('onRequest', async (request, reply) => {
    if (!isStarting() || WHILE_STARTING.includes(request.routeOptions.url ?? '')) return;
    await reply.status(503).header('retry-after', String(STARTING_RETRY_SECONDS)).send({ error: STARTING });
  });
  guardRoutes(server, app);
  server.addHook('onRequest', async (request) => checkIsNotCompressed(request));
  server.addHook('onSend', async (_request, reply) => {
    if (reply.statusCode === 429) await pause(RATE_LIMITED_MS);
  });
  server.setErrorHandler((error: FastifyError | Error, request, reply) => answerError(error, request, reply));
  server.setNotFoundHandler((_request, reply) =>
    reply.status(404).send({ error: { code: 'NOT_FOUND', message: 'There is nothing at this address.' } }),
  );
  // Of this process alone: whoever restarts what is not alive would restart every gateway when their database hangs.
  server.get('/healthz', FOR_EVERYBODY, (_request, reply) => reply.send({ status: 'ok' }));
  serveReadiness(server, app, isStarting);
  serveMetrics(server, app);
  server.get('/', FOR_EVERYBODY, (_request, reply) => reply.redirect('/graphiql/'));
  await serveUsagePush(server, app);
  await serveAzureApi(server, app);
  await serveGraphql(server, app);
  await serveGraphiql(server, app.graphiqlFolder);
  return server;
}

/** Refusals say why; what went wrong inside goes to the log alone. */
function answerError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply) {
  const fault = asUnavailable(error);
  if (fault instanceof DomainError) {
    const { code, message, field } = fault;
    if (code === 'UNAVAILABLE') logFault(request, error);
    return reply
      .status(statusOf(fault))
      .headers(headersOf(fault))
      .send({ error: { code, message, ...(field.length > 0 && { field }) } });
  }
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status < 500) return reply.status(status).send({ error: ofFastify(status) });
  request.log.error(error);
  return reply.status(500).send({
    error: { code: 'INTERNAL', message: 'Something went wrong here. It is in the log of the gateway.' },
  });
}

function ofFastify(status: number): { readonly code: string; readonly message: string } {
  switch (status) {
    case 413:
      return {
        code: 'BODY_TOO_LARGE',
        message: 'The body is longer than BODY_BYTES_MAX allows. Send smaller batches.',
      };
    case 415:
      return { code: 'UNSUPPORTED_MEDIA_TYPE', message: 'This content type is not read here.' };
    default:
      return { code: 'BAD_REQUEST', message: 'The request cannot be read.' };
  }
}
