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

import type { GatewayContext } from '../context.js';
import { sizeOfOperation } from '../admission/document-limits.js';
import { Decimal, UUID } from '../scalars.js';

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
 * Text that may stand in a document that is compiled. graphql-jit writes literals into the source of a function, and in
 * that source it puts numbers and dates in the place of texts that begin with a mark of its own (`__MAGIC_DATE__…`): a
 * text with that mark would be executed. Nothing that is not plainly harmless gets there.
 */
const HARMLESS = /^(?!.*__)[\w .:+/-]*$/;

/**
 * Compiles the one operation of a document. Null for what graphql-js executes: mutations of several fields, which are
 * done one after the other, what reads the schema, a document with several operations, one that is too large, one with
 * unusual text or with variables where graphql-jit understands them otherwise, and what cannot be compiled.
 */
export function compileOperation(
  { schemas, fieldsMax }: CompilerOptions,
  document: DocumentNode,
): CompiledOperation | null {
  const operation = getOperationAST(document);
  const schema = operation == null ? null : schemaFor(operation, schemas);
  if (operation == null || schema === null) return null;
  if (sizeOfOperation(document, operation).selections > fieldsMax) return null;
  if (!isUnderstoodAlike(document, operation)) return null;
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

/**
 * Whether nothing in it means one thing to graphql-js and another one to graphql-jit: text that is not harmless, names
 * that begin with two underlines (what reads the schema, and `__proto__`, which makes no field of an object), and
 * variables within an object or list that is written out, unless they are never null or left out. There, graphql-jit
 * gives null to the resolver where graphql-js takes the default, leaves the field out, or refuses the operation.
 */
function isUnderstoodAlike(document: DocumentNode, { variableDefinitions = [] }: OperationDefinitionNode): boolean {
  const given = new Set(
    variableDefinitions
      .filter(({ type }) => type.kind === Kind.NON_NULL_TYPE)
      .map(({ variable }) => variable.name.value),
  );
  let isAlike = true;
  let depth = 0;
  const written = { enter: () => void (depth += 1), leave: () => void (depth -= 1) };
  visit(document, {
    [Kind.OBJECT]: written,
    [Kind.LIST]: written,
    [Kind.STRING]: ({ value }) => {
      isAlike &&= HARMLESS.test(value);
    },
    [Kind.NAME]: ({ value }) => {
      isAlike &&= value === '__typename' || !value.startsWith('__');
    },
    [Kind.VARIABLE]: ({ name }) => {
      isAlike &&= depth === 0 || given.has(name.value);
    },
  });
  return isAlike;
}
