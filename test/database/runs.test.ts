import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { describeEachDatabase, openTestDatabase } from '../support/databases.js';

const RUNS = pathToFileURL(join(import.meta.dirname, '..', 'support', 'runs.js')).href;
const START = `const runs = await import(${JSON.stringify(RUNS)});
  await runs.claimServers('usage_gateway_test_${randomBytes(4).toString('hex')}');
  await runs.leaveServers();`;

describeEachDatabase('a run of the tests', (server) => {
  it('leaves the databases of runs that live alone, and drops those of runs that were broken off', async () => {
    const { db, url, close } = await openTestDatabase(server);
    const abandoned = `usage_gateway_test_${randomBytes(4).toString('hex')}_${randomBytes(6).toString('hex')}`;
    if (server.dialect === 'mysql') await db.source.query(`CREATE DATABASE ${abandoned}`);

    const env = { TEST_MYSQL_URL: server.dialect === 'mysql' ? url : '' };
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', START], { env });
    const [row] = await db.reader.query<{ meters: number }>('SELECT COUNT(*) AS meters FROM meter');
    expect(Number(row?.meters)).toBe(85);
    if (server.dialect === 'mysql') {
      const left = await db.source.query<unknown[]>(`SHOW DATABASES LIKE '${abandoned}'`);
      expect(left).toEqual([]);
    }
    await close();
  });
});
