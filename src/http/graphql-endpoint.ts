import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import { GraphQLError } from 'graphql';

import { authenticate } from './authenticate.js';
import type { App } from '../app.js';
import { createContext } from '../graphql/context.js';
import type { GatewayContext } from '../graphql/context.js';
import { formatError } from '../graphql/errors.js';
import { DOCUMENT_LENGTH_MAX, TOKENS_MAX, depthRule } from '../graphql/limits.js';
import { createSchema } from '../graphql/schema.js';
import { DomainError } from '../primitives/errors.js';

/** `POST /graphql`. Answers a caller without a valid token with 401 before anything is executed. */
export async function serveGraphql(server: FastifyInstance, app: App): Promise<void> {
  const apollo = new ApolloServer<GatewayContext>({
    schema: await createSchema(),
    formatError: formatError((error) => server.log.error(error)),
    includeStacktraceInErrorResponses: false,
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    parseOptions: { maxLexicalTokens: TOKENS_MAX, maxSourceLength: DOCUMENT_LENGTH_MAX },
    validationRules: [depthRule],
    stopOnTerminationSignals: false,
    plugins: [
      fastifyApolloDrainPlugin(server),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await apollo.start();
  await server.register(fastifyApollo(apollo), {
    path: '/graphql',
    method: ['POST', 'GET', 'OPTIONS'],
    context: async (request) => {
      const principal = await authenticate(app.tokens, request.headers.authorization).catch((error: unknown) => {
        if (error instanceof DomainError) throw unauthenticated(error);
        throw error;
      });
      return createContext(app, principal, request.id);
    },
  });
}

function unauthenticated({ message, code }: DomainError): GraphQLError {
  return new GraphQLError(message, {
    extensions: { code, http: { status: 401, headers: new Map([['www-authenticate', 'Bearer']]) } },
  });
}
