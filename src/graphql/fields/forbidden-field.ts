import { GraphQLError, GraphQLObjectType, Kind, getNamedType, isAbstractType } from 'graphql';
import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';

import { mayRead } from './access-table.js';
import type { Role } from '../../access/principal.js';

/**
 * Refuses an operation that selects a field which the role may not read, by the first such field and its path. A stream
 * is checked so when it is opened: graphql-shield sees only what resolves an update, and that may be days later. What
 * `@include` and `@skip` leave out is asked for all the same. The document is valid.
 */
export function refuseForbiddenField(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  role: Role,
): void {
  look(operation.selectionSet, schema.getRootType(operation.operation), []);

  function look({ selections }: SelectionSetNode, parent: unknown, path: readonly string[]): void {
    // What an interface declares is decided by the types that have it, and those are named in the table.
    const types = parent instanceof GraphQLObjectType ? [parent] : typesOf(parent);
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD || selection.kind === Kind.INLINE_FRAGMENT) {
        const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (fragment === undefined) continue;
        const { typeCondition, selectionSet } = fragment;
        look(selectionSet, typeCondition ? schema.getType(typeCondition.name.value) : parent, path);
        continue;
      }
      for (const type of types) lookAtField(selection, type, path);
    }
  }

  function lookAtField({ name, alias, selectionSet }: FieldNode, type: GraphQLObjectType, path: readonly string[]) {
    const here = [...path, (alias ?? name).value];
    const field = type.getFields()[name.value];
    if (field === undefined) return;
    if (!mayRead(role, type.name, name.value)) throw refusal(role, here);
    if (selectionSet) look(selectionSet, getNamedType(field.type), here);
  }

  function typesOf(type: unknown): readonly GraphQLObjectType[] {
    return isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  }
}

function refusal(role: Role, path: readonly string[]): GraphQLError {
  return new GraphQLError(`This is not for the role ${role}.`, { path, extensions: { code: 'FORBIDDEN' } });
}
