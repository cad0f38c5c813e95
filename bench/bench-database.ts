/** Databases that exist for one measurement: of random name, and removed afterwards. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';

/** A kind of database to measure on. */
export interface BenchServer {
  readonly label: string;
  create(): Promise<BenchDatabase>;
}

export interface BenchDatabase {
  readonly url: string;
  /** For the key that signs tokens. */
  readonly dataFolder: string;
  remove(): Promise<void>;
}

export const sqliteServer: BenchServer = {
  label: 'SQLite',
  create: async () => {
    const { dataFolder, removeFolder } = newFolder();
    return { url: `sqlite:${join(dataFolder, 'usage.sqlite')}`, dataFolder, remove: async () => removeFolder() };
  },
};

/** The server at a MySQL URL. */
export async function mysqlServer(url: string): Promise<BenchServer> {
  const version = JSON.stringify(await ask(url, 'SELECT VERSION() AS version'));
  const number = /\d+\.\d+(\.\d+)?/.exec(version)?.[0] ?? '';
  return {
    label: `${version.includes('MariaDB') ? 'MariaDB' : 'MySQL'} ${number}`,
    create: async () => {
      const name = `usage_gateway_bench_${randomBytes(6).toString('hex')}`;
      await ask(url, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
      const { dataFolder, removeFolder } = newFolder();
      const own = new URL(url);
      own.pathname = `/${name}`;
      return {
        url: own.href,
        dataFolder,
        remove: async () => {
          removeFolder();
          await ask(url, `DROP DATABASE IF EXISTS ${name}`);
        },
      };
    },
  };
}

function newFolder(): { readonly dataFolder: string; readonly removeFolder: () => void } {
  const dataFolder = mkdtempSync(join(tmpdir(), 'usage-gateway-bench-'));
  return { dataFolder, removeFolder: () => rmSync(dataFolder, { recursive: true, force: true }) };
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
