import type { Scope } from '../access/scope.js';
import type { Sql } from '../database/transaction.js';
import { readOpening } from '../pipeline/closing/opening.js';
import type { Opening, OpeningRule } from '../pipeline/closing/opening.js';
import type { RoutingReason } from '../pipeline/routing/destination.js';
import { getWholeRegistration } from '../registration/registration-store.js';
import { mustBeSettingUp } from '../registration/registration-state.js';
import type { Registration } from '../registration/registration.entity.js';

/** Usage of one stack subscription that would be closed for the base subscription, and why. */
export interface OpeningFallback {
  readonly stackSubscriptionId: number;
  readonly tenantId: number | null;
  readonly reason: RoutingReason;
  readonly days: number;
  readonly records: number;
}

/**
 * A stack subscription with usage hours of which records were pushed and others pulled: likely the same usage twice.
 */
export interface MixedUsage {
  readonly stackSubscriptionId: number;
  readonly hours: number;
  readonly pushedRecords: number;
  readonly pulledRecords: number;
}

/** What opening a registration's books would close for good, and what of it is likely not meant. */
export interface OpeningPreview extends Opening {
  readonly registration: Registration;
  /** The most records first; as many as are shown. */
  readonly onBase: readonly OpeningFallback[];
  /** The most hours first; as many as are shown. */
  readonly mixed: readonly MixedUsage[];
}

const ROWS_SHOWN = 200;

/** Reads all of a registration's records once. Throws RegistrationNotFound, and BOOKS_ARE_OPEN where they are. */
export async function previewOpenBooks(
  sql: Sql,
  scope: Scope,
  name: string,
  rule: OpeningRule,
): Promise<OpeningPreview> {
  const registration = await getWholeRegistration(sql, scope, name);
  mustBeSettingUp(registration);
  const opening = await readOpening(sql, registration, rule);
  return {
    ...opening,
    registration,
    onBase: opening.through === null ? [] : await listOnBase(sql, registration.id, opening.through),
    mixed: await listMixed(sql, registration.id),
  };
}

async function listOnBase(sql: Sql, registrationId: number, through: number): Promise<OpeningFallback[]> {
  const rows = await sql.query<OpeningFallback>(
    `SELECT d.stack_subscription_id AS stackSubscriptionId, s.tenant_id AS tenantId, f.reason,
            COUNT(DISTINCT d.reported_day) AS days, SUM(d.records) AS records
       FROM usage_day_total d
       JOIN stack_subscription s ON s.id = d.stack_subscription_id
       JOIN destination f ON f.id = d.destination_id
      WHERE s.registration_id = ? AND d.reported_day <= ? AND f.reason <> 'MAPPED'
      GROUP BY d.stack_subscription_id, s.tenant_id, f.reason
      ORDER BY records DESC, d.stack_subscription_id, f.reason LIMIT ${ROWS_SHOWN}`,
    [registrationId, through],
  );
  return rows.map((row) => ({ ...row, days: Number(row.days), records: Number(row.records) }));
}

/** Rows of a stamp have no id of their own. */
async function listMixed(sql: Sql, registrationId: number): Promise<MixedUsage[]> {
  const rows = await sql.query<MixedUsage>(
    `SELECT h.stack_subscription_id AS stackSubscriptionId, COUNT(*) AS hours,
            SUM(h.pushed) AS pushedRecords, SUM(h.records - h.pushed) AS pulledRecords
       FROM (SELECT r.stack_subscription_id, r.usage_hour, COUNT(*) AS records, COUNT(r.record_id) AS pushed
               FROM usage_record r JOIN stack_subscription s ON s.id = r.stack_subscription_id
              WHERE s.registration_id = ?
              GROUP BY r.stack_subscription_id, r.usage_hour) h
      WHERE h.pushed > 0 AND h.pushed < h.records
      GROUP BY h.stack_subscription_id
      ORDER BY hours DESC, h.stack_subscription_id LIMIT ${ROWS_SHOWN}`,
    [registrationId],
  );
  return rows.map((row) => ({
    stackSubscriptionId: row.stackSubscriptionId,
    hours: Number(row.hours),
    pushedRecords: Number(row.pushedRecords),
    pulledRecords: Number(row.pulledRecords),
  }));
}
