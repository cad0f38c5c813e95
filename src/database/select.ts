import type { Read } from './columns.js';
import type { Dialect } from './dialect.js';
import type { Sql } from './reader.js';
import type { SqlValue } from './statement.js';
import type { Column, RowOf } from './table.js';

/** Columns and expressions by the property under which a row has them; a table is the selection of all its columns. */
export type Selection = Readonly<Record<string, Column>>;

/**
 * `SELECT` what is selected, and what follows it: `FROM …`. Rows hold what was selected, with the types of its columns,
 * the same on every database.
 */
export async function select<S extends Selection>(
  sql: Sql,
  selection: S,
  from: string,
  values: readonly SqlValue[] = [],
): Promise<RowOf<S>[]> {
  const { list, reads } = planOf(sql.dialect, selection);
  const rows = await sql.query<Record<string, unknown>>(`SELECT ${list} ${from}`, values);
  for (const [property, read] of reads) {
    for (const row of rows) {
      const stored = row[property];
      if (stored !== null) row[property] = read(stored);
    }
  }
  return rows as RowOf<S>[];
}

/** What of a selection is the same each time: its text, and the properties that are not as drivers answer them. */
interface Plan {
  readonly dialect: Dialect;
  readonly list: string;
  readonly reads: readonly (readonly [property: string, read: Read])[];
}

/** Selections are mostly made once, and the text of a wide one takes as long as a small question. */
const plans = new WeakMap<Selection, Plan>();

function planOf(dialect: Dialect, selection: Selection): Plan {
  const known = plans.get(selection);
  if (known?.dialect === dialect) return known;
  const columns = Object.entries(selection);
  const plan = {
    dialect,
    list: columns.map(([property, column]) => `${column} AS ${dialect.quoted(property)}`).join(', '),
    reads: columns.flatMap(([property, { read }]) => (read === null ? [] : [[property, read] as const])),
  };
  plans.set(selection, plan);
  return plan;
}

/**
 * The same with an array for each row, in the order of the columns, as drivers answer it: for answers of many rows.
 * Flags are 0 and 1, and exact decimals have the zeros that a server gives them.
 */
export async function selectTuples<const C extends readonly Column[]>(
  sql: Sql,
  columns: C,
  from: string,
  values: readonly SqlValue[] = [],
): Promise<{ readonly [I in keyof C]: C[I]['raw'] }[]> {
  return sql.tuples(`SELECT ${columns.join(', ')} ${from}`, values);
}
