import { Field, Int, ObjectType } from 'type-graphql';

import { GranularityEnum, RoutingReasonEnum, UsageStatusEnum } from './enums.js';
import { Meter, Node, Registration, StackSubscription, Tenant } from './who.js';
import { isJsonObject, parseExactJson } from '../../pipeline/ingestion/exact-json.js';
import type { RoutingReason } from '../../pipeline/routing/destination.js';
import { hourMs, hourStart } from '../../primitives/windows.js';
import type { HourRange } from '../../primitives/windows.js';
import type { DestinationRow, ResourceRow } from '../../reading/dimensions.js';
import type { FallbackUsageRow } from '../../reading/fallback-usage.js';
import type { UsageMove } from '../../reading/mapping-preview.js';
import type { UsageAggregate as AggregateRow } from '../../reading/usage-aggregates.js';
import type { Granularity } from '../../reading/usage-spans.js';
import type { UsageRecordRow } from '../../reading/usage-records.js';
import type { UsageSummaryRow } from '../../reading/usage-summary.js';
import { nodeId } from '../paging/node-id.js';
import { DateTime, Decimal, LocalDate, UUID, YearMonth } from '../scalars.js';

@ObjectType({
  simpleResolvers: true,
  description: 'A half-open range of time: the start belongs to it, the end does not.',
})
export class TimeWindow {
  @Field(() => DateTime, { description: 'Inclusive.' })
  start!: number;
  @Field(() => DateTime, { description: 'Exclusive.' })
  end!: number;
}

/** Hours [from, to) as moments. */
export function toWindow({ from, to }: HourRange): TimeWindow {
  return { start: hourMs(from), end: hourMs(to) };
}

@ObjectType({ simpleResolvers: true, description: 'A tag as the resource carried it when it was used.' })
export class Tag {
  @Field(() => String, { description: 'Name of the tag.' })
  name!: string;
  @Field(() => String, { description: 'Its value.' })
  value!: string;
}

@ObjectType({ simpleResolvers: true, description: 'A resource as its usage described it.' })
export class Resource {
  @Field(() => String, { description: 'Azure resource id, in the spelling that came.' })
  uri!: string;
  @Field(() => String, { description: 'Region of the stamp; empty where none was given.' })
  location!: string;
  @Field(() => [Tag], { description: 'Its tags at the time.' })
  tags!: readonly Tag[];
  @Field(() => String, {
    nullable: true,
    description: 'What the resource provider adds (size, image, …): JSON text as it came.',
  })
  additionalInfo!: string | null;
}

/** A resource instance as the API shows it. */
export function toResource(row: ResourceRow): Resource {
  return {
    uri: row.uri,
    location: row.location,
    tags: tagsOf(row.tags),
    additionalInfo: row.additionalInfo === '' ? null : row.additionalInfo,
  };
}

/** Stamps send "", "null" or an object as text; what is none of them carries no tags that could be shown. */
function tagsOf(text: string): readonly Tag[] {
  if (text === '') return [];
  try {
    const tags = parseExactJson(text);
    if (!isJsonObject(tags)) return [];
    return Object.entries(tags).map(([name, value]) => ({
      name,
      value: typeof value === 'string' ? value : '',
    }));
  } catch {
    return [];
  }
}

@ObjectType({ simpleResolvers: true, description: 'Where usage is billed, and why there.' })
export class Destination {
  @Field(() => UUID, { description: 'The Azure subscription that is billed.' })
  destinationSubscriptionId!: string;
  @Field(() => RoutingReasonEnum, { description: 'Why.' })
  reason!: RoutingReason;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Since when the mapping that decided holds; null on the base subscription.',
  })
  mappedSince!: number | null;
  cspSubscriptionRowId!: number | null;
}

/** Where usage is billed, and why there. */
export function toDestination(row: DestinationRow): Destination {
  return {
    destinationSubscriptionId: row.destinationSubscriptionGuid,
    reason: row.reason,
    mappedSince: row.effectiveFrom === null ? null : hourStart(row.effectiveFrom).getTime(),
    cspSubscriptionRowId: row.cspSubscriptionId,
  };
}

/** Row ids of what usage refers to. What is left out is found by the stack subscription. */
export interface ReferenceIds {
  readonly stackSubscriptionId: number | null;
  readonly registrationId?: number | null;
  readonly tenantId?: number | null;
  readonly meterId: number;
  readonly resourceId?: number;
  readonly destinationId?: number | null;
}

/**
 * What a row of usage refers to. Only what the operation asks for is loaded; the rest holds an Error, so that a field
 * that was missed is a fault and never a null.
 */
