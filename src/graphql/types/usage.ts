import { Field, Int, ObjectType } from 'type-graphql';

import { GranularityEnum, InvariantEnum, RoutingReasonEnum, UsageStatusEnum, VerdictEnum } from './enums.js';
import { Node } from './who.js';
import { isJsonObject, parseExactJson } from '../../pipeline/ingestion/exact-json.js';
import type { QuarantinedRecord as QuarantinedRow } from '../../pipeline/ingestion/ingestion.entity.js';
import type { Verdict } from '../../pipeline/ingestion/verdict.js';
import type { RoutingReason } from '../../pipeline/routing/destination.js';
import { hourStart } from '../../primitives/windows.js';
import type { HourRange } from '../../primitives/windows.js';
import type { DestinationRow, ResourceRow } from '../../reading/dimensions.js';
import type { FallbackUsageRow } from '../../reading/fallback-usage.js';
import type { InvariantName } from '../../reading/invariants.js';
import type { UsageMove } from '../../reading/mapping-preview.js';
import type { Granularity, UsageAggregate as AggregateRow } from '../../reading/usage-aggregates.js';
import type { UsageRecordRow } from '../../reading/usage-records.js';
import type { UsageSummaryRow } from '../../reading/usage-summary.js';
import { nodeId } from '../node-id.js';
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
  return { start: hourStart(from).getTime(), end: hourStart(to).getTime() };
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

/** Row ids behind the references of usage; the resolvers load them. */
export interface UsageReferences {
  readonly stackSubscriptionRowId?: number | null;
  readonly registrationRowId?: number | null;
  readonly tenantRowId?: number | null;
  readonly meterRowId: number;
  readonly resourceRowId?: number;
  readonly destinationRowId?: number | null;
}

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
  references!: UsageReferences;
}

/** An aggregate as the API shows it, with the row ids that its fields are loaded by. */
export function toUsageAggregate(row: AggregateRow, granularity: Granularity): UsageAggregate {
  return {
    id: nodeId('UsageAggregate', granularity, ...row.key),
    nodeType: 'UsageAggregate',
    granularity,
    usageWindow: toWindow(row.usage),
    reportedWindow: toWindow(row.reported),
    quantity: row.quantity,
    records: row.records,
    status: row.isClosed ? 'CLOSED' : 'PROVISIONAL',
    references: {
      stackSubscriptionRowId: row.stackSubscriptionId,
      meterRowId: row.meterId,
      resourceRowId: row.resourceId,
      destinationRowId: row.destinationId,
    },
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
  references!: UsageReferences;
}

/** A row of a summary, with the dimensions that it was grouped by. */
export function toUsageSum(row: UsageSummaryRow): UsageSum {
  return {
    day: row.day,
    month: row.month,
    quantity: row.quantity,
    records: row.records,
    references: {
      registrationRowId: row.registrationId,
      tenantRowId: row.tenantId,
      stackSubscriptionRowId: row.stackSubscriptionId,
      meterRowId: row.meterId,
      destinationRowId: row.destinationId,
    },
  };
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
  references!: UsageReferences;
}

/** A row of what landed on the base subscription. */
export function toFallbackUsage(row: FallbackUsageRow): FallbackUsage {
  const { reason, quantity, records, since } = row;
  return {
    reason,
    quantity,
    records,
    since,
    references: {
      registrationRowId: row.registrationId,
      tenantRowId: row.tenantId,
      stackSubscriptionRowId: row.stackSubscriptionId,
      meterRowId: row.meterId,
    },
  };
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
  @Field(() => String, { nullable: true, description: 'Record id that it corrects by a signed difference.' })
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
  references!: UsageReferences;
}

/** A record as it was emitted, with both of its times. */
export function toUsageRecord(row: UsageRecordRow): UsageRecord {
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
    references: {
      stackSubscriptionRowId: row.stackSubscriptionId,
      meterRowId: row.meterId,
      resourceRowId: row.resourceId,
      destinationRowId: row.destinationId,
    },
  };
}

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description:
    'A record that was not taken in: rejected, or in conflict with a stored one. Kept, so that nothing vanishes.',
})
export class QuarantinedRecord extends Node {
  @Field(() => VerdictEnum, { description: 'REJECTED or CONFLICT.' })
  verdict!: Verdict;
  @Field(() => String, { description: 'Why; see docs/errors.md.' })
  code!: string;
  @Field(() => String, { description: 'A sentence for people.' })
  message!: string;
  @Field(() => String, { nullable: true, description: 'Who sent it, where that could be read.' })
  source!: string | null;
  @Field(() => String, { nullable: true, description: "The sender's id, where it could be read." })
  recordId!: string | null;
  @Field(() => UUID, { nullable: true, description: 'Stack subscription, where it could be read.' })
  stackSubscriptionId!: string | null;
  @Field(() => String, { description: 'The record as it came; at most its first 16,000 characters.' })
  raw!: string;
  @Field(() => DateTime, { description: 'When it first came.' })
  firstSeenAt!: number;
  @Field(() => DateTime, { description: 'When it last came.' })
  lastSeenAt!: number;
  @Field(() => Int, { description: 'How often it came.' })
  timesSeen!: number;
  registrationRowId!: number;
}

/** A record that was not taken in, with the text that it came as. */
export function toQuarantinedRecord(row: QuarantinedRow): QuarantinedRecord {
  const { code, message, source, recordId, raw, timesSeen } = row;
  return {
    id: nodeId('QuarantinedRecord', row.id),
    nodeType: 'QuarantinedRecord',
    verdict: row.verdict as Verdict,
    code,
    message,
    source,
    recordId,
    stackSubscriptionId: row.stackSubscriptionGuid,
    raw,
    firstSeenAt: Number(row.firstSeenAt),
    lastSeenAt: Number(row.lastSeenAt),
    timesSeen,
    registrationRowId: row.registrationId,
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
  references!: UsageReferences;
}

/** What a change of mapping would move, from where to where. */
export function toUsageMove({ quantity, records, meterId, fromDestinationId }: UsageMove): UsageMoveType {
  return { quantity, records, references: { meterRowId: meterId, destinationRowId: fromDestinationId } };
}

@ObjectType('Invariant', { simpleResolvers: true, description: 'A law of the books, evaluated now.' })
export class InvariantType {
  @Field(() => InvariantEnum, { description: 'Which law.' })
  name!: InvariantName;
  @Field({ description: 'Whether it holds.' })
  holds!: boolean;
  @Field(() => String, { description: 'What was compared, or the first differences.' })
  detail!: string;
}
