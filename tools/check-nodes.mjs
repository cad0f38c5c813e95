/**
 * Proves that what the README promises holds on the newest version of each Node: `npm ci` with nothing but Node and npm
 * (Node 20 alone may use a compiler), the demo under load until SIGTERM, and the core of the tests, in a clone of HEAD.
 *
 *   npm run check:nodes                        Node 20, 22, 24 and 26
 *   npm run check:nodes -- 24 26               these alone
 *   npm run check:nodes -- --whole             the whole suite instead of its core
 *   npm run check:nodes -- 24 --minutes 60     how long the demo is under load; 1 where nothing is said
 *
 * Node comes from npm: the packages `node-<platform>-<arch>` hold the program and its headers. They are kept in
 * `.scratch/nodes`.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(import.meta.dirname, '..');
const kept = join(root, '.scratch', 'nodes');
/** The npm that comes with each Node. */
const NPM_OF = { 20: 10, 22: 10, 24: 11, 26: 11 };
const CORE = ['test/bin', 'test/database', 'test/pipeline', 'test/writing', 'test/http'];
const STOP_MS_MAX = 30_000;
const START_MS_MAX = 600_000;

const day = 86_400_000;
const midnight = Math.floor(Date.now() / day) * day;
const range = `{ from: "${new Date(midnight - 3 * day).toISOString()}", to: "${new Date(midnight + day).toISOString()}" }`;
const QUESTIONS = [
  '{ viewer { role } registrations { nodes { name } } }',
  `{ fallbackUsage(range: ${range}, first: 20) { nodes { reason quantity meter { name } tenant { name } } } }`,
  `{ usageAggregates(range: ${range}, granularity: HOURLY, first: 100) { nodes { quantity meter { name } } } }`,
  `{ usageAggregates(range: ${range}, granularity: DAILY, first: 100) { nodes { quantity tenant { name } } } }`,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { whole: { type: 'boolean', default: false }, minutes: { type: 'string', default: '1' } },
});
const majors = positionals.length > 0 ? positionals.map(Number) : Object.keys(NPM_OF).map(Number);
const unknown = majors.find((major) => NPM_OF[major] === undefined);
if (unknown !== undefined || !(Number(values.minutes) > 0)) {
  console.error(`Versions are ${Object.keys(NPM_OF).join(', ')}; --minutes is a number above 0.`);
  process.exit(2);
}

/** The group of the demo that runs now: it must not outlive this program. */
let running = null;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
process.on('exit', () => running !== null && endGroup(running));

