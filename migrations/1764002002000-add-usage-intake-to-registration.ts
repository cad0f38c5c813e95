import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns } from './portable-columns.js';

/** How a registration's usage comes in: what decides when a reported day of it is over. */
export class AddUsageIntakeToRegistration1764002002000 implements MigrationInterface {
  readonly name = 'AddUsageIntakeToRegistration1764002002000';

  async up(runner: QueryRunner): Promise<void> {
    const { isSqlite } = portableColumns(runner);
    const collation = isSqlite ? '' : 'CHARACTER SET ascii COLLATE ascii_bin';
    // Written out: on SQLite TypeORM would rebuild a table that others refer to.
    await runner.query(
      `ALTER TABLE registration ADD COLUMN usage_intake varchar(16) ${collation} NOT NULL DEFAULT 'PUSHED'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE registration DROP COLUMN usage_intake');
  }
}
