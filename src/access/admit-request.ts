import type { FastifyReply, FastifyRequest } from 'fastify';

import { authenticate } from './authenticate.js';
import type { Credentials } from './credentials.js';
import { callerNameOf } from './principal.js';
import type { Caller } from './principal.js';
import type { RequestsAtOnce } from './requests-at-once.js';
import type { Database } from '../database/database.js';
import { startDeadline } from '../primitives/deadline.js';

/** The parts of the App that let requests in. */
interface App {
  readonly db: Database;
  readonly tokens: Pick<Credentials, 'verify'>;
  readonly requestsAtOnce: RequestsAtOnce;
  readonly config: { readonly limits: { readonly requestMsMax: number } };
}

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
