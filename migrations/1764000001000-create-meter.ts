import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns } from './portable-columns.js';

/** What is measured. */
export class CreateMeter1764000001000 implements MigrationInterface {
  readonly name = 'CreateMeter1764000001000';

  async up(runner: QueryRunner): Promise<void> {
    const { generatedId, epochMs, flag, ascii, text } = portableColumns(runner);
    const nullable = { isNullable: true };
    await runner.createTable(
      new Table({
        name: 'meter',
        columns: [
          generatedId(),
          ascii('meter_guid', 36),
          ascii('wire_id', 36),
          text('name', 200, nullable),
          text('unit', 100, nullable),
          text('category', 100, nullable),
          text('resource_provider', 100, nullable),
          text('description', 1000, nullable),
          flag('is_deprecated'),
          text('quantity_rule', 200, nullable),
          ascii('billed_by_microsoft', 10),
          flag('is_known'),
          epochMs('created_at'),
        ],
        indices: [{ name: 'uq_meter_guid', columnNames: ['meter_guid'], isUnique: true }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('meter');
  }
}
