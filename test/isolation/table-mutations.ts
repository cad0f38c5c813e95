import { isFor } from './roles.js';
import { ROLES } from '../../src/access/principal.js';
import type { AccessTable } from '../../src/graphql/fields/access-table.js';

/** A table with one rule changed: a role dropped from a field, or one added to it. */
export interface TableMutation {
  readonly name: string;
  readonly table: AccessTable;
}

/** Every table that differs from this one by one role at one field. */
export function loosenings(table: AccessTable): readonly TableMutation[] {
  return Object.entries(table).flatMap(([type, row]) =>
    Object.entries(row).flatMap(([field, roles]) =>
      ROLES.map((role) => {
        const has = roles.includes(role);
        const changed = has ? roles.filter((one) => one !== role) : [...roles, role];
        return {
          name: `${type}.${field} ${has ? 'without' : 'with'} ${role}`,
          table: { ...table, [type]: { ...row, [field]: changed } },
        };
      }),
    ),
  );
}

/** Where a table says something else than what the roles are for, one line for each field and role. */
export function differencesFromRoles(table: AccessTable): readonly string[] {
  return Object.entries(table).flatMap(([type, row]) =>
    Object.entries(row).flatMap(([field, roles]) =>
      ROLES.filter((role) => roles.includes(role) !== isFor(role, type, field)).map(
        (role) => `${type}.${field} for ${role}`,
      ),
    ),
  );
}
