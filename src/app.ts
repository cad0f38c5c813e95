/** The composition root: a Config in, a running App out. Nothing else wires parts together. */
import { join } from 'node:path';

import { createApiKeys } from './access/api-keys.js';
import { createCredentials } from './access/credentials.js';
import type { Credentials } from './access/credentials.js';
import { createScopeResolver } from './tenancy/resolve-scope.js';
import type { ResolveScope } from './tenancy/resolve-scope.js';
import { createLocalTokens, localKey } from './access/local-tokens.js';
import { createRefusals } from './access/refusals.js';
import type { Refusals } from './access/refusals.js';
import { createOidcTokens } from './access/oidc-tokens.js';
import type { Config } from './config.js';
import { entities, migrations } from './data-source.js';
import { openDatabase } from './database/open-database.js';
import type { OnStatement } from './database/transaction.js';
import { sharedTurns } from './database/turns.js';
import { createCostBuckets } from './access/cost-buckets.js';
import type { CostBuckets } from './access/cost-buckets.js';
import { createCursors } from './access/signed-cursor.js';
import type { Cursors } from './access/signed-cursor.js';
import { createLiveFeed } from './reading/live-feed.js';
import type { LiveFeed } from './reading/live-feed.js';
import { createRequestsAtOnce } from './access/requests-at-once.js';
import type { RequestsAtOnce } from './access/requests-at-once.js';
import { createStreamsAtOnce } from './access/streams-at-once.js';
import type { StreamsAtOnce } from './access/streams-at-once.js';
import { createDictionary } from './pipeline/ingestion/dictionary.js';
import type { Pipeline } from './pipeline/pipeline.js';
import type { CommerceClient } from './pipeline/reporting/commerce-client.js';
import { configuredCommerce } from './pipeline/reporting/clients/configured-commerce.js';
import { createRoutingTables } from './pipeline/routing/routing-store.js';
import { systemClock } from './primitives/clock.js';
import type { Clock } from './primitives/clock.js';
import type { OnStage } from './primitives/stage-event.js';
import { createKeptPages } from './reading/kept-pages.js';
import type { KeptPages } from './reading/kept-pages.js';
import type { AggregatesPage } from './reading/usage-aggregates.js';
import { writerHere } from './writing/usage-writer.js';
import type { UsageWriter } from './writing/usage-writer.js';
import { createWriterThreads } from './writing/writer-threads.js';

/** Everything that serving and commands need. It is a Pipeline, and so can be handed to the acts as it is. */
export interface App extends Pipeline {
  readonly config: Config;
  /** Every kind of credential that is accepted here. */
  readonly tokens: Credentials;
  readonly resolveScope: ResolveScope;
  /** Changes that were refused, on their way into the audit log. */
  readonly refusals: Refusals;
  readonly cursors: Cursors;
  readonly costBuckets: CostBuckets;
  readonly requestsAtOnce: RequestsAtOnce;
  /** Streams that are open: of each caller, of each customer and of all. */
  readonly streamsAtOnce: StreamsAtOnce;
  /** What streams tell. Nobody is told anything before somebody lets it look. */
  readonly live: LiveFeed;
  /** Usage aggregates of closed windows that this process keeps. */
  readonly keptPages: KeptPages<AggregatesPage>;
  /** Where closed usage is reported; null while it is to wait. */
  readonly commerce: CommerceClient | null;
  /** Takes in what is pushed. */
  readonly usageWriter: UsageWriter;
  /** Tells every listener what the stages do. */
  readonly onStage: OnStage;
  /** Adds one who is told. */
  listen(listener: OnStage): void;
  /** Where the built GraphiQL page is. */
  readonly graphiqlFolder: string;
  close(): Promise<void>;
}

/** What tests replace: the border to the world. */
export interface Outside {
  readonly clock?: Clock;
  readonly onStatement?: OnStatement;
  readonly commerce?: CommerceClient;
  readonly graphiqlFolder?: string;
  /** The own half of a thread that takes usage in; without it, that happens in this one. */
  readonly writerThread?: URL;
}

/** Wires the parts on the configured database, which it opens but does not migrate. Whoever makes it closes it. */
export async function createApp(config: Config, outside: Outside = {}): Promise<App> {
  const clock = outside.clock ?? systemClock;
  const { limits } = config;
  const key = localKey(config.dataFolder);
  const turns = sharedTurns();
  const db = await openDatabase({
    url: config.databaseUrl,
    entities,
    migrations,
    turns: { shared: turns, gives: false },
    ...(outside.onStatement && { onStatement: outside.onStatement }),
  });
  const tokens = createCredentials({
    local: config.allowsLocalTokens ? createLocalTokens(key, clock) : null,
    oidc: config.issuers.length > 0 ? createOidcTokens(config.issuers, clock) : null,
    apiKeys: createApiKeys({ db, clock }),
    clock,
  });
  const resolveScope = createScopeResolver();
  const listeners: OnStage[] = [];
  const onStage: OnStage = (event) => listeners.forEach((listener) => listener(event));
  const pipeline = { db, clock, dictionary: createDictionary(), routingTables: createRoutingTables(), onStage };
  const refusals = createRefusals({ db, clock });
  const usageWriter =
    outside.writerThread === undefined
      ? writerHere(pipeline)
      : createWriterThreads(
          { entry: outside.writerThread, count: config.writerThreads, databaseUrl: config.databaseUrl, turns },
          { clock, onStage },
        );
  return {
    ...pipeline,
    config,
    usageWriter,
    tokens,
    resolveScope,
    refusals,
    cursors: createCursors(key),
    costBuckets: createCostBuckets(limits),
    requestsAtOnce: createRequestsAtOnce(limits.requestsAtOnceMax),
    streamsAtOnce: createStreamsAtOnce(limits),
    live: createLiveFeed({ db, clock, tokens, resolveScope, limits }),
    keptPages: createKeptPages(config.execution.rowsKeptMax, onStage),
    commerce: outside.commerce ?? configuredCommerce(config.commerce, clock),
    listen: (listener) => {
      listeners.push(listener);
    },
    graphiqlFolder: outside.graphiqlFolder ?? join(import.meta.dirname, '..', 'graphiql'),
    close: async () => {
      await tokens.settled();
      await refusals.close();
      await usageWriter.close();
      await db.close();
    },
  };
}
