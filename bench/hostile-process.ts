/** The attacker of the hostile benchmark: what it is told comes as JSON on its standard input. It ends by itself. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';

import type { Attack, KnownBody } from './hostile-bench.js';
import { systemClock } from '../src/primitives/clock.js';

interface Order {
  readonly attack: Attack;
  readonly registration: string;
  readonly guid: string;
  readonly url: string;
  readonly token: string;
  readonly seconds: number;
}

const MEGABYTE = 1024 * 1024;
const HELD_BYTES = 256 * 1024;
const HELD_CONNECTIONS = 1_000;
const HOUR_MS = 3_600_000;

const { attack, registration, guid, url, token, seconds } = JSON.parse(await text(process.stdin)) as Order;
const { port } = new URL(url);
const end = performance.now() + seconds * 1_000;
const isOver = () => performance.now() > end;
setTimeout(() => process.exit(0), seconds * 1_000);

const KNOWN = `authorization: Bearer ${token}\r\n`;

function post(length: number, credential: string, line = 'POST /graphql'): string {
  return `${line} HTTP/1.1\r\nhost: localhost\r\n${credential}content-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
}

/** A body of so many bytes that is nothing but one list, filled with the same items. */
function listOf(item: string, bytes: number): string {
  const head = '{"query":"{__typename}","variables":{"x":[';
  const count = Math.floor((bytes - head.length - 4) / (item.length + 1));
  return `${head}${Array<string>(count).fill(item).join(',')}]}}`;
}

/** Each is another document, so that none is kept. */
let bodies = 0;

const asQuery = (query: string) => JSON.stringify({ query: `${query} #${bodies}` });
const withVariable = (value: string) => `{"query":"{__typename}","variables":{"x":${value}}}`;
const many = (count: number, item: (index: number) => string, between = ' ') =>
  Array.from({ length: count }, (_, index) => item(index)).join(between);

function recordOf(index: number) {
  const end = Math.floor(systemClock.now() / HOUR_MS) * HOUR_MS;
  return {
    id: `${bodies}-${index}`,
    source: 'hostile',
    stackSubscriptionId: guid,
    meterId: guid,
    resourceUri: `/subscriptions/${guid}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm${index}`,
    usageStartTime: new Date(end - HOUR_MS).toISOString(),
    usageEndTime: new Date(end).toISOString(),
    quantity: '1.25',
  };
}
const records = (count: number) => Array.from({ length: count }, (_, index) => recordOf(index));

interface Body {
  readonly line?: string;
  readonly headers?: string;
  readonly body: string;
}
const BODIES: Readonly<Record<KnownBody, () => Body>> = {
  'variables: numbers': () => ({ body: listOf('1', HELD_BYTES) }),
  'variables: objects of one key each': () => ({
    body: withVariable(`[${many(18_000, (at) => `{"k${at}":1}`, ',')}]`),
  }),
  'variables: as many values as are read': () => ({
    body: withVariable(`[${many(9_990, (at) => `{"k${at}":1}`, ',')}]`),
  }),
  'variables: one string of escapes': () => ({ body: withVariable(`"${String.raw`\u0041`.repeat(43_000)}"`) }),
  'document: fields': () => ({ body: asQuery(`{ ${'a '.repeat(3_990)}}`) }),
  'document: aliases': () => ({ body: asQuery(`{ ${many(1_300, (at) => `a${at}: __typename`)} }`) }),
  'document: lists and objects': () => ({
    body: asQuery(`{ nodes(ids: [${many(70, () => `${'[{a:'.repeat(9)}1${'}]'.repeat(9)}`)}]) { id } }`),
  }),
  'document: fragments': () => ({
    body: asQuery(
      `{ ...f0 } ${many(95, (at) => `fragment f${at} on Query { ${`...f${at + 1} `.repeat(15)} __typename }`)}`,
    ),
  }),
  'document: comments': () => ({ body: asQuery(`{ __typename } ${'#\n'.repeat(49_000)}`) }),
  'document: block strings': () => ({
    body: asQuery(`{ nodes(ids: [${'"'.repeat(3)}${' \n'.repeat(49_000)}${'"'.repeat(3)}]) { id } }`),
  }),
  'recordUsage: 500 records': () => ({
    body: JSON.stringify({
      query: 'mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { receipt { accepted } } }',
      variables: { input: { registration, records: records(500) } },
    }),
  }),
  '/graphql/stream: numbers': () => ({
    line: 'POST /graphql/stream',
    headers: 'accept: text/event-stream\r\n',
    body: listOf('1', HELD_BYTES),
  }),
  '/v1/usage: 10,000 records': () => ({
    line: `POST /v1/usage?registration=${registration}`,
    body: JSON.stringify(records(10_000)),
  }),
  'PUT of Azure: 60 kB of numbers': () => ({
    line: `PUT /subscriptions/${guid}/resourceGroups/azurestack/providers/Microsoft.AzureStack/registrations/${registration}/customerSubscriptions/${guid}?api-version=2017-06-01`,
    body: `{"properties":[${many(30_000, () => '1', ',')}]}`,
  }),
};

function messageOf(attacking: KnownBody): Buffer {
  bodies += 1;
  const { line, headers = '', body } = BODIES[attacking]();
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(post(bytes.length, KNOWN + headers, line)), bytes]);
}

function open(): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => resolve(socket));
    socket.on('error', () => resolve(null));
  });
}

/** Sends, and waits until something comes back or the connection ends. */
async function sendOn(socket: Socket, message: string | Buffer): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = () => {
      socket.off('data', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('data', done);
    socket.on('close', done);
    socket.write(message);
  });
}

/** Sends again and again on so many connections, each message when the one before was answered. */
async function repeatOn(connections: number, message: () => string | Buffer): Promise<void> {
  await Promise.all(
    Array.from({ length: connections }, async () => {
      let socket: Socket | null = null;
      while (!isOver()) {
        if (socket === null || socket.destroyed || !socket.writable) socket = await open();
        if (socket !== null) await sendOn(socket, message());
      }
    }),
  );
}

async function hold(): Promise<void> {
  const message = post(HELD_BYTES, '') + 'x'.repeat(HELD_BYTES - 1);
  for (let opened = 0; opened < HELD_CONNECTIONS; opened += 1) (await open())?.write(message);
}

let document = 0;
function refusedDocument(): string {
  document += 1;
  const same = 'stackSubscriptions { tenant { name } } '.repeat(450);
  const body = JSON.stringify({ query: `{ tenants(first: 1) { nodes { ${same} unknown${document} } } }` });
  return post(body.length, KNOWN) + body;
}

switch (attack) {
  case 'anonymous bodies': {
    const body = listOf('1', 8 * MEGABYTE);
    const message = Buffer.from(post(body.length, '') + body);
    await repeatOn(6, () => message);
    break;
  }
  case 'bodies of a caller': {
    const body = listOf(`${'['.repeat(25)}1${']'.repeat(25)}`, HELD_BYTES);
    const message = Buffer.from(post(body.length, KNOWN) + body);
    await repeatOn(1, () => message);
    break;
  }
  case 'held bodies':
    await hold();
    break;
  case 'refused documents':
    await repeatOn(32, refusedDocument);
    break;
  default:
    await repeatOn(1, () => messageOf(attack));
}
