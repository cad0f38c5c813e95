import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns } from './portable-columns.js';

/**
 * Whether a registration's books are open, since when, what was seen when they were opened, and with which reported day
 * they begin. Registrations that exist have closed days or are about to: they are open, and all of their days are
 * books.
 */
export class AddStateToRegistration1764009100000 implements MigrationInterface {
  readonly name = 'AddStateToRegistration1764009100000';

  async up(runner: QueryRunner): Promise<void> {
    const { isSqlite } = portableColumns(runner);
    const collation = isSqlite ? '' : 'CHARACTER SET ascii COLLATE ascii_bin';
    const integer = isSqlite ? 'integer' : 'int';
    // Written out: on SQLite TypeORM would rebuild a table that others refer to.
    for (const column of [
      `state varchar(16) ${collation} NOT NULL DEFAULT 'OPEN'`,
      `books_from_day ${integer} NULL`,
      'opened_at bigint NULL',
      `opened_digest varchar(64) ${collation} NULL`,
    ]) {
      await runner.query(`ALTER TABLE registration ADD COLUMN ${column}`);
    }
    await runner.query('UPDATE registration SET books_from_day = 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const column of ['opened_digest', 'opened_at', 'books_from_day', 'state']) {
      await runner.query(`ALTER TABLE registration DROP COLUMN ${column}`);
    }
  }
}
