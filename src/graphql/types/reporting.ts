import { Field, Int, ObjectType } from 'type-graphql';

import {
  InvariantEnum,
  LineStatusEnum,
  ReportStateEnum,
  ReportingStandingEnum,
  UnsentLevelEnum,
  UsageIntakeEnum,
  WaitingLevelEnum,
} from './enums.js';
import { UsageAggregate, UsageRecord } from './usage.js';
import { Node, RegistrationBooks, toRegistration } from './who.js';
import type { LineStatus, ReportState } from '../../pipeline/reporting/report-state.js';
import { NEVER_DUE } from '../../pipeline/reporting/report-state.js';
import type { UsageReport as ReportRow } from '../../pipeline/reporting/report.entity.js';
import { hourStart } from '../../primitives/windows.js';
import type { Completeness as CompletenessRow, OpenDay as OpenDayRow } from '../../reading/completeness.js';
import type { ReportingStanding } from '../../reading/explain-usage.js';
import type { InvariantName } from '../../reading/invariants.js';
import type { Reconciliation, UnsentUsage as UnsentRow } from '../../reading/reports.js';
import type { WaitingLevel } from '../../registration/registration-state.js';
import type { UsageIntake } from '../../registration/usage-intake.js';
import { nodeId } from '../paging/node-id.js';
import { DateTime, Decimal, LocalDate, UUID } from '../scalars.js';

@ObjectType({
  simpleResolvers: true,
  implements: Node,
  description: "Part of a closed day's usage for one Azure subscription: what is sent to Commerce in one piece.",
})
export class UsageReport extends Node {
  @Field(() => LocalDate, { description: 'The closed reported day.' })
  reportedDay!: number;
  @Field(() => UUID, { description: 'The Azure subscription that is billed, frozen when the report was made.' })
  destinationSubscriptionId!: string;
  @Field(() => Int, { description: 'Counts the reports of one day and subscription, from 1.' })
  batchNo!: number;
  @Field(() => String, { description: 'What the receiver knows it by, however often it is sent.' })
  idempotencyKey!: string;
  @Field(() => Int, { description: 'How many daily aggregates it holds.' })
  lineCount!: number;
  @Field(() => ReportStateEnum, { description: 'What became of it.' })
  state!: ReportState;
  @Field(() => Int, { description: 'How often it was sent.' })
  attemptCount!: number;
  @Field(() => DateTime, { nullable: true, description: 'When it is tried next; null unless it is PENDING.' })
  nextAttemptAt!: number | null;
  @Field(() => String, { nullable: true, description: "The receiver's name for what it took." })
  receipt!: string | null;
  @Field(() => String, {
    nullable: true,
    description: "Why it was not taken the last time; Azure's own names where it has one. See docs/errors.md.",
  })
  errorCode!: string | null;
  @Field(() => String, { nullable: true, description: 'A sentence for people.' })
  errorMessage!: string | null;
  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: number;
  @Field(() => DateTime, { nullable: true, description: 'Since when it is as its state says; null while it is open.' })
  settledAt!: number | null;
  rowId!: number;
  registrationRowId!: number;
}

/** A report as the API shows it; `nextAttemptAt` only while there will be one. */
export function toUsageReport(row: ReportRow): UsageReport {
  const { id, attempts, dueAt, destinationSubscriptionGuid, registrationId, ...rest } = row;
  return {
    ...rest,
    id: nodeId('UsageReport', id),
    nodeType: 'UsageReport',
    destinationSubscriptionId: destinationSubscriptionGuid,
    attemptCount: attempts,
    nextAttemptAt: row.state === 'PENDING' && dueAt < NEVER_DUE ? dueAt : null,
    rowId: id,
    registrationRowId: registrationId,
  };
}

@ObjectType({ simpleResolvers: true, description: 'One try at sending a report.' })
export class UsageReportAttempt {
  @Field(() => Int, { description: 'Counts from 1.' })
  attemptNo!: number;
  @Field(() => DateTime, { description: 'When it began.' })
  startedAt!: number;
  @Field(() => DateTime, { nullable: true, description: 'When it ended; null when nobody knows.' })
  endedAt!: number | null;
  @Field(() => String, {
    description:
      'ACCEPTED, REFUSED (some lines were rejected), FAILED, or UNKNOWN: it is running, or its process died.',
  })
  outcome!: string;
  @Field(() => String, { nullable: true, description: 'Why it failed.' })
  code!: string | null;
  @Field(() => String, { nullable: true, description: 'A sentence for people.' })
  message!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'A daily aggregate in a report.' })
export class UsageReportLine {
  @Field(() => Int, { description: 'Counts from 1 within the report.' })
  lineNo!: number;
  @Field(() => LineStatusEnum, { description: 'What the receiver said of it.' })
  status!: LineStatus;
  @Field(() => String, { nullable: true, description: "The receiver's reason for a rejection." })
  code!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Where a number comes from, and where it went.' })
export class UsageExplanation {
  @Field(() => UsageAggregate, { description: 'The number, with its destination and the mapping that decided it.' })
  aggregate!: UsageAggregate;
  @Field(() => [UsageRecord], { description: 'The records that it adds up, at most 1,000.' })
  records!: readonly UsageRecord[];
  @Field({ description: 'Whether these are all records of it.' })
  isWhole!: boolean;
  @Field(() => Decimal, { description: 'The sum of these records: that of the aggregate, when they are all.' })
  sumOfRecords!: string;
  @Field(() => ReportingStandingEnum, {
    nullable: true,
    description: 'What becomes, or became, of it on its way to the receiver; null for who sees only some tenants.',
  })
  standing!: ReportingStanding | null;
  @Field(() => UsageReport, {
    nullable: true,
    description:
      'The report with which its usage day was sent to its destination; null where there is none: `standing` says why.',
  })
  report!: UsageReport | null;
  @Field(() => UsageReportLine, { nullable: true, description: 'Its line in that report.' })
  reportLine!: UsageReportLine | null;
}

@ObjectType({ simpleResolvers: true, description: 'A reported day that can still change.' })
export class OpenDay {
  @Field(() => LocalDate, { description: 'UTC day.' })
  day!: number;
  @Field(() => Int, { description: 'Hours of it that are over.' })
  expectedHours!: number;
  @Field(() => Int, { description: 'Hours of it under which anything is filed.' })
  seenHours!: number;
  @Field(() => Int, { description: 'Records that are filed under it.' })
  records!: number;
  @Field({ description: 'Whether it lies before the first day of the books: it closes, and is in no report.' })
  isHistory!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'Closed usage that the receiver has not taken.' })
