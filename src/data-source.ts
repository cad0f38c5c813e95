import type { EntitySchema } from 'typeorm';

import { apiKeyTable } from './access/api-key.entity.js';
import { auditTables } from './access/audit.entity.js';
import { booksTable } from './books/books.entity.js';
import { collectionWatermarkTable } from './collection/collection-watermark.entity.js';
import type { Dialect } from './database/dialect.js';
import { meterTables } from './metering/meter.entity.js';
import { dailyAggregateTables } from './pipeline/closing/daily-aggregate.entity.js';
import { closedDayTable } from './pipeline/closing/closed-day.entity.js';
import { discardedSubscriptionTable } from './pipeline/closing/discarded-subscription.entity.js';
import { ingestionTables } from './pipeline/ingestion/ingestion.entity.js';
import { reportTables } from './pipeline/reporting/report.entity.js';
import { rollupTables } from './pipeline/rollup/rollup.entity.js';
import { destinationTable } from './pipeline/routing/destination.entity.js';
import { registrationTable } from './registration/registration.entity.js';
import { tenancyTables } from './tenancy/tenancy.entity.js';
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
import { SayWhoseUnknownMetersAre1764009400000 } from '../migrations/1764009400000-say-whose-unknown-meters-are.js';
import { ExceptEarlyCorrections1764009700000 } from '../migrations/1764009700000-except-early-corrections.js';
import { CreateDiscardedSubscription1764009710000 } from '../migrations/1764009710000-create-discarded-subscription.js';

/** Every table, listed. A table that is not listed does not exist for the migration check. */
export function entities(dialect: Dialect): EntitySchema[] {
  return [
    booksTable(dialect),
    registrationTable(dialect),
    ...tenancyTables(dialect),
    ...meterTables(dialect),
    ...ingestionTables(dialect),
    destinationTable(dialect),
    ...rollupTables(dialect),
    closedDayTable(dialect),
    discardedSubscriptionTable(),
    ...dailyAggregateTables(dialect),
    ...auditTables(dialect),
    apiKeyTable(dialect),
    ...reportTables(dialect),
    collectionWatermarkTable(dialect),
  ];
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
  SayWhoseUnknownMetersAre1764009400000,
  ExceptEarlyCorrections1764009700000,
  CreateDiscardedSubscription1764009710000,
];
