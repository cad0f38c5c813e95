import { EntitySchema } from 'typeorm';
import type { EntitySchemaColumnOptions } from 'typeorm';

/**
 * Declares a table of the books for TypeORM. Entities are plain row types and the schema is a function of the dialect,
 * because one decorated class cannot say "decimal here, text there". Columns are the snake_case of their property.
 */
export function table<Row>(options: {
  readonly name: string;
  readonly columns: Required<{ [Property in keyof Row]: EntitySchemaColumnOptions }>;
  readonly unique?: Readonly<Record<string, readonly (keyof Row & string)[]>>;
  readonly index?: Readonly<Record<string, readonly (keyof Row & string)[]>>;
  /** Property → table whose `id` it holds. There are no relations: rows are joined where they are asked for. */
  readonly references?: Readonly<Partial<Record<keyof Row & string, string>>>;
  /** SQLite: keep the rows in the order of their primary key, as InnoDB does. */
  readonly isClustered?: boolean;
}): EntitySchema<Row> {
  const columns = Object.fromEntries(
    Object.entries<EntitySchemaColumnOptions>(options.columns).map(([property, column]) => [
      property,
      { name: snakeCase(property), ...column },
    ]),
  );
  const indices = [
    ...Object.entries(options.unique ?? {}).map(([name, keys]) => ({ name, columns: [...keys], unique: true })),
    ...Object.entries(options.index ?? {}).map(([name, keys]) => ({ name, columns: [...keys] })),
  ];
  const foreignKeys = Object.entries<string | undefined>(options.references ?? {}).map(([property, target]) => ({
    name: foreignKeyName(options.name, snakeCase(property)),
    target: String(target),
    columnNames: [property],
    referencedColumnNames: ['id'],
    // Said aloud: servers disagree about what they report where nothing was said.
    onDelete: 'RESTRICT' as const,
    onUpdate: 'RESTRICT' as const,
  }));
  return new EntitySchema<Row>({
    name: options.name,
    tableName: options.name,
    columns: columns as never,
    indices,
    foreignKeys,
    withoutRowid: options.isClustered ?? false,
  });
}

function foreignKeyName(tableName: string, column: string): string {
  return `fk_${tableName}_${column}`;
}

function snakeCase(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
