import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';

import 'reflect-metadata';
import { once, openTestDatabase } from './databases.js';
import type { TestDatabase, TestServer } from './databases.js';
import type { Principal, Role } from '../../src/access/principal.js';
import { createApp } from '../../src/app.js';
import type { App } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import type { Clock } from '../../src/primitives/clock.js';
import type { CommerceClient } from '../../src/pipeline/reporting/commerce-client.js';
import type { Patience } from '../../src/database/cancellation.js';
import type { OnStatement } from '../../src/database/transaction.js';
import { createServer } from '../../src/http/server.js';

/** A clock that stands still until it is moved. */
export interface TestClock extends Clock {
  set(now: number | string): void;
}

export interface Answer {
  readonly status: number;
  /** What was asked for; null where the operation as a whole failed. Its shape is what the query says. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data: any;
  readonly errors: readonly GraphQLFormattedError[];
}

/** A whole gateway on a database of its own, asked over HTTP without a network. */
export interface TestGateway {
  readonly app: App;
  readonly clock: TestClock;
  readonly http: FastifyInstance;
  /** The lines that it logged, from LOG_LEVEL on: with none said, nothing. */
  readonly log: readonly string[];
  /** A bearer token for a caller. Parts of a principal that are left out stand for everything. */
  token(who: Who): Promise<string>;
  /** One GraphQL operation as this caller. */
  ask(who: Who, query: string, variables?: object): Promise<Answer>;
  /** A second process on the same database: same clock, nothing shared in memory; `env` is what it has otherwise. */
  second(env?: Readonly<Record<string, string>>): Promise<App>;
  /** What no test closes, since it failed or forgot, is closed after its block. */
  close(): Promise<void>;
}

/** A role alone is that role without limits. */
export type Who = Role | (Partial<Principal> & { readonly role: Role });

export const NOW = '2026-03-10T12:30:00Z';

export async function openTestGateway(
  server: TestServer,
  options: {
    readonly now?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly onStatement?: OnStatement;
    readonly patience?: Patience;
    readonly commerce?: CommerceClient;
    /** Left out, one with the tables of this version. */
    readonly database?: Pick<TestDatabase, 'url' | 'close'>;
    /** Takes pushed usage in on a thread of its own, as when serving: where the thread's own half is, as built. */
    readonly writerThread?: URL;
  } = {},
): Promise<TestGateway> {
  const database = options.database ?? (await openTestDatabase(server));
  const folder = await mkdtemp(join(tmpdir(), 'usage-gateway-data-'));
  const clock = testClock(options.now ?? NOW);
  const base = { DATABASE_URL: database.url, DATA_FOLDER: folder, LOG_LEVEL: 'silent', ...options.env };
  const opened: App[] = [];
  const open = async (env: Readonly<Record<string, string>> = {}) => {
    const app = await createApp(readConfig({ ...base, ...env }), {
      clock,
      ...(options.onStatement && { onStatement: options.onStatement }),
      ...(options.patience && { patience: options.patience }),
      ...(options.commerce && { commerce: options.commerce }),
      ...(options.writerThread && { writerThread: options.writerThread }),
    });
    opened.push(app);
    return app;
  };
  const app = await open();
  const log: string[] = [];
  const http = await createServer(app, { write: (line) => void log.push(line) });
  const token = (who: Who) => app.tokens.sign(principalOf(who), 3600);
  return {
    app,
    clock,
    http,
    log,
    token,
    ask: async (who, query, variables = {}) => {
      const response = await http.inject({
        method: 'POST',
        url: '/graphql',
        headers: { authorization: `Bearer ${await token(who)}` },
        payload: { query, variables },
      });
      const body = response.json<{ data?: unknown; errors?: readonly GraphQLFormattedError[] }>();
      return { status: response.statusCode, data: body.data ?? null, errors: body.errors ?? [] };
    },
    second: open,
    close: once(server, async () => {
      await http.close();
      await Promise.all(opened.map((one) => one.close()));
      await database.close();
      await rm(folder, { recursive: true, force: true });
    }),
  };
}

export function principalOf(who: Who): Principal {
  const given = typeof who === 'string' ? { role: who } : who;
  return {
    subject: `test-${given.role.toLowerCase()}`,
    registrations: 'all',
    tenants: 'all',
    resellers: 'all',
    ...given,
  };
}

export function testClock(now: string): TestClock {
  let time = Date.parse(now);
  return {
    now: () => time,
    set: (moment) => {
      time = typeof moment === 'number' ? moment : Date.parse(moment);
    },
  };
}
