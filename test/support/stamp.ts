import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { guid, METERS } from './world.js';
import type { CollectionSource } from '../../src/collection/collection-file.js';
import { hourOf, hourText } from '../../src/primitives/windows.js';

export interface StampRequest {
  /** The path below the subscription, in lower case. */
  readonly path: string;
  readonly parameters: URLSearchParams;
  readonly authorization: string;
  readonly body: string;
  /** Address of this stamp, for links. */
  readonly url: string;
}

/** `CUT` breaks the connection within the answer, `SILENCE` never answers, `ENDLESS` never stops answering. */
export type StampAnswer =
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string | Uint8Array;
    }
  | 'CUT'
  | 'ENDLESS'
  | 'SILENCE';

/** A stamp on a port of its own that answers as the test says. */
export interface FakeStamp {
  readonly url: string;
  readonly requests: StampRequest[];
  answer: (request: StampRequest) => StampAnswer | Promise<StampAnswer>;
  close(): Promise<void>;
}

export const TOKEN_VARIABLE = 'USAGE_GATEWAY_TEST_STAMP_TOKEN';
const PROVIDER = guid('provider subscription');

export async function openStamp(answer: FakeStamp['answer']): Promise<FakeStamp> {
  const requests: StampRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { pathname, searchParams } = new URL(incoming.url ?? '', stamp.url);
      const request = {
        path: pathname.toLowerCase().replace(`/subscriptions/${PROVIDER}/providers/`, ''),
        parameters: searchParams,
        authorization: incoming.headers.authorization ?? '',
        body: Buffer.concat(chunks).toString(),
        url: stamp.url,
      };
      requests.push(request);
      void Promise.resolve(stamp.answer(request)).then((answer) => send(response, answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stamp: FakeStamp = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return stamp;
}

function send(response: ServerResponse, answer: StampAnswer): void {
  if (answer === 'SILENCE') return;
  if (answer === 'ENDLESS') {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"value":[');
    const more = () => {
      while (!response.destroyed && response.write(' '.repeat(65_536)));
    };
    response.on('drain', more);
    more();
    return;
  }
  if (answer === 'CUT') {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"value":[', () => response.destroy());
    return;
  }
  response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers }).end(answer.body);
}

/** A row as the stamp sends it, of a machine in an hour. */
export function stampRow(
  usageHour: number,
  machine: string,
  parts: { readonly quantity?: string; readonly stackSubscription?: string } = {},
): string {
  const instance = JSON.stringify({
    'Microsoft.Resources': { resourceUri: `/machines/${machine}`, location: 'north', tags: 'null', additionalInfo: '' },
  });
  return `{"properties":{"subscriptionId":"${parts.stackSubscription ?? guid('stack')}","usageStartTime":"${hourText(usageHour)}","usageEndTime":"${hourText(usageHour + 1)}","instanceData":${JSON.stringify(instance)},"quantity":${parts.quantity ?? '1.0'},"meterId":"${METERS.vmHours}"}}`;
}

export function page(rows: readonly string[], nextLink?: string): StampAnswer {
  const link = nextLink === undefined ? '' : `,"nextLink":${JSON.stringify(nextLink)}`;
  return { body: `{"value":[${rows.join(',')}]${link}}` };
}

export function refusal(status: number, code: string, headers: Readonly<Record<string, string>> = {}): StampAnswer {
  return { status, headers, body: JSON.stringify({ error: { code, message: `${code} it is.` } }) };
}

/** The reported hour that is asked for. */
export function hourOfRequest({ parameters }: StampRequest): number {
  return hourOf(Date.parse(parameters.get('reportedStartTime') ?? ''));
}

/** A source for this stamp whose token is in the environment. */
export function sourceFor(
  url: string,
  registration: string,
  from: number,
  parts: Partial<CollectionSource> = {},
): CollectionSource {
  process.env[TOKEN_VARIABLE] ??= 'a-token';
  return {
    registration,
    url,
    subscriptionGuid: PROVIDER,
    signIn: { kind: 'bearer', token: { env: TOKEN_VARIABLE } },
    from,
    source: 'azure-stack',
    completeAfterMs: 0,
    rereadHours: 24,
    hoursAtOnce: 3,
    requestTimeoutMs: 20_000,
    hourTimeoutMs: 600_000,
    rowsPerHourMax: 500_000,
    pullsSubscriptions: false,
    ...parts,
  };
}