let failed = 0;
for (const major of majors) {
  try {
    console.log(`Node ${major}: ${await check(major)}`);
  } catch (error) {
    failed += 1;
    console.error(`Node ${major}: FAILED. ${error.message}`);
  }
}
console.log(`${majors.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Everything on one Node; answers the figures, throws with the reason. */
async function check(major) {
  const node = join(fetched(`node-${process.platform}-${process.arch}`, major), 'bin');
  const npm = join(fetched('npm', NPM_OF[major]), 'bin', 'npm-cli.js');
  const folder = mkdtempSync(join(tmpdir(), `usage-gateway-node-${major}-`));
  try {
    const clone = join(folder, 'clone');
    execFileSync('git', ['clone', '--quiet', root, clone]);
    // The nested npm of Node 20's step, and scripts that call npm, are this one too.
    mkdirSync(join(folder, 'npm'));
    symlinkSync(npm, join(folder, 'npm', 'npm'));
    const path = [node, join(folder, 'npm')];
    const env = { ...process.env, PATH: [...path, process.env.PATH].join(delimiter) };
    // The headers that SQLite is compiled against on Node 20; nothing else needs any.
    if (major === 20) env.npm_config_nodedir = dirname(node);
    const run = (args, more = env) => runIn(clone, [join(node, 'node'), npm, ...args], more);
    const version = execFileSync(join(node, 'node'), ['--version'], { encoding: 'utf8' }).trim();

    const install = run(['ci', '--loglevel=error'], { ...env, PATH: [...path, bareFolder(folder)].join(delimiter) });
    const compiled = compiledIn(join(clone, 'node_modules'));
    if (compiled.length > 0) throw new Error(`npm ci compiled ${compiled.join(', ')}.`);
    const build = run(['run', 'build']);
    const demo = await underLoad({ clone, node: join(node, 'node'), npm, env, folder });
    const suite = run(
      ['test', '--', ...(values.whole ? [] : CORE), '--maxWorkers=2', '--silent', '--reporters=summary'],
      {
        ...env,
        TEST_MYSQL_URL: '',
      },
    );
    return (
      `${version}, npm ${NPM_OF[major]}: npm ci ${install} s, build ${build} s, demo ready after ${demo.ready} s, ` +
      `${demo.answers} answers in ${values.minutes} min and ${demo.collections} forced collections, ended by SIGTERM, ` +
      `${values.whole ? 'the whole suite' : 'the core of the suite'} ${suite} s.`
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The folder of the newest version of a package, unpacked. */
function fetched(name, major) {
  const versions = JSON.parse(
    execFileSync('npm', ['view', `${name}@${major}`, 'version', '--json'], { encoding: 'utf8' }),
  );
  const newest = [versions].flat().sort(byVersion).at(-1);
  const folder = join(kept, `${name}-${newest}`);
  if (!existsSync(join(folder, 'package', 'package.json'))) {
    mkdirSync(folder, { recursive: true });
    execFileSync('npm', ['pack', '--silent', `${name}@${newest}`], { cwd: folder });
    const [archive] = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
    execFileSync('tar', ['xzf', archive], { cwd: folder });
    rmSync(join(folder, archive));
  }
  return join(folder, 'package');
}

function byVersion(left, right) {
  const [one, other] = [left, right].map((version) => version.split('.').map(Number));
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2];
}

/** What npm itself needs of a machine, and nothing that compiles. */
function bareFolder(folder) {
  const bare = join(folder, 'bare');
  mkdirSync(bare);
  for (const name of ['sh', 'env', 'git']) {
    const { stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
    symlinkSync(stdout.trim(), join(bare, name));
  }
  return bare;
}

/** Files that a compiler leaves behind. */
function compiledIn(folder) {
  return readdirSync(folder, { recursive: true }).filter(
    (name) => /\.o$|(^|[\\/])Makefile$/.test(name) && /build/.test(name),
  );
}

/** Runs a command to its end; answers how many seconds it took. Throws with its last lines when it fails. */
function runIn(cwd, [program, ...args], env) {
  const start = performance.now();
  const { status, signal, stdout, stderr } = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) {
    const last = `${stdout}\n${stderr}`.trim().split('\n').slice(-40).join('\n');
    throw new Error(`${args.slice(1).join(' ')} ended with ${signal ?? status}:\n${last}`);
  }
  return Math.round((performance.now() - start) / 100) / 10;
}

/** Serves the demo, asks it and pushes to it for as long as was said, while its heap is collected again and again. */
async function underLoad({ clone, node, npm, env, folder }) {
  const collector = join(folder, 'collect-often.mjs');
  const endings = join(folder, 'endings.txt');
  writeFileSync(
    collector,
    `import { appendFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
let count = 0;
setInterval(() => { collect(); count += 1; }, 500).unref();
process.on('exit', (code) => {
  if (isMainThread) appendFileSync(${JSON.stringify(endings)}, JSON.stringify({ program: process.argv[1], code, count }) + '\\n');
});\n`,
  );
  const data = join(folder, 'data');
  const demoEnv = { ...env, DATA_FOLDER: data, PORT: '0', NODE_OPTIONS: `--import ${new URL(`file://${collector}`)}` };
  const start = performance.now();
  const gateway = spawn(node, [npm, 'run', 'demo', '--', '--days', '6'], {
    cwd: clone,
    env: demoEnv,
    // A group of its own: npm, a shell and the gateway end together, whatever happens.
    detached: true,
  });
  running = gateway.pid;
  let said = '';
  const ended = new Promise((resolve) => gateway.on('exit', (code, signal) => resolve(signal ?? code)));
  const address = new Promise((resolve, reject) => {
    const hear = (text) => {
      said += text;
      const [, found] = /serves (http:\/\/127\.0\.0\.1:\d+)\/graphql/.exec(said) ?? [];
      if (found) resolve(found);
    };
    gateway.stdout.setEncoding('utf8').on('data', hear);
    gateway.stderr.setEncoding('utf8').on('data', hear);
    void ended.then((code) => reject(new Error(`The demo ended with ${code}:\n${said.slice(-3000)}`)));
    setTimeout(() => reject(new Error(`The demo was not ready in time:\n${said.slice(-3000)}`)), START_MS_MAX).unref();
  });
  try {
    const url = await address;
    const ready = Math.round((performance.now() - start) / 100) / 10;
    const token = (role, ...more) =>
      execFileSync(node, ['dist/src/bin/usage-gateway.js', 'token', '--role', role, ...more], {
        cwd: clone,
        env: { ...env, DATA_FOLDER: data },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
        .trim()
        .split('\n')
        .at(-1);
    const end = performance.now() + Number(values.minutes) * 60_000;
    const sender = token('INGESTOR', '--registration', 'contoso-hub');
    const asking = { url, end, reader: token('OPERATOR'), sender };
    const counts = await Promise.all([...Array.from({ length: 6 }, () => ask(asking)), push(asking), push(asking)]);
    process.kill(-gateway.pid, 'SIGTERM');
    await until(() => !isAlive(gateway.pid));
    const ending = readFileSync(endings, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .find(({ program }) => program?.endsWith('usage-gateway.js'));
    if (ending?.code !== 0)
      throw new Error(`It did not end cleanly after SIGTERM: ${JSON.stringify(ending)}\n${said.slice(-3000)}`);
    const answers = counts.reduce((sum, count) => sum + count);
    return { ready, answers, collections: ending.count };
  } finally {
    endGroup(gateway.pid);
    running = null;
  }
}

function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it is left.
  }
}

/** Whether any process of a group is left. */
function isAlive(pid) {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(isSo) {
  const last = performance.now() + STOP_MS_MAX;
  while (!isSo()) {
    if (performance.now() > last) throw new Error('SIGTERM did not end it.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function ask({ url, end, reader }) {
  let answers = 0;
  while (performance.now() < end) {
    const query = QUESTIONS[answers % QUESTIONS.length];
    const answer = await send(`${url}/graphql`, reader, { query });
    if (answer.errors) throw new Error(`${query} was answered ${JSON.stringify(answer.errors)}`);
    answers += 1;
  }
  return answers;
}

async function push({ url, end, sender }) {
  let answers = 0;
  while (performance.now() < end) {
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    const records = Array.from({ length: 50 }, (_, index) => ({
      id: crypto.randomUUID(),
      source: 'check-nodes',
      stackSubscriptionId: '22222222-0000-4000-8000-00000000000a',
      meterId: '6dab500f-a4fd-49c4-956d-229bb9c8c793',
      resourceUri: `/subscriptions/22222222-0000-4000-8000-00000000000a/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm${index}`,
      usageStartTime: new Date(hour - 3_600_000).toISOString(),
      usageEndTime: new Date(hour).toISOString(),
      quantity: '0.25',
    }));
    await send(`${url}/v1/usage?registration=contoso-hub`, sender, records);
    answers += 1;
  }
  return answers;
}

/** The answer of a request that must be 200. One that asks too much waits as it is told to. */
async function send(url, token, body) {
  for (;;) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (answer.status === 200) return JSON.parse(text);
    if (answer.status !== 429) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.headers.get('retry-after') ?? 1)));
  }
}
