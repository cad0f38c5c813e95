import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns } from './portable-columns.js';

/** Credentials of integrations. */
export class CreateApiKey1764001001000 implements MigrationInterface {
  readonly name = 'CreateApiKey1764001001000';

  async up(runner: QueryRunner): Promise<void> {
    const { generatedId, epochMs, ascii, text, longText } = portableColumns(runner);
    await runner.createTable(
      new Table({
        name: 'api_key',
        columns: [
          generatedId(),
          ascii('key_id', 16),
          text('name', 200),
          ascii('secret_hash', 64),
          ascii('role', 16),
          longText('registrations'),
          longText('tenants'),
          longText('resellers'),
          epochMs('created_at'),
          text('created_by', 200),
          epochMs('expires_at'),
          epochMs('last_used_at'),
          epochMs('revoked_at'),
          text('revoked_by', 200, { isNullable: true }),
        ],
        indices: [{ name: 'uq_api_key_key_id', columnNames: ['key_id'], isUnique: true }],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('api_key');
  }
}
