import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns } from './portable-columns.js';

/** Under which hour a stamp reported what was refused, and when it was taken in after all. */
export class AddReplayToQuarantinedRecord1764008000000 implements MigrationInterface {
  readonly name = 'AddReplayToQuarantinedRecord1764008000000';

  async up(runner: QueryRunner): Promise<void> {
    const { isSqlite } = portableColumns(runner);
    const hour = isSqlite ? 'integer' : 'mediumint UNSIGNED';
    // Written out: on SQLite TypeORM would rebuild the table.
    await runner.query(`ALTER TABLE quarantined_record ADD COLUMN reported_hour ${hour} NULL`);
    await runner.query('ALTER TABLE quarantined_record ADD COLUMN replayed_at bigint NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE quarantined_record DROP COLUMN replayed_at');
    await runner.query('ALTER TABLE quarantined_record DROP COLUMN reported_hour');
  }
}