export interface References {
  readonly stackSubscription: StackSubscription | Error | null;
  readonly tenant: Tenant | Error | null;
  readonly registration: Registration | Error | null;
  readonly meter: Meter | Error;
  readonly resource: Resource | Error | null;
  readonly destination: Destination | Error | null;
}

/** Answers what a row refers to, out of what was loaded for all rows. */
export type ReferencesOf = (ids: ReferenceIds) => References;

const STACK = 'Subscription on the stamp that used it.';
const TENANT = 'Whose it is; null while nobody has said.';
const REGISTRATION = 'Stamp on which it was used.';
const METER = 'What was measured.';
const RESOURCE = 'What was used.';
const DESTINATION = 'Where it is billed, and why there.';

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description:
    'Total of one meter of one resource in one usage window, filed under one reported window, for one destination.',
})
export class UsageAggregate extends Node {
  @Field(() => GranularityEnum, { description: 'Length of its windows.' })
  granularity!: Granularity;
  @Field(() => TimeWindow, { description: 'When it was consumed.' })
  usageWindow!: TimeWindow;
  @Field(() => TimeWindow, { description: 'When it entered the usage system.' })
  reportedWindow!: TimeWindow;
  @Field(() => Decimal, { description: 'Exact sum, in the unit of the meter.' })
  quantity!: string;
  @Field(() => Int, { description: 'How many records it adds up.' })
  records!: number;
  @Field(() => UsageStatusEnum, { description: 'Whether it can still change.' })
  status!: 'PROVISIONAL' | 'CLOSED';
  @Field(() => StackSubscription, { nullable: true, description: STACK })
  stackSubscription!: References['stackSubscription'];
  @Field(() => Tenant, { nullable: true, description: TENANT })
  tenant!: References['tenant'];
  @Field(() => Registration, { nullable: true, description: REGISTRATION })
  registration!: References['registration'];
  @Field(() => Meter, { description: METER })
  meter!: References['meter'];
  @Field(() => Resource, { nullable: true, description: RESOURCE })
  resource!: References['resource'];
  @Field(() => Destination, { nullable: true, description: DESTINATION })
  destination!: References['destination'];
}

/** An aggregate as the API shows it. */
export function toUsageAggregate(
  row: AggregateRow,
  granularity: Granularity,
  { stackSubscription, tenant, registration, meter, resource, destination }: References,
): UsageAggregate {
  return {
    id: nodeId('UsageAggregate', granularity, ...row.key),
    nodeType: 'UsageAggregate',
    granularity,
    usageWindow: toWindow(row.usage),
    reportedWindow: toWindow(row.reported),
    quantity: row.quantity,
    records: row.records,
    status: row.isClosed ? 'CLOSED' : 'PROVISIONAL',
    stackSubscription,
    tenant,
    registration,
    meter,
    resource,
    destination,
  };
}

@ObjectType({ simpleResolvers: true, description: 'Sum of one meter over a group. What was not grouped by is null.' })
export class UsageSum {
  @Field(() => LocalDate, { nullable: true, description: 'UTC day, when grouped by DAY.' })
  day!: number | null;
  @Field(() => YearMonth, { nullable: true, description: 'Month, when grouped by MONTH.' })
  month!: number | null;
  @Field(() => Decimal, { description: 'Exact sum, in the unit of the meter.' })
  quantity!: string;
  @Field(() => Int, { description: 'How many records it adds up.' })
  records!: number;
  @Field(() => StackSubscription, { nullable: true, description: `${STACK} When grouped by it.` })
  stackSubscription!: References['stackSubscription'];
  @Field(() => Tenant, {
    nullable: true,
    description: 'Whose it is, when grouped by TENANT; null is usage whose tenant nobody has said.',
  })
  tenant!: References['tenant'];
  @Field(() => Registration, { nullable: true, description: `${REGISTRATION} When grouped by it.` })
  registration!: References['registration'];
  @Field(() => Meter, { description: METER })
  meter!: References['meter'];
  @Field(() => Destination, { nullable: true, description: `${DESTINATION} When grouped by it.` })
  destination!: References['destination'];
}

/** A row of a summary, with the dimensions that it was grouped by. */
export function toUsageSum(row: UsageSummaryRow, references: References): UsageSum {
  const { day, month, quantity, records } = row;
  const { stackSubscription, tenant, registration, meter, destination } = references;
  return { day, month, quantity, records, stackSubscription, tenant, registration, meter, destination };
}

