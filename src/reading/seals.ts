import { among } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { select } from '../database/select.js';
import { alias, leftJoined } from '../database/table.js';
import type { RowOf } from '../database/table.js';
import type { Sql } from '../database/transaction.js';
import { daySealTable } from '../pipeline/closing/daily-aggregate.entity.js';
import { listDaySubscriptions, readDailyAggregates } from '../pipeline/closing/daily-aggregate-store.js';
import { NO_CHECKSUM, beginDayChecksum } from '../pipeline/closing/day-checksum.js';
import { dayText } from '../primitives/windows.js';
import type { Day } from '../primitives/windows.js';
import { closedDayTable } from '../registration/closed-day.entity.js';
import { registrationTable } from '../registration/registration.entity.js';

const c = alias(closedDayTable, 'c');
const g = alias(registrationTable, 'g');
const p = alias(daySealTable, 'p');

const SEALED_DAY = { ...p, cloudId: g.cloudId, routingVersion: c.routingVersion };
type SealedDay = Readonly<RowOf<typeof SEALED_DAY>>;

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

const seal = leftJoined(daySealTable, 'p');
const LAST_SEAL = {
  registrationId: c.registrationId,
  checksum: seal.checksum,
  /** A day that was closed anew, in books that were restored, has another moment. */
  closedAt: c.closedAt,
};
/** What proves the closed days of a registration up to its last one before a day; no checksum where it has no seal. */
export type LastSeal = Readonly<RowOf<typeof LAST_SEAL>>;

/** The seal of the last closed day with usage before one, of each of these registrations that has such a day. */
export async function listLastSeals(
  sql: Sql,
  scope: Scope,
  registrationIds: readonly number[],
  before: Day,
): Promise<LastSeal[]> {
  const x = alias(closedDayTable, 'x');
  const { registrationId, reportedDay } = c;
  return select(
    sql,
    LAST_SEAL,
    `FROM ${c}
       LEFT JOIN ${seal} ON ${seal.registrationId} = ${registrationId} AND ${seal.reportedDay} = ${reportedDay}
      WHERE ${among(registrationId, scope.registrationIds)} AND ${among(registrationId, registrationIds)}
        AND ${reportedDay} = (SELECT MAX(${x.reportedDay}) FROM ${x}
                               WHERE ${x.registrationId} = ${registrationId} AND ${x.reportedDay} < ?)
      ORDER BY ${registrationId}`,
    [before],
  );
}

async function checksumOf(sql: Sql, day: SealedDay): Promise<string> {
  const checksum = beginDayChecksum(day);
  const subscriptions = await listDaySubscriptions(sql, day);
  for await (const rows of readDailyAggregates(sql, day.reportedDay, subscriptions)) checksum.add(rows);
  return checksum.end().checksum;
}

function listSealedDays(sql: Sql, scope: Scope): Promise<SealedDay[]> {
  return select(
    sql,
    SEALED_DAY,
    `FROM ${c}
       JOIN ${g} ON ${g.id} = ${c.registrationId}
       JOIN ${p} ON ${p.registrationId} = ${c.registrationId} AND ${p.reportedDay} = ${c.reportedDay}
      WHERE ${among(c.registrationId, scope.registrationIds)}
      ORDER BY ${c.registrationId}, ${c.reportedDay}`,
  );
}
