import { counted } from './counted.js';
import { EXIT } from './exit.js';
import { tellKind } from './open-books.js';
import { withProgress } from './progress.js';
import { createApp } from '../app.js';
import { readConfig } from '../config.js';
import { migrateDown, migrateUp, pendingMigrations } from '../database/migrate.js';

/** Brings the tables up to date, takes the latest migration back, or lists what is pending. */
export async function migrateCommand(options: { readonly down?: boolean; readonly pending?: boolean }): Promise<void> {
  const app = await createApp(readConfig());
  try {
    if (options.pending === true) {
      const pending = await pendingMigrations(app.db);
      console.log(pending.length === 0 ? 'Nothing is pending.' : pending.join('\n'));
      if (pending.length > 0) process.exitCode = EXIT.failed;
    } else if (options.down === true) {
      const name = await migrateDown(app.db);
      console.log(name === null ? 'There is no migration to take back.' : `Took back ${name}.`);
    } else {
      const names = await withProgress((progress) =>
        migrateUp(app.db, (name) => progress.showNow(`Running the migration ${name}`)),
      );
      if (names.length === 0) console.log('The tables are up to date.');
      else console.log(`Ran ${counted(names.length, 'migration')}:\n${names.map((name) => `  ${name}`).join('\n')}`);
      await tellKind(app);
    }
  } finally {
    await app.close();
  }
}
