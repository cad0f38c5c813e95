#!/usr/bin/env -S node --max-semi-space-size=64
/** The one command line of the gateway. Node is looked at first: an unfit one would fail at an import, with riddles. */
import { unfitNode } from './node-version.js';

const LINGER_MS_MAX = 10_000;

const problem = unfitNode(process.versions.node);
if (problem !== null) {
  console.error(problem);
  process.exit(2);
}

// Otherwise libraries check how they are used, as for somebody who develops with them, and that takes time.
process.env['NODE_ENV'] ??= 'production';

// Whoever reads the output may have seen enough, as in `usage-gateway --help | head`. What is being done goes on: a
// gateway serves although nobody reads its log.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  console.error(`The output cannot be written: ${error.message}`);
  process.exit(1);
});

const { run } = await import('./command-line.js');
process.exitCode = await run(process.argv);
// What would keep the process now, such as a connection to a database that does not answer, is not waited for.
setTimeout(() => process.exit(), LINGER_MS_MAX).unref();
