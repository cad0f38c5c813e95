import type { GraphQLResolveInfo } from 'graphql';
import { Args, ArgsType, Ctx, Field, Info, Query, Resolver } from 'type-graphql';

import { loadReferences } from './usage-references.js';
import {
  ResourceUsageFilterInput,
  TimeRangeInput,
  UsageFilterInput,
  checkMayAskByDestination,
  daysOf,
  hoursOf,
  usageFilterOf,
} from './usage-question.js';
import { DomainError } from '../../primitives/errors.js';
import { listFallbackUsage } from '../../reading/fallback-usage.js';
import { listUsageAggregates } from '../../reading/usage-aggregates.js';
import type { Granularity } from '../../reading/usage-spans.js';
import type { UsageClock } from '../../reading/usage-filter.js';
import { keyOfRecord, listUsageRecords } from '../../reading/usage-records.js';
import type { RecordKey } from '../../reading/usage-records.js';
import { listUsageSummary } from '../../reading/usage-summary.js';
import type { Grouping } from '../../reading/usage-summary.js';
import { PAGE_OF_USAGE_MAX, PageArgs, connection, connectionOf, connectionUpTo, pageOf } from '../paging/connection.js';
import type { Connection } from '../paging/connection.js';
import type { GatewayContext } from '../context.js';
import type { Position } from '../../access/signed-cursor.js';
import { ClockEnum, GranularityEnum, GroupingEnum } from '../types/enums.js';
import {
  FallbackUsage,
  UsageAggregate,
  UsageRecord,
  UsageSum,
  toFallbackUsage,
  toUsageAggregate,
  toUsageRecord,
  toUsageSum,
} from '../types/usage.js';

const UsageAggregateConnection = connectionOf(() => UsageAggregate, 'UsageAggregate');
const UsageSumConnection = connectionOf(() => UsageSum, 'UsageSum');
const FallbackUsageConnection = connectionOf(() => FallbackUsage, 'FallbackUsage');
const UsageRecordConnection = connectionOf(() => UsageRecord, 'UsageRecord');

@ArgsType()
class UsageArgs extends PageArgs {
  @Field(() => TimeRangeInput, { description: 'Which windows, by the chosen clock.' })
  range!: TimeRangeInput;
  @Field(() => ClockEnum, { defaultValue: 'REPORTED', description: 'What the range is about.' })
  clock!: UsageClock;
}

@ArgsType()
class AggregatesArgs extends UsageArgs {
  @Field(() => ResourceUsageFilterInput, { nullable: true, description: 'Which usage.' })
  filter?: ResourceUsageFilterInput;
  @Field(() => GranularityEnum, { defaultValue: 'HOURLY', description: 'Length of the windows.' })
  granularity!: Granularity;
}

@ArgsType()
class RecordsArgs extends UsageArgs {
  @Field(() => ResourceUsageFilterInput, { nullable: true, description: 'Which usage.' })
  filter?: ResourceUsageFilterInput;
  @Field(() => String, { nullable: true, description: "The sender's id." })
  recordId?: string;
}

@ArgsType()
class SummaryArgs extends UsageArgs {
  @Field(() => UsageFilterInput, { nullable: true, description: 'Which usage.' })
  filter?: UsageFilterInput;
  @Field(() => [GroupingEnum], {
    defaultValue: ['TENANT'],
    description: 'By what, in this order; the meter always comes last.',
  })
  groupBy!: Grouping[];
}

@ArgsType()
class FallbackArgs extends UsageArgs {
  @Field(() => UsageFilterInput, { nullable: true, description: 'Which usage.' })
  filter?: UsageFilterInput;
}

