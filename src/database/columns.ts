import type { EntitySchemaColumnOptions } from 'typeorm';

import type { Dialect } from './dialect.js';

/**
 * Portable columns. Numbers of hours, days and months are whole numbers; ids that Azure hands out are ASCII text;
 * every text compares byte by byte, whatever the server's default collation is.
 */

type Column = EntitySchemaColumnOptions;

/** A surrogate key. Its order means nothing. */
export function generatedId(): Column {
  return { type: 'int', primary: true, generated: 'increment' };
}

/**
 * A whole number that four bytes hold: counts, and row ids, which are not narrower because senders make new ones. Hours
 * and days as well, where rows are few.
 */
export function integer(options: Column | { nullable?: boolean; primary?: boolean; default?: number } = {}): Column {
  return { type: 'int', ...options };
}

/**
 * Hours since 1970, in tables that grow with usage: three bytes without a sign hold them until the year 3883. Usage is
 * taken in from 2015 to now, so no sender can leave the range. SQL may compare it with any number, but must not take
 * anything from it: servers fail where the difference is negative.
 */
export function hour(dialect: Dialect, options: { primary?: boolean } = {}): Column {
  return dialect === 'sqlite' ? integer(options) : { type: 'mediumint', unsigned: true, ...options };
}

/** Days since 1970, in the same tables: two bytes without a sign hold them until 2149, with one it would be 2059. */
export function day(dialect: Dialect, options: { primary?: boolean } = {}): Column {
  return dialect === 'sqlite' ? integer(options) : { type: 'smallint', unsigned: true, ...options };
}

/** Milliseconds since 1970, UTC: when something happened here. */
export function epochMs(options: { nullable?: boolean } = {}): Column {
  return { type: 'bigint', ...options };
}

/** True or false. */
export function flag(): Column {
  return { type: 'boolean' };
}

/** Ids, codes and enum values: ASCII, compared exactly. */
export function ascii(dialect: Dialect, length: number, options: { nullable?: boolean } = {}): Column {
  return { type: 'varchar', length, ...collation(dialect, 'ascii'), ...options };
}

/** Names that people give, compared exactly. */
export function text(dialect: Dialect, length: number, options: { nullable?: boolean } = {}): Column {
  return { type: 'varchar', length, ...collation(dialect, 'utf8mb4'), ...options };
}

/** Text up to 64 KiB that is never searched. */
export function longText(dialect: Dialect, options: { nullable?: boolean } = {}): Column {
  return { type: 'text', ...collation(dialect, 'utf8mb4'), ...options };
}

/** Sixteen bytes of a digest. */
export function digest(dialect: Dialect, options: { primary?: boolean } = {}): Column {
  return dialect === 'sqlite' ? { type: 'blob', ...options } : { type: 'binary', length: 16, ...options };
}

/** One exact quantity: 24 digits on either side of the point. Text on SQLite, whose numbers would round it. */
export function quantity(dialect: Dialect): Column {
  return dialect === 'sqlite' ? { type: 'text' } : { type: 'decimal', precision: 48, scale: 24 };
}

/** A sum of quantities: as many decimals, and room for a hundred thousand billion of the largest. */
export function totalQuantity(dialect: Dialect): Column {
  return dialect === 'sqlite' ? { type: 'text' } : { type: 'decimal', precision: 62, scale: 24 };
}

function collation(dialect: Dialect, charset: 'ascii' | 'utf8mb4'): Partial<Column> {
  return dialect === 'sqlite' ? {} : { charset, collation: `${charset}_bin` };
}
