import type { FastifyInstance } from 'fastify';

import type { App } from '../app.js';
import { pendingMigrations, unknownMigrations } from '../database/migrate.js';

/**
 * `GET /readyz`: 200 when this process can do its work now: the database answers and its tables are those of this
 * version. Else 503, with the reason in a word and the rest in the log.
 */
export function serveReadiness(server: FastifyInstance, app: App): void {
  server.get('/readyz', async (request, reply) => {
    const reason = await reasonNotReady(app).catch((error: unknown) => {
      request.log.error(error);
      return 'the database does not answer';
    });
    if (reason === null) return reply.send({ status: 'ready' });
    return reply.status(503).send({ status: 'not ready', reason });
  });
}

async function reasonNotReady({ db }: App): Promise<string | null> {
  const pending = await pendingMigrations(db);
  if (pending.length > 0) return 'the tables are not up to date';
  const unknown = await unknownMigrations(db);
  if (unknown.length > 0) return 'the tables are those of a newer version';
  await db.reader.query('SELECT id FROM registration LIMIT 1');
  return null;
}
