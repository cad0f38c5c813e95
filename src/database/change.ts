/** Writing rows: each value beside the name of its column, or of the type of the column at its place. */
import type { SqlValue } from './statement.js';
import { Column, columnName, declarationOf } from './table.js';
import type { Kinds, NewRow, Table } from './table.js';
import type { Tx } from './transaction.js';
import { invariant } from '../primitives/errors.js';

/**
 * What becomes of a row that is there already: `FAIL` throws, `KEEP` leaves it under whatever key; otherwise the row
 * under the same key takes some of the new values, and adds others to its own.
 */
export type OnDuplicate<K extends Kinds> =
  | 'FAIL'
  | 'KEEP'
  | {
      readonly key: readonly (keyof K & string)[];
      readonly takes?: readonly (keyof K & string)[];
      readonly adds?: readonly (keyof K & string)[];
    };

/** Writes one row and answers its generated id; the database refuses a key that is taken. */
export async function insertRow<K extends Kinds>(tx: Tx, into: Table<K>, row: NewRow<K>): Promise<number> {
  const properties = Object.keys(row).filter((property) => row[property as keyof typeof row] !== undefined);
  const values = properties.map((property) => stored(row[property as keyof typeof row]));
  const names = namesOf(into, properties);
  const { insertedId } = await tx.execute(
    `INSERT INTO ${into} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    values,
  );
  return insertedId;
}

/** Writes many rows that have the same columns; answers how many were new or changed. */
export async function insertRows<K extends Kinds>(
  tx: Tx,
  into: Table<K>,
  rows: readonly NewRow<K>[],
  onDuplicate: OnDuplicate<K> = 'FAIL',
): Promise<number> {
  const [first] = rows;
  if (first === undefined) return 0;
  const properties = Object.keys(first) as (keyof NewRow<K> & string)[];
  return tx.insertRows({
    ...targetOf(into, properties),
    rows: rows.map((row) => properties.map((property) => stored(row[property]))),
    onDuplicate: duplicateClause(tx, into, properties, onDuplicate),
  });
}

/** The same from arrays, whose values are those of the columns in their order: for paths where each row counts. */
export async function insertTuples<K extends Kinds, const C extends readonly (keyof K & string)[]>(
  tx: Tx,
  into: Table<K>,
  columns: C,
  rows: readonly TupleOf<K, C>[],
  onDuplicate: OnDuplicate<K>,
): Promise<number> {
  if (rows.length === 0) return 0;
  return tx.insertRows({
    ...targetOf(into, columns),
    rows: rows as readonly (readonly SqlValue[])[],
    onDuplicate: duplicateClause(tx, into, columns, onDuplicate),
  });
}

/**
 * Writes many rows that were checked, in the form that the database takes in fastest, and leaves those that are there
 * already under whatever key; answers how many were new. Rows are arrays as above, with digests in hex.
 */
export async function loadTuples<K extends Kinds, const C extends readonly (keyof K & string)[], Item>(
  tx: Tx,
  into: Table<K>,
  columns: C,
  items: readonly Item[],
  rowOf: (item: Item) => HexIn<TupleOf<K, C>>,
): Promise<number> {
  return tx.loadRows({
    ...targetOf(into, columns),
    digests: columnsStoredAs(into, columns, ['digest']),
    items,
    rowOf: rowOf as (item: Item) => readonly SqlValue[],
  });
}

/** Writes what a question answers. */
export async function insertSelected<K extends Kinds>(
  tx: Tx,
  into: Table<K>,
  selected: { readonly [P in keyof NewRow<K>]: Column<NewRow<K>[P]> },
  from: string,
  values: readonly SqlValue[] = [],
  onDuplicate: OnDuplicate<K> = 'FAIL',
): Promise<void> {
  const properties = Object.keys(selected);
  const columns = Object.values<Column>(selected as Readonly<Record<string, Column>>);
  await tx.execute(
    `INSERT INTO ${into} (${namesOf(into, properties).join(', ')})
     SELECT ${columns.join(', ')} ${from} ${duplicateClause(tx, into, properties, onDuplicate)}`,
    values,
  );
}

/** Writes other values, or what expressions come to, into the rows for which a condition holds; answers how many. */
export async function update<K extends Kinds>(
  tx: Tx,
  what: Table<K>,
  set: { readonly [P in keyof NewRow<K>]?: NewRow<K>[P] | Column<NewRow<K>[P]> },
  where: string,
  values: readonly SqlValue[] = [],
): Promise<number> {
  const bound: SqlValue[] = [];
  const { changeable } = declarationOf(what);
  const assignments = Object.entries<unknown>(set).map(([property, value]) => {
    const [name = ''] = namesOf(what, [property]);
    invariant(changeable?.includes(property) ?? true, `${property} of a ${what} is never changed`);
    if (value instanceof Column) return `${name} = ${value}`;
    bound.push(stored(value));
    return `${name} = ?`;
  });
  const statement = `UPDATE ${what} SET ${assignments.join(', ')} WHERE ${where}`;
  return (await tx.execute(statement, [...bound, ...values])).affected;
}

/** A row with the values of these columns, in their order. */
export type TupleOf<K extends Kinds, C extends readonly (keyof K & string)[]> = {
  readonly [I in keyof C]: NewRow<K>[C[I]];
};

type HexIn<Tuple> = { readonly [I in keyof Tuple]: Tuple[I] extends Buffer ? string : Tuple[I] };

/** Into which columns of which table rows go. */
function targetOf<K extends Kinds>(into: Table<K>, properties: readonly string[]) {
  return {
    table: declarationOf(into).name,
    columns: namesOf(into, properties),
    decimals: columnsStoredAs(into, properties, ['quantity', 'totalQuantity']),
  };
}

function columnsStoredAs<K extends Kinds>(
  into: Table<K>,
  properties: readonly string[],
  storages: readonly string[],
): string[] {
  const { columns } = declarationOf(into);
  const isWanted = (property: string) => storages.some((storage) => columns[property]?.storage === storage);
  return namesOf(into, properties.filter(isWanted));
}

/** No driver of SQLite's binds a truth value. */
function stored(value: unknown): SqlValue {
  return typeof value === 'boolean' ? Number(value) : (value as SqlValue);
}

function namesOf<K extends Kinds>(of: Table<K>, properties: readonly string[]): string[] {
  const { columns } = declarationOf(of);
  return properties.map((property) => {
    const kind = columns[property];
    if (kind === undefined) throw new Error(`The table ${of} has no column ${property}.`);
    return columnName(property, kind);
  });
}

function duplicateClause<K extends Kinds>(
  { dialect }: Tx,
  into: Table<K>,
  properties: readonly string[],
  onDuplicate: OnDuplicate<K>,
): string {
  if (onDuplicate === 'FAIL') return '';
  if (onDuplicate === 'KEEP') return dialect.onDuplicateKeep(namesOf(into, properties)[0] ?? '');
  const { key, takes = [], adds = [] } = onDuplicate;
  const { name: tableName, columns } = declarationOf(into);
  const sum = (property: string): string => {
    const [name = ''] = namesOf(into, [property]);
    const storage = columns[property]?.storage;
    const isExact = storage === 'quantity' || storage === 'totalQuantity';
    const [own, brought] = [`${tableName}.${name}`, dialect.incoming(name)];
    return `${name} = ${isExact ? dialect.added(own, brought) : `${own} + ${brought}`}`;
  };
  return dialect.onDuplicate(namesOf(into, key), [
    ...namesOf(into, takes).map((name) => `${name} = ${dialect.incoming(name)}`),
    ...adds.map(sum),
  ]);
}
