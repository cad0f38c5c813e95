/**
 * The kinds of columns: how each is stored, which a dialect says, and what its values are in this program. Numbers of
 * hours, days and months are whole numbers; ids that Azure hands out are ASCII text; every text compares byte by byte,
 * whatever the server's default collation is.
 */
import { canonicalQuantity } from '../primitives/quantity.js';
import type { Quantity } from '../primitives/quantity.js';

/** How a column is stored, by names that every dialect knows. */
export type Storage =
  | 'id'
  | 'integer'
  | 'hour'
  | 'day'
  | 'epochMs'
  | 'flag'
  | 'longText'
  | 'digest'
  | 'quantity'
  | 'totalQuantity'
  | { readonly charset: 'ascii' | 'utf8mb4'; readonly length: number };

/** Makes the value of this program of what a driver answers. It is not asked about NULL. */
export type Read = (stored: unknown) => unknown;

/**
 * A kind of column. `Value` is what a row holds of it here, `Raw` what drivers answer, and `Given` is false where a new
 * row may leave it out.
 */
export interface Kind<Value, Raw = Value, Given extends boolean = true> {
  readonly storage: Storage;
  readonly isPrimary: boolean;
  readonly isNullable: boolean;
  readonly default: string | number | boolean | undefined;
  /** What SQL calls it, where that is not the snake_case of its property. */
  readonly name: string | undefined;
  /** Null where drivers answer the value itself. */
  readonly read: Read | null;
  /** Of types alone; there is no such property. */
  readonly types?: readonly [value: Value, raw: Raw, given: Given];
}

/** A surrogate key. Its order means nothing. */
export function generatedId(): Kind<number, number, false> {
  return { ...kind('id'), isPrimary: true };
}

/** A whole number that four bytes hold: counts, row ids, and hours and days where rows are few. */
export function integer<Value extends number = number>(): Kind<Value> {
  return kind('integer');
}

/**
 * Hours since 1970, in tables that grow with usage: three bytes without a sign hold them until the year 3883. Usage is
 * taken in from 2015 to now, so no sender can leave the range. SQL may compare it with any number, but must not take
 * anything from it: servers fail where the difference is negative.
 */
export function hour(): Kind<number> {
  return kind('hour');
}

/** Days since 1970, in the same tables: two bytes without a sign hold them until 2149, with one it would be 2059. */
export function day(): Kind<number> {
  return kind('day');
}

/** Milliseconds since 1970, UTC: when something happened here. */
export function epochMs(): Kind<number> {
  return kind('epochMs');
}

/** True or false; drivers answer 0 and 1. */
export function flag(): Kind<boolean, number> {
  return kind('flag', Boolean);
}

/** Ids, codes and enum values: ASCII, compared exactly. */
export function ascii<Value extends string = string>(length: number): Kind<Value> {
  return kind({ charset: 'ascii', length });
}

/** Names that people give, compared exactly. */
export function text(length: number): Kind<string> {
  return kind({ charset: 'utf8mb4', length });
}

/** Text up to 64 KiB that is never searched. */
export function longText(): Kind<string> {
  return kind('longText');
}

/** Sixteen bytes of a digest. */
export function digest(): Kind<Buffer> {
  return kind('digest');
}

/**
 * One exact quantity: 24 digits on either side of the point. Text on SQLite, whose numbers would round it; servers
 * answer decimals with all their zeros.
 */
export function quantity(): Kind<Quantity, string> {
  return kind('quantity', readQuantity);
}

/** A sum of quantities: as many decimals, and room for a hundred thousand billion of the largest. */
export function totalQuantity(): Kind<Quantity, string> {
  return kind('totalQuantity', readQuantity);
}

/** The same as part of the primary key. */
export function key<Value, Raw, Given extends boolean>(of: Kind<Value, Raw, Given>): Kind<Value, Raw, Given> {
  return { ...of, isPrimary: true };
}

/** The same, or null. */
export function nullable<Value, Raw>(of: Kind<Value, Raw, boolean>): Kind<Value | null, Raw | null, false> {
  return { ...untyped(of), isNullable: true };
}

/** The same, with what a new row holds where nothing is said. */
export function withDefault<Value extends string | number | boolean, Raw>(
  of: Kind<Value, Raw, boolean>,
  value: Value,
): Kind<Value, Raw, false> {
  return { ...untyped(of), default: value };
}

/** The same under another name: some properties are words of SQL. */
export function named<Value, Raw, Given extends boolean>(
  name: string,
  of: Kind<Value, Raw, Given>,
): Kind<Value, Raw, Given> {
  return { ...of, name };
}

/** Reads a quantity of any column or sum. */
export function readQuantity(stored: unknown): Quantity {
  return canonicalQuantity(stored as string);
}

function kind(storage: Storage, read: Read | null = null) {
  return { storage, read, isPrimary: false, isNullable: false, default: undefined, name: undefined };
}

function untyped({ types: _types, ...of }: Kind<unknown, unknown, boolean>) {
  return of;
}
