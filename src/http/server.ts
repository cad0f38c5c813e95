import { LogController, fastify } from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';

import { serveGraphql } from './graphql-endpoint.js';
import { serveGraphiql } from './graphiql-page.js';
import { serveUsagePush } from './usage-push.js';
import type { App } from '../app.js';
import { DomainError } from '../primitives/errors.js';
import type { ErrorCode } from '../primitives/errors.js';
import { serveAzureApi } from '../rest/serve-azure-api.js';

const REQUEST_TIMEOUT_MS = 60_000;
/** How long an idle connection is kept: longer than common load balancers keep theirs, so they close first. */
const KEEP_ALIVE_MS = 75_000;

const STATUS: Partial<Readonly<Record<ErrorCode, number>>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  RegistrationNotFound: 404,
  NOT_FOUND: 404,
  BATCH_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
};

/** The HTTP server with all its routes, not listening yet. */
export async function createServer(app: App): Promise<FastifyInstance> {
  const { bodyBytesMax, logLevel } = app.config;
  const server = fastify({
    // Azure's clients write the same path in several ways.
    routerOptions: { caseSensitive: false },
    bodyLimit: bodyBytesMax,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    logger: { level: logLevel, redact: ['req.headers.authorization'] },
    logController: new LogController({ disableRequestLogging: true }),
  });
  server.setErrorHandler((error: FastifyError | Error, _request, reply) => answerError(server, error, reply));
  server.setNotFoundHandler((_request, reply) =>
    reply.status(404).send({ error: { code: 'NOT_FOUND', message: 'There is nothing at this address.' } }),
  );
  server.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
  });
  server.get('/healthz', async (_request, reply) => {
    await app.db.reader.query('SELECT 1 AS alive');
    return reply.send({ status: 'ok' });
  });
  server.get('/', (_request, reply) => reply.redirect('/graphiql/'));
  await serveUsagePush(server, app);
  await serveAzureApi(server, app);
  await serveGraphql(server, app);
  await serveGraphiql(server, app.graphiqlFolder);
  return server;
}

/** Refusals say why; what went wrong inside goes to the log alone. */
function answerError(server: FastifyInstance, error: FastifyError | Error, reply: FastifyReply) {
  if (error instanceof DomainError) {
    const { code, message, field } = error;
    if (code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
    return reply.status(STATUS[code] ?? 400).send({ error: { code, message, ...(field.length > 0 && { field }) } });
  }
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  if (status < 500) return reply.status(status).send({ error: ofFastify(status) });
  server.log.error(error);
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
