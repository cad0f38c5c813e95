import type { FastifyBaseLogger } from 'fastify';

import { createApp } from '../app.js';
import type { App } from '../app.js';
import { readCollectionFile } from '../collection/collection-file.js';
import { collectInBackground } from '../collection/collect-in-background.js';
import { readConfig } from '../config.js';
import type { Config } from '../config.js';
import type { CollectionLog } from '../collection/collection-log.js';
import { migrateUp } from '../database/migrate.js';
import { createServer } from '../http/server.js';

/** A request that runs longer than this is cut off when the gateway stops. */
const STOP_MS_MAX = 10_000;

export async function serveCommand(): Promise<void> {
  const config = readConfig();
  const sources = config.collectionFile === null ? [] : readCollectionFile(config.collectionFile);
  await serve(config, {
    background: (app, log, signal) =>
      collectInBackground(app, { sources, everyMs: config.collectEveryMs, signal, log: logTo(log) }),
    prepare: async (app) => {
      await migrateUp(app.db);
    },
    ready: (url, app) => {
      console.log(`The usage gateway serves ${url}/graphql and ${url}/v1/usage. Explore it at ${url}/graphiql`);
      console.log('Make a token with: usage-gateway token --role OPERATOR');
      if (app.config.allowsAnyHost) console.log('It listens beyond this machine: put TLS before it.');
      return Promise.resolve();
    },
  });
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
): Promise<void> {
  const app = await createApp(config);
  const stop = stopSignal();
  try {
    if (!(await isPrepared(() => steps.prepare(app, stop.signal), stop.signal))) return;
    const server = await createServer(app);
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
      await server.close();
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
