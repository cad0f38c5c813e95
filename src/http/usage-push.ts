import type { FastifyError, FastifyInstance } from 'fastify';

import { mayDo } from '../access/actions.js';
import { actorFor } from '../access/actor.js';
import { beginRequest } from '../access/gate.js';
import { sourcesFor } from '../access/granted-sources.js';
import { callerNameOf } from '../access/principal.js';
import type { Caller } from '../access/principal.js';
import type { App } from '../app.js';
import type { Sql } from '../database/transaction.js';
import { MEDIA_TYPES, unsupportedMediaType } from '../pipeline/ingestion/usage-wire.js';
import { DomainError, isRefusal } from '../primitives/errors.js';
import { getWholeRegistration } from '../registration/registration-store.js';
import type { Registration } from '../registration/registration.entity.js';

/** Points of a push that is refused, as a mutation has them. */
const REFUSAL_COST = 10;
/** Of a name that stands for nothing, in the audit log. */
const NAME_LENGTH_SHOWN = 90;

/**
 * `POST /v1/usage?registration=<name>`: a batch of usage records in one of four media types. Answers 200 with a verdict
 * per record, in order, after the commit; a body that cannot be read is refused as a whole, and nothing of it is kept.
 */
export async function serveUsagePush(server: FastifyInstance, app: App): Promise<void> {
  await server.register(async (routes) => {
    routes.removeAllContentTypeParsers();
    for (const mediaType of MEDIA_TYPES) {
      routes.addContentTypeParser(mediaType, { parseAs: 'buffer' }, (_request, body, done) => {
        done(null, body);
      });
    }
    routes.setErrorHandler((error: FastifyError) => {
      throw error.statusCode === 415 ? unsupportedMediaType() : error;
    });
    routes.post('/v1/usage', async (request, reply) => {
      const { principal, db } = beginRequest(request);
      const { registration } = request.query as { registration?: unknown };
      if (typeof registration !== 'string' || registration === '') {
        throw new DomainError('INVALID_INPUT', 'Say which registration: /v1/usage?registration=<name>.', [
          'registration',
        ]);
      }
      const { id, name } = await registrationFor(app, db.reader, principal, registration).catch(
        async (error: unknown) => {
          if (isRefusal(error)) {
            // A push pays with its records. A refusal has none, and leaves a line in the log that stays.
            app.costBuckets.take(callerNameOf(principal), REFUSAL_COST);
            const target = `registration ${registration.slice(0, NAME_LENGTH_SHOWN)}`;
            const refusal = { action: 'recordUsage', code: error.code, target, registrationId: null };
            await app.refusals.record(app, actorFor(principal, request.id), refusal);
          }
          throw error;
        },
      );
      const granting = { sql: db.reader, issuers: app.config.issuers };
      const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
      const body = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
      app.onStage({ stage: 'push', bytes: body.length });
      const receipt = await app.usageWriter.write(
        {
          bytes: body,
          mediaType,
          registrationId: id,
          receivedBy: principal.subject,
          grantedSources: await sourcesFor(granting, principal, name),
        },
        { db, milliseconds: app.config.limits.requestMsMax },
      );
      return reply.type('application/json; charset=utf-8').send(receipt);
    });
  });
}

/** The registration, where the caller's role records usage and its scope holds it. */
async function registrationFor(app: App, sql: Sql, principal: Caller, name: string): Promise<Registration> {
  if (!mayDo(principal.role, 'usage:record')) {
    throw new DomainError('FORBIDDEN', `This is not for the role ${principal.role}.`);
  }
  return getWholeRegistration(sql, await app.resolveScope(sql, principal), name);
}
