import type { FastifyBaseLogger, FastifyInstance } from 'fastify';

import { TOKEN_SECONDS_DEFAULT } from '../access/local-tokens.js';
import { createApp } from '../app.js';
import type { App, Outside } from '../app.js';
import { noticeOf } from '../books/books-kind.js';
import { readBooks } from '../books/books-store.js';
import { readCollectionFile } from '../collection/collection-file.js';
import type { CollectionSource } from '../collection/collection-file.js';
import { collectInBackground } from '../collection/collect-in-background.js';
import { readConfig } from '../config.js';
import type { Config } from '../config.js';
import type { CollectionLog } from '../collection/collection-log.js';
import { migrateUp } from '../database/migrate.js';
import { createServer } from '../http/server.js';
import { RELEASE, isLaterRelease } from '../primitives/release.js';
import { startBackgroundTasks, startLiveUpdates } from '../scheduling/background-tasks.js';
import type { Repetition } from '../scheduling/repeat.js';

/** A request that runs longer than this is cut off when the gateway stops. */
const STOP_MS_MAX = 10_000;

/** Serves until SIGINT or SIGTERM, on tables that it brings up to date first. */
export async function serveCommand(): Promise<void> {
  const config = readConfig();
  const sources = config.collectionFile === null ? [] : readCollectionFile(config.collectionFile);
  await serve(config, {
    background: (app, log, signal) => collect(app, sources, log, signal),
    prepare: async (app) => {
      // Said before it begins: a statement of SQLite lets nothing be told while it runs.
      await migrateUp(app.db, (name) => {
        if (process.stderr.isTTY) console.error(`Running the migration ${name}`);
      });
    },
    ready: async (url, app) => {
      // Standard output is the log, and logs are kept: what is for the person who starts it goes to a terminal alone.
      if (!process.stderr.isTTY) return;
      console.error(`Explore it at ${url}/graphiql`);
      if (app.config.allowsLocalTokens) await printOperatorToken(url, app);
      else console.error(welcomeOf(app.config));
      if (app.config.listensBeyondLoopback) console.error('It listens beyond this machine: put TLS before it.');
    },
  });
}

async function collect(
  app: App,
  sources: readonly CollectionSource[],
  log: FastifyBaseLogger,
  signal: AbortSignal,
): Promise<void> {
  const { kind } = await readBooks(app.db.reader);
  if (kind === 'DEMO' && sources.length > 0) {
    log.warn({ task: 'collection' }, 'These are demo books: no stamp is pulled into them.');
    return;
  }
  await collectInBackground(app, { sources, everyMs: app.config.collectEveryMs, signal, log: logTo(log) });
}

/** With no issuer there is nobody else to ask for a token, so whoever starts it gets one, as notebooks do it. */
async function printOperatorToken(url: string, app: App): Promise<void> {
  const all = { registrations: 'all', tenants: 'all', resellers: 'all' } as const;
  const token = await app.tokens.sign({ subject: 'operator', role: 'OPERATOR', ...all }, TOKEN_SECONDS_DEFAULT);
  console.error(`As operator, for ${TOKEN_SECONDS_DEFAULT / 3600} hours: ${url}/graphiql#token=${token}`);
  console.error('Make other tokens with: usage-gateway token --role …');
}

function welcomeOf({ issuers }: Config): string {
  if (issuers.length === 0) return 'It takes API keys alone. Make one with: usage-gateway api-key create';
  return `It takes API keys, and tokens of ${issuers.map(({ issuer }) => issuer).join(', ')}.`;
}

/**
 * Serves until the process is told to stop, and then ends cleanly: what is running is finished, the database is closed.
 * It listens before it works, so that a second process on the same port ends with nothing done. Until `prepare` is over
 * it answers that it is starting; `ready` runs after that.
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
  let isStarting = true;
  const tasks: Repetition[] = [];
  let giveUp: NodeJS.Timeout | undefined;
  try {
    const server = await createServer(app, undefined, () => isStarting);
    try {
      const url = await listen(server, config);
      if (!(await isPrepared(() => steps.prepare(app, stop.signal), stop.signal))) return;
      isStarting = false;
      await sayWhatIsServed(app, server.log, url);
      if (config.closing.isAutomatic) tasks.push(startBackgroundTasks(app, server.log));
      tasks.push(startLiveUpdates(app, server.log));
      await steps.ready(url, app);
      await Promise.all([once(stop.signal), steps.background?.(app, server.log, stop.signal)]);
    } finally {
      giveUp = setTimeout(() => process.exit(1), STOP_MS_MAX);
      await Promise.all([server.close(), ...tasks.map((task) => task.stop())]);
    }
  } finally {
    stop.forget();
    await app.close();
    clearTimeout(giveUp);
  }
}

/** Answers the address. Fastify would log it, but the first line says what the books are, and that is not known yet. */
async function listen(server: FastifyInstance, { host, port, logLevel }: Config): Promise<string> {
  server.log.level = 'silent';
  await server.listen({ host, port });
  server.log.level = logLevel;
  const [bound] = server.addresses();
  return `http://${host.includes(':') ? `[${host}]` : host}:${typeof bound === 'object' ? bound.port : port}`;
}

/** The first line of the log. */
async function sayWhatIsServed({ db, commerce }: App, log: FastifyBaseLogger, url: string): Promise<void> {
  const { kind: books, writtenBy } = await readBooks(db.reader);
  const what = { books, release: RELEASE, url };
  const sentence = `The usage gateway serves ${url}/graphql and ${url}/v1/usage.`;
  // The demo itself is no news to whoever runs it.
  const notice = commerce?.isSimulator === true ? null : noticeOf(books);
  if (isLaterRelease(writtenBy, RELEASE)) {
    const later = `Release ${writtenBy} wrote these books, and this one is older: serve them with that release.`;
    log.warn({ ...what, writtenBy }, [sentence, later, ...(notice === null ? [] : [notice])].join(' '));
  } else if (notice !== null) log.warn(what, `${sentence} ${notice}`);
  else log.info(what, sentence);
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