@Resolver()
export class UsageResolver {
  @Query(() => UsageAggregateConnection, {
    description:
      'Usage per resource, hourly or daily, in the order stack subscription, reported window, usage window, meter, resource. A page may hold fewer rows than asked for and still not be the last: follow `pageInfo`.',
  })
  async usageAggregates(
    @Ctx() context: GatewayContext,
    @Args(() => AggregatesArgs) args: AggregatesArgs,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<UsageAggregate>> {
    checkMayAskByDestination(context, args.filter);
    const page = pageOf(context, 'usageAggregates', args, PAGE_OF_USAGE_MAX);
    const { app, scope } = context;
    const sql = app.db.reader;
    const { routingTables, keptPages } = app;
    const { rows, resumeAfter } = await listUsageAggregates({ sql, routingTables, keptPages }, scope, {
      filter: await usageFilterOf(sql, scope, args.filter),
      granularity: args.granularity,
      range: { clock: args.clock, ...hoursOf(args.range, args.granularity) },
      after: numbers(page.after),
      limit: page.limit,
    });
    const references = await loadReferences(context, info, rows);
    return connectionUpTo(context, page, rows, {
      position: ({ key }) => key,
      item: (row) => toUsageAggregate(row, args.granularity, references(row)),
      resumeAfter,
    });
  }

  @Query(() => UsageSumConnection, {
    description:
      'Usage added up over whole days, in the order of the grouping. Amounts of different meters have no sum, so the meter is always part of it.',
  })
  async usageSummary(
    @Ctx() context: GatewayContext,
    @Args(() => SummaryArgs) args: SummaryArgs,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<UsageSum>> {
    checkMayAskByDestination(context, args.filter, args.groupBy);
    const page = pageOf(context, 'usageSummary', args, PAGE_OF_USAGE_MAX);
    const { app, scope } = context;
    const sql = app.db.reader;
    const rows = await listUsageSummary(sql, scope, {
      filter: await usageFilterOf(sql, scope, args.filter),
      range: { clock: args.clock, ...daysOf(args.range) },
      groupBy: distinct(args.groupBy),
      after: numbers(page.after),
      limit: page.limit + 1,
    });
    const references = await loadReferences(context, info, rows);
    return connection(context, page, rows, {
      position: ({ key }) => key,
      item: (row) => toUsageSum(row, references(row)),
    });
  }

  @Query(() => FallbackUsageConnection, {
    description:
      'Usage that landed on the base subscription for want of a mapping: per stack subscription, reason and meter, and since when.',
  })
  async fallbackUsage(
    @Ctx() context: GatewayContext,
    @Args(() => FallbackArgs) args: FallbackArgs,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<FallbackUsage>> {
    checkMayAskByDestination(context, args.filter);
    const page = pageOf(context, 'fallbackUsage', args, PAGE_OF_USAGE_MAX);
    const { app, scope } = context;
    const sql = app.db.reader;
    const rows = await listFallbackUsage(sql, scope, {
      filter: await usageFilterOf(sql, scope, args.filter),
      range: { clock: args.clock, ...daysOf(args.range) },
      after: numbers(page.after),
      limit: page.limit + 1,
    });
    const references = await loadReferences(context, info, rows);
    return connection(context, page, rows, {
      position: ({ key }) => key,
      item: (row) => toFallbackUsage(row, references(row)),
    });
  }

  @Query(() => UsageRecordConnection, {
    description: 'The records themselves: what stands behind an aggregate.',
  })
  async usageRecords(
    @Ctx() context: GatewayContext,
    @Args(() => RecordsArgs) args: RecordsArgs,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Connection<UsageRecord>> {
    checkMayAskByDestination(context, args.filter);
    const page = pageOf(context, 'usageRecords', args, PAGE_OF_USAGE_MAX);
    const { app, scope } = context;
    const sql = app.db.reader;
    const { rows, resumeAfter } = await listUsageRecords({ sql, routingTables: app.routingTables }, scope, {
      filter: await usageFilterOf(sql, scope, args.filter),
      range: { clock: args.clock, ...hoursOf(args.range) },
      ...(args.recordId != null && { recordId: args.recordId }),
      after: recordKey(page.after),
      limit: page.limit,
    });
    const references = await loadReferences(context, info, rows);
    return connectionUpTo(context, page, rows, {
      position: (row) => positionOf(keyOfRecord(row)),
      item: (row) => toUsageRecord(row, references(row)),
      resumeAfter: resumeAfter && positionOf(resumeAfter),
    });
  }
}

function numbers(position: Position | null): readonly number[] | null {
  return position === null ? null : position.map(Number);
}

function positionOf({ numbers: keys, identity }: RecordKey): Position {
  return [...keys, identity];
}

function recordKey(position: Position | null): RecordKey | null {
  if (position === null) return null;
  return { numbers: position.slice(0, -1).map(Number), identity: String(position.at(-1)) };
}

function distinct(groupBy: readonly Grouping[]): readonly Grouping[] {
  if (new Set(groupBy).size === groupBy.length) return groupBy;
  throw new DomainError('INVALID_INPUT', 'groupBy names something twice.', ['groupBy']);
}
