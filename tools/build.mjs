/**
 * Builds `dist/`: `node tools/build.mjs` the code and every page, `node tools/build.mjs code` the code alone. What was
 * built from the same files is not built again.
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

import { installSqliteForNode20 } from './sqlite-for-node-20/install.mjs';

const root = join(import.meta.dirname, '..');
const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What is built from what, and how; `result` is there when it was built. */
const PARTS = {
  code: {
    sources: ['src', 'migrations', 'bench', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
    result: 'dist/src/bin/usage-gateway.js',
    command: ['typescript/bin/tsc', '-p', 'tsconfig.build.json'],
    watch: ['--watch', '--preserveWatchOutput'],
  },
  graphiql: page('graphiql'),
};

/** A folder of `web/`, served at the address of its name. */
function page(name) {
  const where = ['--config', 'web/vite.config.js', '--base', `/${name}/`, '--outDir', join(root, 'dist', name)];
  return {
    sources: ['web', 'tsconfig.json', 'package-lock.json'],
    result: `dist/${name}/index.html`,
    command: ['vite/bin/vite.js', 'build', `web/${name}`, ...where],
    watch: ['--watch'],
  };
}

/** Builds the parts that are not up to date. Throws with one sentence where this Node cannot run what is built. */
export function build(parts = Object.keys(PARTS)) {
  const problem = unfitNode(process.versions.node);
  if (problem !== null) throw new Error(problem);
  installSqliteForNode20();
  for (const name of parts) {
    const { sources, result, command } = PARTS[name];
    const stamp = stampOf(name);
    const digest = digestOf(sources);
    if (existsSync(join(root, result)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) continue;
    node(...command);
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, digest);
  }
}

/**
 * Builds every part again whenever one of its files changes. Answers the processes that do, until they are stopped. What
 * they leave behind is of no known state, so the next `build` builds it all.
 */
export function buildOnChange() {
  return Object.entries(PARTS).map(
    ([
      name,
      {
        command: [program, ...args],
        watch,
      },
    ]) => {
      rmSync(stampOf(name), { force: true });
      const found = join(root, 'node_modules', program);
      return spawn(process.execPath, [found, ...args, ...watch], { cwd: root, stdio: 'inherit' });
    },
  );
}

function stampOf(name) {
  return join(root, 'dist', `.built-${name}`);
}

/** Asked before anything is compiled or loaded; src/bin/node-version.ts asks the same of what is built. */
export function unfitNode(version) {
  const [major, minor] = version.split('.').map(Number);
  const lowest = [...engines.node.matchAll(/\^(\d+)\.(\d+)/g)].map(([, ...parts]) => parts.map(Number));
  if (lowest.some(([fit, oldest]) => fit === major && oldest <= minor)) return null;
  return `The usage gateway runs on Node ${engines.node.replaceAll('^', '').replaceAll(' || ', ', ')} and later minor versions of each; this is ${version}.`;
}

function node(program, ...args) {
  execFileSync(process.execPath, [join(root, 'node_modules', program), ...args], { cwd: root, stdio: 'inherit' });
}

function digestOf(sources) {
  const digest = createHash('sha256');
  for (const file of sources.flatMap((source) => filesOf(join(root, source))).sort()) {
    digest
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return digest.digest('hex');
}

function filesOf(path) {
  // An image is built without the benchmarks.
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    build(process.argv.length > 2 ? process.argv.slice(2) : undefined);
  } catch (error) {
    // The compiler has said why by itself.
    if (error.status === undefined) console.error(error.message);
    process.exitCode = error.status ?? 2;
  }
}
