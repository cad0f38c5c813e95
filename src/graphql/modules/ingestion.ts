import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  UseMiddleware,
  createParameterDecorator,
} from 'type-graphql';
import type { MiddlewareFn } from 'type-graphql';

import { actorFor } from '../../access/actor.js';
import { sourcesFor } from '../../access/granted-sources.js';
import type { TextRecord } from '../../pipeline/ingestion/usage-wire.js';
import type { RecordVerdict, UsageReceipt, Verdict } from '../../pipeline/ingestion/verdict.js';
import { listQuarantinedRecords } from '../../reading/usage-records.js';
import { findRegistration, getWholeRegistration } from '../../registration/registration-store.js';
import { replayQuarantined } from '../../writing/replay-quarantined.js';
import { PageArgs, connection, connectionOf, pageOf } from '../paging/connection.js';
import type { Connection } from '../paging/connection.js';
import { callerOf } from '../context.js';
import { RECORDS_PER_MUTATION_MAX } from '../admission/document-limits.js';
import type { GatewayContext } from '../context.js';
import { UserError, payloadOf } from '../errors.js';
import { parseNodeId } from '../paging/node-id.js';
import { DateTime, Decimal } from '../scalars.js';
import { VerdictEnum } from '../types/enums.js';
import { QuarantinedRecord, toQuarantinedRecord } from '../types/quarantine.js';
import { TimeWindow, toWindow } from '../types/usage.js';

@InputType({
  description:
    'A usage record as a resource provider sends it. Everything is text, so that a bad record gets its own verdict instead of failing the batch.',
})
class UsageRecordInput {
  @Field(() => String, {
    nullable: true,
    description: 'Unique within its source; sending it again is safe at any time.',
  })
  id?: string;
  @Field(() => String, { nullable: true, description: "The sender's name for itself." })
  source?: string;
  @Field(() => String, { nullable: true, description: 'GUID of the subscription on the stamp.' })
  stackSubscriptionId?: string;
  @Field(() => String, { nullable: true, description: 'GUID of the meter; unknown ones are kept.' })
  meterId?: string;
  @Field(() => String, { nullable: true, description: 'Azure resource id.' })
  resourceUri?: string;
  @Field(() => String, { nullable: true, description: 'Region of the stamp.' })
  location?: string;
  @Field(() => String, { nullable: true, description: 'JSON text of an object of strings.' })
  tags?: string;
  @Field(() => String, { nullable: true, description: 'JSON text of an object.' })
  additionalInfo?: string;
  @Field(() => String, { nullable: true, description: 'Start of a whole UTC hour.' })
  usageStartTime?: string;
  @Field(() => String, { nullable: true, description: 'One hour later.' })
  usageEndTime?: string;
  @Field(() => String, { nullable: true, description: 'Exact decimal; negative only with `corrects`.' })
  quantity?: string;
  @Field(() => String, {
    nullable: true,
    description: 'Id of the record that this one corrects by a signed difference.',
  })
  corrects?: string;
}

@InputType({ description: 'A batch of usage records.' })
class RecordUsageInput {
  @Field(() => String, { description: 'Name of the registration.' })
  registration!: string;
  @Field(() => [UsageRecordInput], {
    description: `At most ${RECORDS_PER_MUTATION_MAX}; larger batches go to /v1/usage.`,
  })
  records!: UsageRecordInput[];
}

@ObjectType({ simpleResolvers: true, description: "What the books hold under a record's id." })
class StoredRecord {
  @Field(() => Decimal, { description: 'Its exact amount.' })
  quantity!: string;
  @Field(() => TimeWindow, { description: 'When it was consumed.' })
  usageWindow!: TimeWindow;
  @Field(() => TimeWindow, { description: 'The hour under which it is filed.' })
  reportedWindow!: TimeWindow;
}

