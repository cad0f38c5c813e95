import type { GraphQLError } from 'graphql';

import { createLoaders } from './loaders.js';
import type { Loaders } from './loaders.js';
import type { Cursors } from '../access/signed-cursor.js';
import type { LiveFeed } from '../reading/live-feed.js';
import type { Caller, Principal } from '../access/principal.js';
import type { ResolveScope } from '../tenancy/resolve-scope.js';
import type { Refusals } from '../access/refusals.js';
import type { Scope } from '../access/scope.js';
import type { Limits } from '../config/limits.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { CommerceClient } from '../pipeline/reporting/commerce-client.js';
import { DomainError } from '../primitives/errors.js';
import type { KeptPages } from '../reading/kept-pages.js';
import type { AggregatesPage } from '../reading/usage-aggregates.js';
import type { UsageWriter } from '../writing/usage-writer.js';

/** What resolvers need of the App. */
export interface GraphqlApp extends Pipeline {
  readonly config: {
    readonly idempotencyHours: number;
    readonly limits: Pick<Limits, 'requestMsMax'>;
    readonly closing: { readonly graceMs: number };
  };
  readonly usageWriter: UsageWriter;
  readonly resolveScope: ResolveScope;
  readonly refusals: Refusals;
  readonly cursors: Cursors;
  readonly commerce: CommerceClient | null;
  readonly live: LiveFeed;
  readonly keptPages: KeptPages<AggregatesPage>;
}

/** One request: who asks, whose rows they may see, and what was loaded for them so far. */
export interface GatewayContext {
  readonly app: GraphqlApp;
  readonly principal: Caller | null;
  readonly scope: Scope;
  readonly loaders: Loaders;
  /** Names the request in the log and in the audit log. */
  readonly requestId: string;
  /** The trusted document that the request named; null when it brought its own. */
  readonly documentText: string | null;
  /** Why the document of the request is not read; null when it is, or there is none. */
  readonly refusal: readonly GraphQLError[] | null;
}

/** The context of one request: its scope is looked up now, its loaders see no other row. */
export async function createContext(
  app: GraphqlApp,
  principal: Caller | null,
  request: Pick<GatewayContext, 'requestId' | 'documentText' | 'refusal'>,
): Promise<GatewayContext> {
  const scope = await app.resolveScope(app.db.reader, principal ?? NOBODY);
  return {
    app,
    principal,
    scope,
    loaders: createLoaders(app.db.reader, scope),
    requestId: request.requestId,
    documentText: request.documentText,
    refusal: request.refusal,
  };
}

/** The caller of a resolver that only known callers reach. */
export function callerOf({ principal }: GatewayContext): Caller {
  if (principal === null) throw new DomainError('UNAUTHENTICATED', 'Send a bearer token.');
  return principal;
}

const NOBODY: Principal = {
  subject: 'nobody',
  role: 'TENANT_USER',
  registrations: [],
  tenants: [],
  resellers: 'all',
};
