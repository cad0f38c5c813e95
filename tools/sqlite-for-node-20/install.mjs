/**
 * Compiles SQLite for Node 20, once a checkout: 15 seconds to some minutes. Does nothing on any other Node, where it
 * comes ready-made with `npm ci`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const folder = import.meta.dirname;
const link = join(folder, '..', '..', 'node_modules', 'better-sqlite3-12');

/** Throws when it cannot be compiled; the sentence says what is missing. */
export function installSqliteForNode20() {
  if (!process.versions.node.startsWith('20.') || works()) return;
  const compiled = join(folder, 'node_modules', 'better-sqlite3');
  if (!existsSync(compiled) || !works(compiled)) compile();
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link, { recursive: true });
  symlinkSync(compiled, link, 'junction');
  if (!works()) throw new Error('SQLite was compiled for Node 20 and cannot be loaded.');
}

function compile() {
  process.stderr.write(
    `Compiling SQLite for Node ${process.versions.node}, once; this takes some minutes. Node 22 and later do without.\n`,
  );
  // npm's own variables are those of the outer call, such as "no scripts".
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_ignore/i.test(name)));
  const { status } = spawnSync('npm', ['ci', '--loglevel=error'], {
    cwd: folder,
    env,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    throw new Error(
      'SQLite could not be compiled. Node 20 needs make, g++ and Python 3 for that; with Node 22, 24 or 26 nothing is compiled.',
    );
  }
}

function works(name = link) {
  try {
    const Sqlite = createRequire(import.meta.url)(name);
    new Sqlite(':memory:').close();
    return true;
  } catch {
    return false;
  }
}
