#!/usr/bin/env node
/** The one command line of the gateway. Node is looked at first: on an old one, an import would fail with riddles. */
import { tooOldNode } from './node-version.js';

const problem = tooOldNode(process.versions.node);
if (problem !== null) {
  console.error(problem);
  process.exit(2);
}

const { run } = await import('./command-line.js');
process.exitCode = await run(process.argv);
