import type { MigrationInterface, QueryRunner } from 'typeorm';

import { portableColumns } from './portable-columns.js';

/**
 * In the tables that grow with usage, servers keep hours in three bytes and days in two. They took four, in each row
 * and again in each index. These tables are written anew for it, once. SQLite makes numbers short by itself.
 */
export class NarrowHoursAndDays1764007000000 implements MigrationInterface {
  readonly name = 'NarrowHoursAndDays1764007000000';

  async up(runner: QueryRunner): Promise<void> {
    await modify(runner, (type) => `${type} unsigned NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await modify(runner, () => 'int NOT NULL');
  }
}

const HOUR = 'mediumint';
const DAY = 'smallint';

/** Table → column → what is wide enough for it. */
const NARROWED = {
  usage_record: { reported_hour: HOUR, usage_hour: HOUR, usage_day: DAY },
  usage_day_total: { usage_day: DAY, reported_day: DAY },
  daily_aggregate: { reported_day: DAY, usage_day: DAY },
  usage_report_line: { reported_day: DAY, usage_day: DAY },
};

/** One statement for each table, and so one copy of it. A table that is as asked already is not copied again. */
async function modify(runner: QueryRunner, definition: (type: string) => string): Promise<void> {
  if (portableColumns(runner).isSqlite) return;
  for (const [table, columns] of Object.entries(NARROWED)) {
    const changes = Object.entries(columns).map(([column, type]) => `MODIFY ${column} ${definition(type)}`);
    await runner.query(`ALTER TABLE ${table} ${changes.join(', ')}`);
  }
}
