import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { claimServers } from './runs.js';

const root = join(import.meta.dirname, '..', '..');
const stamp = join(root, 'dist', '.built-for-tests');

/** Runs once, before the first test. Plain JavaScript, because Jest loads it without compiling it. */
export default async function beforeAllTests() {
  announce();
  // Read by databases.ts, dropped by after-all.js.
  process.env.TEST_DATABASE_POOL = mkdtempSync(join(tmpdir(), 'usage-gateway-pool-'));
  process.env.TEST_RUN = `usage_gateway_test_${randomBytes(4).toString('hex')}`;
  await claimServers(process.env.TEST_RUN);
  if (isStale()) build();
}

/** Says what is left out. */
function announce() {
  if (process.env.TEST_MYSQL_URL) return;
  process.stderr.write('TEST_MYSQL_URL is not set: the MySQL half of the tests is not run.\n');
}

/** The tests of the command line run what is built, as people do. */
function build() {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  writeFileSync(stamp, '');
}

function isStale() {
  if (!existsSync(stamp) || !existsSync(join(root, 'dist', 'src', 'bin', 'usage-gateway.js'))) return true;
  const sources = ['src', 'migrations'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => join(root, folder, name)),
  );
  const changed = [...sources, join(root, 'package.json'), join(root, 'tsconfig.json')];
  return changed.some((file) => statSync(file).mtimeMs > statSync(stamp).mtimeMs);
}
