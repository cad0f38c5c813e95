/** Which operations may be compiled, for whom, and the compiled form of each. */
import {
  GraphQLObjectType,
  Kind,
  OperationTypeNode,
  TypeInfo,
  getOperationAST,
  isAbstractType,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLNamedType, GraphQLSchema } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';

import type { Roles } from './access-table.js';
import type { GatewayContext } from './context.js';
import type { GuardedField } from './guarded-fields.js';
import { sizeOfOperation } from './limits.js';
import type { Role } from '../access/principal.js';

/** A query whose fields every one of `roles` may read, as a function. */
export interface CompiledOperation {
  readonly mayRun: (role: Role) => boolean;
  /** Answers like `execute`, but for its errors, which are only good for telling that there are any. */
  readonly run: (
    context: GatewayContext,
    variables: Readonly<Record<string, unknown>>,
  ) => Promise<ExecutionResult> | ExecutionResult;
}

/** What operations are compiled against. */
export interface CompilerOptions {
  /** The schema with rules on its root fields alone. */
  readonly schema: GraphQLSchema;
  /** All other fields at which some caller is stopped. */
  readonly guarded: readonly GuardedField[];
  readonly fieldsMax: number;
}

/**
 * Compiles the one operation of a document. Null for what graphql-js executes: mutations, what reads the schema, a
 * document with several operations, one that is too large, and what cannot be compiled.
 */
export function compileOperation(options: CompilerOptions, document: DocumentNode): CompiledOperation | null {
  const operation = getOperationAST(document);
  if (operation?.operation !== OperationTypeNode.QUERY) return null;
  if (sizeOfOperation(document, operation).selections > options.fieldsMax) return null;
  if (readsSchema(document)) return null;
  const rolesOfFields = guardsOf(options, document);
  // Errors of the compiled form are never shown, so they need no stack.
  const compiled = compileQuery(options.schema, document, undefined, { disablingCapturingStackErrors: true });
  if (!isCompiledQuery(compiled)) return null;
  return {
    mayRun: (role) => rolesOfFields.every((roles) => roles.includes(role)),
    run: (context, variables) => compiled.query(undefined, context, variables),
  };
}

/** The roles of each guarded field that the document names. */
function guardsOf({ schema, guarded }: CompilerOptions, document: DocumentNode): readonly Roles[] {
  const found = new Set<Roles>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      [Kind.FIELD]: ({ name }) => {
        const parents = objectTypesOf(schema, types.getParentType());
        for (const { type, field, roles } of guarded) {
          if (field === name.value && parents.includes(type)) found.add(roles);
        }
      },
    }),
  );
  return [...found];
}

function readsSchema(document: DocumentNode): boolean {
  const names: string[] = [];
  visit(document, { [Kind.FIELD]: ({ name }) => void names.push(name.value) });
  return names.some((name) => name === '__schema' || name === '__type');
}

function objectTypesOf(schema: GraphQLSchema, type: GraphQLNamedType | null | undefined): readonly string[] {
  if (type instanceof GraphQLObjectType) return [type.name];
  return isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
}
