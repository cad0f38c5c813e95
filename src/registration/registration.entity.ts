import { ascii, epochMs, flag, generatedId, integer, nullable, text, withDefault } from '../database/columns.js';
import { table } from '../database/table.js';
import type { RowOf } from '../database/table.js';
import type { BaseOffer, BillingModel } from './billing-model.js';
import type { RegistrationState } from './registration-state.js';
import type { UsageIntake } from './usage-intake.js';

/** One Azure Stack Hub stamp and its base registration in Azure. */
export const registrationTable = table({
  name: 'registration',
  columns: {
    id: generatedId(),
    name: text(90),
    /** Lower case of the name: Azure compares resource names without case. */
    nameKey: text(90),
    /** Identifies the stamp; the portal calls it CloudDeploymentID too. */
    cloudId: ascii(64),
    /** The registration's own Azure subscription: billed for usage that no mapping covers. */
    baseSubscriptionGuid: ascii(36),
    baseOffer: ascii<BaseOffer>(24),
    resourceGroup: text(90),
    billingModel: ascii<BillingModel>(24),
    /** Microsoft partner that the base subscription rolls up to; customers must roll up to the same one. */
    partnerId: nullable(ascii(64)),
    /** Microsoft approves each registration for multitenancy by hand. */
    isMultitenancyApproved: flag(),
    isUsageReportingEnabled: flag(),
    agreementNumber: nullable(text(64)),
    msAssetTag: nullable(text(64)),
    usageIntake: withDefault(ascii<UsageIntake>(16), 'PUSHED'),
    /** Whether its books have begun. One that was discarded keeps a row that nobody reads. */
    state: withDefault(ascii<RegistrationState>(16), 'OPEN'),
    /** First reported day of the books, where somebody said it; always there once they are open. */
    booksFromDay: nullable(integer()),
    /** When the books were opened; null until then, and where that was never asked for. */
    openedAt: nullable(epochMs()),
    /** The digest of what was seen when they were opened. */
    openedDigest: nullable(ascii(64)),
    /** Reported days before this one are closed: no path writes into them. */
    closedBeforeDay: integer(),
    /** Counts the changes of who is billed where. Routing rows say from which version to which they hold. */
    routingVersion: integer(),
    /** 1 while corrections may wait in quarantine for their records, else 0. Changed under the row's lock alone. */
    waitingCorrections: withDefault(integer(), 0),
    createdAt: epochMs(),
    createdBy: text(200),
  },
  unique: {
    uq_registration_name: ['nameKey'],
    uq_registration_cloud: ['cloudId'],
  },
});
/** A row of `registration`. */
export type Registration = RowOf<typeof registrationTable>;
