import type { FastifyReply, FastifyRequest } from 'fastify';

import { authenticate } from './authenticate.js';
import type { Caller } from '../access/principal.js';
import type { App } from '../app.js';
import type { Database } from '../database/database.js';
import { callerNameOf } from '../graphql/context.js';
import { startDeadline } from '../primitives/deadline.js';

/**
 * Lets a request in: who sends it, that not too many of the same caller run, and a database that gives up when the
 * request's time is over or its caller has gone. Throws UNAUTHENTICATED and RATE_LIMITED.
 */
export async function admitRequest(
  app: App,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ readonly principal: Caller; readonly db: Database }> {
  const principal = await authenticate(app.tokens, request.headers.authorization);
  const leave = app.requestsAtOnce.enter(callerNameOf(principal));
  const deadline = startDeadline(app.config.limits.requestMsMax);
  const end = () => {
    leave();
    deadline.end();
    if (!reply.raw.writableFinished) deadline.abandon();
  };
  reply.raw.once('close', end);
  // It may have gone while its token was checked.
  if (reply.raw.destroyed) end();
  return { principal, db: app.db.within(deadline) };
}
