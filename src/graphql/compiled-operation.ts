/** Which operations may be compiled, and the compiled form of each. */
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import {
  GraphQLID,
  GraphQLList,
  GraphQLNonNull,
  GraphQLScalarType,
  GraphQLString,
  Kind,
  OperationTypeNode,
  getOperationAST,
  isLeafType,
  isListType,
  isNonNullType,
  visit,
} from 'graphql';
import type {
  DocumentNode,
  ExecutionResult,
  GraphQLFieldConfig,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';

import type { GatewayContext } from './context.js';
import { sizeOfOperation } from './limits.js';
import { Decimal, UUID } from './scalars.js';

/** An operation as a function: answers like `execute`, but for its errors, which only tell that there are any. */
export type CompiledOperation = (
  context: GatewayContext,
  variables: Readonly<Record<string, unknown>>,
) => Promise<ExecutionResult> | ExecutionResult;

/** What operations are compiled against. */
export interface CompilerOptions {
  /** Of `compilable`, with rules on root fields alone: whoever runs what is compiled has asked the others before. */
  readonly schemas: { readonly queries: GraphQLSchema; readonly mutations: GraphQLSchema };
  readonly fieldsMax: number;
}

/**
 * Compiles the one operation of a document. Null for what graphql-js executes: mutations of several fields, which are
 * done one after the other, what reads the schema, a document with several operations, one that is too large, and what
 * cannot be compiled.
 */
export function compileOperation(
  { schemas, fieldsMax }: CompilerOptions,
  document: DocumentNode,
): CompiledOperation | null {
  const operation = getOperationAST(document);
  const schema = operation == null ? null : schemaFor(operation, schemas);
  if (operation == null || schema === null) return null;
  if (sizeOfOperation(document, operation).selections > fieldsMax) return null;
  if (readsSchema(document)) return null;
  // Errors of the compiled form are never shown, so they need no stack.
  const compiled = compileQuery(schema, document, undefined, {
    disablingCapturingStackErrors: true,
    disableLeafSerialization: true,
  });
  if (!isCompiledQuery(compiled)) return null;
  return (context, variables) => compiled.query(undefined, context, variables);
}

/**
 * A schema as operations are compiled against it. graphql-jit takes values of GraphQL's own scalars as they are, and
 * asks all other leaves through a helper to which it hands the place of each: of a page of a thousand rows, a tenth.
 * So here what is text already is a String, whose resolvers TypeScript holds to giving strings; and Int, Float, Boolean
 * and enums, whose values can be wrong although their type is right, have names that are not GraphQL's own.
 */
export function compilable(schema: GraphQLSchema): GraphQLSchema {
  const checked = new Map<string, GraphQLScalarType>();
  const leafOf = (type: GraphQLOutputType): GraphQLOutputType => {
    if (isNonNullType(type)) return new GraphQLNonNull(leafOf(type.ofType));
    if (isListType(type)) return new GraphQLList(leafOf(type.ofType));
    if (!isLeafType(type) || type === GraphQLString || type === GraphQLID) return type;
    if (type.name === UUID.name || type.name === Decimal.name) return GraphQLString;
    const name = `Checked${type.name}`;
    const known = checked.get(name) ?? new GraphQLScalarType({ name, serialize: (value) => type.serialize(value) });
    checked.set(name, known);
    return known;
  };
  const withLeaf = (field: GraphQLFieldConfig<unknown, unknown>) => ({ ...field, type: leafOf(field.type) });
  return mapSchema(schema, { [MapperKind.OBJECT_FIELD]: withLeaf, [MapperKind.INTERFACE_FIELD]: withLeaf });
}

function schemaFor(
  { operation, selectionSet: { selections } }: OperationDefinitionNode,
  { queries, mutations }: CompilerOptions['schemas'],
): GraphQLSchema | null {
  if (operation === OperationTypeNode.QUERY) return queries;
  const isOneField = selections.length === 1 && selections[0]?.kind === Kind.FIELD;
  return operation === OperationTypeNode.MUTATION && isOneField ? mutations : null;
}

function readsSchema(document: DocumentNode): boolean {
  const names: string[] = [];
  visit(document, { [Kind.FIELD]: ({ name }) => void names.push(name.value) });
  return names.some((name) => name === '__schema' || name === '__type');
}
