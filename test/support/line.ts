/** A line to a database server on which everything that goes wrong between two machines can go wrong. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** How the driver ends a transaction; its isolation level has the word in it too. */
export const COMMIT = /COMMIT(?!TED)/;

export interface Line {
  /** The database's address, by way of this line. */
  readonly url: string;
  /** Connections that are open. */
  readonly connections: () => number;
  /** Ends all connections as they are, and answers when they are gone. New ones are taken. */
  cut(): Promise<void>;
  /** Ends a connection with what the server answers to this word, before it arrives. */
  cutAfter(word: RegExp): void;
  /** Swallows what either side sends from now on, on open connections and new ones, and tells nobody. */
  swallow(): void;
  /** From the next statement with this word on, swallows everything. */
  swallowFrom(word: RegExp): void;
  /** New connections go through again. What was swallowed is gone, and those it was on stay silent. */
  heal(): void;
  /** Refuses new connections, as a machine does whose server is down; answers what takes them again. */
  refuse(): Promise<() => Promise<void>>;
  close(): void;
}

export async function openLine(url: string): Promise<Line> {
  const { hostname, port } = new URL(url);
  let cutWord: RegExp | null = null;
  let swallowWord: RegExp | null = null;
  let swallows = false;
  const ends = new Set<() => Promise<void>>();
  const take = (client: Socket) => {
    const server = connect(Number(port), hostname);
    let isLast = false;
    let isSilent = swallows;
    const gone = new Promise<void>((resolve) => client.once('close', () => resolve()));
    const end = () => {
      client.destroy();
      server.destroy();
      ends.delete(end);
      return gone;
    };
    ends.add(end);
    client.on('data', (bytes) => {
      isLast ||= cutWord?.test(bytes.toString('latin1')) === true;
      swallows ||= swallowWord?.test(bytes.toString('latin1')) === true;
      isSilent ||= swallows;
      if (!isSilent) server.write(bytes);
    });
    server.on('data', (bytes) => {
      isSilent ||= swallows;
      if (isSilent) return;
      if (isLast) void end();
      else client.write(bytes);
    });
    for (const socket of [client, server]) socket.on('error', () => void end()).on('close', () => void end());
  };
  const relay = createServer(take);
  const listen = (at: number) => new Promise<void>((resolve) => relay.listen(at, '127.0.0.1', resolve));
  await listen(0);
  const { port: ours } = relay.address() as AddressInfo;
  const place = new URL(url);
  place.port = String(ours);
  const cut = async () => {
    await Promise.all([...ends].map((end) => end()));
  };
  return {
    url: place.toString(),
    connections: () => ends.size,
    cut,
    cutAfter: (word) => {
      cutWord = word;
    },
    swallow: () => {
      swallows = true;
    },
    swallowFrom: (word) => {
      swallowWord = word;
    },
    heal: () => {
      swallows = false;
      swallowWord = null;
      cutWord = null;
    },
    refuse: async () => {
      const isShut = new Promise((resolve) => relay.close(resolve));
      await cut();
      await isShut;
      return () => listen(ours);
    },
    close: () => {
      for (const end of ends) void end();
      relay.close();
    },
  };
}
