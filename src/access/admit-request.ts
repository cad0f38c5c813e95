import type { FastifyReply, FastifyRequest } from 'fastify';

import { authenticate } from './authenticate.js';
import type { Credentials } from './credentials.js';
import type { Caller } from './principal.js';
import type { Database } from '../database/database.js';
import { startDeadline } from '../primitives/deadline.js';

/** The parts of the App that let requests in. */
export interface Entrance {
  readonly db: Database;
  readonly tokens: Pick<Credentials, 'verify'>;
  readonly config: { readonly limits: { readonly requestMsMax: number } };
}

/** A request whose caller is known and that was counted in. It is counted out when its connection lets go of it. */
export interface Admission {
  readonly principal: Caller;
  /**
   * Begins the time of the request: a database that gives up when it is over or the caller has gone. It begins when the
   * body is there, so that a slow connection takes nothing of it.
   */
  begin(): Database;
}

/**
 * Lets a request in before anything of its body is read: who sends it, and that `enter` counts it in among what else of
 * the same caller runs. Throws UNAUTHENTICATED and RATE_LIMITED.
 */
export async function admitRequest(
  app: Entrance,
  enter: (caller: Caller) => () => void,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Admission> {
  const principal = await authenticate(app.tokens, request.headers.authorization);
  const leave = enter(principal);
  let isOver = false;
  let abandon: () => void = () => undefined;
  const end = () => {
    isOver = true;
    leave();
    abandon();
  };
  reply.raw.once('close', end);
  // It may have gone while its token was checked.
  if (reply.raw.destroyed) end();
  return {
    principal,
    begin: () => {
      const deadline = startDeadline(app.config.limits.requestMsMax);
      abandon = () => {
        deadline.end();
        if (!reply.raw.writableFinished) deadline.abandon();
      };
      if (isOver) abandon();
      return app.db.within(deadline);
    },
  };
}
