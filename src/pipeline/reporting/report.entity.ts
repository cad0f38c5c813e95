import { ascii, day, epochMs, generatedId, integer, key, nullable, text, withDefault } from '../../database/columns.js';
import { table } from '../../database/table.js';
import type { RowOf } from '../../database/table.js';
import type { ReportForm } from './commerce-client.js';
import type { LineStatus, ReportState } from './report-state.js';

/** A closed day whose usage was put into reports. What makes that happen once. */
export const usageReportDayTable = table({
  name: 'usage_report_day',
  columns: {
    registrationId: key(integer()),
    reportedDay: key(integer()),
    preparedAt: epochMs(),
  },
  references: { registrationId: 'registration' },
});

/**
 * Part of a closed day's usage for one Azure subscription: what is sent to Commerce in one piece. Its lines never
 * change.
 */
export const usageReportTable = table({
  name: 'usage_report',
  columns: {
    id: generatedId(),
    registrationId: integer(),
    reportedDay: integer(),
    /** The Azure subscription that is billed, as it was when the report was made. */
    destinationSubscriptionGuid: ascii(36),
    /** Counts the reports of one day and destination, from 1. */
    batchNo: integer(),
    /** What the receiver knows it by, however often it is sent. */
    idempotencyKey: ascii(64),
    /** Counts the retries that people asked for after an answer: each is a new question about the same lines. */
    generation: integer(),
    lineCount: integer(),
    state: ascii<ReportState>(16),
    attempts: integer(),
    /** PENDING: when to try next. SENDING: until when the sender has it. Else NEVER_DUE. */
    dueAt: epochMs(),
    /** Names the attempt that has it; empty while none does. */
    leaseToken: ascii(36),
    /** The receiver's name for what it took. */
    receipt: nullable(text(200)),
    errorCode: nullable(ascii(64)),
    errorMessage: nullable(text(1000)),
    createdAt: epochMs(),
    settledAt: nullable(epochMs()),
    /** How it is written; as when it was prepared, whatever is new since then. */
    form: withDefault(integer<ReportForm>(), 1),
  },
  unique: {
    uq_usage_report_key: ['idempotencyKey'],
    uq_usage_report_batch: ['registrationId', 'reportedDay', 'destinationSubscriptionGuid', 'batchNo'],
  },
  index: { ix_usage_report_due: ['dueAt'], ix_usage_report_settled: ['settledAt'] },
  references: { registrationId: 'registration' },
});
/** A row of `usage_report`. */
export type UsageReport = RowOf<typeof usageReportTable>;

/**
 * What a meter was called on the day that was put into reports, once for all lines of the day: a line says what was so
 * then, also when it is sent again after somebody described the meter anew.
 */
export const usageReportMeterTable = table({
  name: 'usage_report_meter',
  columns: {
    registrationId: key(integer()),
    reportedDay: key(integer()),
    meterId: key(integer()),
    name: nullable(text(200)),
    unit: nullable(text(100)),
  },
  references: { registrationId: 'registration', meterId: 'meter' },
  isClustered: true,
});

/** One daily aggregate in a report. The database lets an aggregate be on one line only. */
export const usageReportLineTable = table({
  name: 'usage_report_line',
  columns: {
    reportId: key(integer()),
    lineNo: key(integer()),
    stackSubscriptionId: integer(),
    reportedDay: day(),
    usageDay: day(),
    meterId: integer(),
    resourceId: integer(),
    part: integer(),
    status: ascii<LineStatus>(16),
    code: nullable(ascii(64)),
    /** Whose the usage was when its day was closed; null: nobody had said, or the report is of form 1. */
    tenantId: nullable(integer()),
  },
  unique: {
    uq_usage_report_line_aggregate: ['stackSubscriptionId', 'reportedDay', 'usageDay', 'meterId', 'resourceId', 'part'],
  },
  references: { reportId: 'usage_report', stackSubscriptionId: 'stack_subscription' },
  isClustered: true,
});
/** A row of `usage_report_line`. */
export type UsageReportLine = RowOf<typeof usageReportLineTable>;

/** One try at sending a report. It is UNKNOWN until it is settled, and stays so when its process died. */
export const usageReportAttemptTable = table({
  name: 'usage_report_attempt',
  columns: {
    reportId: key(integer()),
    attemptNo: key(integer()),
    startedAt: epochMs(),
    endedAt: nullable(epochMs()),
    outcome: ascii(16),
    code: nullable(ascii(64)),
    message: nullable(text(1000)),
  },
  references: { reportId: 'usage_report' },
});
/** A row of `usage_report_attempt`. */
export type UsageReportAttempt = RowOf<typeof usageReportAttemptTable>;
