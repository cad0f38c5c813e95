import { getNamedType, getNullableType, isInputObjectType, isListType } from 'graphql';
import type { GraphQLInputType, GraphQLSchema } from 'graphql';

import { DEEP, selectionOf } from './selection.js';
import type { Reach } from './selection.js';
import type { Role } from '../../src/access/principal.js';

/** A root field of the schema. */
export interface RootField {
  readonly root: 'Query' | 'Mutation';
  readonly field: string;
}

export function rootFieldsOf(schema: GraphQLSchema): readonly RootField[] {
  return (['Query', 'Mutation'] as const).flatMap((root) =>
    Object.keys(schema.getType(root) === undefined ? {} : fieldsOf(schema, root)).map((field) => ({ root, field })),
  );
}

/** One root field with all of its arguments as variables, and everything below it that the role may read. */
export function operationOf(
  schema: GraphQLSchema,
  { root, field }: RootField,
  role: Role,
  reach: Reach = DEEP,
): string {
  const declared = fieldsOf(schema, root)[field];
  if (declared === undefined) throw new Error(`There is no ${root}.${field}.`);
  const variables = declared.args.map(
    ({ name, type }) => `$${name}: ${String(nullableWithDefault(declared, name, type))}`,
  );
  const given = declared.args.map(({ name }) => `${name}: $${name}`);
  const list = (parts: readonly string[]) => (parts.length === 0 ? '' : `(${parts.join(', ')})`);
  const selection = selectionOf(schema, declared, role, reach) || fallbackSelection(declared.type);
  return `${root.toLowerCase()} ${list(variables)} { ${field}${list(given)} ${selection} }`;
}

/** A variable of an argument with a default may be left out. */
function nullableWithDefault(
  declared: { readonly args: readonly { readonly name: string; readonly defaultValue?: unknown }[] },
  name: string,
  type: GraphQLInputType,
): GraphQLInputType {
  const hasDefault = declared.args.find((arg) => arg.name === name)?.defaultValue !== undefined;
  return hasDefault ? getNullableType(type) : type;
}

function fallbackSelection(type: unknown): string {
  return String(type).startsWith('[') || /^[A-Z]/.test(String(type)) ? '{ __typename }' : '';
}

/** Every argument of a root field; of inputs, every field by its path. */
export function argumentsOf(schema: GraphQLSchema, { root, field }: RootField): readonly string[] {
  return (fieldsOf(schema, root)[field]?.args ?? []).flatMap(({ name, type }) => pathsBelow(type, name));
}

function pathsBelow(type: GraphQLInputType, path: string): readonly string[] {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return [path];
  return Object.values(named.getFields()).flatMap((field) => pathsBelow(field.type, `${path}.${field.name}`));
}

/** Whether the argument at a path is a list. */
export function isListAt(schema: GraphQLSchema, { root, field }: RootField, path: string): boolean {
  const [first = '', ...rest] = path.split('.');
  let type = fieldsOf(schema, root)[field]?.args.find(({ name }) => name === first)?.type;
  for (const part of rest) {
    const named = type === undefined ? undefined : getNamedType(type);
    type = isInputObjectType(named) ? named.getFields()[part]?.type : undefined;
  }
  return type !== undefined && isListType(getNullableType(type));
}

/** The variables with one more value, which may lie within an input. */
export function withValue(variables: object, path: string, value: unknown): Record<string, unknown> {
  const [first = '', ...rest] = path.split('.');
  const known = variables as Record<string, unknown>;
  if (rest.length === 0) return { ...known, [first]: value };
  return { ...known, [first]: withValue(known[first] ?? {}, rest.join('.'), value) };
}

function fieldsOf(schema: GraphQLSchema, root: 'Query' | 'Mutation') {
  return (root === 'Query' ? schema.getQueryType() : schema.getMutationType())?.getFields() ?? {};
}
