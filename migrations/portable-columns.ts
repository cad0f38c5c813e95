import type { QueryRunner, TableColumnOptions } from 'typeorm';

/**
 * Column shapes for migrations. Frozen: a migration that has run somewhere must go on meaning what it meant, so a new
 * shape gets a new function here and none of these is ever edited.
 */
export function portableColumns(runner: QueryRunner) {
  const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
  const collated = (charset: string) => (isSqlite ? {} : { charset, collation: `${charset}_bin` });
  return {
    isSqlite,
    generatedId: (): TableColumnOptions => ({
      name: 'id',
      type: isSqlite ? 'integer' : 'int',
      isPrimary: true,
      isGenerated: true,
      generationStrategy: 'increment',
    }),
    integer: (name: string, more: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
      name,
      type: isSqlite ? 'integer' : 'int',
      ...more,
    }),
    epochMs: (name: string): TableColumnOptions => ({ name, type: 'bigint' }),
    flag: (name: string): TableColumnOptions => (isSqlite ? { name, type: 'boolean' } : { name, type: 'tinyint' }),
    ascii: (name: string, length: number, more: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
      name,
      type: 'varchar',
      length: String(length),
      ...collated('ascii'),
      ...more,
    }),
    text: (name: string, length: number, more: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
      name,
      type: 'varchar',
      length: String(length),
      ...collated('utf8mb4'),
      ...more,
    }),
    longText: (name: string): TableColumnOptions => ({ name, type: 'text', ...collated('utf8mb4') }),
    digest: (name: string, more: Partial<TableColumnOptions> = {}): TableColumnOptions =>
      isSqlite ? { name, type: 'blob', ...more } : { name, type: 'binary', length: '16', ...more },
    quantity: (precision: number): TableColumnOptions =>
      isSqlite ? { name: 'quantity', type: 'text' } : { name: 'quantity', type: 'decimal', precision, scale: 24 },
  };
}

/** Named like the entities name them, so that the migration check finds no difference. */
export function references(tableName: string, columns: Readonly<Record<string, string>>) {
  return Object.entries(columns).map(([column, target]) => ({
    name: `fk_${tableName}_${column}`,
    columnNames: [column],
    referencedTableName: target,
    referencedColumnNames: ['id'],
    onDelete: 'RESTRICT',
    onUpdate: 'RESTRICT',
  }));
}
