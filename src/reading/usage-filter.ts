import { among, inScope } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { literal } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias, leftJoined } from '../database/table.js';
import type { Column, RowOf } from '../database/table.js';
import type { Sql, SqlValue } from '../database/transaction.js';
import { uriKey } from '../pipeline/ingestion/dictionary.js';
import { resourceTable, usageRecordTable } from '../pipeline/ingestion/ingestion.entity.js';
import { usageDayTotalTable } from '../pipeline/rollup/rollup.entity.js';
import { destinationTable } from '../pipeline/routing/destination.entity.js';
import type { RoutingReason } from '../pipeline/routing/destination.js';
import { firstHourOf } from '../primitives/windows.js';
import type { Hour } from '../primitives/windows.js';
import { registrationTable } from '../registration/registration.entity.js';
import { stackSubscriptionTable, tenantMappingTable, tenantTable } from '../tenancy/tenancy.entity.js';

const d = alias(usageDayTotalTable, 'd');
const g = alias(registrationTable, 'g');
const r = alias(usageRecordTable, 'r');
const s = alias(stackSubscriptionTable, 's');
const t = leftJoined(tenantTable, 't');

/** Which of the two times a range is about. Never substituted for each other. */
export const CLOCKS = ['REPORTED', 'USAGE'] as const;
export type UsageClock = (typeof CLOCKS)[number];

/** What usage a question is about. Fields that are left out do not narrow; an empty list finds nothing. */
export interface UsageFilter {
  readonly registrationIds?: readonly number[];
  readonly tenantIds?: readonly number[];
  readonly isTenantUnknown?: boolean;
  readonly resellerIds?: readonly number[];
  readonly stackSubscriptionIds?: readonly number[];
  readonly meterIds?: readonly number[];
  readonly resourceIds?: readonly number[];
  /** Compared without case. */
  readonly resourceUri?: string;
  readonly location?: string;
  /** Row ids of CSP subscriptions on which the usage is billed. */
  readonly cspSubscriptionIds?: readonly number[];
  readonly reasons?: readonly RoutingReason[];
}

const READABLE_SUBSCRIPTION = {
  id: s.id,
  registrationId: s.registrationId,
  /** Null while nobody has said whose it is. */
  tenantId: s.tenantId,
  closedBeforeDay: g.closedBeforeDay,
  routingVersion: g.routingVersion,
};
/** A stack subscription whose usage is in scope, with what decides how its rows are routed. */
export type ReadableSubscription = Readonly<RowOf<typeof READABLE_SUBSCRIPTION>>;

/** Whether every reported window before this hour is closed, for all of them: what it holds never changes then. */
export function areClosed(subscriptions: readonly ReadableSubscription[], before: Hour): boolean {
  return subscriptions.every(({ closedBeforeDay }) => firstHourOf(closedBeforeDay) >= before);
}

/** More than a question may touch at once; what lies beyond is reached by paging, see `afterAllOf`. */
const SUBSCRIPTIONS_MAX = 20_000;
/** Later than any hour or day of usage. */
const NEVER = 2 ** 31 - 1;

/** The conditions on a stack subscription `s` with its tenant `t`. */
export function subscriptionConditions(scope: Scope, filter: UsageFilter): string {
  const unknown = filter.isTenantUnknown;
  return [
    inScope(scope, { registration: s.registrationId, tenant: s.tenantId }),
    ...narrowed(s.registrationId, filter.registrationIds),
    ...narrowed(s.tenantId, filter.tenantIds),
    ...narrowed(s.id, filter.stackSubscriptionIds),
    ...narrowed(t.resellerId, filter.resellerIds),
    ...(unknown === undefined ? [] : [`${s.tenantId} IS ${unknown ? '' : 'NOT '}NULL`]),
  ].join(' AND ');
}

