import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { fastify } from 'fastify';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

import type { CommerceBooks } from './commerce-books.js';
import { FAULTS } from './commerce-in-process.js';
import type { Fault } from './commerce-in-process.js';
import { REPORT_FORMS } from '../pipeline/reporting/commerce-client.js';
import type { ReportBatch, ReportForm } from '../pipeline/reporting/commerce-client.js';
import { parseQuantity } from '../primitives/quantity.js';
import type { Quantity } from '../primitives/quantity.js';

const BODY_BYTES_MAX = 8 * 1024 * 1024;
const TOKEN_SECONDS = 300;

const quantity = z.string().transform((text, context): Quantity => {
  const parsed = parseQuantity(text);
  if (parsed.ok) return parsed.quantity;
  context.addIssue({ code: 'custom', message: 'is no quantity' });
  return z.NEVER;
});

/** What lines of form 2 alone say; those of form 1 are read as saying nothing of it. */
const ofForm2 = {
  tenantId: z.string().nullable().default(null),
  meterName: z.string().nullable().default(null),
  unit: z.string().nullable().default(null),
  destinationSubscriptionId: z.string().default(''),
  usageDay: z.string().default(''),
  reportedDay: z.string().default(''),
};

const batchShape = z.object({
  schema: z.string().transform((name, context): ReportForm => {
    const form = REPORT_FORMS.find((known) => name === `usage-report/${known}`);
    if (form !== undefined) return form;
    context.addIssue({ code: 'custom', message: 'is no form that is known here' });
    return z.NEVER;
  }),
  idempotencyKey: z.string().min(1).max(64),
  cloudId: z.string(),
  reportedDay: z.string(),
  destinationSubscriptionId: z.string(),
  batchNo: z.number().int(),
  lines: z
    .array(
      z.object({
        lineId: z.string(),
        meterId: z.string(),
        quantity,
        location: z.string(),
        resourceUri: z.string(),
        stackSubscriptionId: z.string(),
        usageStartTime: z.string(),
        usageEndTime: z.string(),
        ...ofForm2,
      }),
    )
    .max(10_000),
});

const controlShape = z.object({
  /** What goes wrong with the next batches, one after the other. */
  faults: z.array(z.enum(FAULTS)).max(1_000).default([]),
  /** How long each answer takes from now on. */
  delayMs: z.number().int().min(0).max(600_000).default(0),
  /** Meters whose lines are rejected from now on. */
  rejectedMeterIds: z.array(z.string()).default([]),
});

/**
 * The made-up receiver over HTTP, for trying a gateway against it:
 *
 *   POST /oauth/token      any client gets a token
 *   POST /usage-reports    a batch; 200 with an answer per line
 *   GET  /totals?cloudId=  what it has, per Azure subscription and meter
 *   POST /control          what goes wrong from now on: { faults, delayMs, rejectedMeterIds }
 *
 * `clientSecret` null: no token is asked for.
 */
export function createCommerceServer(books: CommerceBooks, clientSecret: string | null): FastifyInstance {
  const server = fastify({ bodyLimit: BODY_BYTES_MAX, forceCloseConnections: true });
  const tokens = new Set<string>();
  let faults: Fault[] = [];
  let delayMs = 0;

  server.removeAllContentTypeParsers();
  for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
    server.addContentTypeParser(type, { parseAs: 'string' }, (_request, body, done) => {
      done(null, body);
    });
  }

  server.post('/oauth/token', async (request, reply) => {
    const form = new URLSearchParams(String(request.body));
    if (form.get('client_secret') !== clientSecret) return reply.status(401).send({ error: 'invalid_client' });
    const token = randomUUID();
    tokens.add(token);
    return reply.send({ access_token: token, token_type: 'Bearer', expires_in: TOKEN_SECONDS });
  });

  server.post('/control', async (request, reply) => {
    const control = controlShape.parse(JSON.parse(String(request.body)));
    faults = [...control.faults];
    ({ delayMs } = control);
    books.reject(control.rejectedMeterIds);
    return reply.send({ ok: true });
  });

  server.get('/totals', async (request, reply) => {
    const { cloudId } = request.query as { readonly cloudId?: string };
    return reply.send({ totals: books.totals(cloudId ?? '') });
  });

  server.post('/usage-reports', async (request, reply) => {
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (clientSecret !== null && !tokens.has(bearer)) return reply.status(401).send({ error: 'Unauthorized' });
    const text = String(request.body);
    const read = batchShape.safeParse(JSON.parse(text));
    if (!read.success) return reply.status(400).send({ error: read.error.issues[0]?.message });
    const batch: ReportBatch = { ...read.data, form: read.data.schema };
    if (request.headers['idempotency-key'] !== batch.idempotencyKey) {
      return reply.status(400).send({ error: 'The header and the body name different keys.' });
    }
    if (delayMs > 0) await pause(delayMs, undefined, { ref: false });
    return respond(faults.shift() ?? null);

    async function respond(fault: Fault | null): Promise<unknown> {
      switch (fault) {
        case 'FAIL':
          return reply.status(503).send({ error: 'busy' });
        case 'REFUSE':
          return reply.status(422).send({ error: 'refused' });
        case 'UNAUTHORIZED':
          tokens.clear();
          return reply.status(401).send({ error: 'Unauthorized' });
        case 'TIME_OUT_BEFORE':
          return cutOff();
        case 'TIME_OUT_AFTER':
          books.take(batch, text);
          return cutOff();
        case 'TAKE_TWICE':
          books.take(batch, text);
          return respond(null);
        case null: {
          const answer = books.take(batch, text);
          return answer === 'KEY_REUSED' ? reply.status(422).send({ error: answer }) : reply.send(answer);
        }
      }
    }

    /** No answer at all: the connection ends. */
    function cutOff(): unknown {
      request.raw.socket.destroy();
      return reply.hijack();
    }
  });
  return server;
}
