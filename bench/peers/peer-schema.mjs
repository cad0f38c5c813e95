/** The gateway's own schema with the resolvers that peers share, made by the `graphql` that the peers have. */
import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';

import { createPeerResolvers } from '../../dist/bench/peer-resolvers.js';

export async function createPeerSchema() {
  const { createContext, scalars, resolvers } = await createPeerResolvers();
  const text = readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');
  const schema = buildSchema(text, { assumeValid: true });
  for (const [name, serialize] of Object.entries(scalars)) schema.getType(name).serialize = serialize;
  for (const [name, fields] of Object.entries(resolvers)) {
    const declared = schema.getType(name).getFields();
    for (const [field, resolve] of Object.entries(fields)) declared[field].resolve = resolve;
  }
  return { schema, createContext };
}
