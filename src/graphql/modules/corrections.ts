import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, ID, Info, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';

import { findRecordRow } from './find-node.js';
import { loadReferences } from './usage-references.js';
import { DomainError } from '../../primitives/errors.js';
import { listUsageRecords } from '../../reading/usage-records.js';
import type { UsageRecordRow } from '../../reading/usage-records.js';
import { correctUsage } from '../../writing/correct-usage.js';
import type { GatewayContext } from '../context.js';
import { UserError, payloadOf } from '../errors.js';
import { OnceInput, actorIn } from '../mutation.js';
import { parseNodeId } from '../paging/node-id.js';
import { Decimal } from '../scalars.js';
import { UsageRecord, toUsageRecord } from '../types/usage.js';

@InputType({ description: 'A signed difference to one record.' })
class CorrectUsageInput extends OnceInput {
  @Field(() => ID, { description: '`id` of the `UsageRecord`, which is no correction itself.' })
  record!: string;
  @Field(() => String, {
    description:
      'What is added to it, most often less than zero. The record with all its corrections stays at zero or more.',
  })
  quantity!: string;
  @Field(() => String, { description: 'Why, for the audit log: 1 to 500 characters.' })
  reason!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class CorrectUsagePayload {
  @Field(() => UsageRecord, { nullable: true, description: 'The correction as it is in the books.' })
  correction!: UsageRecord | null;
  @Field(() => Decimal, { nullable: true, description: 'What is left of the record, with all of its corrections.' })
  remaining!: string | null;
  @Field(() => [UserError], { description: 'Empty when it was done.' })
  userErrors?: readonly UserError[];
}

@Resolver()
export class CorrectionResolver {
  @Mutation(() => CorrectUsagePayload, {
    description:
      'Corrects a record, whoever sent it, by a record of its own: filed under the present hour, and billed where the record was, whatever was mapped since. Without an idempotency key, asking twice corrects twice.',
  })
  correctUsage(
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => CorrectUsageInput, { description: 'Of which record, and by how much.' })
    input: CorrectUsageInput,
  ): Promise<CorrectUsagePayload> {
    return payloadOf(
      async () => {
        const by = actorIn(context, input);
        const parsed = parseNodeId(input.record);
        const row = parsed?.type === 'UsageRecord' ? await findRecordRow(context, parsed.key) : null;
        if (row === null) throw new DomainError('NOT_FOUND', 'There is no such record.', ['record']);
        const { quantity, reason } = input;
        const record = { ...row, identity: row.identity.toString('hex') };
        const done = await correctUsage(context.app, { record, quantity, reason, by });
        const correction = await findCorrection(context, row, done.recordId);
        if (correction === null) return { correction: null, remaining: done.remaining };
        const references = await loadReferences(context, info, [correction]);
        return { correction: toUsageRecord(correction, references(correction)), remaining: done.remaining };
      },
      { correction: null, remaining: null },
    );
  }
}

async function findCorrection(
  { app, scope }: GatewayContext,
  { stackSubscriptionId, meterId, resourceId, usageHour }: UsageRecordRow,
  recordId: string,
): Promise<UsageRecordRow | null> {
  const reading = { sql: app.db.reader, routingTables: app.routingTables };
  const { rows } = await listUsageRecords(reading, scope, {
    filter: { stackSubscriptionIds: [stackSubscriptionId], meterIds: [meterId], resourceIds: [resourceId] },
    range: { clock: 'USAGE', from: usageHour, to: usageHour + 1 },
    recordId,
    after: null,
    limit: 1,
  });
  return rows[0] ?? null;
}