/** The stack subscriptions that a question may read, from one row id on, in the order in which usage is paged. */
export function listReadableSubscriptions(
  sql: Sql,
  scope: Scope,
  filter: UsageFilter,
  fromId: number,
): Promise<ReadableSubscription[]> {
  return select(
    sql,
    READABLE_SUBSCRIPTION,
    `FROM ${s}
       JOIN ${g} ON ${g.id} = ${s.registrationId}
       LEFT JOIN ${t} ON ${t.id} = ${s.tenantId}
      WHERE ${s.id} >= ? AND ${subscriptionConditions(scope, filter)}
      ORDER BY ${s.id} LIMIT ${SUBSCRIPTIONS_MAX}`,
    [fromId],
  );
}

/** Where to go on after all rows of these; null when there are no more subscriptions than these. */
export function afterAllOf(subscriptions: readonly ReadableSubscription[]): UsageKey | null {
  const last = subscriptions.at(-1);
  return last === undefined || subscriptions.length < SUBSCRIPTIONS_MAX ? null : [last.id, NEVER, 0, 0, 0, 0];
}

/** Conditions on a day total `d`: its meters, and its destinations as the totals carry them. */
export function totalConditions(filter: UsageFilter): string[] {
  return [...narrowed(d.meterId, filter.meterIds), ...destinationConditions(filter, d.destinationId)];
}

/** Conditions on the row id of a destination. */
export function destinationConditions(
  { cspSubscriptionIds, reasons }: UsageFilter,
  destinationId: Column<number>,
): string[] {
  const e = alias(destinationTable, 'e');
  const m = leftJoined(tenantMappingTable, 'm');
  const quoted = reasons?.map((reason) => `'${reason}'`).join(', ');
  const conditions = [
    ...(quoted === undefined ? [] : [quoted === '' ? '1 = 0' : `${e.reason} IN (${quoted})`]),
    ...narrowed(m.cspSubscriptionId, cspSubscriptionIds),
  ];
  if (conditions.length === 0) return [];
  return [
    `${destinationId} IN (SELECT ${e.id} FROM ${e} LEFT JOIN ${m} ON ${m.id} = ${e.tenantMappingId}
       WHERE ${conditions.join(' AND ')})`,
  ];
}

/** Whether the destination must be known before a row can be kept or dropped. */
export function filtersDestination(filter: UsageFilter): boolean {
  return filter.cspSubscriptionIds !== undefined || filter.reasons !== undefined;
}

/** Conditions on a usage record `r` that the totals cannot answer. */
export function recordConditions(filter: UsageFilter): {
  readonly conditions: readonly string[];
  readonly values: readonly SqlValue[];
} {
  const o = resourceTable;
  const conditions = [...narrowed(r.meterId, filter.meterIds), ...narrowed(r.resourceId, filter.resourceIds)];
  const values: SqlValue[] = [];
  if (filter.resourceUri !== undefined) {
    conditions.push(`${r.resourceId} IN (SELECT ${o.id} FROM ${o} WHERE ${o.uriKey} = ?)`);
    values.push(uriKey(filter.resourceUri));
  }
  if (filter.location !== undefined) {
    conditions.push(`${r.resourceId} IN (SELECT ${o.id} FROM ${o} WHERE ${o.location} = ?)`);
    values.push(filter.location);
  }
  return { conditions, values };
}

/**
 * "After this row", for rows ordered by these columns: the expanded form, which every server answers by seeking in an
 * index; the shorter row-value form makes MariaDB read everything before. With '>=' it is "from this row on".
 */
export function afterKey(columns: readonly Column[], key: readonly number[], compares: '>' | '>=' = '>'): string {
  const whole = key.map(literal);
  let condition = `${columns.at(-1)} ${compares} ${whole.at(-1)}`;
  for (let index = columns.length - 2; index >= 0; index -= 1) {
    const column = columns[index];
    const value = whole[index];
    condition = `${column} >= ${value} AND (${column} > ${value} OR (${condition}))`;
  }
  return `(${condition})`;
}

/** What a page of usage starts after: the sort key of its last row. */
export type UsageKey = readonly number[];

/** Hours [from, to) by one of the two clocks. */
export interface UsageRange {
  readonly clock: UsageClock;
  readonly from: Hour;
  readonly to: Hour;
}

function narrowed(column: Column<number | null>, ids: readonly number[] | undefined): string[] {
  return ids === undefined ? [] : [among(column, ids)];
}