export class UnsentUsage {
  @Field(() => Int, { description: 'Reported days of which something waits.' })
  days!: number;
  @Field(() => LocalDate, { nullable: true, description: 'The oldest of them.' })
  oldestDay!: number | null;
  @Field(() => Int, { description: 'Whole hours since the end of that day; 0 when nothing waits.' })
  ageHours!: number;
  @Field(() => UnsentLevelEnum, { description: 'How urgent it is.' })
  level!: UnsentRow['level'];
}

@ObjectType({ simpleResolvers: true, description: "How complete a registration's books are." })
export class Completeness {
  @Field(() => RegistrationBooks, { description: 'Where the books begin, and whether they have begun.' })
  books!: RegistrationBooks;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Since when they wait to be opened (`openBooks`); null once they are.',
  })
  waitingSince!: number | null;
  @Field(() => WaitingLevelEnum, { description: 'How urgent that is.' })
  waitingLevel!: WaitingLevel;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Everything reported before this moment is closed; null while nothing is.',
  })
  completeThrough!: number | null;
  @Field(() => UsageIntakeEnum, { description: 'How its usage comes in, which decides when a day is over.' })
  usageIntake!: UsageIntake;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Everything reported before this moment was pulled from the stamp; null where nothing is pulled.',
  })
  pulledThrough!: number | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Start of the latest reported hour under which anything open is filed.',
  })
  lastSeenHour!: number | null;
  @Field(() => Int, { nullable: true, description: 'Whole hours that are over since then.' })
  lagHours!: number | null;
  @Field(() => [OpenDay], { description: 'Open days that hold usage, oldest first; the latest 400.' })
  openDays!: readonly OpenDayRow[];
  @Field(() => UnsentUsage, { description: 'What is closed and not yet taken by the receiver.' })
  unsent!: UnsentUsage;
}

const MS_PER_HOUR = 3_600_000;

/** How complete the books of a registration are, with hours as moments. */
export function toCompleteness(row: CompletenessRow): Completeness {
  const { completeThrough, usageIntake, pulledThrough, lastSeenHour, lagHours, openDays } = row;
  const { registration, waitingSince, waitingLevel } = row;
  const moment = (hour: number | null) => (hour === null ? null : hourStart(hour).getTime());
  const { ageMs, ...unsent } = row.unsent;
  return {
    books: toRegistration(registration).books,
    waitingSince,
    waitingLevel,
    completeThrough: moment(completeThrough),
    usageIntake,
    pulledThrough: moment(pulledThrough),
    lastSeenHour: moment(lastSeenHour),
    lagHours,
    openDays,
    unsent: { ...unsent, ageHours: Math.floor(ageMs / MS_PER_HOUR) },
  };
}

@ObjectType({
  simpleResolvers: true,
  description: 'What we sent for one Azure subscription and meter, and what the receiver has.',
})
export class ReconciledMeter {
  @Field(() => UUID, { description: 'Azure subscription that is billed.' })
  destinationSubscriptionId!: string;
  @Field(() => UUID, { description: 'What was measured.' })
  meterId!: string;
  @Field(() => Decimal, { description: 'Sum of the lines that the receiver took, by our books.' })
  sent!: string;
  @Field(() => Int, { description: 'How many lines these are.' })
  sentLines!: number;
  @Field(() => Decimal, { description: 'Sum that the receiver says it has.' })
  received!: string;
  @Field(() => Int, { description: 'How many lines these are.' })
  receivedLines!: number;
  @Field({ description: 'Whether both say the same, to the last digit.' })
  isEqual!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'Our books of what was sent, held against those of the receiver.' })
export class ReportReconciliation {
  @Field({ description: 'Whether the receiver can be asked. Where it cannot, nothing was compared.' })
  isSupported!: boolean;
  @Field({ description: 'Whether every sum is equal.' })
  isEqual!: boolean;
  @Field(() => [ReconciledMeter], { description: 'Per Azure subscription and meter; at most 10,000.' })
  meters!: readonly ReconciledMeter[];
}

const METERS_SHOWN = 10_000;

/** What was sent beside what was received; null rows say that the receiver cannot tell. */
export function toReconciliation(rows: readonly Reconciliation[] | null): ReportReconciliation {
  const meters = (rows ?? []).map((row) => ({
    ...row,
    isEqual: row.sent === row.received && row.sentLines === row.receivedLines,
  }));
  return {
    isSupported: rows !== null,
    isEqual: rows !== null && meters.every(({ isEqual }) => isEqual),
    meters: meters.slice(0, METERS_SHOWN),
  };
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
