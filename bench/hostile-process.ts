/** The attacker of the hostile benchmark: what it is told comes as JSON on its standard input. It ends by itself. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';

import type { Attack } from './hostile-bench.js';

interface Order {
  readonly attack: Attack;
  readonly url: string;
  readonly token: string;
  readonly seconds: number;
}

const MEGABYTE = 1024 * 1024;
const HELD_BYTES = 256 * 1024;
const HELD_CONNECTIONS = 1_000;

const { attack, url, token, seconds } = JSON.parse(await text(process.stdin)) as Order;
const { port } = new URL(url);
const end = performance.now() + seconds * 1_000;
const isOver = () => performance.now() > end;
setTimeout(() => process.exit(0), seconds * 1_000);

const KNOWN = `authorization: Bearer ${token}\r\n`;

function post(length: number, credential: string): string {
  return `POST /graphql HTTP/1.1\r\nhost: localhost\r\n${credential}content-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
}

/** A body of so many bytes that is nothing but one list, filled with the same items. */
function listOf(item: string, bytes: number): string {
  const head = '{"query":"{__typename}","variables":{"x":[';
  const count = Math.floor((bytes - head.length - 4) / (item.length + 1));
  return `${head}${Array<string>(count).fill(item).join(',')}]}}`;
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
}
