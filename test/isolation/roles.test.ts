import 'reflect-metadata';

import { isFor, namedTypes } from './roles.js';
import { differencesFromRoles, loosenings } from './table-mutations.js';
import { ROLES } from '../../src/access/principal.js';
import { ACCESS } from '../../src/graphql/fields/access-table.js';
import { guardedFields, objectTypesOf } from '../../src/graphql/fields/guarded-fields.js';
import { withPermissions } from '../../src/graphql/fields/permissions.js';
import { createBareSchema } from '../../src/graphql/schema.js';

const bare = await createBareSchema();
const served = withPermissions(await createBareSchema());

describe('what each role is for', () => {
  it('is what the table says, at every field for every role', () => {
    expect(differencesFromRoles(ACCESS)).toEqual([]);
  });

  it('names no type that the schema does not have', () => {
    const types = new Set(objectTypesOf(bare).map(({ name }) => name));
    expect([...namedTypes()].filter((name) => !types.has(name))).toEqual([]);
  });

  it('is what the rules of the served schema let through, at every field that has one', async () => {
    let asked = 0;
    for (const { type, field } of guardedFields(bare, ACCESS)) {
      for (const role of ROLES.filter((one) => !isFor(one, type, field))) {
        const resolve = objectTypesOf(served)
          .find(({ name }) => name === type)
          ?.getFields()[field]?.resolve;
        const answer: unknown = await resolve?.({}, {}, { principal: { role } }, { fieldName: field } as never);
        expect(answer).toMatchObject({ code: 'FORBIDDEN' });
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(150);
  });

  it('is broken by every single change of the table: one role dropped, or one added, at one field', () => {
    const changes = loosenings(ACCESS);
    expect(changes.length).toBe(Object.values(ACCESS).flatMap((row) => Object.keys(row)).length * ROLES.length);
    const missed = changes.filter(({ table }) => differencesFromRoles(table).length !== 1).map(({ name }) => name);
    process.stdout.write(`${changes.length - missed.length} of ${changes.length} changes of the table caught.\n`);
    expect(missed).toEqual([]);
  });
});
