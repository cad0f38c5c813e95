import type { Database, DatabaseOptions } from './database.js';
import type { Dialect } from './dialect.js';
import { mysql, openMysql } from './mysql.js';
import { openSqlite, sqlite } from './sqlite.js';

/** Every family of databases that the books can live in. */
export const DIALECTS: readonly Dialect[] = [sqlite, mysql];

/** Connects; it creates a SQLite file and its folder where they are missing, for their owner alone, but no tables. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url.startsWith('sqlite:') ? openSqlite(options) : openMysql(options);
}
