/**
 * Tables say their columns once, here: for TypeORM, which compares them with the migrations, for the rows that stores
 * read and write, and for the text of SQL, into which a column is written as `${g.nameKey}`. A column that is renamed
 * or whose kind changes is looked for by the compiler.
 */
import { EntitySchema } from 'typeorm';
import type { EntitySchemaColumnOptions } from 'typeorm';

import type { Kind, Read } from './columns.js';
import type { Dialect } from './dialect.js';

type AnyKind = Kind<unknown, unknown, boolean>;
/** The columns of a table by their property. */
export type Kinds = Readonly<Record<string, AnyKind>>;

/** A column, or another expression, in the text of SQL; it knows what a row holds of it. */
export class Column<Value = unknown, Raw = unknown> {
  /** Of types alone. */
  declare readonly value: Value;
  declare readonly raw: Raw;
  readonly #text: string;

  constructor(
    text: string,
    /** Null where the driver answers the value itself. */
    readonly read: Read | null,
  ) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

const declaration = Symbol('declaration');

interface Declaration<K extends Kinds> {
  readonly name: string;
  readonly columns: K;
  readonly unique?: Readonly<Record<string, readonly (keyof K & string)[]>>;
  readonly index?: Readonly<Record<string, readonly (keyof K & string)[]>>;
  /** Property → table whose `id` it holds. There are no relations: rows are joined where they are asked for. */
  readonly references?: Readonly<Partial<Record<keyof K & string, string>>>;
  /** What may be changed of a row once it is written; left out: everything. `update` refuses the others. */
  readonly changeable?: readonly (keyof K & string)[];
  /** SQLite: keep the rows in the order of their primary key, as InnoDB does. */
  readonly isClustered?: boolean;
}

type ColumnsOf<K extends Kinds> = {
  readonly [P in keyof K]: K[P] extends Kind<infer Value, infer Raw, boolean> ? Column<Value, Raw> : never;
};

/**
 * A table, under its own name or an alias, as SQL says it: `FROM ${g} WHERE ${g.id} = ?`. Its properties are its
 * columns, so that it is also the selection of all of them.
 */
export type Table<K extends Kinds = Kinds> = ColumnsOf<K> & { readonly [declaration]: Declaration<K> };

/** A table that is joined by LEFT JOIN: each of its columns may be null. */
export type OptionalTable<K extends Kinds> = {
  readonly [P in keyof K]: K[P] extends Kind<infer Value, infer Raw, boolean>
    ? Column<Value | null, Raw | null>
    : never;
};

/** What rows of a table, or of a selection, hold. */
export type RowOf<Selected> = {
  -readonly [P in keyof Selected as P extends string ? P : never]: Selected[P] extends Column
    ? Selected[P]['value']
    : never;
};

type ValueOf<K> = K extends Kind<infer Value, unknown, boolean> ? Value : never;
type GivenIn<K extends Kinds> = {
  [P in keyof K]: K[P] extends Kind<unknown, unknown, infer Given> ? (Given extends true ? P : never) : never;
}[keyof K];

/** A row that is not in its table yet; some columns may be left out. */
export type NewRow<K extends Kinds> = { readonly [P in GivenIn<K>]: ValueOf<K[P]> } & {
  readonly [P in Exclude<keyof K, GivenIn<K>>]?: ValueOf<K[P]>;
};

/** Declares a table. Columns are the snake_case of their property. */
export function table<const K extends Kinds>(options: Declaration<K>): Table<K> {
  return tableUnder(options, options.name, '');
}

/** The table under another name: its columns are `g.id`, and in FROM it is `registration g`. */
export function alias<K extends Kinds>(of: Table<K>, name: string): Table<K> {
  const { name: tableName } = of[declaration];
  return tableUnder(of[declaration], `${tableName} ${name}`, `${name}.`);
}

/** The same for LEFT JOIN. */
export function leftJoined<K extends Kinds>(of: Table<K>, name: string): OptionalTable<K> {
  return alias(of, name);
}

function tableUnder<K extends Kinds>(declared: Declaration<K>, from: string, prefix: string): Table<K> {
  // Neither is a column: both are kept from whoever goes through the properties.
  const made: object = Object.create({ toString: () => from, [declaration]: declared }) as object;
  for (const [property, kind] of Object.entries(declared.columns)) {
    Object.assign(made, { [property]: new Column(`${prefix}${columnName(property, kind)}`, kind.read) });
  }
  return made as Table<K>;
}

/** What a table is called, and the kinds of its columns. */
export function declarationOf<K extends Kinds>(of: Table<K>): Declaration<K> {
  return of[declaration];
}

/** What SQL calls a column. */
export function columnName(property: string, { name }: AnyKind): string {
  return name ?? snakeCase(property);
}

/** A table as TypeORM describes it for a dialect. */
export function entityOf(of: Table, dialect: Dialect): EntitySchema {
  const { name: tableName, columns, unique = {}, index = {}, references = {}, isClustered = false } = of[declaration];
  return new EntitySchema({
    name: tableName,
    tableName,
    columns: Object.fromEntries(
      Object.entries(columns).map(([property, kind]) => [property, entityColumn(property, kind, dialect)]),
    ),
    indices: [
      ...Object.entries(unique).map(([name, keys]) => ({ name, columns: [...keys], unique: true })),
      ...Object.entries(index).map(([name, keys]) => ({ name, columns: [...keys] })),
    ],
    foreignKeys: Object.entries(references).map(([property, target]) => ({
      name: `fk_${tableName}_${snakeCase(property)}`,
      target: String(target),
      columnNames: [property],
      referencedColumnNames: ['id'],
      // Said aloud: servers disagree about what they report where nothing was said.
      onDelete: 'RESTRICT' as const,
      onUpdate: 'RESTRICT' as const,
    })),
    withoutRowid: isClustered,
  });
}

function entityColumn(property: string, kind: AnyKind, dialect: Dialect): EntitySchemaColumnOptions {
  return {
    name: columnName(property, kind),
    ...dialect.columnOf(kind.storage),
    ...(kind.isPrimary && { primary: true }),
    ...(kind.isNullable && { nullable: true }),
    ...(kind.default !== undefined && { default: kind.default }),
  };
}

function snakeCase(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
