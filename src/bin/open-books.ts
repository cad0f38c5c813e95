import { CommandError } from './exit.js';
import { createApp } from '../app.js';
import type { App } from '../app.js';
import { readConfig } from '../config.js';
import { pendingMigrations } from '../database/migrate.js';

/** Runs work on the books of the configured database, which must be up to date; also beside a running server. */
export async function withBooks<T>(work: (app: App) => Promise<T>): Promise<T> {
  const app = await createApp(readConfig());
  try {
    if ((await pendingMigrations(app.db)).length > 0) {
      throw new CommandError('The tables are not up to date. Run: usage-gateway migrate');
    }
    return await work(app);
  } finally {
    await app.close();
  }
}
