/**
 * Everything that must hold before a change is sent, one step after the other, as CI runs it:
 *
 *   npm run check          types, lint, generated files, all tests, the simulation, Node 24 and 26
 *   npm run check:long     the same, then every Node with the whole suite, two minutes of torture, and mutations of access
 *
 * Tests and simulation use SQLite, and the servers of TEST_MYSQL_URL (the simulation the first of them).
 */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const results = join(root, '.scratch', 'jest.json');
const isLong = process.argv.includes('--long');
const servers = (process.env.TEST_MYSQL_URL ?? '').split(',').filter(Boolean);
const npm = (...args) => ['npm', args];
const simulation = (part) => ({
  command: npm('run', '--silent', 'sim'),
  env: { SIMULATION_PART: `${part}/2`, TEST_MYSQL_URL: servers[0] ?? '' },
  log: `sim-${part}.log`,
});

const STEPS = [
  ['Types', { command: npm('run', 'typecheck') }],
  ['Lint and format', { command: npm('run', 'lint') }],
  ['Generated files', { command: npm('run', 'generate', '--', '--check') }],
  [
    `Tests on ${['SQLite', ...servers].join(', ')}`,
    { command: npm('test', '--', '--json', `--outputFile=${results}`) },
  ],
  ['Simulation', simulation(1), simulation(2)],
  isLong
    ? ['Every Node, the whole suite', { command: npm('run', 'check:nodes', '--', '--whole') }]
    : ['Node 24 and 26', { command: npm('run', 'check:nodes', '--', '24', '26') }],
  ...(isLong
    ? [
        ['Torture', { command: npm('run', 'torture') }],
        ['Mutations of access', { command: npm('run', 'mutate:access') }],
      ]
    : []),
];

mkdirSync(join(root, '.scratch'), { recursive: true });
for (const [name, ...commands] of STEPS) {
  console.log(`\n== ${name} (${new Date().toISOString().slice(11, 19)})`);
  const codes = await Promise.all(commands.map(run));
  for (const { log } of commands) if (log) process.stdout.write(readFileSync(join(root, '.scratch', log), 'utf8'));
  if (codes.some((code) => code !== 0)) {
    console.error(`\n${name}: failed.`);
    process.exit(1);
  }
}
const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(results, 'utf8'));
console.log(`\n${numPassedTests} passed, ${numFailedTests} failed`);

/** Runs a command; what it says goes to the terminal, or to a file where several run at once. */
function run({ command: [program, args], env = {}, log }) {
  const output = log ? openSync(join(root, '.scratch', log), 'w') : 'inherit';
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
    shell: process.platform === 'win32',
  });
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}
