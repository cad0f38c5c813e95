import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createConnection } from 'mysql2/promise';

import { leaveServers } from './runs.js';

/** Runs once, after the last test: drops the databases of the pool. Plain JavaScript, as `before-all.js` is. */
export default async function afterAllTests() {
  await dropPool();
  await leaveServers();
}

async function dropPool() {
  const pool = process.env.TEST_DATABASE_POOL;
  if (pool === undefined || !existsSync(pool)) return;
  const files = readdirSync(pool, { recursive: true }).map((name) => join(pool, name));
  for (const file of files.filter((name) => statSync(name).isFile())) await drop(readFileSync(file, 'utf8'));
  rmSync(pool, { recursive: true });
}

async function drop(url) {
  if (url.startsWith('sqlite:')) {
    rmSync(dirname(url.slice('sqlite:'.length)), { recursive: true, force: true });
    return;
  }
  const connection = await createConnection(url);
  try {
    await connection.query(`DROP DATABASE ${new URL(url).pathname.slice(1)}`);
  } finally {
    await connection.end();
  }
}
