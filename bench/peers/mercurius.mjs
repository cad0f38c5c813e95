/** Mercurius on the gateway's own schema and readers; with `jit`, operations are compiled when first seen. */
import fastify from 'fastify';
import mercurius from 'mercurius';

import { createPeerSchema } from './peer-schema.mjs';
import { serveDatabase } from '../../dist/bench/contestant-process.js';

await serveDatabase(async () => {
  const { schema, createContext } = await createPeerSchema();
  const app = fastify();
  app.register(mercurius, { schema, context: createContext, jit: process.argv[2] === 'jit' ? 1 : 0 });
  await app.ready();
  return app.server;
});
