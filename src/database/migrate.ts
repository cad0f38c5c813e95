import type { DataSource, MigrationInterface } from 'typeorm';

import type { Database } from './database.js';
import { RELEASE, isLaterRelease } from '../primitives/release.js';

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
  return db.dialect.alone(db.source, async () => {
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
  return db.dialect.alone(db.source, async () => {
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

function eachOrOne({ dialect }: Database): 'each' | 'none' {
  return dialect.migratesEachInTransaction ? 'each' : 'none';
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
async function lastWriter({ source }: Database): Promise<string | null> {
  if (!(await hasTable(source, 'books'))) return null;
  const [row] = await source.query<{ writtenBy: string }[]>('SELECT written_by AS writtenBy FROM books');
  return row?.writtenBy ?? null;
}

function known(db: Database): readonly string[] {
  return db.source.migrations.map(nameOf);
}

function nameOf(migration: MigrationInterface): string {
  return migration.name ?? migration.constructor.name;
}

async function executed(db: Database): Promise<readonly string[]> {
  if (!(await hasTable(db.source, 'migrations'))) return [];
  const rows = await db.source.query<{ name: string }[]>('SELECT name FROM migrations ORDER BY id');
  return rows.map(({ name }) => name);
}

async function hasTable(source: DataSource, name: string): Promise<boolean> {
  const runner = source.createQueryRunner();
  try {
    return await runner.hasTable(name);
  } finally {
    await runner.release();
  }
}
