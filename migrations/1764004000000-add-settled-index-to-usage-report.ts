import { TableIndex } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Streams ask every few seconds which reports were settled lately. */
export class AddSettledIndexToUsageReport1764004000000 implements MigrationInterface {
  readonly name = 'AddSettledIndexToUsageReport1764004000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.createIndex('usage_report', new TableIndex({ name: INDEX, columnNames: ['settled_at'] }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('usage_report', INDEX);
  }
}

const INDEX = 'ix_usage_report_settled';
