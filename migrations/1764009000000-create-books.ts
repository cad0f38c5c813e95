import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns } from './portable-columns.js';

/** The stamps that `usage-gateway demo` of 0.1.0 made, by name and cloud id. */
const DEMO_STAMPS: ReadonlyMap<string, string> = new Map([
  ['contoso-hub', '50c07d11-6d06-4e62-8387-cd740fc5c300'],
  ['fabrikam-edge', 'a8c8c80a-412a-4821-9e6b-e9a326aab0b4'],
]);

/**
 * What the books are, and which release wrote them. The demo of 0.1.0 loaded itself into any books; what it made is
 * recognized by its stamps. Books that hold others beside them are MIXED: which of them count, a person must say.
 */
export class CreateBooks1764009000000 implements MigrationInterface {
  readonly name = 'CreateBooks1764009000000';

  async up(runner: QueryRunner): Promise<void> {
    const { integer, ascii } = portableColumns(runner);
    await runner.createTable(
      new Table({
        name: 'books',
        columns: [integer('id', { isPrimary: true }), ascii('kind', 8), ascii('written_by', 32)],
      }),
    );
    const stamps = (await runner.query('SELECT name_key AS name, cloud_id AS cloudId FROM registration')) as {
      readonly name: string;
      readonly cloudId: string;
    }[];
    const made = stamps.filter(({ name, cloudId }) => DEMO_STAMPS.get(name) === cloudId);
    const kind = made.length === 0 ? 'LIVE' : made.length === stamps.length ? 'DEMO' : 'MIXED';
    await runner.query(`INSERT INTO books (id, kind, written_by) VALUES (1, '${kind}', '0.1.0')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('books');
  }
}
