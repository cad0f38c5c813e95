import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns, references } from './portable-columns.js';

/** The outbox: closed days in reports, what of them was sent, and what the receiver said. */
export class CreateUsageReport1764002010000 implements MigrationInterface {
  readonly name = 'CreateUsageReport1764002010000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables(runner)) await runner.createTable(table, true);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables(runner).reverse()) await runner.dropTable(table.name);
  }
}

function tables(runner: QueryRunner): Table[] {
  const { generatedId, integer, epochMs, ascii, text } = portableColumns(runner);
  const primary = { isPrimary: true };
  const nullable = { isNullable: true };
  return [
    new Table({
      name: 'usage_report_day',
      columns: [integer('registration_id', primary), integer('reported_day', primary), epochMs('prepared_at')],
      foreignKeys: references('usage_report_day', { registration_id: 'registration' }),
    }),
    new Table({
      name: 'usage_report',
      columns: [
        generatedId(),
        integer('registration_id'),
        integer('reported_day'),
        ascii('destination_subscription_guid', 36),
        integer('batch_no'),
        ascii('idempotency_key', 64),
        integer('generation'),
        integer('line_count'),
        ascii('state', 16),
        integer('attempts'),
        epochMs('due_at'),
        ascii('lease_token', 36),
        text('receipt', 200, nullable),
        ascii('error_code', 64, nullable),
        text('error_message', 1000, nullable),
        epochMs('created_at'),
        { ...epochMs('settled_at'), isNullable: true },
      ],
      indices: [
        { name: 'uq_usage_report_key', columnNames: ['idempotency_key'], isUnique: true },
        {
          name: 'uq_usage_report_batch',
          columnNames: ['registration_id', 'reported_day', 'destination_subscription_guid', 'batch_no'],
          isUnique: true,
        },
        { name: 'ix_usage_report_due', columnNames: ['due_at'] },
      ],
      foreignKeys: references('usage_report', { registration_id: 'registration' }),
    }),
    new Table({
      name: 'usage_report_line',
      columns: [
        integer('report_id', primary),
        integer('line_no', primary),
        integer('stack_subscription_id'),
        integer('reported_day'),
        integer('usage_day'),
        integer('meter_id'),
        integer('resource_id'),
        integer('part'),
        ascii('status', 16),
        ascii('code', 64, nullable),
      ],
      indices: [
        {
          name: 'uq_usage_report_line_aggregate',
          columnNames: ['stack_subscription_id', 'reported_day', 'usage_day', 'meter_id', 'resource_id', 'part'],
          isUnique: true,
        },
      ],
      foreignKeys: references('usage_report_line', {
        report_id: 'usage_report',
        stack_subscription_id: 'stack_subscription',
      }),
      withoutRowid: true,
    }),
    new Table({
      name: 'usage_report_attempt',
      columns: [
        integer('report_id', primary),
        integer('attempt_no', primary),
        epochMs('started_at'),
        { ...epochMs('ended_at'), isNullable: true },
        ascii('outcome', 16),
        ascii('code', 64, nullable),
        text('message', 1000, nullable),
      ],
      foreignKeys: references('usage_report_attempt', { report_id: 'usage_report' }),
    }),
  ];
}
