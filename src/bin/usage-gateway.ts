#!/usr/bin/env node
/** The one command line of the gateway. Node is looked at first: on an old one, an import would fail with riddles. */
const OLDEST = [20, 19] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  console.error(`usage-gateway needs Node ${OLDEST.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(2);
}

const { run } = await import('./command-line.js');
process.exitCode = await run(process.argv);

export {};
