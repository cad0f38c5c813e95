import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns, references } from './portable-columns.js';

/** What was used: sources, resources, receipts, the records themselves, and what could not be taken in. */
export class CreateUsageRecord1764000003000 implements MigrationInterface {
  readonly name = 'CreateUsageRecord1764000003000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables(runner)) await runner.createTable(table);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables(runner).reverse()) await runner.dropTable(table.name);
  }
}

function tables(runner: QueryRunner): Table[] {
  const { generatedId, integer, epochMs, ascii, text, longText, digest, quantity } = portableColumns(runner);
  const nullable = { isNullable: true };
  const primary = { isPrimary: true };
  return [
    new Table({
      name: 'usage_source',
      columns: [generatedId(), integer('registration_id'), text('name', 200)],
      indices: [{ name: 'uq_usage_source_name', columnNames: ['registration_id', 'name'], isUnique: true }],
      foreignKeys: references('usage_source', { registration_id: 'registration' }),
    }),
    new Table({
      name: 'resource',
      columns: [
        generatedId(),
        integer('stack_subscription_id'),
        digest('identity'),
        digest('uri_key'),
        text('uri', 2048),
        text('location', 128),
        longText('tags'),
        longText('additional_info'),
      ],
      indices: [
        { name: 'uq_resource_identity', columnNames: ['identity'], isUnique: true },
        { name: 'ix_resource_uri', columnNames: ['uri_key'] },
      ],
      foreignKeys: references('resource', { stack_subscription_id: 'stack_subscription' }),
    }),
    new Table({
      name: 'usage_batch',
      columns: [
        generatedId(),
        integer('registration_id'),
        epochMs('received_at'),
        text('received_by', 200),
        integer('accepted'),
        integer('duplicates'),
        integer('conflicts'),
        integer('rejected'),
      ],
      foreignKeys: references('usage_batch', { registration_id: 'registration' }),
    }),
    new Table({
      name: 'usage_record',
      columns: [
        integer('stack_subscription_id', primary),
        integer('reported_hour', primary),
        integer('usage_hour', primary),
        integer('meter_id', primary),
        integer('resource_id', primary),
        digest('identity', primary),
        integer('usage_day'),
        integer('source_id'),
        integer('batch_id'),
        text('record_id', 200, nullable),
        text('corrects', 200, nullable),
        quantity(48),
      ],
      indices: [{ name: 'uq_usage_record_identity', columnNames: ['usage_day', 'identity'], isUnique: true }],
      foreignKeys: references('usage_record', {
        stack_subscription_id: 'stack_subscription',
        meter_id: 'meter',
        resource_id: 'resource',
        source_id: 'usage_source',
        batch_id: 'usage_batch',
      }),
      withoutRowid: true,
    }),
    new Table({
      name: 'quarantined_record',
      columns: [
        generatedId(),
        integer('registration_id'),
        digest('identity'),
        ascii('verdict', 16),
        ascii('code', 40),
        text('message', 1000),
        text('source', 200, nullable),
        text('record_id', 200, nullable),
        ascii('stack_subscription_guid', 36, nullable),
        longText('raw'),
        epochMs('first_seen_at'),
        epochMs('last_seen_at'),
        integer('times_seen'),
      ],
      indices: [{ name: 'uq_quarantined_record_identity', columnNames: ['identity'], isUnique: true }],
      foreignKeys: references('quarantined_record', { registration_id: 'registration' }),
    }),
  ];
}
