import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { ArmError, armErrorOf, bodyOf } from './arm-error.js';
import { addressOf, readParameters } from './arm-request.js';
import type { ArmAnswer, ArmRequest } from './arm-request.js';
import { ARM_METHODS, matchRoute, whyUnserved } from './arm-routes.js';
import type { ArmMethod } from './arm-routes.js';
import { actorFor } from '../access/actor.js';
import { callerNameOf } from '../access/principal.js';
import type { App } from '../app.js';
import { beginRequest, logFault } from '../access/gate.js';
import { BOOKS_HEADER } from '../books/books-kind.js';
import { readBooks } from '../books/books-store.js';
import { MalformedJson, parseExactJson } from '../pipeline/ingestion/exact-json.js';
import type { JsonValue } from '../pipeline/ingestion/exact-json.js';
import { isRefusal } from '../primitives/errors.js';

/** What a request takes from its caller's points: about what a page of a thousand plain rows costs over GraphQL. */
const POINTS_PER_REQUEST = 200;
/** Azure's clients send a few properties. */
const BODY_BYTES_MAX = 64 * 1024;
/** Of what the caller named, in the audit log. */
const TARGET_LENGTH_MAX = 300;
const JSON_TYPE = 'application/json; charset=utf-8';
const CORRELATION = /^[\w.-]{1,64}$/;

/** Below these, everything is in Azure's language. */
const ROOTS = ['/subscriptions/', '/providers/'] as const;

/**
 * Everything below `/subscriptions/` and `/providers/` in the language of Azure Resource Manager: routes without case,
 * its headers, its error bodies. Which paths there are, `arm-routes.ts` says.
 */
export async function serveAzureApi(server: FastifyInstance, app: App): Promise<void> {
  await server.register(async (routes) => {
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser(
      'application/json',
      { parseAs: 'string', bodyLimit: BODY_BYTES_MAX },
      (_request, body, done) => {
        done(null, body);
      },
    );
    // On every answer, also of what was refused before it came here.
    routes.addHook('onSend', async (request, reply) => setArmHeaders(app, request, reply));
    routes.setErrorHandler((error, request, reply) => {
      const { answer, isFault } = armErrorOf(error);
      if (isFault) logFault(request, error);
      return reply.status(answer.status).headers(answer.headers).type(JSON_TYPE).send(bodyOf(answer));
    });
    for (const root of ROOTS) {
      routes.all(`${root}*`, async (request, reply) => {
        const { status, body, etag } = await handle(app, request, reply);
        if (etag !== undefined) void reply.header('etag', etag);
        return body === '' ? reply.status(status).send() : reply.status(status).type(JSON_TYPE).send(body);
      });
    }
  });
}

/** Answers an address that no route can read, if it is one of Azure's: false where it is none. */
export function refuseUnreadableAddress(app: App, request: FastifyRequest, reply: FastifyReply): boolean {
  const address = (request.raw.url ?? '').toLowerCase();
  if (!ROOTS.some((root) => address.startsWith(root))) return false;
  setArmHeaders(app, request, reply);
  void reply.status(400).type(JSON_TYPE).send(bodyOf(unreadablePath()));
  return true;
}

function unreadablePath(): ArmError {
  return new ArmError(400, 'InvalidRequestContent', 'The path cannot be read.');
}

async function handle(app: App, request: FastifyRequest, reply: FastifyReply): Promise<ArmAnswer> {
  const { principal, db } = beginRequest(request);
  const [rawPath = '', ...search] = request.url.split('?');
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const segments = segmentsOf(rawPath);
  const matched = matchRoute(segments);
  const act = matched?.acts[method as ArmMethod];
  const why = act === undefined ? whyUnserved(method, segments) : null;
  if (why !== null) throw new ArmError(501, 'NotImplemented', why);
  if (matched === null) {
    throw new ArmError(404, 'InvalidResourceType', 'The resource type could not be found at this address.');
  }
  if (act === undefined) {
    const allowed = ARM_METHODS.filter((candidate) => matched.acts[candidate] !== undefined).join(', ');
    throw new ArmError(405, 'MethodNotAllowed', `This resource answers ${allowed}.`, { allow: allowed });
  }
  const { available } = app.costBuckets.take(callerNameOf(principal), POINTS_PER_REQUEST);
  // How many more requests the caller's points pay for now.
  void reply.header('x-ms-ratelimit-remaining-subscription-reads', Math.floor(available / POINTS_PER_REQUEST));
  // Another gateway that pulls from here must not take made-up usage for real.
  void reply.header(BOOKS_HEADER, (await readBooks(db.reader)).kind);
  const armRequest: ArmRequest = {
    app: { ...app, db },
    principal,
    by: actorFor(principal, request.id),
    scope: await app.resolveScope(db.reader, principal),
    path: matched.path,
    parameters: readParameters(search.join('?')),
    body: bodyOfRequest(request.body),
    ifNoneMatch: request.headers['if-none-match'] ?? null,
    address: addressOf(request, app.config),
  };
  return method === 'GET' ? act(armRequest) : writingDownRefusals(app, armRequest, act);
}

/** A change that is refused leaves an entry in the audit log, as one asked for over GraphQL does. */
async function writingDownRefusals(
  app: App,
  request: ArmRequest,
  act: (request: ArmRequest) => Promise<ArmAnswer>,
): Promise<ArmAnswer> {
  try {
    return await act(request);
  } catch (error) {
    if (error instanceof ArmError || isRefusal(error)) {
      const target = Object.values(request.path).join('/').slice(0, TARGET_LENGTH_MAX);
      const action = request.path['customerSubscription'] === undefined ? 'registrations' : 'customerSubscriptions';
      const refusal = { action, code: error.code, target, registrationId: null };
      await app.refusals.record(app, request.by, refusal);
    }
    throw error;
  }
}

function segmentsOf(path: string): readonly string[] {
  try {
    return path.slice(1).replace(/\/$/, '').split('/').map(decodeURIComponent);
  } catch {
    throw unreadablePath();
  }
}

/** Clients name the type also where they send nothing. */
function bodyOfRequest(body: unknown): JsonValue {
  if (typeof body !== 'string' || body.trim() === '') return null;
  try {
    return parseExactJson(body);
  } catch (error) {
    if (!(error instanceof MalformedJson)) throw error;
    throw new ArmError(400, 'InvalidRequestContent', `The request content is no JSON: ${error.message}`);
  }
}

/** The ids by which Azure's clients and support staff find a request again. */
function setArmHeaders(app: App, { headers }: FastifyRequest, reply: FastifyReply): void {
  const requestId = randomUUID();
  const correlation = headers['x-ms-correlation-request-id'];
  const clientId = headers['x-ms-client-request-id'];
  const moment = new Date(app.clock.now()).toISOString().replace(/[-:]|\.\d+/g, '');
  const vary = reply.getHeader('vary');
  void reply.headers({
    // A caller's own cache may keep an answer, and asks each time whether it is still so.
    'cache-control': 'private, no-cache',
    vary: [vary ?? [], 'authorization'].flat().join(', '),
    'x-ms-request-id': requestId,
    'x-ms-correlation-request-id':
      typeof correlation === 'string' && CORRELATION.test(correlation) ? correlation : requestId,
    'x-ms-routing-request-id': `USAGEGATEWAY:${moment}:${requestId}`,
  });
  const isWanted = String(headers['x-ms-return-client-request-id']).toLowerCase() === 'true';
  if (isWanted && typeof clientId === 'string' && CORRELATION.test(clientId)) {
    void reply.header('x-ms-client-request-id', clientId);
  }
}
