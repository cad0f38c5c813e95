import { Table } from 'typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns, references } from './portable-columns.js';

/** Who is who: registrations, resellers, tenants, subscriptions, and the history of what belonged to whom. */
export class CreateIdentities1764000000000 implements MigrationInterface {
  readonly name = 'CreateIdentities1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables(runner)) await runner.createTable(table);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of tables(runner).reverse()) await runner.dropTable(table.name);
  }
}

function tables(runner: QueryRunner): Table[] {
  const { generatedId, integer, epochMs, flag, ascii, text } = portableColumns(runner);
  const nullable = { isNullable: true };
  return [
    new Table({
      name: 'registration',
      columns: [
        generatedId(),
        text('name', 90),
        text('name_key', 90),
        ascii('cloud_id', 64),
        ascii('base_subscription_guid', 36),
        ascii('base_offer', 24),
        text('resource_group', 90),
        ascii('billing_model', 24),
        ascii('partner_id', 64, nullable),
        flag('is_multitenancy_approved'),
        flag('is_usage_reporting_enabled'),
        text('agreement_number', 64, nullable),
        text('ms_asset_tag', 64, nullable),
        integer('closed_before_day'),
        integer('routing_version'),
        epochMs('created_at'),
        text('created_by', 200),
      ],
      indices: [
        { name: 'uq_registration_name', columnNames: ['name_key'], isUnique: true },
        { name: 'uq_registration_cloud', columnNames: ['cloud_id'], isUnique: true },
      ],
    }),
    new Table({
      name: 'reseller',
      columns: [
        generatedId(),
        text('name', 200),
        text('name_key', 200),
        ascii('partner_id', 64, nullable),
        epochMs('created_at'),
        text('created_by', 200),
      ],
      indices: [{ name: 'uq_reseller_name', columnNames: ['name_key'], isUnique: true }],
    }),
    new Table({
      name: 'tenant',
      columns: [
        generatedId(),
        integer('registration_id'),
        ascii('tenant_guid', 36),
        text('name', 200),
        integer('reseller_id', nullable),
        epochMs('created_at'),
        text('created_by', 200),
      ],
      indices: [{ name: 'uq_tenant_guid', columnNames: ['registration_id', 'tenant_guid'], isUnique: true }],
      foreignKeys: references('tenant', { registration_id: 'registration', reseller_id: 'reseller' }),
    }),
    new Table({
      name: 'csp_subscription',
      columns: [
        generatedId(),
        integer('registration_id'),
        integer('tenant_id'),
        ascii('csp_subscription_guid', 36),
        text('name', 200),
        ascii('offer', 24),
        ascii('partner_id', 64),
        epochMs('created_at'),
        text('created_by', 200),
      ],
      indices: [
        {
          name: 'uq_csp_subscription_guid',
          columnNames: ['registration_id', 'csp_subscription_guid'],
          isUnique: true,
        },
      ],
      foreignKeys: references('csp_subscription', { registration_id: 'registration', tenant_id: 'tenant' }),
    }),
    new Table({
      name: 'stack_subscription',
      columns: [
        generatedId(),
        integer('registration_id'),
        ascii('stack_subscription_guid', 36),
        integer('tenant_id', nullable),
        text('name', 200, nullable),
        epochMs('first_seen_at'),
      ],
      indices: [
        {
          name: 'uq_stack_subscription_guid',
          columnNames: ['registration_id', 'stack_subscription_guid'],
          isUnique: true,
        },
      ],
      foreignKeys: references('stack_subscription', { registration_id: 'registration', tenant_id: 'tenant' }),
    }),
    new Table({
      name: 'stack_subscription_assignment',
      columns: [
        generatedId(),
        integer('stack_subscription_id'),
        integer('tenant_id'),
        integer('created_version'),
        integer('superseded_version'),
        epochMs('assigned_at'),
        text('assigned_by', 200),
      ],
      indices: [
        {
          name: 'uq_assignment_in_force',
          columnNames: ['stack_subscription_id', 'superseded_version'],
          isUnique: true,
        },
      ],
      foreignKeys: references('stack_subscription_assignment', {
        stack_subscription_id: 'stack_subscription',
        tenant_id: 'tenant',
      }),
    }),
    new Table({
      name: 'tenant_mapping',
      columns: [
        generatedId(),
        integer('tenant_id'),
        integer('csp_subscription_id', nullable),
        integer('effective_from'),
        integer('created_version'),
        integer('superseded_version'),
        epochMs('created_at'),
        text('created_by', 200),
      ],
      indices: [
        {
          name: 'uq_mapping_in_force',
          columnNames: ['tenant_id', 'effective_from', 'superseded_version'],
          isUnique: true,
        },
      ],
      foreignKeys: references('tenant_mapping', { tenant_id: 'tenant', csp_subscription_id: 'csp_subscription' }),
    }),
  ];
}
