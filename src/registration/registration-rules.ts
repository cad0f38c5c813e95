import { BILLING_MODEL_RULES } from './billing-model.js';
import type { BaseOffer, BillingModel } from './billing-model.js';
import type { UsageIntake } from './usage-intake.js';
import { DomainError } from '../primitives/errors.js';
import { canonicalGuid } from '../primitives/ids.js';
import type { Day } from '../primitives/windows.js';

/** What a registration is made of, as it is asked for. */
export interface NewRegistration {
  readonly name: string;
  readonly cloudId: string;
  readonly baseSubscriptionId: string;
  readonly baseOffer: BaseOffer;
  readonly resourceGroup?: string | undefined;
  readonly billingModel: BillingModel;
  readonly partnerId?: string | undefined;
  readonly isMultitenancyApproved?: boolean | undefined;
  /** Left out: what the billing model's default is. */
  readonly isUsageReportingEnabled?: boolean | undefined;
  /** Left out: PUSHED. */
  readonly usageIntake?: UsageIntake | undefined;
  readonly agreementNumber?: string | undefined;
  readonly msAssetTag?: string | undefined;
  /** First reported day of the books. Left out: what `booksFromOf` says. */
  readonly booksFrom?: Day | undefined;
}

/** A registration whose fields were found to agree with each other and with its billing model. */
export interface CheckedRegistration {
  readonly name: string;
  readonly nameKey: string;
  readonly cloudId: string;
  readonly baseSubscriptionGuid: string;
  readonly baseOffer: BaseOffer;
  readonly resourceGroup: string;
  readonly billingModel: BillingModel;
  readonly partnerId: string | null;
  readonly isMultitenancyApproved: boolean;
  readonly isUsageReportingEnabled: boolean;
  readonly usageIntake: UsageIntake;
  readonly agreementNumber: string | null;
  readonly msAssetTag: string | null;
}

const NAME = /^[\w().-]{0,89}[\w()-]$/;
const PARTNER = /^[\w-]{1,64}$/;

/** Checks what a billing model demands. Throws a DomainError that names the field. */
export function checkRegistration(input: NewRegistration): CheckedRegistration {
  const cloudId = canonicalGuid(input.cloudId);
  const baseSubscriptionGuid = canonicalGuid(input.baseSubscriptionId);
  const resourceGroup = input.resourceGroup ?? 'azurestack';
  if (!NAME.test(input.name)) throw invalid('name', 'A name has 1 to 90 letters, digits or _-.()');
  if (cloudId === null) throw invalid('cloudId', 'The cloud id is a GUID.');
  if (baseSubscriptionGuid === null) {
    throw invalid('baseSubscriptionId', 'The base subscription id is a GUID.');
  }
  if (!NAME.test(resourceGroup)) {
    throw invalid('resourceGroup', 'A resource group has 1 to 90 letters, digits or _-.()');
  }
  if (input.partnerId !== undefined && !PARTNER.test(input.partnerId)) {
    throw invalid('partnerId', 'A partner id has 1 to 64 letters, digits or dashes.');
  }
  checkNeeds(input);
  return {
    name: input.name,
    nameKey: input.name.toLowerCase(),
    cloudId,
    baseSubscriptionGuid,
    baseOffer: input.baseOffer,
    resourceGroup,
    billingModel: input.billingModel,
    partnerId: input.partnerId ?? null,
    isMultitenancyApproved: input.isMultitenancyApproved ?? false,
    isUsageReportingEnabled: reporting(input),
    usageIntake: input.usageIntake ?? 'PUSHED',
    agreementNumber: shortText(input.agreementNumber, 'agreementNumber'),
    msAssetTag: shortText(input.msAssetTag, 'msAssetTag'),
  };
}

function checkNeeds(input: NewRegistration): void {
  const { needs } = BILLING_MODEL_RULES[input.billingModel];
  if (needs === 'agreementNumber' && !input.agreementNumber) {
    throw new DomainError('AGREEMENT_NUMBER_REQUIRED', 'A capacity registration needs its agreement number.', [
      'agreementNumber',
    ]);
  }
  if (needs === 'msAssetTag' && !input.msAssetTag) {
    throw new DomainError('MissingMsAssetTag', 'A custom registration needs its asset tag.', ['msAssetTag']);
  }
}

/** Azure's own script refuses to switch reporting off for pay-as-you-use and forces it off for capacity. */
function reporting(input: NewRegistration): boolean {
  const { reporting: rule } = BILLING_MODEL_RULES[input.billingModel];
  const asked = input.isUsageReportingEnabled;
  if (rule === 'ALWAYS' && asked === false) {
    throw new DomainError('REPORTING_REQUIRED', 'Pay-as-you-use usage must be reported to Azure.', [
      'isUsageReportingEnabled',
    ]);
  }
  if (rule === 'NEVER' && asked === true) {
    throw new DomainError('REPORTING_NOT_ALLOWED', 'Capacity usage is not reported to Azure.', [
      'isUsageReportingEnabled',
    ]);
  }
  return asked ?? (rule === 'ALWAYS' || rule === 'OPTIONAL_ON');
}

function shortText(text: string | undefined, field: string): string | null {
  if (text === undefined || text === '') return null;
  if (text.length > 64) throw invalid(field, `${field} has at most 64 characters.`);
  return text;
}

function invalid(field: string, message: string): DomainError {
  return new DomainError('INVALID_INPUT', message, [field]);
}
