import type { MigrationInterface, QueryRunner } from 'typeorm';

import { METER_CATALOG } from '../src/metering/meter-catalog.js';

/** The 85 meters that Microsoft's pages and scripts name. */
export class SeedMeters1764000002000 implements MigrationInterface {
  readonly name = 'SeedMeters1764000002000';

  async up(runner: QueryRunner): Promise<void> {
    for (const meter of METER_CATALOG) {
      await runner.query(
        `INSERT INTO meter (meter_guid, wire_id, name, unit, category, resource_provider, description, is_deprecated,
           quantity_rule, billed_by_microsoft, is_known, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0)`,
        [
          meter.meterGuid,
          meter.wireId,
          meter.name,
          meter.unit,
          meter.category,
          meter.resourceProvider,
          meter.description,
          meter.isDeprecated ? 1 : 0,
          meter.quantityRule,
          meter.billedByMicrosoft,
        ],
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM meter');
  }
}
