import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';

import { portableColumns, references } from './portable-columns.js';

/**
 * The tables that every record is written into keep no foreign keys: each cost a lookup per row, and on MySQL an index
 * that nothing reads. What they refer to is committed first and never deleted, and `invariants` looks at it.
 */
export class UnbindUsageRecord1764006000000 implements MigrationInterface {
  readonly name = 'UnbindUsageRecord1764006000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const shape of tables(runner)) {
      if (portableColumns(runner).isSqlite) {
        await rebuild(runner, shape, {});
      } else {
        const columns = Object.keys(shape.bound);
        await alter(runner, shape.name, columns, (key) => `DROP FOREIGN KEY ${key}`);
        // The primary key begins with the stack subscription, so that one has no index of its own.
        const indexed = columns.filter((column) => column !== 'stack_subscription_id');
        await alter(runner, shape.name, indexed, (key) => `DROP INDEX ${key}`);
      }
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const shape of tables(runner)) {
      if (portableColumns(runner).isSqlite) await rebuild(runner, shape, shape.bound);
      else {
        await alter(runner, shape.name, Object.keys(shape.bound), (key, column) => {
          const target = `${shape.bound[column]} (id) ON DELETE RESTRICT ON UPDATE RESTRICT`;
          return `ADD CONSTRAINT ${key} FOREIGN KEY (${column}) REFERENCES ${target}`;
        });
      }
    }
  }
}

interface Shape {
  readonly name: string;
  readonly columns: TableColumnOptions[];
  readonly index: { readonly name: string; readonly columnNames: readonly string[]; readonly isUnique: boolean };
  /** Column → table that it refers to. */
  readonly bound: Readonly<Record<string, string>>;
}

async function alter(
  runner: QueryRunner,
  table: string,
  columns: readonly string[],
  change: (key: string, column: string) => string,
): Promise<void> {
  const changes = columns.map((column) => change(`fk_${table}_${column}`, column));
  await runner.query(`ALTER TABLE ${table} ${changes.join(', ')}`);
}

/** SQLite cannot alter the keys of a table. Nothing refers to these, so a copy may take their place. */
async function rebuild(runner: QueryRunner, { name, columns, index }: Shape, bound: Shape['bound']): Promise<void> {
  const copy = `${name}_rebuilt`;
  await runner.createTable(
    new Table({ name: copy, columns, foreignKeys: references(name, bound), withoutRowid: true }),
  );
  const names = columns.map((column) => column.name).join(', ');
  await runner.query(`INSERT INTO ${copy} (${names}) SELECT ${names} FROM ${name}`);
  await runner.query(`DROP TABLE ${name}`);
  await runner.query(`ALTER TABLE ${copy} RENAME TO ${name}`);
  const unique = index.isUnique ? 'UNIQUE ' : '';
  await runner.query(`CREATE ${unique}INDEX ${index.name} ON ${name} (${index.columnNames.join(', ')})`);
}

function tables(runner: QueryRunner): readonly Shape[] {
  const { integer, text, digest, quantity } = portableColumns(runner);
  const primary = { isPrimary: true };
  const nullable = { isNullable: true };
  return [
    {
      name: 'usage_record',
      columns: [
        integer('stack_subscription_id', primary),
        integer('reported_hour', primary),
        integer('usage_hour', primary),
        integer('meter_id', primary),
        integer('resource_id', primary),
        digest('identity', primary),
        integer('usage_day'),
        integer('source_id'),
        integer('batch_id'),
        text('record_id', 200, nullable),
        text('corrects', 200, nullable),
        quantity(48),
      ],
      index: { name: 'uq_usage_record_identity', columnNames: ['usage_day', 'identity'], isUnique: true },
      bound: {
        stack_subscription_id: 'stack_subscription',
        meter_id: 'meter',
        resource_id: 'resource',
        source_id: 'usage_source',
        batch_id: 'usage_batch',
      },
    },
    {
      name: 'usage_day_total',
      columns: [
        integer('stack_subscription_id', primary),
        integer('usage_day', primary),
        integer('reported_day', primary),
        integer('meter_id', primary),
        integer('destination_id', primary),
        quantity(62),
        integer('records'),
      ],
      index: {
        name: 'ix_usage_day_total_reported',
        columnNames: ['reported_day', 'stack_subscription_id'],
        isUnique: false,
      },
      bound: { stack_subscription_id: 'stack_subscription', meter_id: 'meter', destination_id: 'destination' },
    },
  ];
}
