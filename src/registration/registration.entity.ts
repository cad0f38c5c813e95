import { ascii, epochMs, flag, generatedId, integer, text } from '../database/columns.js';
import type { Dialect } from '../database/dialect.js';
import { table } from '../database/table.js';
import type { Day } from '../primitives/windows.js';
import type { BaseOffer, BillingModel } from './billing-model.js';
import type { RegistrationState } from './registration-state.js';
import type { UsageIntake } from './usage-intake.js';

/** One Azure Stack Hub stamp and its base registration in Azure. */
export interface Registration {
  id: number;
  name: string;
  /** Lower case of the name: Azure compares resource names without case. */
  nameKey: string;
  /** Identifies the stamp; the portal calls it CloudDeploymentID too. */
  cloudId: string;
  /** The registration's own Azure subscription: billed for usage that no mapping covers. */
  baseSubscriptionGuid: string;
  baseOffer: BaseOffer;
  resourceGroup: string;
  billingModel: BillingModel;
  /** Microsoft partner that the base subscription rolls up to; customers must roll up to the same one. */
  partnerId: string | null;
  /** Microsoft approves each registration for multitenancy by hand. */
  isMultitenancyApproved: boolean;
  isUsageReportingEnabled: boolean;
  agreementNumber: string | null;
  msAssetTag: string | null;
  usageIntake: UsageIntake;
  /** Whether its books have begun. One that was discarded keeps a row that nobody reads. */
  state: RegistrationState;
  /** First reported day of the books, where somebody said it; always there once they are open. */
  booksFromDay: Day | null;
  /** When the books were opened; null until then, and where that was never asked for. */
  openedAt: number | null;
  /** The digest of what was seen when they were opened. */
  openedDigest: string | null;
  /** Reported days before this one are closed: no path writes into them. */
  closedBeforeDay: Day;
  /** Counts the changes of who is billed where. Routing rows say from which version to which they hold. */
  routingVersion: number;
  /** 1 while corrections may wait in quarantine for their records, else 0. Changed under the row's lock alone. */
  waitingCorrections: number;
  createdAt: number;
  createdBy: string;
}

/** The table of registrations. */
export function registrationTable(dialect: Dialect) {
  return table<Registration>({
    name: 'registration',
    columns: {
      id: generatedId(),
      name: text(dialect, 90),
      nameKey: text(dialect, 90),
      cloudId: ascii(dialect, 64),
      baseSubscriptionGuid: ascii(dialect, 36),
      baseOffer: ascii(dialect, 24),
      resourceGroup: text(dialect, 90),
      billingModel: ascii(dialect, 24),
      partnerId: ascii(dialect, 64, { nullable: true }),
      isMultitenancyApproved: flag(),
      isUsageReportingEnabled: flag(),
      agreementNumber: text(dialect, 64, { nullable: true }),
      msAssetTag: text(dialect, 64, { nullable: true }),
      usageIntake: { ...ascii(dialect, 16), default: 'PUSHED' },
      state: { ...ascii(dialect, 16), default: 'OPEN' },
      booksFromDay: integer({ nullable: true }),
      openedAt: epochMs({ nullable: true }),
      openedDigest: ascii(dialect, 64, { nullable: true }),
      closedBeforeDay: integer(),
      routingVersion: integer(),
      waitingCorrections: integer({ default: 0 }),
      createdAt: epochMs(),
      createdBy: text(dialect, 200),
    },
    unique: {
      uq_registration_name: ['nameKey'],
      uq_registration_cloud: ['cloudId'],
    },
  });
}