@ObjectType('RecordVerdict', { simpleResolvers: true, description: 'What became of one record.' })
class RecordVerdictType {
  @Field(() => Int, { description: 'Place in the batch, from 0.' })
  index!: number;
  @Field(() => VerdictEnum, { description: 'What became of it.' })
  verdict!: Verdict;
  @Field(() => String, { nullable: true, description: 'Its id, where it could be read.' })
  recordId!: string | null;
  @Field(() => String, { nullable: true, description: 'Why, for CONFLICT and REJECTED; see docs/errors.md.' })
  code!: string | null;
  @Field(() => String, { nullable: true, description: 'A sentence for people.' })
  message!: string | null;
  @Field(() => String, { nullable: true, description: 'The field that is wrong.' })
  field!: string | null;
  @Field({ description: 'True when digits finer than 24 decimals were rounded half to even.' })
  isRounded!: boolean;
  @Field(() => StoredRecord, {
    nullable: true,
    description: 'For DUPLICATE and CONFLICT: what is stored, if you sent it.',
  })
  stored!: StoredRecord | null;
}

@ObjectType('UsageReceipt', {
  simpleResolvers: true,
  description: 'What became of a batch, answered after it was committed.',
})
class UsageReceiptType {
  @Field(() => Int, { nullable: true, description: 'Number of the batch; null for an empty one.' })
  batchId!: number | null;
  @Field(() => DateTime, { description: 'When it was taken in.' })
  receivedAt!: number;
  @Field(() => Int, { description: 'Records that are new in the books.' })
  accepted!: number;
  @Field(() => Int, { description: 'Records that were there already.' })
  duplicates!: number;
  @Field(() => Int, { description: 'Records that contradict a stored one.' })
  conflicts!: number;
  @Field(() => Int, { description: 'Records that broke a rule.' })
  rejected!: number;
  @Field(() => [RecordVerdictType], { description: 'One per record, in the order sent.' })
  verdicts!: readonly RecordVerdictType[];
}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class RecordUsagePayload {
  @Field(() => UsageReceiptType, {
    nullable: true,
    description: 'The receipt; null when the batch as a whole was refused.',
  })
  receipt!: UsageReceiptType | null;
  @Field(() => [UserError], { description: 'Empty when the batch was taken in, whatever the verdicts on its records.' })
  userErrors?: readonly UserError[];
}

@InputType({ description: 'Quarantined rows to be taken in.' })
class ReplayQuarantinedInput {
  @Field(() => String, { description: 'Name of the registration.' })
  registration!: string;
  @Field(() => [ID], { description: '`id` of each.' })
  ids!: string[];
  @Field(() => String, {
    nullable: true,
    description: 'Why, for the audit log: 1 to 500 characters. Needed for rows below zero (NEGATIVE_QUANTITY).',
  })
  reason?: string;
}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class ReplayQuarantinedPayload extends RecordUsagePayload {}

@ArgsType()
class QuarantineArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Name of a registration.' })
  registration?: string;
  @Field(() => String, { nullable: true, description: 'Only this reason.' })
  code?: string;
  @Field(() => Boolean, { nullable: true, description: 'false: only those that were not taken in by a replay.' })
  isReplayed?: boolean;
}

const QuarantinedRecordConnection = connectionOf(() => QuarantinedRecord, 'QuarantinedRecord');

/** Takes the records out of what type-graphql is about to copy into instances: nothing here asks for their class. */
const keepRecordsAsSent: MiddlewareFn = ({ args }, next) => {
  const { registration, records } = args['input'] as RecordUsageInput;
  Object.assign(args, { recordsAsSent: records, input: { registration, records: [] } });
  return next();
};
const RecordsAsSent = createParameterDecorator(({ args }): unknown => args['recordsAsSent']);

