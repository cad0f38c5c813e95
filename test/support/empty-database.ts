/** Empty databases of random names, for a test or a measurement: whoever makes one drops it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';

/** An empty database of its own, without tables. */
export interface EmptyDatabase {
  readonly url: string;
  readonly drop: () => Promise<unknown>;
}

/** A SQLite database in a folder of its own. */
export async function makeOnSqlite(): Promise<EmptyDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-'));
  const drop = () => rm(folder, { recursive: true, force: true });
  return { url: `sqlite:${join(folder, 'usage.sqlite')}`, drop };
}

/** A database on the server at a URL; its name begins as is said. */
export async function makeOnMysql(url: string, prefix: string): Promise<EmptyDatabase> {
  const name = `${prefix}_${randomBytes(6).toString('hex')}`;
  await ask(url, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: own.href, drop: () => ask(url, `DROP DATABASE IF EXISTS ${name}`) };
}

/** "MariaDB 10.11.19" or "MySQL 9.4.0": what answers at a URL. */
export async function nameOfServer(url: string): Promise<string> {
  const answer = JSON.stringify(await ask(url, 'SELECT VERSION() AS version'));
  const version = /\d+\.\d+(\.\d+)?/.exec(answer)?.[0] ?? new URL(url).host;
  return `${answer.includes('MariaDB') ? 'MariaDB' : 'MySQL'} ${version}`;
}

async function ask(url: string, statement: string): Promise<unknown> {
  const connection = await createConnection({ uri: url, connectTimeout: 10_000 });
  try {
    const [rows] = await connection.query(statement);
    return rows;
  } finally {
    await connection.end();
  }
}
