import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { serveStreams } from './graphql-stream.js';
import { readJsonBody } from './json-body.js';
import { createTrustedDocuments } from './trusted-documents.js';
import type { TrustedDocuments } from './trusted-documents.js';
import { admitRequest } from '../access/admit-request.js';
import type { App } from '../app.js';
import { asUnavailable } from '../database/transaction.js';
import { admissionPlugin } from '../graphql/admission.js';
import { createContext } from '../graphql/context.js';
import type { GatewayContext } from '../graphql/context.js';
import { checkNesting } from '../graphql/document-nesting.js';
import { asGraphqlRefusal, formatError } from '../graphql/errors.js';
import { limitRule, oneOfEachMutationRule } from '../graphql/limits.js';
import { createSchema } from '../graphql/schema.js';
import { DomainError } from '../primitives/errors.js';
import { headersOf, statusOf } from '../primitives/refusal-status.js';

/** Errors of one document or one set of variables that are named; more would map the schema for whoever guesses. */
const ERRORS_MAX = 5;

/** `/graphql`. Answers a caller without a valid token with 401 before anything is executed. */
export async function serveGraphql(server: FastifyInstance, app: App): Promise<void> {
  const { limits, rules } = app.config;
  const documents = createTrustedDocuments(rules.documents);
  const schema = await createSchema();
  const admission = { limits, introspectionRoles: rules.introspectionRoles, buckets: app.costBuckets };
  const shown = formatError((error) => server.log.error(error));
  const apollo = new ApolloServer<GatewayContext>({
    schema,
    formatError: shown,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    // Who may read the schema is a matter of roles, decided for each operation before it runs.
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    documentStore: null,
    parseOptions: { maxLexicalTokens: limits.tokensMax, maxSourceLength: limits.documentLengthMax },
    // Counted before the rules of the language run, some of which take long on documents made for that.
    maxRecursiveSelections: limits.selectionsMax,
    validationRules: [limitRule(limits), oneOfEachMutationRule],
    validationOptions: { maxErrors: ERRORS_MAX },
    executionOptions: { maxCoercionErrors: ERRORS_MAX },
    stopOnTerminationSignals: false,
    plugins: [
      fastifyApolloDrainPlugin(server),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      admissionPlugin(admission),
    ],
  });
  await apollo.start();
  await server.register(async (routes) => {
    readStrictly(routes);
    await routes.register(fastifyApollo(apollo), {
      path: '/graphql',
      method: ['POST', 'GET'],
      context: (request, reply) => contextOf(app, documents, request, reply),
    });
    serveStreams(routes, { ...admission, app, schema, documents, errorsMax: ERRORS_MAX, format: shown });
    routes.route({
      method: ['PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url: '/graphql',
      handler: (_request, reply) =>
        reply
          .status(405)
          .header('allow', 'GET, POST')
          .send(faultBody('BAD_REQUEST', 'Only GET and POST are answered here.')),
    });
  });
}

async function contextOf(
  app: App,
  documents: TrustedDocuments,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<GatewayContext> {
  try {
    const { principal, db } = await admitRequest(app, request, reply);
    const asked = operationOf(request);
    const documentText = documents.documentFor(principal.subject, asked);
    if (typeof asked.query === 'string') checkNesting(asked.query.slice(0, app.config.limits.documentLengthMax));
    return await createContext({ ...app, db }, principal, { requestId: request.id, documentText });
  } catch (error) {
    const fault = asUnavailable(error);
    throw fault instanceof DomainError ? asGraphqlRefusal(fault) : error;
  }
}

/** What the request asks for, wherever it says so. */
function operationOf({ method, body, query }: FastifyRequest): {
  readonly documentId: unknown;
  readonly query: unknown;
} {
  const parts = (method === 'GET' ? query : body) as Readonly<Record<string, unknown>> | null | undefined;
  return { documentId: parts?.['documentId'], query: parts?.['query'] };
}

/** Bodies of this scope are JSON in UTF-8 and nothing else; faults of them have the shape of GraphQL answers. */
function readStrictly(routes: FastifyInstance): void {
  routes.removeAllContentTypeParsers();
  routes.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      done(null, readJsonBody(request, body));
    } catch (error) {
      done(error as Error);
    }
  });
  routes.setErrorHandler((error: Error & { readonly statusCode?: number }, _request, reply) => {
    if (error instanceof DomainError) {
      return reply.status(statusOf(error)).headers(headersOf(error)).send(faultBody(error.code, error.message));
    }
    const status = error.statusCode ?? 500;
    if (status >= 500) throw error;
    return reply.status(status).send(faultBody(CODE_OF_STATUS[status] ?? 'BAD_REQUEST', error.message));
  });
  // What is refused before an operation is known has no extensions yet.
  routes.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode < 400 || typeof payload !== 'string' || !payload.startsWith('{')) return payload;
    const answer = JSON.parse(payload) as { readonly extensions?: object };
    return JSON.stringify({ ...answer, extensions: { ...answer.extensions, requestId: request.id } });
  });
}

const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  413: 'BODY_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

function faultBody(code: string, message: string) {
  return { errors: [{ message, extensions: { code } }] };
}
