import type { FastifyInstance } from 'fastify';

import type { App } from '../app.js';
import { pendingMigrations, unknownMigrations } from '../database/migrate.js';
import { startDeadline } from '../primitives/deadline.js';

/** Whoever asks wants to know now: a database that takes longer is of no use now. */
const ANSWER_MS_MAX = 2_000;

/**
 * `GET /readyz`: 200 when this process can do its work now: the database answers, in time, and its tables are those of
 * this version. Else 503, with the reason in a word and the rest in the log.
 */
export function serveReadiness(server: FastifyInstance, app: App): void {
  let look: Promise<string | null> | null = null;
  server.get('/readyz', async (request, reply) => {
    // All who ask at once hear of one look: a database that hangs takes one connection at a time, and not one for each.
    look ??= inTime(reasonNotReady(app)).finally(() => (look = null));
    const reason = await look.catch((error: unknown) => {
      request.log.error(error);
      return 'the database does not answer';
    });
    if (reason === null) return reply.send({ status: 'ready' });
    return reply.status(503).send({ status: 'not ready', reason });
  });
}

/** What comes later is nobody's any more. */
async function inTime(looking: Promise<string | null>): Promise<string | null> {
  const deadline = startDeadline(ANSWER_MS_MAX);
  const late = new Promise<string>((resolve) => {
    deadline.onOver(() => resolve('the database does not answer in time'));
  });
  try {
    return await Promise.race([looking, late]);
  } finally {
    deadline.end();
  }
}

async function reasonNotReady({ db }: App): Promise<string | null> {
  const pending = await pendingMigrations(db);
  if (pending.length > 0) return 'the tables are not up to date';
  const unknown = await unknownMigrations(db);
  if (unknown.length > 0) return 'the tables are those of a newer version';
  await db.reader.query('SELECT id FROM registration LIMIT 1');
  return null;
}
