/** The arguments that questions about usage share, and what they mean in row ids and hours. */
import { Field, InputType } from 'type-graphql';

import type { Sql } from '../../database/transaction.js';
import type { Scope } from '../../access/scope.js';
import { listMeters } from '../../metering/meter-store.js';
import type { RoutingReason } from '../../pipeline/routing/destination.js';
import { DomainError } from '../../primitives/errors.js';
import { HOURS_PER_DAY, dayOf, hourOf, hourText, wholeHour } from '../../primitives/windows.js';
import type { HourRange } from '../../primitives/windows.js';
import type { UsageFilter } from '../../reading/usage-filter.js';
import type { Grouping } from '../../reading/usage-summary.js';
import { findRegistration } from '../../registration/registration-store.js';
import {
  listCspSubscriptions,
  listResellers,
  listStackSubscriptions,
  listTenants,
} from '../../tenancy/tenancy-store.js';
import type { GatewayContext } from '../context.js';
import { checkMayAsk } from '../fields/check-may-ask.js';
import { DateTime, UUID } from '../scalars.js';
import { RoutingReasonEnum } from '../types/enums.js';

@InputType({ description: 'A half-open range of time: the start belongs to it, the end does not.' })
export class TimeRangeInput {
  @Field(() => DateTime, { description: 'Inclusive; a whole UTC hour, or a midnight where whole days are asked for.' })
  from!: number;
  @Field(() => DateTime, { description: 'Exclusive; as `from`.' })
  to!: number;
}

@InputType({
  description:
    'Narrows a question. Fields that are left out do not; what does not exist, or is not yours, finds nothing.',
})
export class UsageFilterInput {
  @Field(() => String, { nullable: true, description: 'Name of a registration.' })
  registration?: string;
  @Field(() => [UUID], { nullable: true, description: 'Directory ids of customers.' })
  tenantIds?: string[];
  @Field(() => Boolean, {
    nullable: true,
    description: 'true: only usage whose tenant nobody has said; false: only the other.',
  })
  isTenantUnknown?: boolean;
  @Field(() => [String], { nullable: true, description: 'Names of resellers.' })
  resellers?: string[];
  @Field(() => [UUID], { nullable: true, description: 'Subscriptions on the stamp.' })
  stackSubscriptionIds?: string[];
  @Field(() => [UUID], { nullable: true, description: 'Meters.' })
  meterIds?: string[];
  @Field(() => [UUID], { nullable: true, description: 'CSP subscriptions on which the usage is billed.' })
  cspSubscriptionIds?: string[];
  @Field(() => [RoutingReasonEnum], { nullable: true, description: 'Why it is billed where it is.' })
  reasons?: RoutingReason[];
}

@InputType({ description: 'Narrows a question about single resources.' })
export class ResourceUsageFilterInput extends UsageFilterInput {
  @Field(() => String, { nullable: true, description: 'Azure resource id, compared without case.' })
  resourceUri?: string;
  @Field(() => String, { nullable: true, description: 'Region of the stamp.' })
  location?: string;
}

/** Longest range of one question, in days: three years and a leap day. */
const DAYS_MAX = 1_097;
const VALUES_MAX = 200;
const ROWS_MAX = 10_000;

/** Whole hours of a range. Throws MISALIGNED_TIME with the nearest legal values. */
export function hoursOf(range: TimeRangeInput, step: 'HOURLY' | 'DAILY' = 'HOURLY'): HourRange {
  const from = alignedHour(range.from, 'from', step);
  const to = alignedHour(range.to, 'to', step);
  if (to <= from) {
    throw new DomainError('INVALID_INPUT', 'The range is empty: `to` is exclusive and lies after `from`.', [
      'range',
      'to',
    ]);
  }
  if (to - from > DAYS_MAX * HOURS_PER_DAY) {
    throw new DomainError('INVALID_INPUT', `A range has at most ${DAYS_MAX} days.`, ['range']);
  }
  return { from, to };
}

/** The UTC days of a range. Throws MISALIGNED_TIME where it does not begin and end at midnight. */
export function daysOf(range: TimeRangeInput): HourRange {
  const { from, to } = hoursOf(range, 'DAILY');
  return { from: dayOf(from), to: dayOf(to) };
}

