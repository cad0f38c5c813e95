import type { EntitySchema } from 'typeorm';

import { apiKeyTable } from './access/api-key.entity.js';
import { auditEntryTable, auditHeadTable, idempotentAnswerTable } from './access/audit.entity.js';
import { booksTable } from './books/books.entity.js';
import { collectionWatermarkTable } from './registration/collection-watermark.entity.js';
import type { Dialect } from './database/dialect.js';
import { entityOf } from './database/table.js';
import type { Table } from './database/table.js';
import { meterTable } from './metering/meter.entity.js';
import { dailyAggregateTable, daySealTable } from './pipeline/closing/daily-aggregate.entity.js';
import { closedDayTable } from './registration/closed-day.entity.js';
import {
  correctedRecordTable,
  correctionDayTable,
  quarantinedRecordTable,
  resourceTable,
  usageBatchTable,
  usageRecordTable,
  usageSourceTable,
} from './pipeline/ingestion/ingestion.entity.js';
import {
  usageReportAttemptTable,
  usageReportDayTable,
  usageReportLineTable,
  usageReportMeterTable,
  usageReportTable,
} from './pipeline/reporting/report.entity.js';
import { usageDayTotalTable, usageMonthTotalTable } from './pipeline/rollup/rollup.entity.js';
import { destinationTable } from './pipeline/routing/destination.entity.js';
import { registrationTable } from './registration/registration.entity.js';
import {
  cspSubscriptionTable,
  resellerTable,
  stackSubscriptionAssignmentTable,
  stackSubscriptionTable,
  tenantMappingTable,
  tenantTable,
} from './tenancy/tenancy.entity.js';
import { CreateIdentities1764000000000 } from '../migrations/1764000000000-create-identities.js';
import { CreateMeter1764000001000 } from '../migrations/1764000001000-create-meter.js';
import { SeedMeters1764000002000 } from '../migrations/1764000002000-seed-meters.js';
import { CreateUsageRecord1764000003000 } from '../migrations/1764000003000-create-usage-record.js';
import { CreateTotals1764000004000 } from '../migrations/1764000004000-create-totals.js';
import { CreateAudit1764001000000 } from '../migrations/1764001000000-create-audit.js';
import { CreateApiKey1764001001000 } from '../migrations/1764001001000-create-api-key.js';
import { CreateDailyAggregate1764002000000 } from '../migrations/1764002000000-create-daily-aggregate.js';
import { AddUsageIntakeToRegistration1764002002000 } from '../migrations/1764002002000-add-usage-intake-to-registration.js';
import { CreateUsageReport1764002010000 } from '../migrations/1764002010000-create-usage-report.js';
import { CreateCollectionWatermark1764003000000 } from '../migrations/1764003000000-create-collection-watermark.js';
import { AddSettledIndexToUsageReport1764004000000 } from '../migrations/1764004000000-add-settled-index-to-usage-report.js';
import { IndexAuditEntry1764005001000 } from '../migrations/1764005001000-index-audit-entry.js';
import { UnbindUsageRecord1764006000000 } from '../migrations/1764006000000-unbind-usage-record.js';
import { NarrowHoursAndDays1764007000000 } from '../migrations/1764007000000-narrow-hours-and-days.js';
import { AddReplayToQuarantinedRecord1764008000000 } from '../migrations/1764008000000-add-replay-to-quarantined-record.js';
import { CreateBooks1764009000000 } from '../migrations/1764009000000-create-books.js';
import { AddStateToRegistration1764009100000 } from '../migrations/1764009100000-add-state-to-registration.js';
import { CreateCorrectedRecord1764009200000 } from '../migrations/1764009200000-create-corrected-record.js';
import { AddSourcesToApiKey1764009210000 } from '../migrations/1764009210000-add-sources-to-api-key.js';
import { KeepWhatReportsSay1764009300000 } from '../migrations/1764009300000-keep-what-reports-say.js';

/** Every table, listed. A table that is not listed does not exist for the migration check. */
const TABLES: readonly Table[] = [
  booksTable,
  registrationTable,
  resellerTable,
  tenantTable,
  cspSubscriptionTable,
  stackSubscriptionTable,
  stackSubscriptionAssignmentTable,
  tenantMappingTable,
  meterTable,
  usageSourceTable,
  resourceTable,
  usageBatchTable,
  usageRecordTable,
  correctedRecordTable,
  correctionDayTable,
  quarantinedRecordTable,
  destinationTable,
  usageDayTotalTable,
  usageMonthTotalTable,
  closedDayTable,
  dailyAggregateTable,
  daySealTable,
  auditEntryTable,
  auditHeadTable,
  idempotentAnswerTable,
  apiKeyTable,
  usageReportDayTable,
  usageReportTable,
  usageReportMeterTable,
  usageReportLineTable,
  usageReportAttemptTable,
  collectionWatermarkTable,
];

/** The same for TypeORM. */
export function entities(dialect: Dialect): EntitySchema[] {
  return TABLES.map((table) => entityOf(table, dialect));
}

/** Every migration, oldest first. TypeORM would run a late one out of order without a word; a test checks the order. */
export const migrations = [
  CreateIdentities1764000000000,
  CreateMeter1764000001000,
  SeedMeters1764000002000,
  CreateUsageRecord1764000003000,
  CreateTotals1764000004000,
  CreateAudit1764001000000,
  CreateApiKey1764001001000,
  CreateDailyAggregate1764002000000,
  AddUsageIntakeToRegistration1764002002000,
  CreateUsageReport1764002010000,
  CreateCollectionWatermark1764003000000,
  AddSettledIndexToUsageReport1764004000000,
  IndexAuditEntry1764005001000,
  UnbindUsageRecord1764006000000,
  NarrowHoursAndDays1764007000000,
  AddReplayToQuarantinedRecord1764008000000,
  CreateBooks1764009000000,
  AddStateToRegistration1764009100000,
  CreateCorrectedRecord1764009200000,
  AddSourcesToApiKey1764009210000,
  KeepWhatReportsSay1764009300000,
];
