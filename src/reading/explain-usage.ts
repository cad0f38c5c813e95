import { findReportedLine, listReports } from './reports.js';
import type { ReportedLine } from './reports.js';
import type { Reading, UsageAggregate } from './usage-aggregates.js';
import { listUsageRecords } from './usage-records.js';
import type { UsageRecordRow } from './usage-records.js';
import type { Scope } from '../access/scope.js';
import type { UsageReport } from '../pipeline/reporting/report.entity.js';
import { sum } from '../primitives/quantity.js';
import type { Quantity } from '../primitives/quantity.js';
import { dayOf } from '../primitives/windows.js';
import type { Sql } from '../database/transaction.js';
import { listRegistrations } from '../registration/registration-store.js';

/** What becomes, or became, of an aggregate on its way to the receiver. */
export const REPORTING_STANDINGS = ['SETTING_UP', 'OPEN', 'HISTORY', 'NOT_REPORTED', 'WAITING', 'REPORTED'] as const;
export type ReportingStanding = (typeof REPORTING_STANDINGS)[number];

/** From an aggregate down to its records, and up to the report that carried it. */
export interface UsageExplanation {
  readonly records: readonly UsageRecordRow[];
  /** Whether these are all records of it. */
  readonly isWhole: boolean;
  readonly sumOfRecords: Quantity;
  /** Null for who sees only some tenants: reports are about all of them. */
  readonly standing: ReportingStanding | null;
  readonly reportLine: ReportedLine | null;
  readonly report: UsageReport | null;
}

const RECORDS_SHOWN = 1_000;
/** Records of the resource's meter in the reported window: more than one aggregate's, since it has other usage too. */
const RECORDS_LOOKED_AT = 20_000;

/** What is behind an aggregate that was read in this scope. */
export async function explainUsage(
  reading: Reading,
  scope: Scope,
  aggregate: UsageAggregate,
): Promise<UsageExplanation> {
  const { sql } = reading;
  const found = await listUsageRecords(reading, scope, {
    filter: {
      stackSubscriptionIds: [aggregate.stackSubscriptionId],
      meterIds: [aggregate.meterId],
      resourceIds: [aggregate.resourceId],
    },
    range: { clock: 'REPORTED', ...aggregate.reported },
    after: null,
    limit: RECORDS_LOOKED_AT,
  });
  const records = found.rows
    .filter(({ usageHour, destinationId }) => {
      const isWithin = usageHour >= aggregate.usage.from && usageHour < aggregate.usage.to;
      return isWithin && destinationId === aggregate.destinationId;
    })
    .slice(0, RECORDS_SHOWN);
  const reportLine = await findReportedLine(sql, scope, {
    ...aggregate,
    reportedDay: dayOf(aggregate.reported.from),
    usageDay: dayOf(aggregate.usage.from),
  });
  const [report] =
    reportLine === null ? [] : await listReports(sql, scope, { ids: [reportLine.reportId], beforeId: null, limit: 1 });
  return {
    records,
    isWhole: records.length === aggregate.records,
    sumOfRecords: sum(records.map(({ quantity }) => quantity)),
    standing: await standingOf(sql, scope, aggregate, reportLine),
    reportLine,
    report: report ?? null,
  };
}

async function standingOf(
  sql: Sql,
  scope: Scope,
  { registrationId, reported }: UsageAggregate,
  line: ReportedLine | null,
): Promise<ReportingStanding | null> {
  if (line !== null) return 'REPORTED';
  const page = { afterId: 0, limit: 1, ids: [registrationId] };
  const [registration] = scope.tenantIds === 'all' ? await listRegistrations(sql, scope, page) : [];
  if (registration === undefined) return null;
  const { state, booksFromDay, closedBeforeDay, billingModel, isUsageReportingEnabled } = registration;
  const day = dayOf(reported.from);
  if (state === 'SETTING_UP') return 'SETTING_UP';
  if (day < (booksFromDay ?? 0)) return 'HISTORY';
  if (day >= closedBeforeDay) return 'OPEN';
  return isUsageReportingEnabled && billingModel !== 'CAPACITY' ? 'WAITING' : 'NOT_REPORTED';
}
