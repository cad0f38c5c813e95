/**
 * Takes one rule of access away at a time and asks whether a test notices: `npm run mutate:access`. Prints what nobody
 * noticed, and ends with 1 then.
 *
 * Rules of the table are changed in one process (`test/isolation/roles.test.ts`, all of them). Conditions on rows are
 * changed in a copy of the sources that holds every change at once, each behind a switch. The tests run once with all
 * switches off, and each switch notes in which tests its change would have made a difference; then each change is
 * switched on in those tests alone, fastest first, until one fails. A test in which a condition says the same with the
 * change and without it cannot fail of it, so the outcome is that of running all tests for all changes.
 *
 * `--only <text>` takes the changes whose name holds the text, `--tests <path>` says which tests are asked (on SQLite);
 * both may be given any number of times. `--list` only prints the names of the changes.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';

import { instrument } from './mutations/access-mutations.mjs';

const ROOT = join(import.meta.dirname, '..');
const COPIED = ['src', 'test', 'web', 'migrations', 'schema', 'package.json', 'jest.config.js', 'tsconfig.json'];
/** What the tests of whole commands need is not built again; databases are pooled as ever. */
const BEFORE_ALL = `import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
export default () => {
  process.env.TEST_DATABASE_POOL = mkdtempSync(join(tmpdir(), 'pool-'));
};
`;
const TESTS = ['test/isolation', 'test/access', 'test/rest'];
/** A change may make the gateway turn in circles. */
const RUN_MS_MAX = 300_000;
/** Longer lists of tests are not given by name: the file is run as a whole. */
const NAMED_TESTS_MAX = 60;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [''] },
    tests: { type: 'string', multiple: true, default: TESTS },
    list: { type: 'boolean', default: false },
  },
});

/** A copy of the sources with every change behind a switch. Answers the names of the changes, by number. */
function makeCopy(folder) {
  for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'test/support/before-all.js'), BEFORE_ALL);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'temporary'));
  for (const name of ['switches.mjs', 'stop-at-failure.cjs']) {
    cpSync(join(import.meta.dirname, 'mutations', name), join(folder, name));
  }
  const config = `import config from './jest.config.js';
export default { ...config, setupFilesAfterEnv: ['./switches.mjs'], testEnvironment: './stop-at-failure.cjs' };
`;
  writeFileSync(join(folder, 'jest.mutations.config.js'), config);
  const names = [];
  for (const path of sourceFiles()) {
    const { text, mutations } = instrument(path, readFileSync(join(ROOT, path), 'utf8'), names.length);
    if (mutations.length > 0) writeFileSync(join(folder, path), text);
    names.push(...mutations);
  }
  return names;
}

function sourceFiles() {
  return (
    readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .map((path) => join('src', path).replaceAll('\\', '/'))
      // What is said to the person at the machine is no condition.
      .filter((path) => path.endsWith('.ts') && !path.startsWith('src/bin/'))
      .sort()
  );
}

function runTests(folder, args, env = {}) {
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  const run = spawnSync(process.execPath, [...jest, '--config=jest.mutations.config.js', '--runInBand', ...args], {
    cwd: folder,
    env: { ...process.env, TEST_MYSQL_URL: '', TMPDIR: join(folder, 'temporary'), ...env },
    encoding: 'utf8',
    timeout: RUN_MS_MAX * (args.includes('--testNamePattern') ? 1 : 4),
    maxBuffer: 256 * 1024 * 1024,
  });
  rmSync(join(folder, 'temporary'), { recursive: true, force: true });
  mkdirSync(join(folder, 'temporary'));
  return { passes: run.status === 0, output: `${run.stdout}${run.stderr}` };
}

/** For each change, the test files in which it makes a difference, with the tests and how long those take. */
function readDifferences(log, folder) {
  const found = new Map();
  for (const line of readFileSync(log, 'utf8').trim().split('\n')) {
    const { file, test, ms, changes } = JSON.parse(line);
    const path = relative(folder, file).replaceAll('\\', '/');
    for (const change of changes) {
      const files = found.get(change) ?? new Map();
      found.set(change, files);
      files.set(path, [...(files.get(path) ?? []), { test, ms }]);
    }
  }
  return found;
}

/** Runs the tests in which the change makes a difference, until one fails. Answers the file in which one did. */
function firstToNotice(folder, change, files) {
  const fastest = (tests) => Math.min(...tests.map(({ ms }) => ms));
  for (const [path, tests] of [...files].sort((one, other) => fastest(one[1]) - fastest(other[1]))) {
    // Null stands for what a file sets up before its tests: any of them may notice.
    const isNamed = tests.length <= NAMED_TESTS_MAX && tests.every(({ test }) => test !== null);
    const pattern = `^(${tests.map(({ test }) => escaped(test ?? '')).join('|')})$`;
    const args = [`--runTestsByPath`, path, ...(isNamed ? ['--testNamePattern', pattern] : [])];
    if (!runTests(folder, args, { MUTATION: String(change) }).passes) return path;
  }
  return null;
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

const folder = mkdtempSync(join(tmpdir(), 'usage-gateway-mutations-'));
try {
  const names = makeCopy(folder);
  const chosen = names
    .map((name, change) => ({ name, change }))
    .filter(({ name }) => options.only.some((text) => name.includes(text)));
  if (options.list) console.log(chosen.map(({ name }) => name).join('\n'));
  else process.exitCode = tryAll(chosen) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function tryAll(chosen) {
  const table = runTests(folder, ['test/isolation/roles']);
  console.log(/\d+ of \d+ changes of the table[^\n]*/.exec(table.output)?.[0] ?? 'The table was not tried.');
  if (!table.passes) throw new Error('test/isolation/roles.test.ts does not pass.');
  const log = join(folder, 'differences.jsonl');
  const asItIs = runTests(folder, options.tests, { MUTATION_LOG: log });
  if (!asItIs.passes) throw new Error(`The tests do not pass as they are.\n${asItIs.output.slice(-5_000)}`);
  const differences = readDifferences(log, folder);
  const survivors = [];
  for (const { name, change } of chosen) {
    const files = differences.get(change) ?? new Map();
    const notices = firstToNotice(folder, change, files);
    if (notices === null) survivors.push(name);
    const why = files.size === 0 ? 'no test in which it makes a difference' : `none of ${[...files.keys()].join(', ')}`;
    console.log(notices === null ? `NOT CAUGHT: ${name} (${why})` : `caught: ${name} (${notices})`);
  }
  console.log(`${chosen.length - survivors.length} of ${chosen.length} changes of conditions on rows caught.`);
  if (survivors.length > 0) console.error(`Not caught:\n  ${survivors.join('\n  ')}`);
  return survivors.length === 0;
}
