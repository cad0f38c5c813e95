import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { printAccessMatrix } from '../graphql/access-matrix.js';
import { createBareSchema } from '../graphql/schema.js';

export async function accessMatrixCommand(options: { readonly output?: string }): Promise<void> {
  const text = printAccessMatrix(await createBareSchema());
  if (options.output === undefined) {
    process.stdout.write(text);
    return;
  }
  mkdirSync(dirname(options.output), { recursive: true });
  writeFileSync(options.output, text);
}
