import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { guid } from './world.js';
import { marketplaceCommerce } from '../../src/pipeline/reporting/clients/marketplace-commerce.js';
import { systemClock } from '../../src/primitives/clock.js';

/** Of a provider whose customers bought the plan "gold". */
export const OFFER = {
  planId: 'gold',
  dimensions: { [guid('meter 0')]: 'vm-hours' },
  resources: Object.fromEntries(
    ['csp', 'csp contoso'].map((name) => [guid(name), { resourceId: guid(`saas of ${name}`) }]),
  ),
};

interface Event {
  readonly resourceId: string;
  readonly dimension: string;
  readonly effectiveStartTime: string;
  readonly quantity: number;
}

/** The metering service as Microsoft describes it: one event per resource, dimension and hour, 25 in a call. */
export async function openMarketplace() {
  const taken = new Map<string, Event>();
  const calls: number[] = [];
  let statusOf: (event: Event) => string | null = () => null;
  let before: () => Promise<void> = async () => undefined;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const events = (JSON.parse(body) as { request: Event[] }).request;
      calls.push(events.length);
      if (events.length > 25 || request.url !== '/api/batchUsageEvent?api-version=2018-08-31') {
        response.writeHead(400).end('{}');
        return;
      }
      const result = events.map((event) => {
        const refused = statusOf(event);
        if (refused !== null) return { status: refused, ...event };
        const name = `${event.resourceId} ${event.dimension} ${event.effectiveStartTime}`;
        const known = taken.get(name);
        if (known !== undefined) {
          return { status: 'Duplicate', ...event, error: { additionalInfo: { acceptedMessage: known } } };
        }
        taken.set(name, event);
        return { status: 'Accepted', usageEventId: guid(name), ...event };
      });
      const answer = () =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ count: 1, result }));
      // What goes wrong there is for the test to see, not for the gateway.
      before().then(answer, (error: unknown) => response.destroy(error as Error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  return {
    client: marketplaceCommerce({ url, credentials: null, offer: OFFER, timeoutMs: 5_000 }, systemClock),
    taken,
    calls,
    answer: (status: typeof statusOf) => {
      statusOf = status;
    },
    /** What happens between taking events and answering, each time. */
    beforeAnswer: (act: typeof before) => {
      before = act;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
