/** Expressions of SQL over columns, each with what a row holds of it. */
import { readQuantity } from './columns.js';
import type { Dialect } from './dialect.js';
import { Column } from './table.js';
import { invariant } from '../primitives/errors.js';
import type { Quantity } from '../primitives/quantity.js';

/** A whole number, written into the text. */
export function literal(value: number): Column<number, number> {
  invariant(Number.isSafeInteger(value), 'a number in a statement is whole');
  return new Column(String(value), null);
}

/** Any other text of SQL, which answers values of the same kind as a column. */
export function expression<Value, Raw>(text: string, like: Column<Value, Raw>): Column<Value, Raw> {
  return new Column(text, like.read);
}

/** Any other text of SQL that answers whole numbers. Servers answer some of them as text. */
export function whole(text: string): Column<number> {
  return new Column(text, Number);
}

/** Whether a condition holds. */
export function holdsThat(condition: string): Column<boolean> {
  return new Column(`CASE WHEN ${condition} THEN 1 ELSE 0 END`, (stored) => Number(stored) === 1);
}

/** How many rows there are; of a column, in how many of them it is not null. */
export function count(of?: Column): Column<number, number> {
  return new Column(`COUNT(${of ?? '*'})`, null);
}

/** How many different values a column has. */
export function countDistinct(of: Column): Column<number, number> {
  return new Column(`COUNT(DISTINCT ${of})`, null);
}

/** The sum of whole numbers; 0 of no rows. */
export function total(of: Column<number | null>): Column<number> {
  return whole(`COALESCE(SUM(${of}), 0)`);
}

/** The exact sum of quantities. */
export function exactSum(dialect: Dialect, of: Column<Quantity>): Column<Quantity, string> {
  return new Column(dialect.sumOf(of), readQuantity);
}

/** The least value; null of no rows. */
export function least<Value, Raw>(of: Column<Value, Raw>): Column<Value | null, Raw | null> {
  return new Column(`MIN(${of})`, of.read);
}

/** The greatest value; null of no rows. */
export function greatest<Value, Raw>(of: Column<Value, Raw>): Column<Value | null, Raw | null> {
  return new Column(`MAX(${of})`, of.read);
}

/** What is never null where it is asked for: the least of a group of rows, what a condition says is there. */
export function notNull<Value, Raw>(of: Column<Value, Raw>): Column<NonNullable<Value>, NonNullable<Raw>> {
  return of as Column<NonNullable<Value>, NonNullable<Raw>>;
}

/** The first of two that is not null. */
export function firstOf<Value, Raw, Other, OtherRaw>(
  of: Column<Value, Raw>,
  other: Column<Other, OtherRaw>,
): Column<NonNullable<Value> | Other, NonNullable<Raw> | OtherRaw> {
  return new Column(`COALESCE(${of}, ${other})`, of.read);
}

/** The day that an hour lies in. */
export function dayOfHour(dialect: Dialect, of: Column<number, number>): Column<number, number> {
  return new Column(dialect.dayOfHour(of), of.read);
}
