/**
 * Takes one rule of access away at a time and asks whether a test of `test/isolation` notices: `npm run mutate:access`.
 * Rules of the table are changed in one process (`roles.test.ts`, all of them); conditions on rows are changed in a
 * copy of the sources, one call at a time, and the suite runs on SQLite until its first failure. Prints what nobody
 * noticed, and ends with 1 then. `--only <text>` takes the changes whose name holds the text, `--every <n>` each n-th
 * of them; `--list` only prints their names; `--tests <path>` runs a part of the suite.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '..');
const COPIED = ['src', 'test', 'graphiql', 'migrations', 'schema', 'package.json', 'jest.config.js', 'tsconfig.json'];
/** What the tests of whole commands need is not built again for each change. */
const NO_BUILD = 'export default () => undefined;\n';
/** Where the conditions are defined, and not used. */
const DEFINITIONS = ['src/access/scope.ts', 'src/access/principal.ts'];
/** A change may make the gateway turn in circles; a run of the whole suite takes a minute or two. */
const RUN_MS_MAX = 600_000;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    every: { type: 'string', default: '1' },
    tests: { type: 'string', default: 'test/isolation' },
    list: { type: 'boolean', default: false },
  },
});

/** Every change of one condition, as the text that replaces a part of a file. */
function mutationsOf(path) {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const add = (node, how, replacement) => {
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
    found.push({
      path,
      name: `${path}:${line + 1} ${how}`,
      text: `${text.slice(0, node.getStart())}${replacement}${text.slice(node.getEnd())}`,
    });
  };
  const visit = (node) => {
    if (ts.isCallExpression(node)) mutateCall(node, add);
    if (ts.isBinaryExpression(node)) mutateComparison(node, add);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function mutateCall(node, add) {
  const [first, second] = node.arguments;
  const called = node.expression.getText();
  const loosened = (scope, part) => `{ ...(${scope.getText()}), ${part}: 'all' }`;
  if (called === 'inScope' || called === 'inWholeRegistrations') {
    add(node, `${called} dropped`, "'1 = 1'");
    add(first, `${called} of all registrations`, loosened(first, 'registrationIds'));
    if (!/tenant: null/.test(second.getText())) {
      add(first, `${called} of all tenants`, loosened(first, 'tenantIds'));
    }
  } else if (called === 'among' && second?.getText() === 'scope.registrationIds') add(node, 'among dropped', "'1 = 1'");
  else if (called === 'mustSeeAllTenants') add(node, 'dropped', 'undefined');
  else if (called === 'getWholeRegistration') add(second, 'of a part will do', loosened(second, 'tenantIds'));
  else if (['hasWholeBooks', 'isTheirs', 'mayHandOn'].includes(called)) add(node, `${called} always`, 'true');
  else if (called === 'keysSeenBy') add(node, 'keys of everyone', 'null');
}

/** `scope.tenantIds === 'all'` asks whether somebody sees everything; now everybody does. */
function mutateComparison({ left, right }, add) {
  if (right.getText() !== "'all'" || !/\b(tenantIds|registrationIds)$/.test(left.getText())) return;
  add(left, `${left.getText()} taken for all`, "('all' as string)");
}

function sourceFiles() {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => join('src', path).replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.ts') && !DEFINITIONS.includes(path))
    .sort();
}

function copyOfSources() {
  const folder = mkdtempSync(join(tmpdir(), 'usage-gateway-mutations-'));
  for (const name of COPIED) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'test/support/before-all.js'), NO_BUILD);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

function suitePasses(folder, ...more) {
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  const { status, stdout } = spawnSync(process.execPath, [...jest, '--bail', '--runInBand', ...more], {
    cwd: folder,
    env: { ...process.env, TEST_MYSQL_URL: '' },
    encoding: 'utf8',
    timeout: RUN_MS_MAX,
  });
  return { passes: status === 0, stdout };
}

const all = sourceFiles().flatMap(mutationsOf);
const chosen = all.filter(({ name }, index) => name.includes(options.only) && index % Number(options.every) === 0);
if (options.list) {
  console.log(chosen.map(({ name }) => name).join('\n'));
  process.exit();
}
const folder = copyOfSources();
const survivors = [];
let tried = 0;
try {
  const table = suitePasses(folder, 'test/isolation/roles');
  console.log(/\d+ of \d+ changes of the table[^\n]*/.exec(table.stdout)?.[0] ?? 'The table was not tried.');
  if (!table.passes) throw new Error('test/isolation/roles.test.ts does not pass.');
  if (!suitePasses(folder, options.tests).passes) throw new Error('The suite does not pass as it is.');
  for (const { path, name, text } of chosen) {
    writeFileSync(join(folder, path), text);
    const { passes } = suitePasses(folder, options.tests);
    cpSync(join(ROOT, path), join(folder, path));
    tried += 1;
    if (passes) survivors.push(name);
    console.log(`${passes ? 'NOT CAUGHT' : 'caught'}: ${name}`);
  }
  console.log(
    `${tried - survivors.length} of ${tried} changes of conditions on rows caught (${all.length} there are).`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (survivors.length > 0) {
  console.error(`Not caught:\n  ${survivors.join('\n  ')}`);
  process.exitCode = 1;
}
