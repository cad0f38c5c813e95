import { createLoaders } from './loaders.js';
import type { Loaders } from './loaders.js';
import type { Cursors } from './cursor.js';
import { resolveScope } from '../access/principal.js';
import type { Caller, Principal } from '../access/principal.js';
import type { Scope } from '../access/scope.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import { DomainError } from '../primitives/errors.js';

/** What resolvers need of the App. */
export interface GraphqlApp extends Pipeline {
  readonly config: { readonly idempotencyHours: number };
  readonly cursors: Cursors;
}

/** One request: who asks, whose rows they may see, and what was loaded for them so far. */
export interface GatewayContext {
  readonly app: GraphqlApp;
  readonly principal: Caller | null;
  /** Names the request in the log and in the audit log. */
  readonly requestId: string | null;
  readonly scope: Scope;
  readonly loaders: Loaders;
}

export async function createContext(
  app: GraphqlApp,
  principal: Caller | null,
  requestId: string | null = null,
): Promise<GatewayContext> {
  const scope = await resolveScope(app.db.reader, principal ?? NOBODY);
  return { app, principal, requestId, scope, loaders: createLoaders(app.db.reader, scope) };
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
