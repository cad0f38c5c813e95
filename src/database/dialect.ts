import type Database from 'better-sqlite3';

import { fromUnits, toUnits } from '../primitives/quantity.js';

/**
 * The two families of databases the books can live in, and the few expressions that differ between them. All other SQL
 * is the same text on SQLite, MySQL, MariaDB and TiDB.
 */
export type Dialect = 'sqlite' | 'mysql';

/** Sums a quantity column exactly. SQLite has no exact decimals, so quantities are text there. */
export function sumOf(dialect: Dialect, column: string): string {
  return dialect === 'sqlite' ? `decimal_sum(${column})` : `SUM(${column})`;
}

/** What follows `INSERT … VALUES (…)` to leave a row that is already there as it is. */
export function onDuplicateKeep(dialect: Dialect, key: string): string {
  return dialect === 'sqlite'
    ? 'ON CONFLICT DO NOTHING'
    : `ON DUPLICATE KEY UPDATE ${key} = ${key}`;
}

/** What follows `INSERT … VALUES (…)` to add quantity and record count to a total that is already there. */
export function onDuplicateAdd(dialect: Dialect, table: string, keys: readonly string[]): string {
  return dialect === 'sqlite'
    ? `ON CONFLICT (${keys.join(', ')}) DO UPDATE SET
         quantity = decimal_add(quantity, excluded.quantity), records = ${table}.records + excluded.records`
    : `ON DUPLICATE KEY UPDATE
         quantity = ${table}.quantity + VALUES(quantity), records = ${table}.records + VALUES(records)`;
}

/** Locks the rows that a SELECT finds against change, until the end of the transaction. */
export function lockForRead(dialect: Dialect): string {
  return dialect === 'sqlite' ? '' : 'LOCK IN SHARE MODE';
}

/** Locks the rows that a SELECT finds for this transaction alone. */
export function lockForWrite(dialect: Dialect): string {
  return dialect === 'sqlite' ? '' : 'FOR UPDATE';
}

/** Teaches a SQLite connection exact sums over decimal text. */
export function registerDecimals(connection: Database.Database): void {
  connection.function('decimal_add', { deterministic: true }, (left, right) =>
    fromUnits(toUnits(String(left)) + toUnits(String(right))),
  );
  connection.aggregate('decimal_sum', {
    start: () => 0n,
    step: (total: bigint, next) => (next === null ? total : total + toUnits(String(next))),
    result: (total: bigint) => fromUnits(total),
    deterministic: true,
  });
}
