/**
 * `POST /graphql/stream`: a subscription as server-sent events, one stream per request ("distinct connections" of the
 * graphql-sse protocol). What is refused is answered as `/graphql` answers it, with a status and JSON. An open stream
 * ends with the event `complete`; where it was cut off, a result with the error and no data comes before.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import { createHandler } from 'graphql-sse';
import type { HandlerOptions, RequestParams } from 'graphql-sse';

import { FOR_STREAMS, callerAt, refuseMethods } from '../access/gate.js';
import type { TrustedDocuments } from './trusted-documents.js';
import type { Caller } from '../access/principal.js';
import type { App } from '../app.js';
import { asUnavailable } from '../database/faults.js';
import { formatError, isFault } from '../graphql/errors.js';
import { openStream } from '../graphql/streams/open-stream.js';
import type { ResultStream, StreamSource } from '../graphql/streams/open-stream.js';
import { DomainError } from '../primitives/errors.js';
import { headersOf, statusOf } from '../primitives/refusal-status.js';

/** What streams are opened with. */
interface Streams extends Omit<StreamSource, 'app' | 'shown'> {
  readonly app: App;
  readonly documents: TrustedDocuments;
}

/** One stream that is being sent. */
interface Sending {
  /** Says `complete` and closes the connection, whether anybody reads or not. */
  stop(): void;
  /** Settles when the connection is closed; never rejects. */
  readonly closed: Promise<void>;
}

/** What one request hands to graphql-sse and gets back from it. */
interface Opening {
  readonly open: (params: RequestParams) => Promise<ResultStream>;
  results: ResultStream | null;
  /** Waits until the reader has taken what was written. */
  ready: () => Promise<void>;
}

const URL = '/graphql/stream';
const EVENTS = 'text/event-stream';
/** How long a stream may take to say that it is complete when the gateway stops. */
const FAREWELL_MS = 1_000;

/**
 * The connection ends with the stream: were it kept alive, a gateway that stops would wait for somebody to close it.
 * Proxies are asked to pass events on as they come.
 */
const HEADERS = {
  'content-type': `${EVENTS}; charset=utf-8`,
  'cache-control': 'no-store',
  connection: 'close',
  'x-accel-buffering': 'no',
} as const;

/** Serves streams on routes whose bodies are read as JSON. A server that closes completes them first. */
export function serveStreams(routes: FastifyInstance, streams: Streams): void {
  const { app } = streams;
  const sendings = new Set<Sending>();
  const handler = createEventHandler();
  let isStopping = false;
  routes.addHook('preClose', async () => {
    isStopping = true;
    for (const sending of sendings) sending.stop();
    await Promise.all([...sendings].map(({ closed }) => closed));
  });
  routes.post(
    URL,
    { ...FOR_STREAMS, onRequest: async (request) => checkAcceptsEvents(request) },
    async (request, reply) => {
      const caller = callerAt(request);
      const shown = (error: unknown) => shownTo(request, error);
      const opening: Opening = {
        open: async ({ query, variables, operationName }) =>
          openStream(
            { ...streams, shown },
            { caller, requestId: request.id, query, variables: variables ?? {}, operationName: operationName ?? null },
          ),
        results: null,
        ready: async () => undefined,
      };
      try {
        const events = await handler(eventRequest(request, paramsOf(streams.documents, caller, request), opening));
        const [body] = events;
        const { results } = opening;
        if (results === null || body === null || typeof body === 'string') {
          throw new DomainError('INVALID_INPUT', 'Send JSON with a query, and variables that are an object.');
        }
        if (isStopping) {
          await results.return();
          throw new DomainError('UNAVAILABLE', 'The gateway stops. Open the stream at another one.');
        }
        const onStall = () => {
          app.live.noteStall();
          request.log.warn({ subject: caller.subject }, 'A stream was cut off: its reader took nothing.');
        };
        const sending = send(reply, { opening, results, body, stallMs: streams.limits.liveStallMsMax, onStall });
        sendings.add(sending);
        void sending.closed.then(() => sendings.delete(sending));
      } catch (error) {
        return refuse(reply, error, shown);
      }
      return reply;
    },
  );
  const byPost = new DomainError('INVALID_INPUT', 'Streams are opened by POST; a link cannot carry a credential.');
  refuseMethods(routes, {
    url: URL,
    methods: ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    allowed: 'POST',
    body: (request) => ({ errors: [shownTo(request, byPost)] }),
  });
}

function checkAcceptsEvents({ headers }: FastifyRequest): void {
  if ((headers.accept ?? '').includes(EVENTS)) return;
  throw new DomainError('INVALID_INPUT', `Streams are answered as events: send "accept: ${EVENTS}".`, ['accept']);
}

