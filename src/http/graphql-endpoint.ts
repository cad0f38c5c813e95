import { ApolloServer, HeaderMap } from '@apollo/server';
import type { HTTPGraphQLRequest } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DocumentNode, FormattedExecutionResult } from 'graphql';

import { beginRequest, callerAt, logFault, refuseMethods } from '../access/gate.js';
import { callerNameOf } from '../access/principal.js';
import { serveStreams } from './graphql-stream.js';
import { readJsonBody } from './json-body.js';
import { createTrustedDocuments } from './trusted-documents.js';
import type { TrustedDocuments } from './trusted-documents.js';
import type { App } from '../app.js';
import { asUnavailable } from '../database/faults.js';
import { admissionPlugin } from '../graphql/admission/admission.js';
import { createContext } from '../graphql/context.js';
import type { GatewayContext } from '../graphql/context.js';
import { RefusedDocument, createDocumentReader } from '../graphql/admission/document-reader.js';
import type { DocumentReader } from '../graphql/admission/document-reader.js';
import { createDocumentStore } from '../graphql/admission/document-store.js';
import { createDocumentsForApollo } from '../graphql/admission/documents-for-apollo.js';
import type { DocumentsForApollo } from '../graphql/admission/documents-for-apollo.js';
import { asGraphqlRefusal, faultLog, formatError } from '../graphql/errors.js';
import { createExecutor, forApollo } from '../graphql/execution/executor.js';
import { createSchema } from '../graphql/schema.js';
import { DomainError } from '../primitives/errors.js';
import { headersOf, statusOf } from '../primitives/refusal-status.js';
import { hasLongList, jsonBytes } from '../primitives/utf8-writer.js';

/** Errors of one document or one set of variables that are named; more would map the schema for whoever guesses. */
const ERRORS_MAX = 5;

/** Bytes of a body that cost a point. Most bodies are shorter. */
const BYTES_PER_POINT = 512;

