/**
 * Writes the generated files, or with --check only says which have drifted (exit code 1). The schema is that of the
 * built code: `npm run generate` builds first.
 */
import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { CURE, driftedFiles, generatedFiles } from './generated-files.mjs';
import { printAccessMatrix } from '../dist/src/graphql/fields/access-matrix.js';
import { createBareSchema, printGatewaySchema } from '../dist/src/graphql/schema.js';

const files = await generatedFiles(await printGatewaySchema());
files.set('schema/access-matrix.md', printAccessMatrix(await createBareSchema()));
const drifted = driftedFiles(files);

if (!process.argv.includes('--check')) {
  for (const path of drifted) {
    const file = join(import.meta.dirname, '..', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, files.get(path));
    console.log(`Wrote ${path}.`);
  }
  if (drifted.length === 0) console.log('Everything was up to date.');
} else if (drifted.length > 0) {
  console.error(`Not up to date: ${drifted.join(', ')}. Run: ${CURE}`);
  process.exitCode = 1;
}
