import type { EntitySchemaColumnOptions } from 'typeorm';

import type { Dialect } from './dialect.js';

/**
 * Portable columns. Numbers of hours, days and months are plain integers; ids that Azure hands out are ASCII text;
 * every text compares byte by byte, whatever the server's default collation is.
 */

type Column = EntitySchemaColumnOptions;

/** A surrogate key. Its order means nothing. */
export function generatedId(): Column {
  return { type: 'int', primary: true, generated: 'increment' };
}

/** A whole number that four bytes hold: row ids, hours, days, counts. */
export function integer(options: Column | { nullable?: boolean; primary?: boolean; default?: number } = {}): Column {
  return { type: 'int', ...options };
}

/** Milliseconds since 1970, UTC: when something happened here. */
export function epochMs(): Column {
  return { type: 'bigint' };
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
