import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns } from './portable-columns.js';

/** Which stack subscriptions were discarded with their registration while their records are still there. */
export class CreateDiscardedSubscription1764009710000 implements MigrationInterface {
  readonly name = 'CreateDiscardedSubscription1764009710000';

  async up(runner: QueryRunner): Promise<void> {
    const { integer } = portableColumns(runner);
    await runner.createTable(
      new Table({
        name: 'discarded_subscription',
        columns: [integer('stack_subscription_id', { isPrimary: true })],
        withoutRowid: true,
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('discarded_subscription');
  }
}
