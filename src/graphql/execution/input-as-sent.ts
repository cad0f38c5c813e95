/** Input that is only text is taken as it was sent: a copy of each record of a batch costs more than checking it. */
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import {
  GraphQLError,
  GraphQLNonNull,
  GraphQLScalarType,
  GraphQLString,
  Kind,
  TypeInfo,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { DocumentNode, GraphQLInputObjectType, GraphQLSchema } from 'graphql';

/**
 * The schema for values that come as variables, in which a list of input objects whose fields are all optional texts is
 * a leaf. What of it graphql-js would coerce to itself is kept as it is; anything else is an error here, and a schema
 * with the fields has to say which. Documents that write such lists out must not be executed with it.
 */
export function withInputAsSent(schema: GraphQLSchema): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.INPUT_OBJECT_FIELD]: (field) => {
      const { type, defaultValue } = field;
      const list = getNullableType(type);
      const item = isListType(list) ? getNullableType(list.ofType) : null;
      if (!isInputObjectType(item) || !hasOptionalTextsAlone(item) || defaultValue !== undefined) return undefined;
      const leaf = leafOf(item);
      return { ...field, type: isNonNullType(type) ? new GraphQLNonNull(leaf) : leaf };
    },
  });
}

/** Whether a document writes out what is a leaf of this schema, instead of taking it from a variable. */
export function writesLeavesOut(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let isFound = false;
  const lookAt = () => {
    isFound ||= isLeafType(getNamedType(types.getInputType()));
  };
  visit(document, visitWithTypeInfo(types, { [Kind.OBJECT]: lookAt, [Kind.LIST]: lookAt }));
  return isFound;
}

function hasOptionalTextsAlone(type: GraphQLInputObjectType): boolean {
  return Object.values(type.getFields()).every(
    (field) => field.type === GraphQLString && field.defaultValue === undefined,
  );
}

function leafOf(item: GraphQLInputObjectType): GraphQLScalarType {
  const fields: ReadonlySet<string> = new Set(Object.keys(item.getFields()));
  const checkItem = (value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notAsSent();
    for (const name in value) {
      const text = (value as Readonly<Record<string, unknown>>)[name];
      if (!fields.has(name) || (typeof text !== 'string' && text !== null)) throw notAsSent();
    }
  };
  /** Lists that were found good: an operation that is compiled looks at its variables twice. */
  const good = new WeakSet<readonly unknown[]>();
  return new GraphQLScalarType({
    name: `${item.name}List`,
    parseValue: (value): readonly unknown[] => {
      if (!Array.isArray(value)) throw notAsSent();
      if (good.has(value)) return value;
      value.forEach(checkItem);
      good.add(value);
      return value;
    },
    parseLiteral: () => {
      throw notAsSent();
    },
  });
}

function notAsSent(): GraphQLError {
  return new GraphQLError('This cannot be taken as it was sent.');
}
