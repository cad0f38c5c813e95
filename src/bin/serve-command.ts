import type { FastifyBaseLogger } from 'fastify';

import { TOKEN_SECONDS_DEFAULT } from '../access/local-tokens.js';
import { createApp } from '../app.js';
import type { App, Outside } from '../app.js';
import { readCollectionFile } from '../collection/collection-file.js';
import { collectInBackground } from '../collection/collect-in-background.js';
import { readConfig } from '../config.js';
import type { Config } from '../config.js';
import type { CollectionLog } from '../collection/collection-log.js';
import { migrateUp } from '../database/migrate.js';
import { createServer } from '../http/server.js';
import { startBackgroundTasks } from '../scheduling/background-tasks.js';

/** A request that runs longer than this is cut off when the gateway stops. */
const STOP_MS_MAX = 10_000;

/** Serves until SIGINT or SIGTERM, on tables that it brings up to date first. */
export async function serveCommand(): Promise<void> {
  const config = readConfig();
  const sources = config.collectionFile === null ? [] : readCollectionFile(config.collectionFile);
  await serve(config, {
    background: (app, log, signal) =>
      collectInBackground(app, { sources, everyMs: config.collectEveryMs, signal, log: logTo(log) }),
    prepare: async (app) => {
      await migrateUp(app.db);
    },
    ready: async (url, app) => {
      console.log(`The usage gateway serves ${url}/graphql and ${url}/v1/usage. Explore it at ${url}/graphiql`);
      if (app.config.allowsLocalTokens) await printOperatorToken(url, app);
      else console.log(welcomeOf(app.config));
      if (app.config.listensBeyondLoopback) console.log('It listens beyond this machine: put TLS before it.');
    },
  });
}

/** With no issuer there is nobody else to ask for a token, so whoever starts it gets one, as notebooks do it. */
async function printOperatorToken(url: string, app: App): Promise<void> {
  const all = { registrations: 'all', tenants: 'all', resellers: 'all' } as const;
  const token = await app.tokens.sign({ subject: 'operator', role: 'OPERATOR', ...all }, TOKEN_SECONDS_DEFAULT);
  console.log(`As operator, for ${TOKEN_SECONDS_DEFAULT / 3600} hours: ${url}/graphiql#token=${token}`);
  console.log('Make other tokens with: usage-gateway token --role …');
}

function welcomeOf({ issuers }: Config): string {
  if (issuers.length === 0) return 'It takes API keys alone. Make one with: usage-gateway api-key create';
  return `It takes API keys, and tokens of ${issuers.map(({ issuer }) => issuer).join(', ')}.`;
}

/**
 * Serves until the process is told to stop, and then ends cleanly: what is running is finished, the database is closed.
 * `prepare` runs before the server listens, `ready` when it does.
 */
export async function serve(
  config: Config,
  steps: {
    readonly prepare: (app: App, signal: AbortSignal) => Promise<void>;
    readonly ready: (url: string, app: App) => Promise<void>;
    /** Runs while the server does, until the signal; must end soon after it. */
    readonly background?: (app: App, log: FastifyBaseLogger, signal: AbortSignal) => Promise<void>;
  },
  outside: Outside = {},
): Promise<void> {
  const writerThread = new URL('./writer-thread.js', import.meta.url);
  const app = await createApp(config, { writerThread, ...outside });
  const stop = stopSignal();
  try {
    if (!(await isPrepared(() => steps.prepare(app, stop.signal), stop.signal))) return;
    const server = await createServer(app);
    const background = config.closing.isAutomatic ? startBackgroundTasks(app, server.log) : null;
    try {
      await server.listen({ host: config.host, port: config.port });
      const [bound] = server.addresses();
      const port = typeof bound === 'object' ? bound.port : config.port;
      const host = config.host.includes(':') ? `[${config.host}]` : config.host;
      await steps.ready(`http://${host}:${port}`, app);
      await Promise.all([once(stop.signal), steps.background?.(app, server.log, stop.signal)]);
    } finally {
      const tooLong = setTimeout(() => process.exit(1), STOP_MS_MAX);
      tooLong.unref();
      await Promise.all([server.close(), background?.stop()]);
    }
  } finally {
    stop.forget();
    await app.close();
  }
}

function logTo(log: FastifyBaseLogger): CollectionLog {
  return ({ level, ...event }) => log[level](event, `collection: ${event.event}`);
}

/** False when it was told to stop meanwhile: that is no failure. */
async function isPrepared(prepare: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
  try {
    await prepare();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return !signal.aborted;
}

async function once(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Ctrl-C and the stop of a service manager. A second one ends the process at once. */
function stopSignal(): { readonly signal: AbortSignal; readonly forget: () => void } {
  const controller = new AbortController();
  const listener = () => {
    if (controller.signal.aborted) process.exit(1);
    controller.abort();
  };
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return {
    signal: controller.signal,
    forget: () => {
      process.off('SIGINT', listener);
      process.off('SIGTERM', listener);
    },
  };
}
