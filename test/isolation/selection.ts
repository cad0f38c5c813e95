import { getNamedType, isInterfaceType, isLeafType, isObjectType } from 'graphql';
import type { GraphQLField, GraphQLNamedType, GraphQLSchema } from 'graphql';

import type { Role } from '../../src/access/principal.js';
import { isFor } from './roles.js';

/** How much of an answer is asked for. */
export interface Reach {
  /** How far a selection follows references. */
  readonly depth: number;
  /** The one type of a node that is asked about; left out: all of them. */
  readonly nodeType?: string;
}

/** A page → usage → tenant → mapping → what it names. */
export const DEEP: Reach = { depth: 5 };
/** A page and the plain fields of its rows: enough to see that there is a row at all. */
export const SHALLOW: Reach = { depth: 2 };

/**
 * Everything below a field that a role may read, as the text of a selection set: every scalar, and every object as deep
 * as the limit, but no type inside itself. Empty for a field that answers a leaf.
 */
export function selectionOf(
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
  role: Role,
  reach: Reach,
): string {
  return below(getNamedType(field.type), { schema, role, ...reach }, []);
}

interface Within extends Reach {
  readonly schema: GraphQLSchema;
  readonly role: Role;
}

function below(type: GraphQLNamedType, within: Within, trail: readonly string[]): string {
  const { schema, role, depth, nodeType } = within;
  if (isLeafType(type)) return '';
  if (isInterfaceType(type)) {
    const types = schema.getPossibleTypes(type).filter(({ name }) => nodeType === undefined || name === nodeType);
    const parts = types.map((one) => {
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
