/**
 * For people who change code: builds, serves, and does both again after each change. `npm run dev` serves the demo,
 * `npm run dev -- serve` your own books; DATA_FOLDER, PORT and every other variable mean what they always mean.
 *
 * Types are not checked here: the editor and `npm run typecheck` do that. Ctrl-C stops all of it.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { build, buildOnChange } from './build.mjs';

const root = join(import.meta.dirname, '..');
const command = process.argv.length > 2 ? process.argv.slice(2) : ['demo'];

build();
const children = [
  ...buildOnChange(),
  // Node watches the files that are loaded, and starts again when one is written.
  spawn(process.execPath, ['--watch', '--watch-preserve-output', 'dist/src/bin/usage-gateway.js', ...command], {
    cwd: root,
    stdio: 'inherit',
  }),
];

// A terminal sends Ctrl-C to all of them; whoever else stops this one means all of them as well.
const stop = () => children.forEach((child) => child.kill('SIGTERM'));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
for (const child of children) child.on('exit', stop);
