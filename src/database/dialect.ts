import type Database from 'better-sqlite3';

import { fromUnits, toUnits } from '../primitives/quantity.js';

/**
 * The two families of databases the books can live in, and the few expressions that differ between
 * them. All other SQL is the same text on SQLite, MySQL and MariaDB.
 */
export type Dialect = 'sqlite' | 'mysql';

/** Sums a quantity column exactly. SQLite has no exact decimals, so quantities are text there. */
export function sumOf(dialect: Dialect, column: string): string {
  return dialect === 'sqlite' ? `decimal_sum(${column})` : `SUM(${column})`;
}

/** Adds two quantities exactly. */
export function added(dialect: Dialect, left: string, right: string): string {
  return dialect === 'sqlite' ? `decimal_add(${left}, ${right})` : `${left} + ${right}`;
}

/** The day that an hour column lies in. */
export function dayOfHour(dialect: Dialect, column: string): string {
  return dialect === 'sqlite' ? `${column} / 24` : `${column} DIV 24`;
}

/** The value that an insert brought, inside the assignments of `onDuplicate`. */
export function incoming(dialect: Dialect, column: string): string {
  return dialect === 'sqlite' ? `excluded.${column}` : `VALUES(${column})`;
}

/** What follows an insert to change the row that is already there under the same keys. */
export function onDuplicate(
  dialect: Dialect,
  keys: readonly string[],
  assignments: Readonly<Record<string, string>>,
): string {
  const set = Object.entries(assignments).map(([column, value]) => `${column} = ${value}`);
  return dialect === 'sqlite'
    ? `ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${set.join(', ')}`
    : `ON DUPLICATE KEY UPDATE ${set.join(', ')}`;
}

/** What follows an insert to leave a row that is already there, under any key, as it is. */
export function onDuplicateKeep(dialect: Dialect, column: string): string {
  return dialect === 'sqlite' ? 'ON CONFLICT DO NOTHING' : `ON DUPLICATE KEY UPDATE ${column} = ${column}`;
}

/** Locks the rows that a SELECT finds against change, until the end of the transaction. */
export function lockForRead(dialect: Dialect): string {
  return dialect === 'sqlite' ? '' : 'LOCK IN SHARE MODE';
}

/** Locks the rows that a SELECT finds for this transaction alone. */
export function lockForWrite(dialect: Dialect): string {
  return dialect === 'sqlite' ? '' : 'FOR UPDATE';
}

/** What follows WHERE in a DELETE of the first of these rows, by their primary key. SQLite knows no LIMIT there. */
export function firstOf(
  dialect: Dialect,
  rows: { readonly table: string; readonly key: readonly string[]; readonly which: string; readonly limit: number },
): string {
  const key = rows.key.join(', ');
  const first = `${rows.which} ORDER BY ${key} LIMIT ${Number(rows.limit)}`;
  return dialect === 'sqlite' ? `(${key}) IN (SELECT ${key} FROM ${rows.table} WHERE ${first})` : first;
}

/** Teaches a SQLite connection exact sums over decimal text. */
export function registerDecimals(connection: Database.Database): void {
  connection.function('decimal_add', { deterministic: true }, (left, right) =>
    fromUnits(toUnits(String(left)) + toUnits(String(right))),
  );
  connection.aggregate('decimal_sum', {
    start: () => 0n,
    step: (total: bigint, next: unknown) => (next === null ? total : total + toUnits(next as string)),
    result: (total: bigint) => fromUnits(total),
    deterministic: true,
  });
}
