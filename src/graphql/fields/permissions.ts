/**
 * Which role may see and do what, field by field: the first of two layers (the second is the Scope that every reader
 * takes). The table itself is in `access-table.ts`; here it becomes graphql-shield's rules. Deny by default: a field
 * that the table does not name keeps the gateway from starting.
 */
import { createRequire } from 'node:module';
import type { GraphQLSchema } from 'graphql';
import { applyMiddleware } from 'graphql-middleware';
import type { IMiddlewareFunction, IMiddlewareTypeMap } from 'graphql-middleware';
import type * as Shield from 'graphql-shield';

import { ACCESS } from './access-table.js';
import type { AccessTable } from './access-table.js';
import type { GatewayContext } from '../context.js';
import { guardedFields, isOfRoot } from './guarded-fields.js';
import type { GuardedField } from './guarded-fields.js';
import type { Roles } from '../../access/actions.js';
import { DomainError } from '../../primitives/errors.js';

/**
 * Its ES modules import `util.isUndefined`, which Node 23 took out, and do not load there. Its CommonJS modules ask for
 * it only where rules are combined, and ours never are.
 */
const { deny, rule, shield } = createRequire(import.meta.url)('graphql-shield') as typeof Shield;

/**
 * The schema with a rule on every field at which a caller has to be stopped. Middleware is taken for these fields alone
 * and wraps whatever resolves them, so that a guarded column needs no resolver of its own to be guarded, and a column
 * that nobody is kept from costs nothing.
 */
export function withPermissions(schema: GraphQLSchema, table: AccessTable = ACCESS): GraphQLSchema {
  return withRules(schema, guardedFields(schema, table));
}

/**
 * The schema with a rule on its root fields alone, and the other fields at which callers are stopped. Rules look at the
 * caller and nothing else, so whoever executes an operation on it asks them once, before it runs.
 */
export function withRootPermissions(schema: GraphQLSchema): {
  readonly schema: GraphQLSchema;
  readonly guarded: readonly GuardedField[];
} {
  const fields = guardedFields(schema, ACCESS);
  return {
    schema: withRules(schema, fields.filter(isOfRoot)),
    guarded: fields.filter((field) => !isOfRoot(field)),
  };
}

function withRules(schema: GraphQLSchema, guarded: readonly GuardedField[]): GraphQLSchema {
  const rules: Record<string, Record<string, ReturnType<typeof allowing>>> = {};
  for (const { type, field, roles } of guarded) (rules[type] ??= {})[field] = allowing(roles);
  const generated = shield(rules as Shield.IRules, {
    allowExternalErrors: true,
    fallbackRule: deny,
    fallbackError: new DomainError('FORBIDDEN', 'Your role may not do this.'),
  }).generate(schema) as Readonly<Record<string, Readonly<Record<string, IMiddlewareFunction>>>>;
  const middleware: Record<string, Record<string, IMiddlewareFunction>> = {};
  for (const { type, field } of guarded) {
    const made = generated[type]?.[field];
    if (made === undefined) throw new Error(`graphql-shield made no rule for ${type}.${field}.`);
    (middleware[type] ??= {})[field] = made;
  }
  return applyMiddleware(schema, middleware satisfies IMiddlewareTypeMap);
}

function allowing(roles: Roles) {
  const name = `allow ${roles.join(' ')}`;
  const known = ruleOf.get(name);
  if (known !== undefined) return known;
  // It looks at the caller alone, never at the row or the arguments, so one answer holds for the whole request.
  const made = rule(name, { cache: 'contextual' })((_parent, _args, { principal }: GatewayContext) => {
    if (principal === null) return new DomainError('UNAUTHENTICATED', 'Send a bearer token.');
    if (roles.includes(principal.role)) return true;
    return new DomainError('FORBIDDEN', `This is not for the role ${principal.role}.`);
  });
  ruleOf.set(name, made);
  return made;
}

/** By its name: several actions are for the same roles. */
const ruleOf = new Map<string, ReturnType<ReturnType<typeof rule>>>();
