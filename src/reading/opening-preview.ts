import type { Scope } from '../access/scope.js';
import { count, countDistinct, expression, total } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias } from '../database/table.js';
import type { RowOf } from '../database/table.js';
import type { Sql } from '../database/transaction.js';
import { readOpening } from '../pipeline/closing/opening.js';
import type { Opening, OpeningRule } from '../pipeline/closing/opening.js';
import { usageRecordTable } from '../pipeline/ingestion/ingestion.entity.js';
import { usageDayTotalTable } from '../pipeline/rollup/rollup.entity.js';
import { destinationTable } from '../pipeline/routing/destination.entity.js';
import { getWholeRegistration } from '../registration/registration-store.js';
import { mustBeSettingUp } from '../registration/registration-state.js';
import type { Registration } from '../registration/registration.entity.js';
import { stackSubscriptionTable } from '../tenancy/tenancy.entity.js';

const d = alias(usageDayTotalTable, 'd');
const f = alias(destinationTable, 'f');
const r = alias(usageRecordTable, 'r');
const s = alias(stackSubscriptionTable, 's');

const ON_BASE = {
  stackSubscriptionId: d.stackSubscriptionId,
  tenantId: s.tenantId,
  reason: f.reason,
  days: countDistinct(d.reportedDay),
  records: total(d.records),
};

/** Usage of one stack subscription that would be closed for the base subscription, and why. */
export type OpeningFallback = Readonly<RowOf<typeof ON_BASE>>;

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

function listOnBase(sql: Sql, registrationId: number, through: number): Promise<OpeningFallback[]> {
  return select(
    sql,
    ON_BASE,
    `FROM ${d}
       JOIN ${s} ON ${s.id} = ${d.stackSubscriptionId}
       JOIN ${f} ON ${f.id} = ${d.destinationId}
      WHERE ${s.registrationId} = ? AND ${d.reportedDay} <= ? AND ${f.reason} <> 'MAPPED'
      GROUP BY ${d.stackSubscriptionId}, ${s.tenantId}, ${f.reason}
      ORDER BY ${ON_BASE.records} DESC, ${d.stackSubscriptionId}, ${f.reason} LIMIT ${ROWS_SHOWN}`,
    [registrationId, through],
  );
}

/** Rows of a stamp have no id of their own. */
function listMixed(sql: Sql, registrationId: number): Promise<MixedUsage[]> {
  const holder = expression('h.holder', r.stackSubscriptionId);
  const [records, pushed] = [expression('h.records', count()), expression('h.pushed', count())];
  const pulled = expression(`${records} - ${pushed}`, count());
  return select(
    sql,
    { stackSubscriptionId: holder, hours: count(), pushedRecords: total(pushed), pulledRecords: total(pulled) },
    `FROM (SELECT ${r.stackSubscriptionId} AS holder, ${count()} AS records, ${count(r.recordId)} AS pushed
             FROM ${r} JOIN ${s} ON ${s.id} = ${r.stackSubscriptionId}
            WHERE ${s.registrationId} = ?
            GROUP BY ${r.stackSubscriptionId}, ${r.usageHour}) h
      WHERE ${pushed} > 0 AND ${pushed} < ${records}
      GROUP BY ${holder} ORDER BY ${count()} DESC, ${holder} LIMIT ${ROWS_SHOWN}`,
    [registrationId],
  );
}
