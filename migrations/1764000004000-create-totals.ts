import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns, references } from './portable-columns.js';

/** What it adds up to and where it is billed: destinations, day and month totals, closed days. */
export class CreateTotals1764000004000 implements MigrationInterface {
  readonly name = 'CreateTotals1764000004000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables(runner)) await runner.createTable(table);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables(runner).reverse()) await runner.dropTable(table.name);
  }
}

function tables(runner: QueryRunner): Table[] {
  const { generatedId, integer, epochMs, ascii, text, quantity } = portableColumns(runner);
  const primary = { isPrimary: true };
  const totalReferences = {
    stack_subscription_id: 'stack_subscription',
    meter_id: 'meter',
    destination_id: 'destination',
  };
  return [
    new Table({
      name: 'destination',
      columns: [
        generatedId(),
        integer('registration_id'),
        ascii('reason', 24),
        integer('tenant_mapping_id', { isNullable: true }),
        integer('mapping_key'),
      ],
      indices: [
        {
          name: 'uq_destination',
          columnNames: ['registration_id', 'reason', 'mapping_key'],
          isUnique: true,
        },
      ],
      foreignKeys: references('destination', {
        registration_id: 'registration',
        tenant_mapping_id: 'tenant_mapping',
      }),
    }),
    new Table({
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
      indices: [
        {
          name: 'ix_usage_day_total_reported',
          columnNames: ['reported_day', 'stack_subscription_id'],
        },
      ],
      foreignKeys: references('usage_day_total', totalReferences),
      withoutRowid: true,
    }),
    new Table({
      name: 'usage_month_total',
      columns: [
        integer('stack_subscription_id', primary),
        integer('usage_month', primary),
        integer('meter_id', primary),
        integer('destination_id', primary),
        quantity(62),
        integer('records'),
      ],
      foreignKeys: references('usage_month_total', totalReferences),
      withoutRowid: true,
    }),
    new Table({
      name: 'closed_day',
      columns: [
        integer('registration_id', primary),
        integer('reported_day', primary),
        integer('routing_version'),
        epochMs('closed_at'),
        text('closed_by', 200),
      ],
      foreignKeys: references('closed_day', { registration_id: 'registration' }),
    }),
  ];
}
