import { z } from 'zod';

import { PRINTABLE, boundedFetch, checkStatus, parsedJson } from './bounded-fetch.js';
import type { HttpAnswer } from './bounded-fetch.js';
import { createTokenSource } from './client-credentials.js';
import type { ClientCredentials } from './client-credentials.js';
import { CommerceError, batchText } from '../commerce-client.js';
import type { CommerceClient } from '../commerce-client.js';
import { parseQuantity } from '../../../primitives/quantity.js';
import type { Quantity } from '../../../primitives/quantity.js';
import type { Clock } from '../../../primitives/clock.js';

/** Where the receiver is, and how to sign in there. */
export interface HttpsCommerceOptions {
  /** Where batches go: `<url>/usage-reports`; totals are asked at `<url>/totals`. */
  readonly url: string;
  /** Null: the receiver asks for no token. */
  readonly credentials: ClientCredentials | null;
  readonly timeoutMs: number;
}

/** Room for the answers of a full batch, several times over. */
const BYTES_MAX = 4 * 1024 * 1024;

const sendAnswer = z.object({
  receipt: z.string().max(200).regex(PRINTABLE).nullable().default(null),
  lines: z.array(
    z.object({
      lineId: z.string(),
      status: z.enum(['ACCEPTED', 'DUPLICATE', 'REJECTED']),
      code: z
        .string()
        .max(64)
        .regex(/^[\x20-\x7e]*$/)
        .nullable()
        .default(null),
    }),
  ),
});

/** Statuses of a receiver that takes reports and says nothing in sums. */
const NO_SUCH_QUESTION = [404, 405, 501];

const totalsAnswer = z.object({
  totals: z.array(
    z.object({
      destinationSubscriptionId: z.string(),
      meterId: z.string(),
      quantity: z.string().transform((text, context): Quantity => {
        const parsed = parseQuantity(text);
        if (parsed.ok) return parsed.quantity;
        context.addIssue({ code: 'custom', message: 'is no quantity' });
        return z.NEVER;
      }),
      lines: z.number().int(),
    }),
  ),
});

/** Sends batches as JSON over HTTPS, with the batch's key in `Idempotency-Key`. */
export function httpsCommerce({ url, credentials, timeoutMs }: HttpsCommerceOptions, clock: Clock): CommerceClient {
  const tokens = credentials === null ? null : createTokenSource(credentials, clock);
  const base = url.replace(/\/+$/, '');

  async function ask(
    question: { readonly path: string; readonly method: 'GET' | 'POST'; readonly body?: string; readonly key?: string },
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const { path, method, body, key } = question;
    const answer = await boundedFetch({
      url: `${base}${path}`,
      method,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(tokens !== null && { authorization: `Bearer ${await tokens.token(signal)}` }),
      },
      ...(body !== undefined && { body }),
      timeoutMs,
      bytesMax: BYTES_MAX,
      signal,
    });
    if (answer.status === 401) tokens?.forget();
    return answer;
  }

  return {
    name: 'https',
    send: async (batch, { signal, renew }) => {
      await renew();
      const question = {
        method: 'POST',
        path: '/usage-reports',
        body: batchText(batch),
        key: batch.idempotencyKey,
      } as const;
      return understood(sendAnswer, await ask(question, signal));
    },
    totals: async (cloudId, signal) => {
      const path = `/totals?cloudId=${encodeURIComponent(cloudId)}`;
      const answer = await ask({ method: 'GET', path }, signal);
      return NO_SUCH_QUESTION.includes(answer.status) ? null : understood(totalsAnswer, answer).totals;
    },
  };
}

function understood<Output>(shape: z.ZodType<Output>, answer: HttpAnswer): Output {
  checkStatus(answer);
  const read = shape.safeParse(parsedJson(answer.text));
  if (read.success) return read.data;
  const where = read.error.issues[0]?.path.join('.') ?? '';
  throw new CommerceError(
    'InvalidResponse',
    `The answer is not as agreed${where === '' ? '' : ` (${where.slice(0, 100)})`}.`,
  );
}
