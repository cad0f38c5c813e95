import { ascii, day, epochMs, generatedId, integer, text } from '../../database/columns.js';
import type { Dialect } from '../../database/dialect.js';
import { table } from '../../database/table.js';
import type { ReportForm } from './commerce-client.js';
import type { LineStatus, ReportState } from './report-state.js';

/** A closed day whose usage was put into reports. What makes that happen once. */
export interface UsageReportDay {
  registrationId: number;
  reportedDay: number;
  preparedAt: number;
}

/**
 * Part of a closed day's usage for one Azure subscription: what is sent to Commerce in one piece. Its lines never
 * change.
 */
export interface UsageReport {
  id: number;
  registrationId: number;
  reportedDay: number;
  /** The Azure subscription that is billed, as it was when the report was made. */
  destinationSubscriptionGuid: string;
  /** Counts the reports of one day and destination, from 1. */
  batchNo: number;
  /** What the receiver knows it by, however often it is sent. */
  idempotencyKey: string;
  /** Counts the retries that people asked for after an answer: each is a new question about the same lines. */
  generation: number;
  lineCount: number;
  state: ReportState;
  attempts: number;
  /** PENDING: when to try next. SENDING: until when the sender has it. Else NEVER_DUE. */
  dueAt: number;
  /** Names the attempt that has it; empty while none does. */
  leaseToken: string;
  /** The receiver's name for what it took. */
  receipt: string | null;
  errorCode: string | null;
  errorMessage: string | null;
  createdAt: number;
  settledAt: number | null;
  /** How it is written; as when it was prepared, whatever is new since then. */
  form: ReportForm;
}

/**
 * What a meter was called on the day that was put into reports, once for all lines of the day: a line says what was so
 * then, also when it is sent again after somebody described the meter anew.
 */
export interface UsageReportMeter {
  registrationId: number;
  reportedDay: number;
  meterId: number;
  name: string | null;
  unit: string | null;
}

/** One daily aggregate in a report. The database lets an aggregate be on one line only. */
export interface UsageReportLine {
  reportId: number;
  lineNo: number;
  stackSubscriptionId: number;
  reportedDay: number;
  usageDay: number;
  meterId: number;
  resourceId: number;
  part: number;
  status: LineStatus;
  code: string | null;
  /** Whose the usage was when its day was closed; null: nobody had said, or the report is of form 1. */
  tenantId: number | null;
}

/** One try at sending a report. It is UNKNOWN until it is settled, and stays so when its process died. */
export interface UsageReportAttempt {
  reportId: number;
  attemptNo: number;
  startedAt: number;
  endedAt: number | null;
  outcome: string;
  code: string | null;
  message: string | null;
}

/** The tables of reports, their lines and attempts, and of the days that were put into them, with their meters. */
export function reportTables(dialect: Dialect) {
  return [
    table<UsageReportDay>({
      name: 'usage_report_day',
      columns: {
        registrationId: integer({ primary: true }),
        reportedDay: integer({ primary: true }),
        preparedAt: epochMs(),
      },
      references: { registrationId: 'registration' },
    }),
    table<UsageReport>({
      name: 'usage_report',
      columns: {
        id: generatedId(),
        registrationId: integer(),
        reportedDay: integer(),
        destinationSubscriptionGuid: ascii(dialect, 36),
        batchNo: integer(),
        idempotencyKey: ascii(dialect, 64),
        generation: integer(),
        lineCount: integer(),
        state: ascii(dialect, 16),
        attempts: integer(),
        dueAt: epochMs(),
        leaseToken: ascii(dialect, 36),
        receipt: text(dialect, 200, { nullable: true }),
        errorCode: ascii(dialect, 64, { nullable: true }),
        errorMessage: text(dialect, 1000, { nullable: true }),
        createdAt: epochMs(),
        settledAt: { ...epochMs(), nullable: true },
        form: integer({ default: 1 }),
      },
      unique: {
        uq_usage_report_key: ['idempotencyKey'],
        uq_usage_report_batch: ['registrationId', 'reportedDay', 'destinationSubscriptionGuid', 'batchNo'],
      },
      index: { ix_usage_report_due: ['dueAt'], ix_usage_report_settled: ['settledAt'] },
      references: { registrationId: 'registration' },
    }),
    table<UsageReportMeter>({
      name: 'usage_report_meter',
      columns: {
        registrationId: integer({ primary: true }),
        reportedDay: integer({ primary: true }),
        meterId: integer({ primary: true }),
        name: text(dialect, 200, { nullable: true }),
        unit: text(dialect, 100, { nullable: true }),
      },
      references: { registrationId: 'registration', meterId: 'meter' },
      isClustered: true,
    }),
    table<UsageReportLine>({
      name: 'usage_report_line',
      columns: {
        reportId: integer({ primary: true }),
        lineNo: integer({ primary: true }),
        stackSubscriptionId: integer(),
        reportedDay: day(dialect),
        usageDay: day(dialect),
        meterId: integer(),
        resourceId: integer(),
        part: integer(),
        status: ascii(dialect, 16),
        code: ascii(dialect, 64, { nullable: true }),
        tenantId: integer({ nullable: true }),
      },
      unique: {
        uq_usage_report_line_aggregate: [
          'stackSubscriptionId',
          'reportedDay',
          'usageDay',
          'meterId',
          'resourceId',
          'part',
        ],
      },
      references: { reportId: 'usage_report', stackSubscriptionId: 'stack_subscription' },
      isClustered: true,
    }),
    table<UsageReportAttempt>({
      name: 'usage_report_attempt',
      columns: {
        reportId: integer({ primary: true }),
        attemptNo: integer({ primary: true }),
        startedAt: epochMs(),
        endedAt: { ...epochMs(), nullable: true },
        outcome: ascii(dialect, 16),
        code: ascii(dialect, 64, { nullable: true }),
        message: text(dialect, 1000, { nullable: true }),
      },
      references: { reportId: 'usage_report' },
    }),
  ];
}
