/**
 * The billing models of Azure Stack Hub and what each allows. Source: Microsoft's registration pages and the
 * registration script of AzureStack-Tools, which knows two models more than the public pages.
 */
export const BILLING_MODELS = ['PAY_AS_YOU_USE', 'CAPACITY', 'DEVELOPMENT', 'CUSTOM', 'RUGGEDIZED'] as const;
export type BillingModel = (typeof BILLING_MODELS)[number];

/** Offers that an Azure subscription can be of, as far as they matter here. */
export const BASE_OFFERS = ['CSP', 'CSP_SHARED_SERVICES', 'ENTERPRISE_AGREEMENT', 'OTHER'] as const;
export type BaseOffer = (typeof BASE_OFFERS)[number];

interface BillingModelRule {
  /** Whether usage goes to Azure: always, never, or as the operator chooses (with the default). */
  readonly reporting: 'ALWAYS' | 'NEVER' | 'OPTIONAL_ON' | 'OPTIONAL_OFF';
  /** Whether customers' tenants may be mapped to CSP subscriptions of their own. */
  readonly allowsMapping: boolean;
  readonly needs: 'agreementNumber' | 'msAssetTag' | null;
}

export const BILLING_MODEL_RULES: Readonly<Record<BillingModel, BillingModelRule>> = {
  // Must report at least every 30 days; the only model that allows CSP tenants.
  PAY_AS_YOU_USE: { reporting: 'ALWAYS', allowsMapping: true, needs: null },
  // A yearly fixed fee: usage is collected locally, and the registration script forces reporting off.
  CAPACITY: { reporting: 'NEVER', allowsMapping: false, needs: 'agreementNumber' },
  // Price zero.
  DEVELOPMENT: { reporting: 'OPTIONAL_ON', allowsMapping: false, needs: null },
  CUSTOM: { reporting: 'OPTIONAL_OFF', allowsMapping: false, needs: 'msAssetTag' },
  RUGGEDIZED: { reporting: 'OPTIONAL_ON', allowsMapping: false, needs: null },
};
