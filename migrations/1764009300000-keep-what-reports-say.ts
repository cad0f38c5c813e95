import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns, references } from './portable-columns.js';

/**
 * What lines of reports say of the customer and the meter, as it was when the report was prepared. Reports that are
 * there keep the form that they have, 1, which says nothing of it: they are sent again as the same bytes.
 */
export class KeepWhatReportsSay1764009300000 implements MigrationInterface {
  readonly name = 'KeepWhatReportsSay1764009300000';

  async up(runner: QueryRunner): Promise<void> {
    const integer = portableColumns(runner).isSqlite ? 'integer' : 'int';
    // Written out: on SQLite TypeORM would rebuild tables that grow with usage.
    await runner.query(`ALTER TABLE usage_report ADD COLUMN form ${integer} NOT NULL DEFAULT 1`);
    await runner.query(`ALTER TABLE usage_report_line ADD COLUMN tenant_id ${integer} NULL`);
    await runner.createTable(meters(runner), true);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('usage_report_meter');
    await runner.query('ALTER TABLE usage_report_line DROP COLUMN tenant_id');
    await runner.query('ALTER TABLE usage_report DROP COLUMN form');
  }
}

function meters(runner: QueryRunner): Table {
  const { integer, text } = portableColumns(runner);
  const primary = { isPrimary: true };
  const nullable = { isNullable: true };
  return new Table({
    name: 'usage_report_meter',
    columns: [
      integer('registration_id', primary),
      integer('reported_day', primary),
      integer('meter_id', primary),
      text('name', 200, nullable),
      text('unit', 100, nullable),
    ],
    foreignKeys: references('usage_report_meter', { registration_id: 'registration', meter_id: 'meter' }),
    withoutRowid: true,
  });
}
