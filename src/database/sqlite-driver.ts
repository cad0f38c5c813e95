/**
 * Which SQLite the books run on; nothing else names it. better-sqlite3 13 comes ready-made and needs Node 22 or later.
 * Node 20 has version 12, compiled by tools/sqlite-for-node-20; that version ends a process on Node 24.19 and later
 * (nodejs/node#65446). The folder and this choice can go on the day that `engines` names no Node 20 any more.
 */
import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';

const PACKAGE = process.versions.node.startsWith('20.') ? 'better-sqlite3-12' : 'better-sqlite3-13';

/** The package of SQLite is not there, or not made for this version of Node. The message says what to do. */
export class SqliteMissingError extends Error {
  override readonly name = 'SqliteMissingError';
}

/** The driver. It is loaded when it is asked for: books on MySQL run without it. */
export function sqliteDriver(): typeof BetterSqlite3 {
  try {
    return createRequire(import.meta.url)(PACKAGE) as typeof BetterSqlite3;
  } catch (error) {
    throw new SqliteMissingError(
      `SQLite for Node ${process.versions.node} is not installed here. Run \`npm ci && npm run build\` in the checkout.`,
      { cause: error },
    );
  }
}

/** Opens a SQLite file past the books' own connections, as receivers, benchmarks and tests want it. */
export function openSqliteFile(file: string, options?: BetterSqlite3.Options): BetterSqlite3.Database {
  const Driver = sqliteDriver();
  return new Driver(file, options);
}

/** The version of SQLite itself. */
export function sqliteVersion(): string {
  const connection = openSqliteFile(':memory:');
  try {
    return connection.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? 'unknown';
  } finally {
    connection.close();
  }
}
