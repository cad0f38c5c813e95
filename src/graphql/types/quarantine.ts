import { Field, Int, ObjectType } from 'type-graphql';

import { VerdictEnum } from './enums.js';
import { TimeWindow, toWindow } from './usage.js';
import { Node } from './who.js';
import type { QuarantinedRecord as QuarantinedRow } from '../../pipeline/ingestion/ingestion.entity.js';
import type { Verdict } from '../../pipeline/ingestion/verdict.js';
import { nodeId } from '../paging/node-id.js';
import { DateTime, UUID } from '../scalars.js';

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
  @Field(() => TimeWindow, {
    nullable: true,
    description: 'Hour under which a stamp reported it; null for what was pushed, or could not be read.',
  })
  reportedWindow!: TimeWindow | null;
  @Field(() => DateTime, {
    nullable: true,
    description:
      'When it was judged anew, by `replayQuarantined` or because the record came that it corrects: it is in the books since, or was refused for another reason. Null while it was not.',
  })
  replayedAt!: number | null;
  registrationRowId!: number;
}

/** A record that was not taken in, with the text that it came as. */
export function toQuarantinedRecord(row: QuarantinedRow): QuarantinedRecord {
  const { code, message, source, recordId, raw, timesSeen, reportedHour, replayedAt } = row;
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
    firstSeenAt: row.firstSeenAt,
    lastSeenAt: row.lastSeenAt,
    timesSeen,
    reportedWindow: reportedHour === null ? null : toWindow({ from: reportedHour, to: reportedHour + 1 }),
    replayedAt,
    registrationRowId: row.registrationId,
  };
}