@ObjectType({
  simpleResolvers: true,
  description:
    'Usage of one meter of one stack subscription that landed on the base subscription: what the provider pays for want of a mapping.',
})
export class FallbackUsage {
  @Field(() => RoutingReasonEnum, { description: 'Why no CSP subscription is billed.' })
  reason!: RoutingReason;
  @Field(() => Decimal, { description: 'Exact sum over the range, in the unit of the meter.' })
  quantity!: string;
  @Field(() => Int, { description: 'How many records it adds up.' })
  records!: number;
  @Field(() => LocalDate, { description: 'First usage day of this fallback ever, also before the range.' })
  since!: number;
  @Field(() => StackSubscription, { nullable: true, description: STACK })
  stackSubscription!: References['stackSubscription'];
  @Field(() => Tenant, { nullable: true, description: TENANT })
  tenant!: References['tenant'];
  @Field(() => Registration, { nullable: true, description: REGISTRATION })
  registration!: References['registration'];
  @Field(() => Meter, { description: METER })
  meter!: References['meter'];
}

/** A row of what landed on the base subscription. */
export function toFallbackUsage(row: FallbackUsageRow, references: References): FallbackUsage {
  const { reason, quantity, records, since } = row;
  const { stackSubscription, tenant, registration, meter } = references;
  return { reason, quantity, records, since, stackSubscription, tenant, registration, meter };
}

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: 'What a resource provider emitted: immutable, counted once.',
})
export class UsageRecord extends Node {
  @Field(() => String, {
    nullable: true,
    description: "The sender's id; null for usage pulled from a stamp, whose rows have none.",
  })
  recordId!: string | null;
  @Field(() => String, { description: 'Who sent it.' })
  source!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'Record id that it corrects by a signed difference; of a correction with the source `correction`, the identity of the record.',
  })
  corrects!: string | null;
  @Field(() => Decimal, { description: 'Exact amount, in the unit of the meter.' })
  quantity!: string;
  @Field(() => TimeWindow, { description: 'The hour in which it was consumed.' })
  usageWindow!: TimeWindow;
  @Field(() => TimeWindow, { description: 'The hour under which it is filed.' })
  reportedWindow!: TimeWindow;
  @Field(() => DateTime, { description: 'When the gateway took it in.' })
  receivedAt!: number;
  @Field(() => String, { nullable: true, description: 'Who delivered it.' })
  receivedBy!: string;
  @Field(() => UsageStatusEnum, { description: 'Whether its destination can still change. The record never does.' })
  status!: 'PROVISIONAL' | 'CLOSED';
  @Field(() => StackSubscription, { nullable: true, description: STACK })
  stackSubscription!: References['stackSubscription'];
  @Field(() => Tenant, { nullable: true, description: TENANT })
  tenant!: References['tenant'];
  @Field(() => Meter, { description: METER })
  meter!: References['meter'];
  @Field(() => Resource, { nullable: true, description: RESOURCE })
  resource!: References['resource'];
  @Field(() => Destination, { nullable: true, description: DESTINATION })
  destination!: References['destination'];
}

/** A record as it was emitted, with both of its times. */
export function toUsageRecord(row: UsageRecordRow, references: References): UsageRecord {
  const { stackSubscription, tenant, meter, resource, destination } = references;
  const { recordId, source, corrects, quantity, receivedAt, receivedBy } = row;
  const hour = (from: number) => toWindow({ from, to: from + 1 });
  const key = [row.stackSubscriptionId, row.reportedHour, row.usageHour, row.meterId, row.resourceId];
  return {
    id: nodeId('UsageRecord', ...key, `x${row.identity.toString('hex')}`),
    nodeType: 'UsageRecord',
    recordId,
    source,
    corrects,
    quantity,
    usageWindow: hour(row.usageHour),
    reportedWindow: hour(row.reportedHour),
    receivedAt,
    receivedBy,
    status: row.isClosed ? 'CLOSED' : 'PROVISIONAL',
    stackSubscription,
    tenant,
    meter,
    resource,
    destination,
  };
}

@ObjectType('UsageMove', {
  simpleResolvers: true,
  description: 'Usage of one meter that a change of mapping would take from one destination.',
})
export class UsageMoveType {
  @Field(() => Decimal, { description: 'Exact sum, in the unit of the meter.' })
  quantity!: string;
  @Field(() => Int, { description: 'How many records.' })
  records!: number;
  @Field(() => Meter, { description: METER })
  meter!: References['meter'];
  @Field(() => Destination, { nullable: true, description: 'Where it is billed now.' })
  from!: References['destination'];
}

/** What a change of mapping would move, from where to where. */
export function toUsageMove({ quantity, records }: UsageMove, { meter, destination }: References): UsageMoveType {
  return { quantity, records, meter, from: destination };
}
