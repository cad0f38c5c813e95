import { among, inScope } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import type { Sql, SqlValue } from '../database/transaction.js';
import { uriKey } from '../pipeline/ingestion/dictionary.js';
import type { RoutingReason } from '../pipeline/routing/destination.js';
import { firstHourOf } from '../primitives/windows.js';
import type { Day, Hour } from '../primitives/windows.js';

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

/** A stack subscription whose usage is in scope, with what decides how its rows are routed. */
export interface ReadableSubscription {
  readonly id: number;
  readonly registrationId: number;
  /** Null while nobody has said whose it is. */
  readonly tenantId: number | null;
  readonly closedBeforeDay: Day;
  readonly routingVersion: number;
}

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
    inScope(scope, { registration: 's.registration_id', tenant: 's.tenant_id' }),
    ...narrowed('s.registration_id', filter.registrationIds),
    ...narrowed('s.tenant_id', filter.tenantIds),
    ...narrowed('s.id', filter.stackSubscriptionIds),
    ...narrowed('t.reseller_id', filter.resellerIds),
    ...(unknown === undefined ? [] : [`s.tenant_id IS ${unknown ? '' : 'NOT '}NULL`]),
  ].join(' AND ');
}

/** The stack subscriptions that a question may read, from one row id on, in the order in which usage is paged. */
export function listReadableSubscriptions(
  sql: Sql,
  scope: Scope,
  filter: UsageFilter,
  fromId: number,
): Promise<ReadableSubscription[]> {
  return sql.query<ReadableSubscription>(
    `SELECT s.id, s.registration_id AS registrationId, s.tenant_id AS tenantId,
            g.closed_before_day AS closedBeforeDay, g.routing_version AS routingVersion
       FROM stack_subscription s
       JOIN registration g ON g.id = s.registration_id
       LEFT JOIN tenant t ON t.id = s.tenant_id
      WHERE s.id >= ? AND ${subscriptionConditions(scope, filter)}
      ORDER BY s.id LIMIT ${SUBSCRIPTIONS_MAX}`,
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
  const { cspSubscriptionIds, reasons } = filter;
  const quoted = reasons?.map((reason) => `'${reason}'`).join(', ');
  const destinations = [
    ...(quoted === undefined ? [] : [quoted === '' ? '1 = 0' : `e.reason IN (${quoted})`]),
    ...narrowed('m.csp_subscription_id', cspSubscriptionIds),
  ];
  return [
    ...narrowed('d.meter_id', filter.meterIds),
    ...(destinations.length === 0
      ? []
      : [
          `d.destination_id IN (SELECT e.id FROM destination e
             LEFT JOIN tenant_mapping m ON m.id = e.tenant_mapping_id WHERE ${destinations.join(' AND ')})`,
        ]),
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
  const conditions = [...narrowed('r.meter_id', filter.meterIds), ...narrowed('r.resource_id', filter.resourceIds)];
  const values: SqlValue[] = [];
  if (filter.resourceUri !== undefined) {
    conditions.push('r.resource_id IN (SELECT id FROM resource WHERE uri_key = ?)');
    values.push(uriKey(filter.resourceUri));
  }
  if (filter.location !== undefined) {
    conditions.push('r.resource_id IN (SELECT id FROM resource WHERE location = ?)');
    values.push(filter.location);
  }
  return { conditions, values };
}

/**
 * "After this row", for rows ordered by these columns: the expanded form, which every server answers by seeking in an
 * index; the shorter row-value form makes MariaDB read everything before. With '>=' it is "from this row on".
 */
export function afterKey(columns: readonly string[], key: readonly number[], compares: '>' | '>=' = '>'): string {
  const whole = key.map(Number);
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

function narrowed(column: string, ids: readonly number[] | undefined): string[] {
  return ids === undefined ? [] : [among(column, ids)];
}
