import { getNamedType, isInterfaceType, isLeafType, isObjectType } from 'graphql';
import type { GraphQLField, GraphQLNamedType, GraphQLSchema } from 'graphql';

import type { Role } from '../../src/access/principal.js';
import { isFor } from './roles.js';

/** How far a selection follows references: a page → usage → tenant → mapping → what it names. */
export const DEEP = 5;
/** A page and the plain fields of its rows: enough to see that there is a row at all. */
export const SHALLOW = 2;

/**
 * Everything below a field that a role may read, as the text of a selection set: every scalar, and every object as deep
 * as the limit, but no type inside itself. Empty for a field that answers a leaf.
 */
export function selectionOf(
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
  role: Role,
  depth: number,
): string {
  return below(getNamedType(field.type), { schema, role, depth }, []);
}

interface Within {
  readonly schema: GraphQLSchema;
  readonly role: Role;
  readonly depth: number;
}

function below(type: GraphQLNamedType, within: Within, trail: readonly string[]): string {
  const { schema, role, depth } = within;
  if (isLeafType(type)) return '';
  if (isInterfaceType(type)) {
    const parts = schema.getPossibleTypes(type).map((one) => {
      const fields = isFor(role, one.name, 'id') ? below(one, within, trail) : '';
      return fields === '' ? '' : `... on ${one.name} ${aliased(fields, one.name)}`;
    });
    return `{ __typename id ${parts.join(' ')} }`;
  }
  if (!isObjectType(type) || trail.includes(type.name) || trail.length >= depth) return '';
  const seen = [...trail, type.name];
  const fields = Object.values(type.getFields())
    // The edges hold the same rows as the nodes.
    .filter(({ name }) => isFor(role, type.name, name) && !(name === 'node' && type.name.endsWith('Edge')))
    .flatMap((field) => {
      if (isLeafType(getNamedType(field.type))) return [field.name];
      const inner = below(getNamedType(field.type), within, seen);
      return inner === '' ? [] : [`${field.name} ${inner}`];
    });
  return fields.length === 0 ? '' : `{ ${fields.join(' ')} }`;
}

/** Types of one interface may give one name to fields of different types, which no answer can hold side by side. */
function aliased(fields: string, type: string): string {
  const inner = fields.slice(1, -1);
  let depth = 0;
  return `{${inner
    .split(/\s+/)
    .map((word) => {
      const atTop = depth === 0;
      if (word === '{') depth += 1;
      if (word === '}') depth -= 1;
      return atTop && word !== '{' && word !== '' && word !== '}' ? `${type}_${word}: ${word}` : word;
    })
    .join(' ')}}`;
}
