import { request } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { principalOf } from './gateway.js';
import type { TestGateway, Who } from './gateway.js';

const MONTH_SECONDS = 30 * 86_400;

/** An event as it came over the wire; `data` is null where it has none. */
export interface StreamEvent {
  readonly event: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data: any;
}

/** A stream that is open, or why it is not. */
export interface LiveStream {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** The answer of a request that was refused; null for an open stream. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly refusal: any;
  readonly socket: Socket;
  /** The next event; null when the connection was closed. Signs of life are passed over. */
  next(): Promise<StreamEvent | null>;
  /** All that is left until the connection is closed. */
  rest(): Promise<readonly StreamEvent[]>;
}

/** Makes the gateway listen on this machine, which streams need; answers its port. */
export async function listen(gateway: TestGateway): Promise<number> {
  await gateway.http.listen({ host: '127.0.0.1', port: 0 });
  return (gateway.http.server.address() as AddressInfo).port;
}

/** Opens a stream as this caller; `credential` stands in the place of a token. */
export async function openStream(
  gateway: TestGateway,
  who: Who,
  query: string,
  options: { readonly body?: object; readonly credential?: string; readonly headers?: OutgoingHttpHeaders } = {},
): Promise<LiveStream> {
  const credential = options.credential ?? (await gateway.app.tokens.sign(principalOf(who), MONTH_SECONDS));
  const { port } = gateway.http.server.address() as AddressInfo;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/graphql/stream',
      agent: false,
      headers: {
        authorization: `Bearer ${credential}`,
        accept: 'text/event-stream',
        'content-type': 'application/json',
        ...options.headers,
      },
    });
    sent.on('response', resolve);
    sent.on('error', reject);
    sent.end(JSON.stringify({ query, ...options.body }));
  });
  const isOpen = response.headers['content-type']?.startsWith('text/event-stream') === true;
  return { ...read(response, isOpen), refusal: isOpen ? null : JSON.parse(await text(response)) };
}

function read(response: IncomingMessage, isOpen: boolean): Omit<LiveStream, 'refusal'> {
  const events: StreamEvent[] = [];
  let isClosed = false;
  let rest = '';
  let wake: () => void = () => undefined;
  response.setEncoding('utf8');
  if (isOpen)
    response.on('data', (chunk: string) => {
      const parts = `${rest}${chunk}`.split('\n\n');
      rest = parts.pop() ?? '';
      events.push(...parts.filter((part) => !part.startsWith(':')).map(eventOf));
      wake();
    });
  // A connection that breaks off is closed as well.
  response.on('error', () => undefined);
  response.on('close', () => {
    isClosed = true;
    wake();
  });
  const next = async () => {
    while (events.length === 0 && !isClosed) await new Promise<void>((resolve) => (wake = resolve));
    return events.shift() ?? null;
  };
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    socket: response.socket,
    next,
    rest: async () => {
      const all: StreamEvent[] = [];
      for (let event = await next(); event !== null; event = await next()) all.push(event);
      return all;
    },
  };
}

function eventOf(part: string): StreamEvent {
  const fields = new Map(part.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
  const data = fields.get('data') ?? '';
  return { event: fields.get('event') ?? '', data: data === '' ? null : JSON.parse(data) };
}

async function text(response: IncomingMessage): Promise<string> {
  let all = '';
  for await (const chunk of response) all += String(chunk);
  return all;
}
