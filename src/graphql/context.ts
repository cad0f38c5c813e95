import { createLoaders } from './loaders.js';
import type { Loaders } from './loaders.js';
import type { Cursors } from './cursor.js';
import { resolveScope } from '../access/principal.js';
import type { Principal } from '../access/principal.js';
import type { Scope } from '../access/scope.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { CommerceClient } from '../pipeline/reporting/commerce-client.js';
import { DomainError } from '../primitives/errors.js';

/** What resolvers need of the App. */
export interface GraphqlApp extends Pipeline {
  readonly cursors: Cursors;
  readonly commerce: CommerceClient | null;
}

/** One request: who asks, whose rows they may see, and what was loaded for them so far. */
export interface GatewayContext {
  readonly app: GraphqlApp;
  readonly principal: Principal | null;
  readonly scope: Scope;
  readonly loaders: Loaders;
}

export async function createContext(app: GraphqlApp, principal: Principal | null): Promise<GatewayContext> {
  const scope = await resolveScope(app.db.reader, principal ?? NOBODY);
  return { app, principal, scope, loaders: createLoaders(app.db.reader, scope) };
}

/** The caller of a resolver that only known callers reach. */
export function callerOf({ principal }: GatewayContext): Principal {
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
