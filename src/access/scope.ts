/**
 * Whose rows a caller may see. Every reader that serves the API takes one, so that a question without a scope does not
 * compile. A scope is a set of registrations and a set of tenants; a row must lie in both.
 */

import type { Column } from '../database/table.js';
import { DomainError } from '../primitives/errors.js';

declare const resolved: unique symbol;

export type Everyone = 'all';

/** Registrations and tenants whose rows may be seen; made by `scope` alone. */
export interface Scope {
  readonly [resolved]: true;
  readonly registrationIds: Everyone | readonly number[];
  /** Row ids. Usage whose tenant is unknown belongs to no tenant, so only `all` sees it. */
  readonly tenantIds: Everyone | readonly number[];
}

/** The scope of exactly these rows. Only readers of a grant make one. */
export function scope(ids: {
  readonly registrationIds: Everyone | readonly number[];
  readonly tenantIds: Everyone | readonly number[];
}): Scope {
  return ids as Scope;
}

/** For commands that the operator runs on the machine itself. */
export const WHOLE_BOOKS: Scope = scope({ registrationIds: 'all', tenantIds: 'all' });

/** `column IN (?, ?)`, to which the values are to be bound, or a condition that is never true for an empty list. */
export function amongTexts(column: Column<string | null>, values: readonly unknown[]): string {
  return values.length === 0 ? '1 = 0' : `${column} IN (${values.map(() => '?').join(', ')})`;
}

/**
 * The SQL condition that keeps a question inside a scope. Columns are our own names and ids are our own integers, so
 * they are written into the text; a table without a tenant says `null`, and is then seen by its registration alone.
 */
export function inScope(
  { registrationIds, tenantIds }: Scope,
  columns: { readonly registration: Column<number | null>; readonly tenant: Column<number | null> | null },
): string {
  const conditions = [
    among(columns.registration, registrationIds),
    columns.tenant === null ? '1 = 1' : among(columns.tenant, tenantIds),
  ];
  return `(${conditions.join(' AND ')})`;
}

/**
 * The SQL condition for what is about all customers of a registration at once, such as its reports: a caller who may
 * see only some tenants finds none of it.
 */
export function inWholeRegistrations({ registrationIds, tenantIds }: Scope, column: Column<number | null>): string {
  return tenantIds === 'all' ? among(column, registrationIds) : '1 = 0';
}

/** Whether a row that is at hand lies in a set of ids; what belongs to nobody yet lies in `all` alone. */
export function holds(ids: Everyone | readonly number[], id: number | null): boolean {
  return ids === 'all' || (id !== null && ids.includes(id));
}

/**
 * Refuses a caller who may see only some tenants. A name that must be unique answers whether somebody has it already,
 * so what makes one is for those alone who see everyone that may have it. They are refused whatever the name is.
 */
export function mustSeeAllTenants({ tenantIds }: Scope): void {
  if (tenantIds === 'all') return;
  throw new DomainError('FORBIDDEN', 'This is for those alone who see all tenants of a registration.');
}

/** `column IN (1, 2, 3)`, or a condition that is never true for an empty list. */
export function among(column: Column<number | null>, ids: Everyone | readonly number[]): string {
  if (ids === 'all') return '1 = 1';
  return ids.length === 0 ? '1 = 0' : `${column} IN (${ids.map(Number).join(', ')})`;
}
