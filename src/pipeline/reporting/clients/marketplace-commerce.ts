import { randomUUID } from 'node:crypto';
import { z } from 'zod';

import { PRINTABLE, boundedFetch, checkStatus, parsedJson } from './bounded-fetch.js';
import { createTokenSource } from './client-credentials.js';
import type { ClientCredentials } from './client-credentials.js';
import { eventText, eventsOf } from './marketplace-events.js';
import type { MarketplaceEvent, MarketplaceOffer } from './marketplace-events.js';
import { CommerceError } from '../commerce-client.js';
import type { CommerceClient, LineAnswer } from '../commerce-client.js';
import type { Clock } from '../../../primitives/clock.js';

/** Where the metering service is, how to sign in there, and what our ids are called in the offer. */
export interface MarketplaceCommerceOptions {
  /** Base address of the metering service; batches go to `<url>/batchUsageEvent`. */
  readonly url: string;
  readonly credentials: ClientCredentials | null;
  readonly offer: MarketplaceOffer;
  readonly timeoutMs: number;
}

/** The service refuses longer batches. */
const EVENTS_PER_CALL_MAX = 25;
const API_VERSION = '2018-08-31';
const BYTES_MAX = 1024 * 1024;

const answerShape = z.object({
  result: z.array(
    z.object({
      usageEventId: z.string().max(64).regex(PRINTABLE).nullish(),
      status: z.string().min(1).max(64).regex(/^\w+$/),
      dimension: z.string().nullish(),
      error: z
        .object({
          additionalInfo: z.object({ acceptedMessage: z.object({ quantity: z.number() }).nullish() }).nullish(),
        })
        .nullish(),
    }),
  ),
});

type Result = z.infer<typeof answerShape>['result'][number];

/**
 * Reports to Azure Marketplace's metering service (`batchUsageEvent`). Source of its rules: Microsoft's page
 * "Marketplace metered billing APIs". It keeps quantities as doubles, and says nothing in sums, so it cannot be
 * reconciled here.
 */
export function marketplaceCommerce(options: MarketplaceCommerceOptions, clock: Clock): CommerceClient {
  const { credentials, offer } = options;
  const tokens = credentials === null ? null : createTokenSource(credentials, clock);

  async function call(
    events: readonly MarketplaceEvent[],
    key: string,
    signal: AbortSignal,
  ): Promise<readonly Result[]> {
    const answer = await boundedFetch({
      url: `${options.url.replace(/\/+$/, '')}/batchUsageEvent?api-version=${API_VERSION}`,
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'x-ms-requestid': randomUUID(),
        'x-ms-correlationid': key,
        ...(tokens !== null && { authorization: `Bearer ${await tokens.token(signal)}` }),
      },
      body: `{"request":[${events.map(eventText).join(',')}]}`,
      timeoutMs: options.timeoutMs,
      bytesMax: BYTES_MAX,
      signal,
    });
    if (answer.status === 401) tokens?.forget();
    checkStatus(answer);
    const read = answerShape.safeParse(parsedJson(answer.text));
    if (!read.success) throw new CommerceError('InvalidResponse', 'The answer is not as agreed.');
    if (read.data.result.length === events.length) return read.data.result;
    throw new CommerceError('InvalidResponse', 'The answer has another number of events than was sent.');
  }

  return {
    name: 'marketplace',
    send: async (batch, { signal, renew, isFirstTry }) => {
      const { events, untakeable } = eventsOf(batch, offer);
      const lines: LineAnswer[] = untakeable.flatMap(({ lineIds, code }) =>
        lineIds.map((lineId) => ({ lineId, status: 'REJECTED' as const, code })),
      );
      let receipt: string | null = null;
      for (let start = 0; start < events.length; start += EVENTS_PER_CALL_MAX) {
        const some = events.slice(start, start + EVENTS_PER_CALL_MAX);
        await renew();
        const results = await call(some, batch.idempotencyKey, signal);
        some.forEach((event, index) => {
          const result = results[index];
          if (result === undefined) return;
          receipt ??= result.usageEventId ?? null;
          const verdict = verdictOf(event, result, isFirstTry);
          lines.push(...event.lineIds.map((lineId) => ({ lineId, ...verdict })));
        });
      }
      return { receipt, lines };
    },
    totals: () => Promise.resolve(null),
  };
}

/**
 * A duplicate of another amount is none: somebody else used our hour, and our usage is not counted. Nor is one of what
 * was never sent before, whatever its amount: another stamp bills the same Azure subscription.
 */
function verdictOf(event: MarketplaceEvent, result: Result, isFirstTry: boolean): Pick<LineAnswer, 'status' | 'code'> {
  const { status, dimension, error } = result;
  if (dimension != null && dimension !== event.dimension) {
    throw new CommerceError('InvalidResponse', 'The answer names another dimension than was sent.');
  }
  if (status === 'Accepted') return { status: 'ACCEPTED', code: null };
  if (status !== 'Duplicate') return { status: 'REJECTED', code: status };
  if (isFirstTry) return { status: 'REJECTED', code: 'DuplicateNotOurs' };
  const accepted = error?.additionalInfo?.acceptedMessage;
  const isOurs = accepted == null || accepted.quantity === Number(event.quantity);
  return isOurs ? { status: 'DUPLICATE', code: null } : { status: 'REJECTED', code: 'DuplicateDiffers' };
}
