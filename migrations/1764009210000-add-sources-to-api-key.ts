import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns } from './portable-columns.js';

/** Which sources whoever holds a key may use. */
export class AddSourcesToApiKey1764009210000 implements MigrationInterface {
  readonly name = 'AddSourcesToApiKey1764009210000';

  async up(runner: QueryRunner): Promise<void> {
    const { isSqlite } = portableColumns(runner);
    const collation = isSqlite ? '' : 'CHARACTER SET utf8mb4 COLLATE utf8mb4_bin';
    // Written out: on SQLite TypeORM would rebuild the table.
    await runner.query(`ALTER TABLE api_key ADD COLUMN sources text ${collation} NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE api_key DROP COLUMN sources');
  }
}
