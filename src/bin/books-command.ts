import { withBooks } from './open-books.js';
import { COMMAND_LINE } from '../access/actor.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import type { BooksKind } from '../books/books-kind.js';
import { readBooks } from '../books/books-store.js';
import { DEMO_SEED, demoWorld } from '../demo/demo-world.js';
import { decideBooks } from '../pipeline/reporting/decide-books.js';
import { listRegistrations } from '../registration/registration-store.js';

const ROWS_PER_READ = 200;

const HOW_TO_DECIDE = `
Say what they are; it cannot be undone.
  usage-gateway books --decide LIVE   They are a provider's. The registrations of the demo stay to be read, but report
                                      nothing any more: what waits of them is never sent.
  usage-gateway books --decide DEMO   All of it is made up. Nothing in them is ever reported.`;

/** Says what the books are, or decides it where they are MIXED. */
export async function booksCommand(options: { readonly decide?: Exclude<BooksKind, 'MIXED'> }): Promise<void> {
  const stamps = demoWorld(DEMO_SEED, 0).registrations.map(({ registration }) => registration);
  await withBooks(async (app) => {
    if (options.decide !== undefined) await decideBooks(app, { kind: options.decide, stamps, by: COMMAND_LINE });
    const { kind, writtenBy } = await readBooks(app.db.reader);
    console.log(`${kind}. Release ${writtenBy} wrote these books. Registrations:`);
    let afterId = 0;
    for (;;) {
      const rows = await listRegistrations(app.db.reader, WHOLE_BOOKS, { afterId, limit: ROWS_PER_READ });
      for (const { id, name, cloudId } of rows) {
        const isMadeUp = stamps.some((stamp) => stamp.name === name && stamp.cloudId === cloudId);
        console.log(`  ${name}${isMadeUp ? ', made by the demo' : ''}`);
        afterId = id;
      }
      if (rows.length < ROWS_PER_READ) break;
    }
    if (kind === 'MIXED') console.log(HOW_TO_DECIDE);
  });
}
