import {
  ascii,
  day,
  digest,
  epochMs,
  flag,
  generatedId,
  hour,
  integer,
  longText,
  quantity,
  text,
  totalQuantity,
} from '../../database/columns.js';
import type { Dialect } from '../../database/dialect.js';
import { table } from '../../database/table.js';

/** Who sends usage: a resource provider's name for itself, within one registration. */
export interface UsageSource {
  id: number;
  registrationId: number;
  name: string;
}

/** A resource as its usage described it: where it is and how it was tagged at the time. */
export interface Resource {
  id: number;
  stackSubscriptionId: number;
  /** Digest of all that follows, exactly as it came. */
  identity: Buffer;
  /** Digest of the URI without case, for looking it up: stamps send both "resourceGroups" and "resourcegroups". */
  uriKey: Buffer;
  uri: string;
  location: string;
  /** JSON text, as it came. */
  tags: string;
  additionalInfo: string;
}

/** One delivery of usage: the receipt. */
export interface UsageBatch {
  id: number;
  registrationId: number;
  receivedAt: number;
  receivedBy: string;
  accepted: number;
  duplicates: number;
  conflicts: number;
  rejected: number;
}

/**
 * What a resource provider emitted: immutable, never deleted, counted once. Rows are clustered in the order in which
 * aggregates are read, so an hourly aggregate is a streaming read of neighbouring rows and needs no copy of its own.
 * What it refers to is committed before it and never deleted; foreign keys would cost more than the insert.
 */
export interface UsageRecord {
  stackSubscriptionId: number;
  /** The hour under which it is filed: when it entered the usage system. */
  reportedHour: number;
  /** The hour in which it was consumed. Never later than the reported hour. */
  usageHour: number;
  meterId: number;
  resourceId: number;
  /** Digest of registration and `identityText`. Unique within a usage day: this is what counting once rests on. */
  identity: Buffer;
  usageDay: number;
  sourceId: number;
  batchId: number;
  /** The sender's id; null for usage pulled from a stamp, whose rows have none. */
  recordId: string | null;
  /** The record id that this one corrects by a signed difference. */
  corrects: string | null;
  quantity: string;
  /**
   * Of a correction: the reported day of the record that it corrects, where that is an earlier one than its own. It is
   * billed as that day was, see `routing/day-parts.ts`. Null for everything else.
   */
  correctedDay: number | null;
}

/** What the corrections of one record come to. Its row is what two batches that correct it wait for. */
export interface CorrectedRecord {
  usageDay: number;
  /** That of the record. */
  identity: Buffer;
  stackSubscriptionId: number;
  /** The sum of its corrections, never less than the record's own quantity below zero. */
  quantity: string;
  corrections: number;
  /** True for what was corrected before the rule was: then nothing may be said about it but the sum. */
  isOlder: boolean;
}

/** A reported day that holds corrections of a stack subscription's records of an earlier reported day. */
export interface CorrectionDay {
  stackSubscriptionId: number;
  reportedDay: number;
  correctedDay: number;
}

/** A record that was not taken in: rejected, or in conflict with one that is stored. Kept so that nothing vanishes. */
export interface QuarantinedRecord {
  id: number;
  registrationId: number;
  /**
   * Digest of registration, code, raw text and, where a stamp reported it, the hour: the same bad record again adds to
   * `timesSeen`, not a row.
   */
  identity: Buffer;
  verdict: string;
  code: string;
  message: string;
  source: string | null;
  recordId: string | null;
  stackSubscriptionGuid: string | null;
  /** Under which hour a stamp reported it; null for what was pushed, and for rows that could not be read. */
  reportedHour: number | null;
  raw: string;
  firstSeenAt: number;
  lastSeenAt: number;
  timesSeen: number;
  /** When it was judged anew and taken in, or refused for another reason; null while it was not. */
  replayedAt: number | null;
  /** Of a correction that waits for its record: the identity of that. Null once it waits no more. */
  awaits: Buffer | null;
  /** The principal who sent it last; null for what was kept before that was. */
  sentBy: string | null;
  /** Whether the source was granted to that principal: then whoever has it is the same sender. */
  isSourceGranted: boolean;
}