/** `/graphql`. Answers a caller without a valid token with 401 before anything is executed. */
export async function serveGraphql(server: FastifyInstance, app: App): Promise<void> {
  const { limits, rules } = app.config;
  const documents = createTrustedDocuments(rules.documents);
  const admission = { limits, introspectionRoles: rules.introspectionRoles, buckets: app.costBuckets };
  const served = await createSchema();
  const executor = createExecutor({ ...app.config.execution, ...served, errorsMax: ERRORS_MAX });
  const { gateway, plugin: answering } = forApollo(served.schema, executor);
  const isTrusted = (hash: string) => documents.isTrusted(hash);
  const kept = createDocumentStore({ documentsMax: app.config.execution.documentsKeptMax, isTrusted });
  const { schema } = served;
  const reader = createDocumentReader({
    schema,
    limits,
    buckets: app.costBuckets,
    kept,
    isTrusted,
    errorsMax: ERRORS_MAX,
  });
  const forThisRequest = createDocumentsForApollo();
  const apollo = new ApolloServer<GatewayContext>({
    gateway,
    formatError,
    logger: server.log,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    // Who may read the schema is a matter of roles, decided for each operation before it runs.
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    documentStore: forThisRequest.store,
    // What the reader has not read is not read at all.
    parseOptions: { maxLexicalTokens: 1 },
    stringifyResult: textOf,
    stopOnTerminationSignals: false,
    plugins: [
      fastifyApolloDrainPlugin(server),
      faultLog(({ requestId, error }) => server.log.error({ reqId: requestId, err: error })),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      admissionPlugin(admission),
      answering,
    ],
  });
  await apollo.start();
  await server.register(async (routes) => {
    readStrictly(routes, app, Math.min(app.config.bodyBytesMax, limits.graphqlBytesMax));
    routes.route({
      method: ['POST', 'GET'],
      url: '/graphql',
      handler: async (request, reply) => {
        const answer = await apollo.executeHTTPGraphQLRequest({
          httpGraphQLRequest: httpRequestOf(request),
          context: () => contextOf({ app, documents, reader, forThisRequest }, request, reply),
        });
        // Answers in parts are made by `@defer` alone, which the schema does not have.
        if (answer.body.kind !== 'complete') throw new Error('GraphQL answered in parts.');
        void reply.code(answer.status ?? 200);
        for (const [name, value] of answer.headers) void reply.header(name, value);
        return reply.send(answer.body.string);
      },
    });
    serveStreams(routes, { ...admission, app, schema, reader, documents, errorsMax: ERRORS_MAX });
    refuseMethods(routes, {
      url: '/graphql',
      methods: ['PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      allowed: 'GET, POST',
      body: () => faultBody('BAD_REQUEST', 'Only GET and POST are answered here.'),
    });
  });
}

/**
 * The answer as text, without the line break that Apollo adds by itself: for that, the text of a page is copied. A long
 * one is bytes already, which Apollo hands on as it would text. Nobody looks at the data afterwards, but objects of
 * Apollo that live on for a while hold it: emptied, a page is forgotten at the next collection of young objects instead
 * of being copied by several, which takes a sixth of its processor time.
 */
function textOf(result: FormattedExecutionResult): string {
  const text = hasLongList(result) ? (jsonBytes(result) as unknown as string) : JSON.stringify(result);
  for (const field in result.data) result.data[field] = null;
  return text;
}

function httpRequestOf({ method, url, headers, body }: FastifyRequest): HTTPGraphQLRequest {
  const given = new HeaderMap();
  for (const name in headers) {
    const value = headers[name];
    if (value) given.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const search = url.indexOf('?');
  return { method, headers: given, search: search < 0 ? '' : url.slice(search), body };
}

/** What the context of a request is made with. */
interface Asked {
  readonly app: App;
  readonly documents: TrustedDocuments;
  readonly reader: DocumentReader;
  readonly forThisRequest: DocumentsForApollo;
}

async function contextOf(
  { app, documents, reader, forThisRequest }: Asked,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<GatewayContext> {
  try {
    const { principal, db } = beginRequest(request);
    const asked = operationOf(request);
    const documentText = documents.documentFor(principal.subject, asked);
    const text = documentText ?? asked.query;
    let refusal: GatewayContext['refusal'] = null;
    if (typeof text === 'string' && text !== '') {
      const read = await orRefused(reader.read(text, callerNameOf(principal)));
      if (read instanceof RefusedDocument) refusal = read.errors;
      else reply.raw.once('close', forThisRequest.hold(text, read));
    }
    return await createContext({ ...app, db }, principal, { requestId: request.id, documentText, refusal });
  } catch (error) {
    const fault = asUnavailable(error);
    if (fault instanceof DomainError && fault.code !== 'UNAVAILABLE') throw asGraphqlRefusal(fault);
    request.log.error(error);
    throw fault instanceof DomainError ? asGraphqlRefusal(fault) : error;
  }
}

async function orRefused(reading: Promise<DocumentNode>): Promise<DocumentNode | RefusedDocument> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof RefusedDocument) return error;
    throw error;
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
function readStrictly(routes: FastifyInstance, { costBuckets }: App, bodyBytesMax: number): void {
  routes.removeAllContentTypeParsers();
  const json = { parseAs: 'buffer', bodyLimit: bodyBytesMax } as const;
  routes.addContentTypeParser('application/json', json, (request, body: Buffer, done) => {
    try {
      costBuckets.take(callerNameOf(callerAt(request)), Math.floor(body.length / BYTES_PER_POINT));
      done(null, readJsonBody(request, body));
    } catch (error) {
      done(error as Error);
    }
  });
  routes.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
    const fault = asUnavailable(error);
    if (fault instanceof DomainError) {
      if (fault.code === 'UNAVAILABLE') logFault(request, error);
      return reply.status(statusOf(fault)).headers(headersOf(fault)).send(faultBody(fault.code, fault.message));
    }
    const status = error.statusCode ?? 500;
    if (status >= 500) throw error;
    const message =
      status === 413
        ? `The body is longer than the ${bodyBytesMax} bytes of GRAPHQL_BYTES_MAX. ${SMALLER}`
        : error.message;
    return reply.status(status).send(faultBody(CODE_OF_STATUS[status] ?? 'BAD_REQUEST', message));
  });
  // What is refused before an operation is known has no extensions yet.
  routes.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode < 400 || typeof payload !== 'string' || !payload.startsWith('{')) return payload;
    const answer = JSON.parse(payload) as { readonly extensions?: object };
    return JSON.stringify({ ...answer, extensions: { ...answer.extensions, requestId: request.id } });
  });
}

const SMALLER = 'Ask for less at once; usage in batches is sent to /v1/usage.';

const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  413: 'BODY_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

function faultBody(code: string, message: string) {
  return { errors: [{ message, extensions: { code } }] };
}