/** graphql-sse checks what was sent, makes events of results, and gives a sign of life every 12 seconds. */
function createEventHandler() {
  return createHandler<undefined, Opening>({
    // No stream is kept for a client that comes back: each request is a stream of its own.
    authenticate: () => null,
    onSubscribe: async ({ context }, params) => {
      context.results = await context.open(params);
      return context.results as Awaited<ReturnType<NonNullable<HandlerOptions['onSubscribe']>>>;
    },
    // It takes results as fast as they come; here it is kept from taking more than the reader does.
    onNext: (_context, { context }) => context.ready(),
  });
}

function eventRequest({ method, url }: FastifyRequest, body: Readonly<Record<string, unknown>>, context: Opening) {
  const headers: Readonly<Record<string, string>> = { accept: EVENTS, 'content-type': 'application/json' };
  return { method, url, headers: { get: (name: string) => headers[name] }, body: { ...body }, raw: undefined, context };
}

/** What was sent, with the text of the document that it may name instead. */
function paramsOf(
  documents: TrustedDocuments,
  { subject }: Caller,
  { body }: FastifyRequest,
): Readonly<Record<string, unknown>> {
  const sent = (typeof body === 'object' ? body : null) ?? {};
  const { documentId, query, variables, operationName } = sent as Readonly<Record<string, unknown>>;
  return { query: documents.documentFor(subject, { documentId, query }) ?? query, variables, operationName };
}

/**
 * Writes events as fast as they are read. A reader who takes nothing for `stallMs` is cut off. However it ends, nothing
 * that belongs to the stream is left: not its place in the feed, not a statement that runs for it, not the connection.
 */
function send(
  reply: FastifyReply,
  parts: {
    readonly opening: Opening;
    readonly results: ResultStream;
    readonly body: AsyncGenerator<string, void, undefined>;
    readonly stallMs: number;
    readonly onStall: () => void;
  },
): Sending {
  const { raw } = reply;
  const { opening, results, body, stallMs, onStall } = parts;
  const headers = { ...reply.getHeaders(), ...HEADERS };
  reply.hijack();
  // Whoever goes away in the middle of a write is no fault of ours.
  raw.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    if (raw.closed) resolve();
    else raw.once('close', resolve);
  });
  void closed.then(async () => {
    await results.return();
    await body.return();
  });

  const closeWithin = (milliseconds: number, onLate: () => void = () => undefined) => {
    const timer = setTimeout(() => {
      onLate();
      raw.destroy();
    }, milliseconds);
    return () => clearTimeout(timer);
  };

  async function drained(): Promise<void> {
    const forget = closeWithin(stallMs, onStall);
    const drain = new Promise<void>((resolve) => {
      raw.once('drain', resolve);
    });
    await Promise.race([drain, closed]);
    forget();
  }

  const isGone = () => raw.closed;

  async function write(): Promise<void> {
    if (isGone()) return;
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) raw.setHeader(name, value);
    raw.writeHead(200);
    for await (const text of body) {
      if (isGone()) return;
      if (raw.write(text)) continue;
      const draining = drained();
      opening.ready = () => draining;
      await draining;
    }
    const forget = closeWithin(stallMs, onStall);
    raw.end();
    await closed;
    forget();
  }

  void write().catch(() => raw.destroy());
  return {
    closed,
    stop: () => {
      const forget = closeWithin(FAREWELL_MS);
      void closed.then(forget);
      void results.return();
    },
  };
}

/** What the caller sees of an error; the rest of a fault goes into the log, under the id of the request. */
function shownTo({ log }: FastifyRequest, error: unknown): GraphQLFormattedError {
  const originalError = error instanceof Error ? error : new Error(String(error));
  const known = error instanceof GraphQLError ? error : new GraphQLError('', { originalError });
  if (isFault(known)) log.error({ err: known.originalError ?? known }, 'A stream failed.');
  return formatError(known.toJSON(), known);
}

/** With the status that the first of its errors has elsewhere. */
function refuse(reply: FastifyReply, error: unknown, shown: StreamSource['shown']): FastifyReply {
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  const [first] = errors;
  const cause = asUnavailable(first instanceof GraphQLError ? (first.originalError ?? first) : first);
  if (cause instanceof DomainError) void reply.status(statusOf(cause)).headers(headersOf(cause));
  else void reply.status(STATUS_OF_CODE[codeOf(first)] ?? 500);
  return reply.send({ errors: errors.map(shown) });
}

/** Faults of a document have codes of GraphQL's own; anything else without one of ours is a fault here. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  FORBIDDEN: 403,
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  BAD_USER_INPUT: 400,
  OPERATION_RESOLUTION_FAILURE: 400,
};

function codeOf(error: unknown): string {
  return error instanceof GraphQLError ? String(error.extensions['code']) : '';
}