@Resolver()
export class IngestionResolver {
  @Mutation(() => RecordUsagePayload, {
    description: 'Takes a batch of usage into the books, each record once. Sending it again changes nothing.',
  })
  @UseMiddleware(keepRecordsAsSent)
  recordUsage(
    @Ctx() context: GatewayContext,
    @Arg('input', () => RecordUsageInput, { description: 'The batch.' }) { registration: name }: RecordUsageInput,
    @RecordsAsSent records: TextRecord[],
  ): Promise<RecordUsagePayload> {
    return payloadOf(
      async () => {
        const { app, scope } = context;
        const caller = callerOf(context);
        const receivedBy = caller.subject;
        const registration = await getWholeRegistration(app.db.reader, scope, name);
        const granting = { sql: app.db.reader, issuers: app.config.issuers };
        const grantedSources = await sourcesFor(granting, caller, registration.name);
        const recording = app.usageWriter.record(
          { records, registrationId: registration.id, receivedBy, grantedSources },
          { db: app.db, milliseconds: app.config.limits.requestMsMax },
        );
        // The request keeps them until it is answered, and thousands of objects that wait are copied about meanwhile.
        records.length = 0;
        return { receipt: toReceipt(await recording) };
      },
      { receipt: null },
    );
  }

  @Mutation(() => ReplayQuarantinedPayload, {
    description:
      'Takes in quarantined rows that a stamp reported for a closed day (WINDOW_CLOSED, with a reportedWindow), or below zero (NEGATIVE_QUANTITY, with a reason): they are filed under the present hour. Verdicts are in the order of the ids, each once; replaying again changes nothing.',
  })
  replayQuarantined(
    @Ctx() context: GatewayContext,
    @Arg('input', () => ReplayQuarantinedInput, { description: 'Which.' })
    { registration, ids, reason }: ReplayQuarantinedInput,
  ): Promise<ReplayQuarantinedPayload> {
    return payloadOf(
      async () => {
        const by = actorFor(callerOf(context), context.requestId);
        const change = { registration, ids: ids.map(rowIdOf), reason: reason ?? undefined, by };
        return { receipt: toReceipt(await replayQuarantined(context.app, context.scope, change)) };
      },
      { receipt: null },
    );
  }

  @Query(() => QuarantinedRecordConnection, { description: 'Records that were not taken in, latest first.' })
  async quarantinedRecords(
    @Ctx() context: GatewayContext,
    @Args(() => QuarantineArgs) args: QuarantineArgs,
  ): Promise<Connection<QuarantinedRecord>> {
    const page = pageOf(context, 'quarantinedRecords', args);
    const { app, scope } = context;
    const { registration, code, isReplayed } = args;
    const found = registration == null ? null : await findRegistration(app.db.reader, scope, registration);
    const rows = await listQuarantinedRecords(app.db.reader, scope, {
      ...(registration != null && { registrationId: found?.id ?? 0 }),
      ...(code != null && { code }),
      ...(isReplayed != null && { isReplayed }),
      beforeId: page.after === null ? null : Number(page.after[0]),
      limit: page.limit + 1,
    });
    return connection(context, page, rows, { position: ({ id }) => [id], item: toQuarantinedRecord });
  }
}

/** An id that stands for nothing of ours is answered like one that nobody has. */
function rowIdOf(id: string): number {
  const parsed = parseNodeId(id);
  const rowId = parsed?.type === 'QuarantinedRecord' ? Number(parsed.key[0]) : Number.NaN;
  return Number.isSafeInteger(rowId) ? rowId : 0;
}

function toReceipt(receipt: UsageReceipt): UsageReceiptType {
  return { ...receipt, verdicts: receipt.verdicts.map(toVerdict) };
}

function toVerdict(verdict: RecordVerdict): RecordVerdictType {
  const { index, recordId, code, message, field, isRounded, stored } = verdict;
  // Field by field: objects that are made by spreading are slow to make and, worse, slow to read ever after.
  return {
    index,
    verdict: verdict.verdict,
    recordId,
    code,
    message,
    field,
    isRounded,
    stored: stored === null ? null : toStored(stored),
  };
}

function toStored({ quantity, usageHour, reportedHour }: NonNullable<RecordVerdict['stored']>): StoredRecord {
  const hour = (from: number) => toWindow({ from, to: from + 1 });
  return { quantity, usageWindow: hour(usageHour), reportedWindow: hour(reportedHour) };
}
