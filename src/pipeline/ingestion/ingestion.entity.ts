import {
  ascii,
  day,
  digest,
  epochMs,
  flag,
  generatedId,
  hour,
  integer,
  key,
  longText,
  nullable,
  quantity,
  text,
  totalQuantity,
  withDefault,
} from '../../database/columns.js';
import { table } from '../../database/table.js';
import type { RowOf } from '../../database/table.js';

/** Who sends usage: a resource provider's name for itself, within one registration. */
export const usageSourceTable = table({
  name: 'usage_source',
  columns: {
    id: generatedId(),
    registrationId: integer(),
    name: text(200),
  },
  unique: { uq_usage_source_name: ['registrationId', 'name'] },
  references: { registrationId: 'registration' },
});

/** A resource as its usage described it: where it is and how it was tagged at the time. */
export const resourceTable = table({
  name: 'resource',
  columns: {
    id: generatedId(),
    stackSubscriptionId: integer(),
    /** Digest of all that follows, exactly as it came. */
    identity: digest(),
    /** Digest of the URI without case, for looking it up: stamps send both "resourceGroups" and "resourcegroups". */
    uriKey: digest(),
    uri: text(2048),
    location: text(128),
    /** JSON text, as it came. */
    tags: longText(),
    additionalInfo: longText(),
  },
  unique: { uq_resource_identity: ['identity'] },
  index: { ix_resource_uri: ['uriKey'] },
  references: { stackSubscriptionId: 'stack_subscription' },
  changeable: [],
});

/** One delivery of usage: the receipt. */
export const usageBatchTable = table({
  name: 'usage_batch',
  columns: {
    id: generatedId(),
    registrationId: integer(),
    receivedAt: epochMs(),
    receivedBy: text(200),
    accepted: integer(),
    duplicates: integer(),
    conflicts: integer(),
    rejected: integer(),
  },
  references: { registrationId: 'registration' },
});

/**
 * What a resource provider emitted: immutable, never deleted, counted once. Rows are clustered in the order in which
 * aggregates are read, so an hourly aggregate is a streaming read of neighbouring rows and needs no copy of its own.
 * What it refers to is committed before it and never deleted; foreign keys would cost more than the insert.
 */
export const usageRecordTable = table({
  name: 'usage_record',
  columns: {
    stackSubscriptionId: key(integer()),
    /** The hour under which it is filed: when it entered the usage system. */
    reportedHour: key(hour()),
    /** The hour in which it was consumed. Never later than the reported hour. */
    usageHour: key(hour()),
    meterId: key(integer()),
    resourceId: key(integer()),
    /** Digest of registration and `identityText`. Unique within a usage day: this is what counting once rests on. */
    identity: key(digest()),
    usageDay: day(),
    sourceId: integer(),
    batchId: integer(),
    /** The sender's id; null for usage pulled from a stamp, whose rows have none. */
    recordId: nullable(text(200)),
    /** The record id that this one corrects by a signed difference. */
    corrects: nullable(text(200)),
    quantity: quantity(),
    /**
     * Of a correction: the reported day of the record that it corrects, where that is an earlier one than its own. It
     * is billed as that day was, see `routing/day-parts.ts`. Null for everything else.
     */
    correctedDay: nullable(day()),
  },
  unique: { uq_usage_record_identity: ['usageDay', 'identity'] },
  isClustered: true,
  changeable: [],
});
/** A row of `usage_record`. */
export type UsageRecord = RowOf<typeof usageRecordTable>;

/** What the corrections of one record come to. Its row is what two batches that correct it wait for. */
export const correctedRecordTable = table({
  name: 'corrected_record',
  columns: {
    usageDay: key(day()),
    /** That of the record. */
    identity: key(digest()),
    stackSubscriptionId: integer(),
    /** The sum of its corrections, never less than the record's own quantity below zero. */
    quantity: totalQuantity(),
    corrections: integer(),
    /** True for what was corrected before the rule was: then nothing may be said about it but the sum. */
    isOlder: flag(),
  },
  index: { ix_corrected_record_subscription: ['stackSubscriptionId'] },
  isClustered: true,
});

/** A reported day that holds corrections of a stack subscription's records of an earlier reported day. */
export const correctionDayTable = table({
  name: 'correction_day',
  columns: {
    stackSubscriptionId: key(integer()),
    reportedDay: key(day()),
    correctedDay: key(day()),
  },
  isClustered: true,
});
/** A row of `correction_day`. */
export type CorrectionDay = RowOf<typeof correctionDayTable>;

/** A record that was not taken in: rejected, or in conflict with one that is stored. Kept so that nothing vanishes. */
export const quarantinedRecordTable = table({
  name: 'quarantined_record',
  columns: {
    id: generatedId(),
    registrationId: integer(),
    /**
     * Digest of registration, code, raw text and, where a stamp reported it, the hour: the same bad record again adds
     * to `timesSeen`, not a row.
     */
    identity: digest(),
    verdict: ascii(16),
    code: ascii(40),
    message: text(1000),
    source: nullable(text(200)),
    recordId: nullable(text(200)),
    stackSubscriptionGuid: nullable(ascii(36)),
    raw: longText(),
    firstSeenAt: epochMs(),
    lastSeenAt: epochMs(),
    timesSeen: integer(),
    /** Under which hour a stamp reported it; null for what was pushed, and for rows that could not be read. */
    reportedHour: nullable(hour()),
    /** When it was judged anew and taken in, or refused for another reason; null while it was not. */
    replayedAt: nullable(epochMs()),
    /** Of a correction that waits for its record: the identity of that. Null once it waits no more. */
    awaits: nullable(digest()),
    /** The principal who sent it last; null for what was kept before that was. */
    sentBy: nullable(text(200)),
    /** Whether the source was granted to that principal: then whoever has it is the same sender. */
    isSourceGranted: withDefault(flag(), false),
  },
  unique: { uq_quarantined_record_identity: ['identity'] },
  index: { ix_quarantined_record_awaits: ['awaits'] },
  references: { registrationId: 'registration' },
});
/** A row of `quarantined_record`. */
export type QuarantinedRecord = RowOf<typeof quarantinedRecordTable>;
