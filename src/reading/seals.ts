import { among } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import type { Sql } from '../database/transaction.js';
import type { DaySeal } from '../pipeline/closing/daily-aggregate.entity.js';
import { SEAL_COLUMNS, listDaySubscriptions, readDailyAggregates } from '../pipeline/closing/daily-aggregate-store.js';
import { NO_CHECKSUM, beginDayChecksum } from '../pipeline/closing/day-checksum.js';
import { dayText } from '../primitives/windows.js';
import type { Day } from '../primitives/windows.js';

interface SealedDay extends DaySeal {
  readonly cloudId: string;
  readonly routingVersion: number;
}

/**
 * Computes the checksum of every closed day anew and compares it, and its link to the day before, with the seal.
 * Answers a line for each day that is not as it was closed. A seal is over all customers of a registration, so a caller
 * who sees only some tenants finds nothing to check.
 */
export async function checkSeals(
  sql: Sql,
  scope: Scope,
): Promise<{ readonly days: number; readonly differences: readonly string[] }> {
  const differences: string[] = [];
  const last = new Map<number, string>();
  const days = scope.tenantIds === 'all' ? await listSealedDays(sql, scope) : [];
  for (const day of days) {
    const previousChecksum = last.get(day.registrationId) ?? NO_CHECKSUM;
    const name = `${day.registrationId}/${dayText(day.reportedDay)}`;
    if (day.previousChecksum !== previousChecksum) differences.push(`${name}: does not continue the day before`);
    if (day.checksum !== (await checksumOf(sql, day))) differences.push(`${name}: is not as it was closed`);
    last.set(day.registrationId, day.checksum);
  }
  return { days: days.length, differences };
}

/** What proves the closed days of a registration up to its last one before a day; no checksum where it has no seal. */
export interface LastSeal {
  readonly registrationId: number;
  readonly checksum: string | null;
  /** A day that was closed anew, in books that were restored, has another moment. */
  readonly closedAt: number;
}

/** The seal of the last closed day with usage before one, of each of these registrations that has such a day. */
export async function listLastSeals(
  sql: Sql,
  scope: Scope,
  registrationIds: readonly number[],
  before: Day,
): Promise<LastSeal[]> {
  const rows = await sql.query<LastSeal>(
    `SELECT c.registration_id AS registrationId, p.checksum, c.closed_at AS closedAt
       FROM closed_day c
       LEFT JOIN day_seal p ON p.registration_id = c.registration_id AND p.reported_day = c.reported_day
      WHERE ${among('c.registration_id', scope.registrationIds)} AND ${among('c.registration_id', registrationIds)}
        AND c.reported_day = (SELECT MAX(x.reported_day) FROM closed_day x
                               WHERE x.registration_id = c.registration_id AND x.reported_day < ?)
      ORDER BY c.registration_id`,
    [before],
  );
  return rows.map((row) => ({ ...row, closedAt: Number(row.closedAt) }));
}

async function checksumOf(sql: Sql, day: SealedDay): Promise<string> {
  const checksum = beginDayChecksum(day);
  const subscriptions = await listDaySubscriptions(sql, day);
  for await (const rows of readDailyAggregates(sql, day.reportedDay, subscriptions)) checksum.add(rows);
  return checksum.end().checksum;
}

function listSealedDays(sql: Sql, scope: Scope): Promise<SealedDay[]> {
  return sql.query<SealedDay>(
    `SELECT ${SEAL_COLUMNS}, g.cloud_id AS cloudId, c.routing_version AS routingVersion
       FROM closed_day c
       JOIN registration g ON g.id = c.registration_id
       JOIN day_seal p ON p.registration_id = c.registration_id AND p.reported_day = c.reported_day
      WHERE ${among('c.registration_id', scope.registrationIds)}
      ORDER BY c.registration_id, c.reported_day`,
  );
}
