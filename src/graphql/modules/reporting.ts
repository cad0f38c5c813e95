import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Info,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';

import { findAggregateRow } from './find-node.js';
import { loadReferences } from './usage-references.js';
import { retryReport } from '../../pipeline/reporting/retry-report.js';
import type { ReportState } from '../../pipeline/reporting/report-state.js';
import { DomainError } from '../../primitives/errors.js';
import { readCompleteness } from '../../reading/completeness.js';
import { explainUsage } from '../../reading/explain-usage.js';
import { listAttempts, listReports, reconcileReports } from '../../reading/reports.js';
import { findRegistration, getWholeRegistration } from '../../registration/registration-store.js';
import { PageArgs, connection, connectionOf, pageOf } from '../paging/connection.js';
import type { Connection } from '../paging/connection.js';
import type { GatewayContext } from '../context.js';
import { UserError, payloadOf } from '../errors.js';
import { OnceInput, actorIn } from '../mutation.js';
import { parseNodeId } from '../paging/node-id.js';
import { ReportStateEnum } from '../types/enums.js';
import {
  Completeness,
  ReportReconciliation,
  UsageExplanation,
  UsageReport,
  UsageReportAttempt,
  toCompleteness,
  toReconciliation,
  toUsageReport,
} from '../types/reporting.js';
import { toUsageAggregate, toUsageRecord } from '../types/usage.js';
import { Registration, toRegistration } from '../types/who.js';

const UsageReportConnection = connectionOf(() => UsageReport, 'UsageReport');

@ArgsType()
class ReportsArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Name of a registration; left out: all that you may see.' })
  registration?: string;
  @Field(() => [ReportStateEnum], { nullable: true, description: 'Only reports of which this became.' })
  states?: ReportState[];
}

@InputType({ description: 'A report that is to be sent again.' })
class RetryReportInput extends OnceInput {
  @Field(() => ID, { description: '`id` of the report.' })
  reportId!: string;
}

@ObjectType({ description: 'What became of it.' })
class RetryReportPayload {
  @Field(() => UsageReport, { nullable: true, description: 'The report, waiting to be sent.' })
  report!: UsageReport | null;
  @Field(() => [UserError], { description: 'Empty when it was done.' })
  userErrors?: readonly UserError[];
}

@Resolver()
export class ReportingResolver {
  @Query(() => UsageReportConnection, { description: 'What was and is to be sent to Commerce, latest first.' })
  async usageReports(
    @Ctx() context: GatewayContext,
    @Args(() => ReportsArgs) args: ReportsArgs,
  ): Promise<Connection<UsageReport>> {
    const page = pageOf(context, 'usageReports', args);
    const { app, scope } = context;
    const { registration, states } = args;
    const found = registration == null ? null : await findRegistration(app.db.reader, scope, registration);
    const rows = await listReports(app.db.reader, scope, {
      ...(registration != null && { registrationId: found?.id ?? 0 }),
      ...(states != null && { states }),
      beforeId: page.after === null ? null : Number(page.after[0]),
      limit: page.limit + 1,
    });
    return connection(context, page, rows, { position: ({ id }) => [id], item: toUsageReport });
  }

  @Query(() => Completeness, {
    description: "How complete a registration's books are: what is closed, what is open, and what was not yet taken.",
  })
  async completeness(
    @Ctx() context: GatewayContext,
    @Arg('registration', () => String, { description: 'Name of the registration.' }) name: string,
  ): Promise<Completeness> {
    const registration = await getWholeRegistration(context.app.db.reader, context.scope, name);
    const { db, clock } = context.app;
    return toCompleteness(await readCompleteness(db.reader, registration, clock.now()));
  }

  @Query(() => UsageExplanation, {
    nullable: true,
    description:
      'Everything behind a number: the records that it adds up, the mapping that routed it, the report that carried it and the receipt. Null when there is no such aggregate, or it is not yours.',
  })
  async explainUsage(
    @Ctx() context: GatewayContext,
    @Arg('aggregateId', () => ID, { description: '`id` of a usage aggregate.' }) aggregateId: string,
    @Info() info: GraphQLResolveInfo,
  ): Promise<UsageExplanation | null> {
    const parsed = parseNodeId(aggregateId);
    const found = parsed?.type === 'UsageAggregate' ? await findAggregateRow(context, parsed.key) : null;
    if (found === null) return null;
    const { app, scope } = context;
    const explained = await explainUsage({ sql: app.db.reader, routingTables: app.routingTables }, scope, found.row);
    const references = await loadReferences(context, info, [found.row, ...explained.records]);
    return {
      ...explained,
      aggregate: toUsageAggregate(found.row, found.granularity, references(found.row)),
      records: explained.records.map((row) => toUsageRecord(row, references(row))),
      report: explained.report === null ? null : toUsageReport(explained.report),
    };
  }

  @Query(() => ReportReconciliation, {
    description: 'Holds what the receiver took, by our books, against what it says that it has. Asks the receiver.',
  })
  async reconcileReport(
    @Ctx() context: GatewayContext,
    @Arg('registration', () => String, { description: 'Name of the registration.' }) name: string,
  ): Promise<ReportReconciliation> {
    const registration = await getWholeRegistration(context.app.db.reader, context.scope, name);
    const { db, commerce } = context.app;
    const signal = AbortSignal.timeout(context.app.config.limits.requestMsMax);
    return toReconciliation(await reconcileReports(db.reader, commerce, registration, signal));
  }

  @Mutation(() => RetryReportPayload, {
    description:
      'Sends a report again that was refused or given up. What the receiver took of it before is counted once. One that already waits is left as it is.',
  })
  retryReport(
    @Ctx() context: GatewayContext,
    @Arg('input', () => RetryReportInput, { description: 'Which report.' }) input: RetryReportInput,
  ): Promise<RetryReportPayload> {
    return payloadOf(
      async () => {
        const parsed = parseNodeId(input.reportId);
        const rowId = parsed?.type === 'UsageReport' ? Number(parsed.key[0]) : Number.NaN;
        if (!Number.isSafeInteger(rowId)) throw new DomainError('NOT_FOUND', 'There is no such report.', ['reportId']);
        const by = actorIn(context, input);
        return { report: toUsageReport(await retryReport(context.app, context.scope, { reportId: rowId, by })) };
      },
      { report: null },
    );
  }
}

@Resolver(() => UsageReport)
export class UsageReportReferences {
  @FieldResolver(() => Registration, { nullable: true, description: 'Stamp whose usage it is.' })
  async registration(@Root() report: UsageReport, @Ctx() { loaders }: GatewayContext): Promise<Registration | null> {
    const row = await loaders.registration.load(report.registrationRowId);
    return row === null ? null : toRegistration(row);
  }
  @FieldResolver(() => [UsageReportAttempt], { description: 'Tries at sending it, latest first; at most 100.' })
  async attempts(
    @Root() report: UsageReport,
    @Ctx() { app, scope }: GatewayContext,
  ): Promise<readonly UsageReportAttempt[]> {
    return listAttempts(app.db.reader, scope, report.rowId);
  }
}
