import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns, references } from './portable-columns.js';

/** What closing freezes: the daily aggregates of closed reported days, and a seal over each day. */
export class CreateDailyAggregate1764002000000 implements MigrationInterface {
  readonly name = 'CreateDailyAggregate1764002000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables(runner)) await runner.createTable(table, true);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables(runner).reverse()) await runner.dropTable(table.name);
  }
}

function tables(runner: QueryRunner): Table[] {
  const { integer, ascii, quantity } = portableColumns(runner);
  const primary = { isPrimary: true };
  return [
    new Table({
      name: 'daily_aggregate',
      columns: [
        integer('stack_subscription_id', primary),
        integer('reported_day', primary),
        integer('usage_day', primary),
        integer('meter_id', primary),
        integer('resource_id', primary),
        integer('part', primary),
        integer('destination_id'),
        quantity(62),
        integer('records'),
      ],
      foreignKeys: references('daily_aggregate', {
        stack_subscription_id: 'stack_subscription',
        meter_id: 'meter',
        resource_id: 'resource',
        destination_id: 'destination',
      }),
      withoutRowid: true,
    }),
    new Table({
      name: 'day_seal',
      columns: [
        integer('registration_id', primary),
        integer('reported_day', primary),
        ascii('previous_checksum', 64),
        ascii('checksum', 64),
        integer('aggregates'),
        integer('records'),
      ],
      foreignKeys: references('day_seal', { registration_id: 'registration' }),
    }),
  ];
}
