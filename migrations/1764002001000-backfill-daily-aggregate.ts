import type { MigrationInterface, QueryRunner } from 'typeorm';

import type { DailyAggregate } from '../src/pipeline/closing/daily-aggregate.entity.js';
import { NO_CHECKSUM, beginDayChecksum } from '../src/pipeline/closing/day-checksum.js';
import { dayParts } from '../src/pipeline/routing/day-parts.js';
import type { DayPart } from '../src/pipeline/routing/day-parts.js';
import type { MappingStep, RoutingTable } from '../src/pipeline/routing/destination.js';

/** Freezes the days that were closed before there was anything to freeze them into, and seals them in order. */
export class BackfillDailyAggregate1764002001000 implements MigrationInterface {
  readonly name = 'BackfillDailyAggregate1764002001000';

  async up(runner: QueryRunner): Promise<void> {
    const days = await ask<Day>(
      runner,
      `SELECT c.registration_id AS registrationId, c.reported_day AS reportedDay, c.routing_version AS version,
              g.cloud_id AS cloudId
         FROM closed_day c JOIN registration g ON g.id = c.registration_id
        ORDER BY c.registration_id, c.reported_day`,
    );
    const last = new Map<number, string>();
    for (const day of days) {
      const previousChecksum = last.get(day.registrationId) ?? NO_CHECKSUM;
      await freeze(runner, day);
      last.set(day.registrationId, await seal(runner, day, previousChecksum));
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM day_seal');
    await runner.query('DELETE FROM daily_aggregate');
  }
}

interface Day {
  readonly registrationId: number;
  readonly reportedDay: number;
  readonly version: number;
  readonly cloudId: string;
}

const ROWS_PER_PAGE = 5_000;

async function ask<Row>(runner: QueryRunner, statement: string, values: readonly unknown[] = []): Promise<Row[]> {
  return (await runner.query(statement, [...values])) as Row[];
}

async function freeze(runner: QueryRunner, day: Day): Promise<void> {
  const table = await routingAt(runner, day);
  for (const { id, firstDay, lastDay } of await subscriptionsOf(runner, day)) {
    for (const part of dayParts(table, id)) {
      if (part.from >= (lastDay + 1) * 24 || part.to <= firstDay * 24) continue;
      await freezePart(runner, { ...day, stackSubscriptionId: id, part });
    }
  }
}

function subscriptionsOf(runner: QueryRunner, day: Day) {
  return ask<{ id: number; firstDay: number; lastDay: number }>(
    runner,
    `SELECT d.stack_subscription_id AS id, MIN(d.usage_day) AS firstDay, MAX(d.usage_day) AS lastDay
       FROM usage_day_total d JOIN stack_subscription s ON s.id = d.stack_subscription_id
      WHERE s.registration_id = ? AND d.reported_day = ?
      GROUP BY d.stack_subscription_id ORDER BY d.stack_subscription_id`,
    [day.registrationId, day.reportedDay],
  );
}

async function freezePart(
  runner: QueryRunner,
  { stackSubscriptionId, reportedDay, part }: Day & { readonly stackSubscriptionId: number; readonly part: DayPart },
): Promise<void> {
  const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
  const sum = isSqlite ? 'decimal_sum(r.quantity)' : 'SUM(r.quantity)';
  const onDuplicate = isSqlite
    ? `ON CONFLICT (stack_subscription_id, reported_day, usage_day, meter_id, resource_id, part) DO UPDATE SET
         quantity = decimal_add(daily_aggregate.quantity, excluded.quantity),
         records = daily_aggregate.records + excluded.records`
    : `ON DUPLICATE KEY UPDATE daily_aggregate.quantity = daily_aggregate.quantity + VALUES(quantity),
         daily_aggregate.records = daily_aggregate.records + VALUES(records)`;
  await runner.query(
    `INSERT INTO daily_aggregate (stack_subscription_id, reported_day, usage_day, meter_id, resource_id, part,
       destination_id, quantity, records)
     SELECT r.stack_subscription_id, ${reportedDay}, r.usage_day, r.meter_id, r.resource_id, ${part.part},
            ${part.destinationId}, ${sum}, COUNT(*)
       FROM usage_record r
      WHERE r.stack_subscription_id = ? AND r.reported_hour >= ? AND r.reported_hour < ?
        AND r.usage_hour >= ? AND r.usage_hour < ?
      GROUP BY r.stack_subscription_id, r.usage_day, r.meter_id, r.resource_id
     ${onDuplicate}`,
    [stackSubscriptionId, reportedDay * 24, (reportedDay + 1) * 24, part.from, part.to],
  );
}

async function seal(runner: QueryRunner, day: Day, previousChecksum: string): Promise<string> {
  const checksum = beginDayChecksum({ ...day, routingVersion: day.version, previousChecksum });
  for (const { id } of await subscriptionsOf(runner, day)) {
    for (let offset = 0; ; offset += ROWS_PER_PAGE) {
      const rows = await ask<DailyAggregate>(
        runner,
        `SELECT stack_subscription_id AS stackSubscriptionId, reported_day AS reportedDay, usage_day AS usageDay,
                meter_id AS meterId, resource_id AS resourceId, part, destination_id AS destinationId, quantity,
                records
           FROM daily_aggregate WHERE stack_subscription_id = ? AND reported_day = ?
          ORDER BY usage_day, meter_id, resource_id, part LIMIT ${ROWS_PER_PAGE} OFFSET ${offset}`,
        [id, day.reportedDay],
      );
      checksum.add(rows);
      if (rows.length < ROWS_PER_PAGE) break;
    }
  }
  const sealed = checksum.end();
  await runner.query(
    `INSERT INTO day_seal (registration_id, reported_day, previous_checksum, checksum, aggregates, records)
     VALUES (?, ?, ?, ?, ?, ?)`,
    [day.registrationId, day.reportedDay, previousChecksum, sealed.checksum, sealed.aggregates, sealed.records],
  );
  return sealed.checksum;
}

/** Who was billed where at the version that closed the day. */
async function routingAt(runner: QueryRunner, { registrationId, version }: Day): Promise<RoutingTable> {
  const holds = (alias: string) =>
    `${alias}.created_version <= ${version} AND (${alias}.superseded_version = 0 OR ${alias}.superseded_version > ${version})`;
  const fallbacks = await ask<{ id: number; reason: string }>(
    runner,
    'SELECT id, reason FROM destination WHERE registration_id = ? AND mapping_key = 0',
    [registrationId],
  );
  const assignments = await ask<{ id: number; tenantId: number }>(
    runner,
    `SELECT a.stack_subscription_id AS id, a.tenant_id AS tenantId
       FROM stack_subscription_assignment a JOIN stack_subscription s ON s.id = a.stack_subscription_id
      WHERE s.registration_id = ? AND ${holds('a')}`,
    [registrationId],
  );
  const steps = await ask<MappingStep & { tenantId: number }>(
    runner,
    `SELECT m.tenant_id AS tenantId, m.id AS mappingId, m.effective_from AS effectiveFrom,
            m.csp_subscription_id AS cspSubscriptionId, d.id AS destinationId
       FROM tenant_mapping m JOIN tenant t ON t.id = m.tenant_id
       LEFT JOIN destination d ON d.tenant_mapping_id = m.id
      WHERE t.registration_id = ? AND ${holds('m')} ORDER BY m.tenant_id, m.effective_from`,
    [registrationId],
  );
  const stepsOf = new Map<number, MappingStep[]>();
  for (const { tenantId, ...step } of steps) stepsOf.set(tenantId, [...(stepsOf.get(tenantId) ?? []), step]);
  const fallback = (wanted: string) => fallbacks.find(({ reason }) => reason === wanted)?.id ?? 0;
  return {
    registrationId,
    version,
    tenantNotMapped: fallback('TENANT_NOT_MAPPED'),
    tenantUnknown: fallback('TENANT_UNKNOWN'),
    tenantOf: new Map(assignments.map(({ id, tenantId }) => [id, tenantId])),
    stepsOf,
  };
}
