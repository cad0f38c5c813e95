import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns } from './portable-columns.js';

/** Who changed what: the audit log with the end of its chain, and the answers of changes that are wanted once. */
export class CreateAudit1764001000000 implements MigrationInterface {
  readonly name = 'CreateAudit1764001000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables(runner)) await runner.createTable(table);
    await runner.query(`INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, '${'0'.repeat(64)}')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables(runner).reverse()) await runner.dropTable(table.name);
  }
}

function tables(runner: QueryRunner): Table[] {
  const { integer, epochMs, ascii, text, longText } = portableColumns(runner);
  const nullable = { isNullable: true };
  return [
    new Table({
      name: 'audit_entry',
      columns: [
        integer('sequence', { isPrimary: true }),
        epochMs('at'),
        ascii('action', 60),
        ascii('outcome', 12),
        ascii('code', 60, nullable),
        text('subject', 200),
        ascii('role', 16, nullable),
        ascii('credential', 16),
        text('request_id', 100, nullable),
        integer('registration_id', nullable),
        integer('tenant_id', nullable),
        text('target', 400),
        { ...longText('before_json'), ...nullable },
        { ...longText('after_json'), ...nullable },
        ascii('previous_hash', 64),
        ascii('hash', 64),
      ],
      indices: [{ name: 'ix_audit_entry_registration', columnNames: ['registration_id', 'sequence'] }],
    }),
    new Table({
      name: 'audit_head',
      columns: [integer('id', { isPrimary: true }), integer('sequence'), ascii('hash', 64)],
    }),
    new Table({
      name: 'idempotent_answer',
      columns: [
        ascii('request_hash', 64, { isPrimary: true }),
        ascii('input_hash', 64),
        longText('answer'),
        epochMs('expires_at'),
      ],
      indices: [{ name: 'ix_idempotent_answer_expiry', columnNames: ['expires_at'] }],
    }),
  ];
}
