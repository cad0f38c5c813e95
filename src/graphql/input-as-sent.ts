/** Input that is only text is taken as it was sent: a copy of each record of a batch costs more than checking it. */
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import {
  GraphQLError,
  GraphQLScalarType,
  GraphQLString,
  Kind,
  TypeInfo,
  getNamedType,
  isInputObjectType,
  isLeafType,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { DocumentNode, GraphQLInputObjectType, GraphQLSchema } from 'graphql';

/**
 * The schema for values that come as variables, in which an input object whose fields are all optional texts is a leaf.
 * What of it graphql-js would coerce to itself is kept as it is; anything else is an error here, of which only a schema
 * with its fields can say what graphql-js says. Documents that write objects out must not be executed with it.
 */
export function withInputAsSent(schema: GraphQLSchema): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.TYPE]: (type) => (isInputObjectType(type) && hasOptionalTextsAlone(type) ? asLeaf(type) : undefined),
  });
}

/** Whether a document writes out what is a leaf of this schema, instead of taking it from a variable. */
export function writesLeavesOut(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let isFound = false;
  const lookAt = () => {
    isFound ||= isLeafType(getNamedType(types.getInputType()));
  };
  visit(document, visitWithTypeInfo(types, { [Kind.OBJECT]: lookAt }));
  return isFound;
}

function hasOptionalTextsAlone(type: GraphQLInputObjectType): boolean {
  return Object.values(type.getFields()).every(
    (field) => field.type === GraphQLString && field.defaultValue === undefined,
  );
}

function asLeaf(type: GraphQLInputObjectType): GraphQLScalarType {
  const fields: ReadonlySet<string> = new Set(Object.keys(type.getFields()));
  const parseValue = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notAsSent();
    for (const [name, text] of Object.entries(value)) {
      if (!fields.has(name) || (typeof text !== 'string' && text !== null)) throw notAsSent();
    }
    return value;
  };
  const parseLiteral = () => {
    throw notAsSent();
  };
  return new GraphQLScalarType({ name: type.name, parseValue, parseLiteral });
}

function notAsSent(): GraphQLError {
  return new GraphQLError('This cannot be taken as it was sent.');
}
