/** Databases that exist for one measurement: of random name, and removed afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makeOnMysql, makeOnSqlite, nameOfServer } from '../test/support/empty-database.js';
import type { EmptyDatabase } from '../test/support/empty-database.js';

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

export const sqliteServer: BenchServer = { label: 'SQLite', create: () => withFolder(makeOnSqlite()) };

/** The server at a MySQL URL. */
export async function mysqlServer(url: string): Promise<BenchServer> {
  const create = () => withFolder(makeOnMysql(url, 'usage_gateway_bench'));
  return { label: await nameOfServer(url), create };
}

async function withFolder(making: Promise<EmptyDatabase>): Promise<BenchDatabase> {
  const { url, drop } = await making;
  const dataFolder = await mkdtemp(join(tmpdir(), 'usage-gateway-bench-'));
  const remove = async () => {
    await rm(dataFolder, { recursive: true, force: true });
    await drop();
  };
  return { url, dataFolder, remove };
}