/** The tables of records, what they name, their batches and the quarantine. */
export function ingestionTables(dialect: Dialect) {
  return [
    table<UsageSource>({
      name: 'usage_source',
      columns: { id: generatedId(), registrationId: integer(), name: text(dialect, 200) },
      unique: { uq_usage_source_name: ['registrationId', 'name'] },
      references: { registrationId: 'registration' },
    }),
    table<Resource>({
      name: 'resource',
      columns: {
        id: generatedId(),
        stackSubscriptionId: integer(),
        identity: digest(dialect),
        uriKey: digest(dialect),
        uri: text(dialect, 2048),
        location: text(dialect, 128),
        tags: longText(dialect),
        additionalInfo: longText(dialect),
      },
      unique: { uq_resource_identity: ['identity'] },
      index: { ix_resource_uri: ['uriKey'] },
      references: { stackSubscriptionId: 'stack_subscription' },
    }),
    table<UsageBatch>({
      name: 'usage_batch',
      columns: {
        id: generatedId(),
        registrationId: integer(),
        receivedAt: epochMs(),
        receivedBy: text(dialect, 200),
        accepted: integer(),
        duplicates: integer(),
        conflicts: integer(),
        rejected: integer(),
      },
      references: { registrationId: 'registration' },
    }),
    table<UsageRecord>({
      name: 'usage_record',
      columns: {
        stackSubscriptionId: integer({ primary: true }),
        reportedHour: hour(dialect, { primary: true }),
        usageHour: hour(dialect, { primary: true }),
        meterId: integer({ primary: true }),
        resourceId: integer({ primary: true }),
        identity: digest(dialect, { primary: true }),
        usageDay: day(dialect),
        sourceId: integer(),
        batchId: integer(),
        recordId: text(dialect, 200, { nullable: true }),
        corrects: text(dialect, 200, { nullable: true }),
        quantity: quantity(dialect),
        correctedDay: { ...day(dialect), nullable: true },
      },
      unique: { uq_usage_record_identity: ['usageDay', 'identity'] },
      isClustered: true,
    }),
    table<CorrectedRecord>({
      name: 'corrected_record',
      columns: {
        usageDay: day(dialect, { primary: true }),
        identity: digest(dialect, { primary: true }),
        stackSubscriptionId: integer(),
        quantity: totalQuantity(dialect),
        corrections: integer(),
        isOlder: flag(),
      },
      index: { ix_corrected_record_subscription: ['stackSubscriptionId'] },
      isClustered: true,
    }),
    table<CorrectionDay>({
      name: 'correction_day',
      columns: {
        stackSubscriptionId: integer({ primary: true }),
        reportedDay: day(dialect, { primary: true }),
        correctedDay: day(dialect, { primary: true }),
      },
      isClustered: true,
    }),
    table<QuarantinedRecord>({
      name: 'quarantined_record',
      columns: {
        id: generatedId(),
        registrationId: integer(),
        identity: digest(dialect),
        verdict: ascii(dialect, 16),
        code: ascii(dialect, 40),
        message: text(dialect, 1000),
        source: text(dialect, 200, { nullable: true }),
        recordId: text(dialect, 200, { nullable: true }),
        stackSubscriptionGuid: ascii(dialect, 36, { nullable: true }),
        raw: longText(dialect),
        firstSeenAt: epochMs(),
        lastSeenAt: epochMs(),
        timesSeen: integer(),
        reportedHour: { ...hour(dialect), nullable: true },
        replayedAt: { ...epochMs(), nullable: true },
        awaits: { ...digest(dialect), nullable: true },
        sentBy: text(dialect, 200, { nullable: true }),
        isSourceGranted: { ...flag(), default: false },
      },
      unique: { uq_quarantined_record_identity: ['identity'] },
      index: { ix_quarantined_record_awaits: ['awaits'] },
      references: { registrationId: 'registration' },
    }),
  ];
}
