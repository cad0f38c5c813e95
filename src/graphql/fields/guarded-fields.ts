import { Kind, TypeInfo, getNamedType, isAbstractType, isObjectType, visit, visitWithTypeInfo } from 'graphql';
import type { DocumentNode, GraphQLNamedType, GraphQLObjectType, GraphQLSchema } from 'graphql';

import type { AccessTable } from './access-table.js';
import type { Roles } from '../../access/actions.js';
import { ROLES } from '../../access/principal.js';
import type { Role } from '../../access/principal.js';

/** A field at which callers are stopped, and the roles that are let through. */
export interface GuardedField {
  readonly type: string;
  readonly field: string;
  readonly roles: Roles;
}

const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

/** Whether it is a field that operations begin with. */
export function isOfRoot({ type }: GuardedField): boolean {
  return ROOTS.has(type);
}

/**
 * The fields at which a caller has to be stopped: every root field, and each field that some role may not read although
 * it gets to see the object. A check on any other field could not fail, and on a page of a thousand rows it would cost
 * as much as the page. Throws where the table and the schema do not name exactly the same fields.
 */
export function guardedFields(schema: GraphQLSchema, table: AccessTable): readonly GuardedField[] {
  const types = objectTypesOf(schema);
  refuseDifference(types, table);
  const seenBy = rolesThatSee(schema, types, table);
  return types.flatMap((type) =>
    Object.entries(table[type.name] ?? {}).flatMap(([field, roles]) => {
      const isNeverRefused = [...(seenBy.get(type.name) ?? [])].every((role) => roles.includes(role));
      return isNeverRefused && !ROOTS.has(type.name) ? [] : [{ type: type.name, field, roles }];
    }),
  );
}

/** The roles of each of these fields that a document names; what `@include` leaves out is named all the same. */
export function rolesOfDocument(
  schema: GraphQLSchema,
  guarded: readonly GuardedField[],
  document: DocumentNode,
): readonly Roles[] {
  const found = new Set<Roles>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      [Kind.FIELD]: ({ name }) => {
        const parent = types.getParentType();
        // What an interface declares is decided by the types that have it.
        const parents = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [parent];
        for (const { type, field, roles } of guarded) {
          if (field === name.value && parents.some((each) => each?.name === type)) found.add(roles);
        }
      },
    }),
  );
  return [...found];
}

/** The object types of a schema, without GraphQL's own. */
export function objectTypesOf(schema: GraphQLSchema): readonly GraphQLObjectType[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .filter(({ name }) => !name.startsWith('__'));
}

/** A field without a row belongs to nobody; a row without a field would give a later field roles that nobody chose. */
function refuseDifference(types: readonly GraphQLObjectType[], table: AccessTable): void {
  const inSchema = new Set(
    types.flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)),
  );
  const inTable = new Set(
    Object.entries(table).flatMap(([name, row]) => Object.keys(row).map((field) => `${name}.${field}`)),
  );
  const missing = [...inSchema].filter((field) => !inTable.has(field));
  const extra = [...inTable].filter((field) => !inSchema.has(field));
  if (missing.length > 0) {
    throw new Error(`No access rule for ${missing.join(', ')}. Say in access-table.ts to which action it belongs.`);
  }
  if (extra.length > 0) throw new Error(`access-table.ts names ${extra.join(', ')}, which the schema does not have.`);
}

/** Which roles can come to see an object of each type, by any way through the schema that the table leaves open. */
function rolesThatSee(
  schema: GraphQLSchema,
  types: readonly GraphQLObjectType[],
  table: AccessTable,
): ReadonlyMap<string, ReadonlySet<Role>> {
  const seenBy = new Map(types.map(({ name }) => [name, new Set<Role>(ROOTS.has(name) ? ROLES : [])]));
  const ways = types.flatMap((type) =>
    Object.values(type.getFields()).flatMap((field) =>
      answersOf(schema, getNamedType(field.type)).map(({ name, isNode }) => ({
        from: type.name,
        to: name,
        // `node` answers only what the caller may read the id of.
        roles: (table[type.name]?.[field.name] ?? []).filter((role) => !isNode || table[name]?.['id']?.includes(role)),
      })),
    ),
  );
  for (let isGrowing = true; isGrowing;) {
    isGrowing = false;
    for (const { from, to, roles } of ways) {
      for (const role of roles) {
        if (!seenBy.get(from)?.has(role) || seenBy.get(to)?.has(role)) continue;
        seenBy.get(to)?.add(role);
        isGrowing = true;
      }
    }
  }
  return seenBy;
}

function answersOf(
  schema: GraphQLSchema,
  type: GraphQLNamedType,
): readonly { readonly name: string; readonly isNode: boolean }[] {
  if (isObjectType(type)) return [{ name: type.name, isNode: false }];
  if (!isAbstractType(type)) return [];
  return schema.getPossibleTypes(type).map(({ name }) => ({ name, isNode: type.name === 'Node' }));
}
