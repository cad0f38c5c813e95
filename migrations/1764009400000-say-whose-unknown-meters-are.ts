import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns } from './portable-columns.js';

/**
 * Whose the unknown meters are: which of them usage of a registration may name, and of which a stack subscription has
 * usage. Usage that is in the books goes on naming what it names, however many meters that are.
 */
export class SayWhoseUnknownMetersAre1764009400000 implements MigrationInterface {
  readonly name = 'SayWhoseUnknownMetersAre1764009400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables(runner)) await runner.createTable(table);
    // Totals are by day and few beside the records, and a record is in exactly one of them.
    await runner.query(
      `INSERT INTO stack_subscription_meter (stack_subscription_id, meter_id)
       SELECT DISTINCT d.stack_subscription_id, d.meter_id
         FROM usage_day_total d JOIN meter m ON m.id = d.meter_id WHERE m.is_known = 0`,
    );
    await runner.query(
      `INSERT INTO registration_meter (registration_id, meter_id)
       SELECT DISTINCT s.registration_id, v.meter_id
         FROM stack_subscription_meter v JOIN stack_subscription s ON s.id = v.stack_subscription_id`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables(runner).reverse()) await runner.dropTable(table.name);
  }
}

function tables(runner: QueryRunner): Table[] {
  const { integer } = portableColumns(runner);
  const primary = { isPrimary: true };
  return [
    new Table({
      name: 'registration_meter',
      columns: [integer('registration_id', primary), integer('meter_id', primary)],
      withoutRowid: true,
    }),
    new Table({
      name: 'stack_subscription_meter',
      columns: [integer('stack_subscription_id', primary), integer('meter_id', primary)],
      indices: [{ name: 'ix_stack_subscription_meter_meter', columnNames: ['meter_id'] }],
      withoutRowid: true,
    }),
  ];
}
