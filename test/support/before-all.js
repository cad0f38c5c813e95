import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { claimServers } from './runs.js';
import { build } from '../../tools/build.mjs';

/** Runs once, before the first test. Plain JavaScript, because Jest loads it without compiling it. */
export default async function beforeAllTests() {
  announce();
  // Read by databases.ts, dropped by after-all.js.
  process.env.TEST_DATABASE_POOL = mkdtempSync(join(tmpdir(), 'usage-gateway-pool-'));
  process.env.TEST_RUN = `usage_gateway_test_${randomBytes(4).toString('hex')}`;
  await claimServers(process.env.TEST_RUN);
  // The tests of the command line run what is built, as people do.
  build(['code']);
}

/** Says what is left out. */
function announce() {
  if (process.env.TEST_MYSQL_URL) return;
  process.stderr.write('TEST_MYSQL_URL is not set: the MySQL half of the tests is not run.\n');
}
