import type { FastifyInstance } from 'fastify';

import { FOR_EVERYBODY } from '../access/gate.js';
import type { App } from '../app.js';
import type { BooksKind } from '../books/books-kind.js';
import { readBooks } from '../books/books-store.js';
import type { Database } from '../database/database.js';
import { isDiskFull } from '../database/disk-full.js';
import { pendingMigrations, unknownMigrations } from '../database/migrate.js';
import { startDeadline } from '../primitives/deadline.js';

/** Whoever asks wants to know now: a database that takes longer is of no use now. */
const ANSWER_MS_MAX = 2_000;

/**
 * `GET /readyz`: 200 when this process can do its work now: it has started, the database answers, in time, and its
 * tables are those of this version; it says then what the books are. Else 503, with the reason in a word and the rest
 * in the log.
 */
export function serveReadiness(server: FastifyInstance, app: App, isStarting: () => boolean): void {
  let look: Promise<Found> | null = null;
  server.get('/readyz', FOR_EVERYBODY, async (request, reply) => {
    if (isStarting()) return reply.status(503).send({ status: 'not ready', reason: 'starting' });
    // All who ask at once hear of one look: a database that hangs takes one connection at a time, and not one for each.
    look ??= lookInTime(app).finally(() => (look = null));
    const found = await look.catch((error: unknown): Found => {
      request.log.error(error);
      return { reason: 'the database does not answer' };
    });
    if ('books' in found) return reply.send({ status: 'ready', books: found.books });
    return reply.status(503).send({ status: 'not ready', reason: found.reason });
  });
}

/** What the books are, or why nothing can be done with them now. */
type Found = { readonly books: BooksKind } | { readonly reason: string };

/** What does not answer in time is given up, so that a database that hangs keeps none of our connections. */
async function lookInTime(app: App): Promise<Found> {
  const deadline = startDeadline(ANSWER_MS_MAX);
  const late = new Promise<Found>((resolve) => {
    deadline.onOver(() => resolve({ reason: 'the database does not answer in time' }));
  });
  const looking = lookAt(app.db.within(deadline));
  looking.catch(() => undefined);
  try {
    return await Promise.race([late, looking]);
  } finally {
    deadline.end();
  }
}

async function lookAt(db: Database): Promise<Found> {
  if (isDiskFull()) return { reason: 'the disk of the database is full' };
  const pending = await pendingMigrations(db);
  if (pending.length > 0) return { reason: 'the tables are not up to date' };
  const unknown = await unknownMigrations(db);
  if (unknown.length > 0) return { reason: 'the tables are those of a newer version' };
  const { kind } = await readBooks(db.reader);
  return { books: kind };
}
