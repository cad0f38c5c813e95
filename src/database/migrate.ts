import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';

import type { Database } from './database.js';
import type { Sql } from './statement.js';
import { beginImmediate } from './transaction.js';
import { RELEASE, isLaterRelease } from '../primitives/release.js';

/**
 * A database's name may be as long as a lock's, so it goes into the lock's name as its digest: SHA2, because MySQL has
 * no MD5 any more since 9.6.
 */
const LOCK_NAME = "CONCAT('usage-gateway:', LEFT(SHA2(DATABASE(), 256), 32))";
const LOCK_SECONDS_MAX = 120;

/** The tables cannot be changed now; the message says why. */
export class MigrationError extends Error {
  override readonly name: string = 'MigrationError';
}

/** The database was made by a newer version of the gateway, and this one must not touch it. */
export class NewerDatabaseError extends MigrationError {
  override readonly name = 'NewerDatabaseError';
}

/**
 * Brings the tables up to date. Several processes may start at once: one migrates, the others wait and then find
 * nothing to do. The books then say that this release wrote them, where no later one has. Answers the names of the
 * migrations that were run; `onBegin` is told each before it runs.
 */
export async function migrateUp(db: Database, onBegin?: (name: string) => void): Promise<readonly string[]> {
  return alone(db, async () => {
    await refuseNewer(db);
    const forget = onBegin === undefined ? () => undefined : tellEach(db, onBegin);
    try {
      const run = await db.source.runMigrations({ transaction: eachOrOne(db) });
      await signBooks(db);
      return run.map(({ name }) => name);
    } finally {
      forget();
    }
  });
}

/** TypeORM tells of a migration when it is done; how long one takes is of interest while it runs. */
function tellEach({ source }: Database, onBegin: (name: string) => void): () => void {
  const restores = source.migrations.map((migration) => {
    const up = migration.up.bind(migration);
    migration.up = async (runner) => {
      onBegin(nameOf(migration));
      await up(runner);
    };
    return () => {
      migration.up = up;
    };
  });
  return () => restores.forEach((restore) => restore());
}

/** Takes the latest migration back. Answers its name, or null when there is none. */
export async function migrateDown(db: Database): Promise<string | null> {
  return alone(db, async () => {
    await refuseNewer(db);
    const latest = (await executed(db)).at(-1);
    if (latest === undefined) return null;
    await db.source.undoLastMigration({ transaction: eachOrOne(db) });
    return latest;
  });
}

/** Names of migrations that this version has and the database has not. */
export async function pendingMigrations(db: Database): Promise<readonly string[]> {
  const done = new Set(await executed(db));
  return known(db).filter((name) => !done.has(name));
}

/** Names of migrations that the database has and this version has not: a newer version made it. */
export async function unknownMigrations(db: Database): Promise<readonly string[]> {
  const here = new Set(known(db));
  return (await executed(db)).filter((name) => !here.has(name));
}

/** On SQLite all of it is in one transaction already. */
function eachOrOne({ dialect }: Database): 'each' | 'none' {
  return dialect === 'sqlite' ? 'none' : 'each';
}

async function refuseNewer(db: Database): Promise<void> {
  const strangers = await unknownMigrations(db);
  if (strangers.length === 0) return;
  throw new NewerDatabaseError(
    `The database holds migrations that this version does not know (${strangers.join(', ')}). ${await releasesOf(db)}Start the newer version.`,
  );
}

async function signBooks(db: Database): Promise<void> {
  const writtenBy = await lastWriter(db);
  if (writtenBy === null || writtenBy === RELEASE || isLaterRelease(writtenBy, RELEASE)) return;
  await db.source.query('UPDATE books SET written_by = ?', [RELEASE]);
}

async function releasesOf(db: Database): Promise<string> {
  const writtenBy = await lastWriter(db);
  if (writtenBy === null || writtenBy === RELEASE) return '';
  return `Release ${writtenBy} wrote it, and this is ${RELEASE}. `;
}

/** The release that wrote the books last; null for books from before they said so. */
async function lastWriter({ source, dialect }: Database): Promise<string | null> {
  // The table may be there in a transaction that nobody else sees yet.
  const writer: Asked = { dialect, query: (statement, values = []) => source.query(statement, [...values]) };
  if (!(await hasTable(writer, 'books'))) return null;
  const [row] = await source.query<{ writtenBy: string }[]>('SELECT written_by AS writtenBy FROM books');
  return row?.writtenBy ?? null;
}

function known(db: Database): readonly string[] {
  return db.source.migrations.map(nameOf);
}

function nameOf(migration: MigrationInterface): string {
  return migration.name ?? migration.constructor.name;
}

async function executed({ reader }: Database): Promise<readonly string[]> {
  if (!(await hasTable(reader, 'migrations'))) return [];
  const rows = await reader.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
  return rows.map(({ name }) => name);
}

type Asked = Pick<Sql, 'dialect' | 'query'>;

async function hasTable({ dialect, query }: Asked, name: string): Promise<boolean> {
  const tables =
    dialect === 'sqlite'
      ? "SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?"
      : 'SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?';
  return (await query(tables, [name])).length > 0;
}

function alone<T>(db: Database, work: () => Promise<T>): Promise<T> {
  return db.dialect === 'sqlite' ? inOneTransaction(db.source, work) : underNamedLock(db.source, work);
}

/** One process holds SQLite's write lock from the first look at what is pending to the last change. */
async function inOneTransaction<T>(source: DataSource, work: () => Promise<T>): Promise<T> {
  // A table that is rebuilt is dropped for a moment, with rows elsewhere that refer to it.
  await source.query('PRAGMA foreign_keys = OFF');
  await beginImmediate(source, LOCK_SECONDS_MAX * 1000);
  try {
    const result = await work();
    await source.query('COMMIT');
    return result;
  } catch (error) {
    await source.query('ROLLBACK');
    throw error;
  } finally {
    await source.query('PRAGMA foreign_keys = ON');
  }
}

/** MySQL has no transactional DDL, so a lock by name keeps two starting processes apart. */
async function underNamedLock<T>(source: DataSource, work: () => Promise<T>): Promise<T> {
  return withRunner(source, async (runner) => {
    const [lock] = (await runner.query(`SELECT GET_LOCK(${LOCK_NAME}, ${LOCK_SECONDS_MAX}) AS taken`)) as {
      readonly taken: number | null;
    }[];
    if (Number(lock?.taken) !== 1) {
      throw new MigrationError(`Another process has been migrating this database for ${LOCK_SECONDS_MAX} seconds.`);
    }
    try {
      return await work();
    } finally {
      await runner.query(`SELECT RELEASE_LOCK(${LOCK_NAME})`);
    }
  });
}

async function withRunner<T>(source: DataSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const runner = source.createQueryRunner();
  try {
    return await work(runner);
  } finally {
    await runner.release();
  }
}