/** Where usage is billed is not for every role to see, and so not to ask by either. */
export function checkMayAskByDestination(
  context: GatewayContext,
  input: UsageFilterInput | undefined | null,
  groupBy: readonly Grouping[] = [],
): void {
  const isAsked = (field: 'resellers' | 'cspSubscriptionIds' | 'reasons') => input?.[field] != null;
  if (isAsked('resellers')) {
    checkMayAsk(context, { type: 'Tenant', field: 'reseller', argument: ['filter', 'resellers'] });
  }
  for (const field of ['cspSubscriptionIds', 'reasons'] as const) {
    if (!isAsked(field)) continue;
    checkMayAsk(context, { type: 'UsageAggregate', field: 'destination', argument: ['filter', field] });
  }
  if (groupBy.includes('DESTINATION')) {
    checkMayAsk(context, { type: 'UsageAggregate', field: 'destination', argument: ['groupBy'] });
  }
}

/** The filter in row ids: what it names is looked up once, inside the caller's scope. */
export async function usageFilterOf(
  sql: Sql,
  scope: Scope,
  input: ResourceUsageFilterInput | undefined | null,
): Promise<UsageFilter> {
  if (input == null) return {};
  const parts = [];
  for (const field of Object.keys(input) as (keyof ResourceUsageFilterInput)[]) {
    if (input[field] != null) parts.push(await FILTERS[field](sql, scope, input));
  }
  return Object.assign({}, ...parts) as UsageFilter;
}

type FilterPart = (sql: Sql, scope: Scope, input: ResourceUsageFilterInput) => UsageFilter | Promise<UsageFilter>;

const PAGE = { afterId: 0, limit: ROWS_MAX };

/** What each field of a filter means in row ids. */
const FILTERS: Readonly<Record<keyof ResourceUsageFilterInput, FilterPart>> = {
  registration: async (sql, scope, { registration = '' }) => {
    const found = await findRegistration(sql, scope, registration);
    return { registrationIds: found === null ? [] : [found.id] };
  },
  tenantIds: async (sql, scope, { tenantIds }) => {
    const tenantGuids = bounded(tenantIds, 'tenantIds');
    return { tenantIds: ids(await listTenants(sql, scope, { tenantGuids }, PAGE)) };
  },
  isTenantUnknown: (_sql, _scope, { isTenantUnknown = false }) => ({ isTenantUnknown }),
  resellers: async (sql, scope, { resellers }) => {
    const names = bounded(resellers, 'resellers');
    return { resellerIds: ids(await listResellers(sql, scope, { names }, PAGE)) };
  },
  stackSubscriptionIds: async (sql, scope, { stackSubscriptionIds }) => {
    const stackSubscriptionGuids = bounded(stackSubscriptionIds, 'stackSubscriptionIds');
    const rows = await listStackSubscriptions(sql, scope, { stackSubscriptionGuids }, PAGE);
    return { stackSubscriptionIds: ids(rows) };
  },
  meterIds: async (sql, scope, { meterIds }) => {
    const meterGuids = bounded(meterIds, 'meterIds');
    return { meterIds: ids(await listMeters(sql, scope, { meterGuids }, PAGE)) };
  },
  cspSubscriptionIds: async (sql, scope, { cspSubscriptionIds }) => {
    const cspSubscriptionGuids = bounded(cspSubscriptionIds, 'cspSubscriptionIds');
    const rows = await listCspSubscriptions(sql, scope, { cspSubscriptionGuids }, PAGE);
    return { cspSubscriptionIds: ids(rows) };
  },
  reasons: (_sql, _scope, { reasons }) => ({ reasons: bounded(reasons, 'reasons') }),
  resourceUri: (_sql, _scope, { resourceUri = '' }) => ({ resourceUri }),
  location: (_sql, _scope, { location = '' }) => ({ location }),
};

function alignedHour(instant: number, field: string, step: 'HOURLY' | 'DAILY'): number {
  const width = step === 'DAILY' ? HOURS_PER_DAY : 1;
  const hour = wholeHour(instant);
  if (hour !== null && hour % width === 0) return hour;
  const before = Math.floor(hourOf(instant) / width) * width;
  const unit = step === 'DAILY' ? 'a UTC midnight' : 'a whole UTC hour';
  throw new DomainError(
    'MISALIGNED_TIME',
    `\`${field}\` is ${unit}: ${hourText(before)} or ${hourText(before + width)}.`,
    ['range', field],
  );
}

function bounded<Value>(values: readonly Value[] = [], field: string): readonly Value[] {
  if (values.length <= VALUES_MAX) return values;
  throw new DomainError('INVALID_INPUT', `${field} has at most ${VALUES_MAX} values.`, ['filter', field]);
}

function ids(rows: readonly { readonly id: number }[]): number[] {
  return rows.map(({ id }) => id);
}
