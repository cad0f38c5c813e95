import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { printGatewaySchema } from '../graphql/schema.js';

/** Prints the GraphQL schema, or writes it to a file. */
export async function schemaCommand(options: { readonly output?: string }): Promise<void> {
  const text = await printGatewaySchema();
  if (options.output === undefined) {
    process.stdout.write(text);
    return;
  }
  mkdirSync(dirname(options.output), { recursive: true });
  writeFileSync(options.output, text);
}
