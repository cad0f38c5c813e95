import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getNamedType, isNonNullType, isObjectType, parse } from 'graphql';
import type { GraphQLField, GraphQLObjectType, GraphQLSchema } from 'graphql';

import { ROLES } from '../../src/access/principal.js';
import { printAccessMatrix } from '../../src/graphql/fields/access-matrix.js';
import { ACCESS } from '../../src/graphql/fields/access-table.js';
import type { AccessTable } from '../../src/graphql/fields/access-table.js';
import { guardedFields, objectTypesOf, rolesOfDocument } from '../../src/graphql/fields/guarded-fields.js';
import { withPermissions } from '../../src/graphql/fields/permissions.js';
import { createBareSchema } from '../../src/graphql/schema.js';

const bare = await createBareSchema();
const served = withPermissions(await createBareSchema());
const guarded = guardedFields(bare, ACCESS);

describe('the table of fields by role', () => {
  it('names every field of the schema and nothing else, each with at least one role', () => {
    const fields = objectTypesOf(bare).flatMap((type) => Object.keys(type.getFields()).map((f) => `${type.name}.${f}`));
    const rows = Object.entries(ACCESS).flatMap(([type, row]) => Object.keys(row).map((field) => `${type}.${field}`));
    expect(rows.sort()).toEqual(fields.sort());
    expect(Object.values(ACCESS).flatMap((row) => Object.values(row).filter((roles) => roles.length === 0))).toEqual(
      [],
    );
  });

  it('keeps the gateway from starting when a field has no row, or a row has no field', () => {
    const { detail: _, ...rest } = ACCESS['Invariant'] ?? {};
    expect(() => guardedFields(bare, { ...ACCESS, Invariant: rest })).toThrow('No access rule for Invariant.detail.');
    const stale: AccessTable = { ...ACCESS, Invariant: { ...ACCESS['Invariant'], gone: ['OPERATOR'] } };
    expect(() => guardedFields(bare, stale)).toThrow('Invariant.gone');
  });

  it('lets nobody ask for a field of whose answer they may read nothing', () => {
    const blind = objectTypesOf(bare).flatMap((type) =>
      Object.values(type.getFields()).flatMap((field) => {
        const answer = getNamedType(field.type);
        if (!isObjectType(answer)) return [];
        const seers = new Set(Object.values(ACCESS[answer.name] ?? {}).flat());
        const blindRoles = rolesAt(type.name, field.name).filter((role) => !seers.has(role));
        return blindRoles.map((role) => `${role} at ${type.name}.${field.name}`);
      }),
    );
    expect(blind).toEqual([]);
  });

  it('is printed in schema/access-matrix.md', () => {
    const file = join(import.meta.dirname, '..', '..', 'schema', 'access-matrix.md');
    if (readFileSync(file, 'utf8') !== printAccessMatrix(bare)) {
      throw new Error(`schema/access-matrix.md is out of date. Run: npm run generate, and read what changes.`);
    }
  });
});

describe('the rules made of it', () => {
  it('stand at every root field, and wherever a role that sees the object may not read the field', () => {
    const places = guarded.map(({ type, field }) => `${type}.${field}`);
    for (const root of [bare.getQueryType(), bare.getMutationType()]) {
      for (const field of Object.keys(root?.getFields() ?? {})) expect(places).toContain(`${root?.name}.${field}`);
    }
    expect(places).toEqual(
      expect.arrayContaining([
        'Tenant.mapping',
        'Tenant.createdBy',
        'UsageAggregate.destination',
        'Registration.partnerId',
      ]),
    );
    expect(places).not.toContain('UsageAggregate.quantity');
  });

  it('refuse every role that the table does not name, at every one of these fields', async () => {
    let refusals = 0;
    for (const { type, field, roles } of guarded) {
      for (const role of ROLES.filter((one) => !roles.includes(one))) {
        const answer: unknown = await resolveAs(served, type, field, { principal: { role } });
        expect(answer).toMatchObject({ code: 'FORBIDDEN' });
        refusals += 1;
      }
      expect(await resolveAs(served, type, field, { principal: null })).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    expect(refusals).toBeGreaterThan(guarded.length);
  });

  it('stand below the root only at nullable fields, so that a refusal takes nothing else away', () => {
    const roots = new Set(['Query', 'Mutation', 'Subscription']);
    const harmful = guarded.filter(
      ({ type, field }) => !roots.has(type) && isNonNullType(fieldAt(bare, type, field).type),
    );
    expect(harmful).toEqual([]);
  });

  it('cost nothing at plain columns that nobody who gets there is kept from: those have no resolver at all', () => {
    const places = new Set(guarded.map(({ type, field }) => `${type}.${field}`));
    const slow = objectTypesOf(served).flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => !isObjectType(getNamedType(field.type)) && !places.has(`${type.name}.${field.name}`))
        .filter((field) => field.resolve !== undefined)
        .map((field) => `${type.name}.${field.name}`),
    );
    expect(slow).toEqual([]);
  });

  it('are found for a whole document, wherever in it the field stands', () => {
    const roles = (query: string) => rolesOfDocument(bare, guarded, parse(query));
    const behindFragments = `query { node(id: "x") { ...f } } fragment f on Node { ... on UsageAggregate { ...g } }
      fragment g on UsageAggregate { destination @include(if: false) { reason } }`;
    expect(roles(behindFragments)).toContain(ACCESS['UsageAggregate']?.['destination']);
    expect(roles('{ node(id: "x") { id } }')).not.toContain(ACCESS['UsageAggregate']?.['destination']);
    // Of an interface's field, the rule of each type that has it.
    expect(roles('{ node(id: "x") { id } }')).toEqual(expect.arrayContaining([rolesAt('Query', 'node')]));
  });
});

function rolesAt(type: string, field: string) {
  return ACCESS[type]?.[field] ?? [];
}

function fieldAt(schema: GraphQLSchema, type: string, field: string): GraphQLField<unknown, unknown> {
  const found = (schema.getType(type) as GraphQLObjectType | undefined)?.getFields()[field];
  if (found === undefined) throw new Error(`The schema has no ${type}.${field}.`);
  return found;
}

function resolveAs(schema: GraphQLSchema, type: string, field: string, context: object): unknown {
  const { resolve } = fieldAt(schema, type, field);
  return resolve?.({}, {}, context, { fieldName: field } as never);
}
