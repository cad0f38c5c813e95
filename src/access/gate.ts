/**
 * Nothing is read for a caller who is not known. Every route passes here, before its body and without saying so: the
 * caller proves who it is and is counted in first. A route for everybody says that it is one, and then has no body.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { admitRequest } from './admit-request.js';
import type { Admission, Entrance } from './admit-request.js';
import { callerNameOf } from './principal.js';
import type { Caller } from './principal.js';
import type { RequestsAtOnce } from './requests-at-once.js';
import type { StreamsAtOnce } from './streams-at-once.js';
import type { Database } from '../database/database.js';
import { DomainError, invariant } from '../primitives/errors.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Left out: for known callers, counted among the requests that they have running. */
    readonly gate?: Gate;
  }
}

/** `everybody`: no credential is asked for, and no body is read. `streams`: counted among streams, not requests. */
type Gate = 'everybody' | 'streams';

/** What a route for everybody is registered with. */
export const FOR_EVERYBODY = { config: { gate: 'everybody' } } as const;
/** What a route is registered with that stays open. */
export const FOR_STREAMS = { config: { gate: 'streams' } } as const;

/** Methods whose bodies nobody reads, whoever sends one. */
const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD']);

const admissions = new WeakMap<FastifyRequest, Admission>();

/** The parts of the App that the gate asks. */
interface Gated extends Entrance {
  readonly requestsAtOnce: RequestsAtOnce;
  readonly streamsAtOnce: StreamsAtOnce;
}

/** Makes all routes of a scope routes for everybody, also those that others register in it. */
export function openToEverybody(scope: FastifyInstance): void {
  scope.addHook('onRoute', (route) => {
    route.config = { ...route.config, ...FOR_EVERYBODY.config };
  });
}

/** Guards all routes of the server, those that are registered later too. */
export function guardRoutes(server: FastifyInstance, app: Gated): void {
  // Left as they are, bodies for addresses where nothing is would be parsed.
  server.removeAllContentTypeParsers();
  server.addHook('onRequest', async (request, reply) => {
    if (isForEverybody(request)) return;
    const isStream = request.routeOptions.config.gate === 'streams';
    const enter = (caller: Caller) =>
      isStream ? app.streamsAtOnce.enterFor(caller) : app.requestsAtOnce.enter(callerNameOf(caller));
    admissions.set(request, await admitRequest(app, enter, request, reply));
  });
  server.addHook('preParsing', async (request, reply) => {
    // Nothing is parsed where nothing is, since there is no parser, nor of what asks for something.
    if (request.is404 || WITHOUT_BODY.has(request.method)) return;
    if (!admissions.has(request) && hasBody(request)) {
      throw new DomainError('INVALID_INPUT', 'No body is read at this address. Send the request without one.');
    }
    // Only now is it worth sending.
    if (expectsContinue(request)) reply.raw.writeContinue();
  });
  // Node would ask for the body before anybody has looked at the credential.
  server.server.on('checkContinue', (request, response) => server.server.emit('request', request, response));
}

/** Who sends the request, as the gate found. */
export function callerAt(request: FastifyRequest): Caller {
  return admissionOf(request).principal;
}

/** Begins the work of a request that was let in. Its time begins now, once. */
export function beginRequest(request: FastifyRequest): { readonly principal: Caller; readonly db: Database } {
  const admission = admissionOf(request);
  return { principal: admission.principal, db: admission.begin() };
}

/** Whether a body comes with the request, whatever its method. */
export function hasBody({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Writes a fault down. That a caller went away in the middle of its body is none. */
export function logFault(request: FastifyRequest, error: unknown): void {
  if (request.raw.destroyed && !request.raw.complete) return;
  request.log.error(error);
}

function admissionOf(request: FastifyRequest): Admission {
  const admission = admissions.get(request);
  invariant(admission !== undefined, 'A route that is not for everybody runs for callers that were let in.');
  return admission;
}

function isForEverybody(request: FastifyRequest): boolean {
  return request.is404 || request.routeOptions.config.gate === 'everybody';
}

function expectsContinue({ headers, raw }: FastifyRequest): boolean {
  return /^100-continue$/i.test(headers.expect ?? '') && raw.httpVersion !== '1.0';
}

/** Answers 405 before any body, for methods that an address does not have. */
export function refuseMethods(
  routes: FastifyInstance,
  refused: {
    readonly url: string;
    readonly methods: readonly string[];
    readonly allowed: string;
    readonly body: (request: FastifyRequest) => object;
  },
): void {
  const refuse = async (request: FastifyRequest, reply: FastifyReply) =>
    reply.status(405).header('allow', refused.allowed).send(refused.body(request));
  routes.route({
    ...FOR_EVERYBODY,
    method: [...refused.methods],
    url: refused.url,
    onRequest: refuse,
    handler: refuse,
  });
}
