/** GraphQL Yoga on the gateway's own schema and readers; with `jit`, operations are compiled when first seen. */
import { createServer } from 'node:http';
import { useGraphQlJit } from '@envelop/graphql-jit';
import { createYoga } from 'graphql-yoga';

import { createPeerSchema } from './peer-schema.mjs';
import { serveDatabase } from '../../dist/bench/contestant-process.js';

await serveDatabase(async () => {
  const { schema, createContext } = await createPeerSchema();
  const plugins = process.argv[2] === 'jit' ? [useGraphQlJit()] : [];
  return createServer(createYoga({ schema, context: createContext, plugins, logging: false, graphiql: false }));
});
