import { CommandError } from './exit.js';
import { noticeOf } from '../books/books-kind.js';
import { readBooks } from '../books/books-store.js';
import { createApp } from '../app.js';
import type { App } from '../app.js';
import { readConfig } from '../config.js';
import { pendingMigrations } from '../database/migrate.js';

/**
 * Runs work on the books of the configured database, which must be up to date; also beside a running server. Says first
 * what the books are, where they are not LIVE.
 */
export async function withBooks<T>(work: (app: App) => Promise<T>): Promise<T> {
  const app = await createApp(readConfig());
  try {
    if ((await pendingMigrations(app.db)).length > 0) {
      throw new CommandError('The tables are not up to date. Run: usage-gateway migrate');
    }
    await tellKind(app);
    return await work(app);
  } finally {
    await app.close();
  }
}

/** Says on standard error that these books are not LIVE. */
export async function tellKind({ db }: App): Promise<void> {
  const notice = noticeOf((await readBooks(db.reader)).kind);
  if (notice !== null) console.error(notice);
}
