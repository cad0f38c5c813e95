import { TableIndex } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is found by its action or by who did it; each index ends in the order in which entries are listed. */
const INDICES = { ix_audit_entry_action: 'action', ix_audit_entry_subject: 'subject' };

/** Entries of a rare action were found by reading the whole audit log. */
export class IndexAuditEntry1764005001000 implements MigrationInterface {
  readonly name = 'IndexAuditEntry1764005001000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, column] of Object.entries(INDICES)) {
      await runner.createIndex('audit_entry', new TableIndex({ name, columnNames: [column, 'sequence'] }));
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(INDICES)) await runner.dropIndex('audit_entry', name);
  }
}
