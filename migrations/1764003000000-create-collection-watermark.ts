import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns, references } from './portable-columns.js';

/** How far each registration's usage was pulled from its stamp. */
export class CreateCollectionWatermark1764003000000 implements MigrationInterface {
  readonly name = 'CreateCollectionWatermark1764003000000';

  async up(runner: QueryRunner): Promise<void> {
    const { integer, epochMs } = portableColumns(runner);
    await runner.createTable(
      new Table({
        name: 'collection_watermark',
        columns: [
          integer('registration_id', { isPrimary: true }),
          integer('collected_before_hour'),
          epochMs('updated_at'),
        ],
        foreignKeys: references('collection_watermark', { registration_id: 'registration' }),
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('collection_watermark');
  }
}
