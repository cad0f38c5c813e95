/* eslint-disable */
// Written by `npm run generate` from the operations of this folder. Change those.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** A customer's Azure subscription under the partner. */
export type AddCspSubscriptionInput = {
  /** GUID of the Azure subscription. */
  readonly cspSubscriptionId: string;
  /** Makes it safe to send again: under the same key, the same caller gets the first answer, and nothing is done twice. Another input under it is refused (IDEMPOTENCY_CONFLICT). */
  readonly idempotencyKey?: string | null | undefined;
  /** Name for people. */
  readonly name: string;
  /** Offer of the subscription. */
  readonly offer?: BaseOffer;
  /** Partner to whom it rolls up; must be that of the base subscription. */
  readonly partnerId: string;
  /** Name of the registration. */
  readonly registration: string;
  /** Directory in which the subscription lives. */
  readonly tenantId: string;
};

/** Whose a stack subscription is. */
export type AssignStackSubscriptionInput = {
  /** Makes it safe to send again: under the same key, the same caller gets the first answer, and nothing is done twice. Another input under it is refused (IDEMPOTENCY_CONFLICT). */
  readonly idempotencyKey?: string | null | undefined;
  /** Name for people. */
  readonly name?: string | null | undefined;
  /** Name of the registration. */
  readonly registration: string;
  /** GUID of the subscription on the stamp; it need not have sent usage yet. */
  readonly stackSubscriptionId: string;
  /** Directory id of the customer. */
  readonly tenantId: string;
};

/** What offer an Azure subscription is of. */
export type BaseOffer =
  /** Cloud Solution Provider. */
  | 'CSP'
  /** The partner's own CSP subscription, as a base subscription. */
  | 'CSP_SHARED_SERVICES'
  /** Enterprise Agreement. */
  | 'ENTERPRISE_AGREEMENT'
  /** Anything else. */
  | 'OTHER';

/** How a stamp is licensed, and so what becomes of its usage. */
export type BillingModel =
  /** A yearly fee. Usage is kept and served, and never reported. */
  | 'CAPACITY'
  /** A contract of its own, named by an asset tag. */
  | 'CUSTOM'
  /** A development kit. Usage is reported at price zero, unless switched off. */
  | 'DEVELOPMENT'
  /** Billed by use. Must report; the only model under which tenants can be mapped. */
  | 'PAY_AS_YOU_USE'
  /** A ruggedised stamp. */
  | 'RUGGEDIZED';

/** What the books of a gateway are. */
export type BooksKind =
  /** Made up, to explore the gateway with. Nothing in them is ever reported. */
  | 'DEMO'
  /** Of a provider. */
  | 'LIVE'
  /** Registrations of the demo stand beside others. Nothing is reported until an operator says what they are. */
  | 'MIXED';

/** Which of the two times a range is about. */
export type Clock =
  /** When usage entered the usage system. A reported window closes once and never changes again. */
  | 'REPORTED'
  /** When it was consumed. Late records may still add to it. */
  | 'USAGE';

/** A stamp and its base registration in Azure. */
export type CreateRegistrationInput = {
  /** Demanded by CAPACITY. */
  readonly agreementNumber?: string | null | undefined;
  /** Offer of that subscription. */
  readonly baseOffer: BaseOffer;
  /** GUID of the Azure subscription that is billed where no mapping holds. */
  readonly baseSubscriptionId: string;
  /** How the stamp is licensed. */
  readonly billingModel: BillingModel;
  /** First reported day of the books; days before it are history and go into no report. Left out: today, and the day with which collection begins for PULLED. */
  readonly booksFrom?: string | null | undefined;
  /** GUID of the stamp (CloudDeploymentID). */
  readonly cloudId: string;
  /** Makes it safe to send again: under the same key, the same caller gets the first answer, and nothing is done twice. Another input under it is refused (IDEMPOTENCY_CONFLICT). */
  readonly idempotencyKey?: string | null | undefined;
  /** Whether Microsoft has approved it for multitenancy. */
  readonly isMultitenancyApproved?: boolean | null | undefined;
  /** Whether usage goes to Azure; left out: as the billing model says. */
  readonly isUsageReportingEnabled?: boolean | null | undefined;
  /** Demanded by CUSTOM. */
  readonly msAssetTag?: string | null | undefined;
  /** Unique; 1 to 90 letters, digits or _-.(); compared without case. */
  readonly name: string;
  /** Partner to whom the base subscription rolls up. */
  readonly partnerId?: string | null | undefined;
  /** Azure resource group; "azurestack" where left out. */
  readonly resourceGroup?: string | null | undefined;
  /** How its usage comes in; left out: PUSHED. */
  readonly usageIntake?: UsageIntake | null | undefined;
};

/** A registration that is to be taken back. */
export type DiscardRegistrationInput = {
  /** Makes it safe to send again: under the same key, the same caller gets the first answer, and nothing is done twice. Another input under it is refused (IDEMPOTENCY_CONFLICT). */
  readonly idempotencyKey?: string | null | undefined;
  /** Name of the registration. Its books are being set up. */
  readonly registration: string;
};

/** How long the windows of aggregates are. */
export type Granularity =
  /** One UTC day. A day in which a mapping changed is one aggregate per destination. */
  | 'DAILY'
  /** One UTC hour. */
  | 'HOURLY';

/** By what usage is added up, besides the meter. */
export type Grouping =
  /** By UTC day of the chosen clock. */
  | 'DAY'
  /** By where it is billed. */
  | 'DESTINATION'
  /** By calendar month of the chosen clock. */
  | 'MONTH'
  /** By stamp. */
  | 'REGISTRATION'
  /** By subscription on the stamp. */
  | 'STACK_SUBSCRIPTION'
  /** By customer; unknown tenants together. */
  | 'TENANT';

/** The conservation laws of the books. */
export type InvariantName =
  /** Every closed day has the checksum with which it was closed, continuing the day before. */
  | 'CLOSED_DAYS_ARE_AS_SEALED'
  /** Closed day totals add up to the month totals. */
  | 'CLOSED_DAY_TOTALS_EQUAL_MONTH_TOTALS'
  /** Meter, resource, source and batch of every record exist, and so do meter and destination of every total. */
  | 'EVERY_RECORD_REFERS_TO_WHAT_IS_KNOWN'
  /** Of every day in reports, each aggregate is on one line, for its own destination. */
  | 'EVERY_REPORTED_DAY_IS_ON_ITS_LINES'
  /** Every total names the mapping in force at the hours of its records. */
  | 'EVERY_TOTAL_NAMES_ITS_MAPPING'
  /** What closing froze adds up to the totals of the closed days. */
  | 'FROZEN_AGGREGATES_EQUAL_CLOSED_DAY_TOTALS'
  /** No tenant has two mappings at one hour. */
  | 'MAPPINGS_NEVER_OVERLAP'
  /** Each correction is of a record like itself, and no record is less than zero with all of its corrections. */
  | 'NO_RECORD_IS_CORRECTED_BELOW_ZERO'
  /** The records of every usage and reported day add up to its totals. */
  | 'RECORDS_EQUAL_DAY_TOTALS';

/** From which hour a tenant's usage is billed to which CSP subscription. */
export type MapTenantInput = {
  /** CSP subscription of this tenant. */
  readonly cspSubscriptionId: string;
  /** First usage hour for which it holds: a whole UTC hour. Left out: from the beginning while the books are set up, else from the current hour on. */
  readonly effectiveFrom?: string | null | undefined;
  /** Makes it safe to send again: under the same key, the same caller gets the first answer, and nothing is done twice. Another input under it is refused (IDEMPOTENCY_CONFLICT). */
  readonly idempotencyKey?: string | null | undefined;
  /** Name of the registration. */
  readonly registration: string;
  /** Directory id of the customer. */
  readonly tenantId: string;
};

/** Many customers at once. */
export type OnboardTenantsInput = {
  /** true: says what would be done, and does nothing. */
  readonly dryRun: boolean;
  /** At most 250. */
  readonly lines: ReadonlyArray<OnboardingLineInput>;
  /** Name of the registration. */
  readonly registration: string;
};

/** One customer. Everything is text, so that a bad line gets its own verdict instead of failing the call. What is left out is not asked for. */
export type OnboardingLineInput = {
  /** GUID of the customer's Azure subscription under the registration's partner, to be billed. */
  readonly cspSubscriptionId?: string | null | undefined;
  /** Usage hour from which the CSP subscription is billed: a whole UTC hour or a UTC day. Left out: as for `mapTenant`. */
  readonly effectiveFrom?: string | null | undefined;
  /** Name for people; a tenant that is not known yet needs one. */
  readonly name?: string | null | undefined;
  /** Name of the reseller that owns it, who must be known. */
  readonly reseller?: string | null | undefined;
  /** GUIDs of its subscriptions on the stamp, at most 200. */
  readonly stackSubscriptionIds?: ReadonlyArray<string> | null | undefined;
  /** GUID of the directory. Each tenant has one line. */
  readonly tenantId: string;
};

/** What a line of onboarding takes. */
export type OnboardingStep =
  /** Its CSP subscription is made known, as by `addCspSubscription`. */
  | 'ADD_CSP_SUBSCRIPTION'
  /** Stack subscriptions are assigned to it, as by `assignStackSubscription`. */
  | 'ASSIGN_STACK_SUBSCRIPTION'
  /** It is mapped, as by `mapTenant`. */
  | 'MAP_TENANT'
  /** The tenant is registered, as by `registerTenant`. */
  | 'REGISTER_TENANT'
  /** It is renamed or gets its first reseller, as by `updateTenant`. */
  | 'UPDATE_TENANT';

/** What became of a line of onboarding. */
export type OnboardingVerdict =
  /** What was left of it was done. */
  | 'DONE'
  /** There is something left of it; a dry run does nothing. */
  | 'PLANNED'
  /** Nothing of it was done. */
  | 'REFUSED'
  /** Everything is as it asks already. */
  | 'UNCHANGED';

/** Books that are to be opened, as they were looked at. */
export type OpenBooksInput = {
  /** true: also where the books hold no record at all. Empty days that are over then close at once. */
  readonly evenIfEmpty?: boolean | null | undefined;
  /** `digest` of the preview that was looked at. Books that changed since are refused (BOOKS_CHANGED). */
  readonly expect: string;
  /** Makes it safe to send again: under the same key, the same caller gets the first answer, and nothing is done twice. Another input under it is refused (IDEMPOTENCY_CONFLICT). */
  readonly idempotencyKey?: string | null | undefined;
  /** Name of the registration. */
  readonly registration: string;
};

/** A batch of usage records. */
export type RecordUsageInput = {
  /** At most 500; larger batches go to /v1/usage. */
  readonly records: ReadonlyArray<UsageRecordInput>;
  /** Name of the registration. */
  readonly registration: string;
};

/** An indirect partner. */
export type RegisterResellerInput = {
  /** Makes it safe to send again: under the same key, the same caller gets the first answer, and nothing is done twice. Another input under it is refused (IDEMPOTENCY_CONFLICT). */
  readonly idempotencyKey?: string | null | undefined;
  /** Unique; compared without case. */
  readonly name: string;
  /** Its partner id at Microsoft. */
  readonly partnerId?: string | null | undefined;
};

/** A customer's directory, to be known on a registration. */
export type RegisterTenantInput = {
  /** Makes it safe to send again: under the same key, the same caller gets the first answer, and nothing is done twice. Another input under it is refused (IDEMPOTENCY_CONFLICT). */
  readonly idempotencyKey?: string | null | undefined;
  /** Name for people. */
  readonly name: string;
  /** Name of the registration. */
  readonly registration: string;
  /** Name of the reseller that owns it. */
  readonly reseller?: string | null | undefined;
  /** GUID of the directory. */
  readonly tenantId: string;
};

/** Whether the books of a registration have begun. */
export type RegistrationState =
  /** Days close when they are over, and are then final. */
  | 'OPEN'
  /** Nothing closes. Mappings without an hour hold from the beginning; a wrong start can be discarded. */
  | 'SETTING_UP';

/** Narrows a question about single resources. */
export type ResourceUsageFilterInput = {
  /** CSP subscriptions on which the usage is billed. */
  readonly cspSubscriptionIds?: ReadonlyArray<string> | null | undefined;
  /** true: only usage whose tenant nobody has said; false: only the other. */
  readonly isTenantUnknown?: boolean | null | undefined;
  /** Region of the stamp. */
  readonly location?: string | null | undefined;
  /** Meters. */
  readonly meterIds?: ReadonlyArray<string> | null | undefined;
  /** Why it is billed where it is. */
  readonly reasons?: ReadonlyArray<RoutingReason> | null | undefined;
  /** Name of a registration. */
  readonly registration?: string | null | undefined;
  /** Names of resellers. */
  readonly resellers?: ReadonlyArray<string> | null | undefined;
  /** Azure resource id, compared without case. */
  readonly resourceUri?: string | null | undefined;
  /** Subscriptions on the stamp. */
  readonly stackSubscriptionIds?: ReadonlyArray<string> | null | undefined;
  /** Directory ids of customers. */
  readonly tenantIds?: ReadonlyArray<string> | null | undefined;
};

/** What a caller is. */
export type Role =
  /** Sees everything, changes nothing. */
  | 'AUDITOR'
  /** Manages tenants, mappings and usage of its registrations. */
  | 'CSP_ADMIN'
  /** Sees usage, where it is billed and what was reported. Changes nothing. */
  | 'FINANCE'
  /** Records usage for its registration and sees its verdicts. */
  | 'INGESTOR'
  /** Runs the gateway: sees everything on its registrations and administers them. */
  | 'OPERATOR'
  /** Sees the usage and destinations of its own tenants. */
  | 'RESELLER'
  /** Sees its own tenant's usage, and not where it is billed. */
  | 'TENANT_USER';

/** Why usage is billed where it is. */
export type RoutingReason =
  /** A tenant mapping was in force at the start of the usage hour. */
  | 'MAPPED'
  /** The tenant had no mapping at that hour, so the base subscription is billed. */
  | 'TENANT_NOT_MAPPED'
  /** Nobody has said whose the stack subscription is, so the base subscription is billed. */
  | 'TENANT_UNKNOWN';

/** A half-open range of time: the start belongs to it, the end does not. */
export type TimeRangeInput = {
  /** Inclusive; a whole UTC hour, or a midnight where whole days are asked for. */
  readonly from: string;
  /** Exclusive; as `from`. */
  readonly to: string;
};

/** From which hour a tenant's usage is billed to the base subscription again. */
export type UnmapTenantInput = {
  /** First usage hour for which it holds: a whole UTC hour. Left out: from the beginning while the books are set up, else from the current hour on. */
  readonly effectiveFrom?: string | null | undefined;
  /** Makes it safe to send again: under the same key, the same caller gets the first answer, and nothing is done twice. Another input under it is refused (IDEMPOTENCY_CONFLICT). */
  readonly idempotencyKey?: string | null | undefined;
  /** Name of the registration. */
  readonly registration: string;
  /** Directory id of the customer. */
  readonly tenantId: string;
};

/** What of a CSP subscription is otherwise now. What is left out stays. */
export type UpdateCspSubscriptionInput = {
  /** GUID of the Azure subscription. */
  readonly cspSubscriptionId: string;
  /** Makes it safe to send again: under the same key, the same caller gets the first answer, and nothing is done twice. Another input under it is refused (IDEMPOTENCY_CONFLICT). */
  readonly idempotencyKey?: string | null | undefined;
  /** Name for people. */
  readonly name?: string | null | undefined;
  /** Name of the registration. */
  readonly registration: string;
};

/** What of a registration is otherwise now. What is left out stays; nothing that closed days rest on changes. */
export type UpdateRegistrationInput = {
  /** Demanded by CAPACITY. */
  readonly agreementNumber?: string | null | undefined;
  /** Offer of the base subscription. */
  readonly baseOffer?: BaseOffer | null | undefined;
  /** First reported day of the books. It may move until they are opened. */
  readonly booksFrom?: string | null | undefined;
  /** Makes it safe to send again: under the same key, the same caller gets the first answer, and nothing is done twice. Another input under it is refused (IDEMPOTENCY_CONFLICT). */
  readonly idempotencyKey?: string | null | undefined;
  /** Whether Microsoft has approved it for multitenancy. Mappings that hold go on where it no longer has. */
  readonly isMultitenancyApproved?: boolean | null | undefined;
  /** Demanded by CUSTOM. */
  readonly msAssetTag?: string | null | undefined;
  /** Partner to whom the base subscription rolls up; that of all its CSP subscriptions. */
  readonly partnerId?: string | null | undefined;
  /** Name of the registration. */
  readonly registration: string;
};

/** What of a customer is otherwise now. What is left out stays. */
export type UpdateTenantInput = {
  /** Makes it safe to send again: under the same key, the same caller gets the first answer, and nothing is done twice. Another input under it is refused (IDEMPOTENCY_CONFLICT). */
  readonly idempotencyKey?: string | null | undefined;
  /** true: no reseller owns it any more. */
  readonly isWithoutReseller?: boolean | null | undefined;
  /** Name for people. */
  readonly name?: string | null | undefined;
  /** Name of the registration. */
  readonly registration: string;
  /** Name of the reseller that owns it from now on. */
  readonly reseller?: string | null | undefined;
  /** Directory id of the customer. */
  readonly tenantId: string;
};

/** What is known of a meter. What is left out stays as it is. */
export type UpsertMeterInput = {
  /** "yes", "no" or "unknown": whether Microsoft bills it. */
  readonly billedByMicrosoft?: string | null | undefined;
  /** Part of the product. */
  readonly category?: string | null | undefined;
  /** What exactly is counted. */
  readonly description?: string | null | undefined;
  /** Makes it safe to send again: under the same key, the same caller gets the first answer, and nothing is done twice. Another input under it is refused (IDEMPOTENCY_CONFLICT). */
  readonly idempotencyKey?: string | null | undefined;
  /** Whether Microsoft has replaced it. */
  readonly isDeprecated?: boolean | null | undefined;
  /** GUID of the meter. Of one that usage has not named yet, as the stamp spells it: Azure's usage APIs print it so. */
  readonly meterId: string;
  /** Name for people; needed where it has none. */
  readonly name?: string | null | undefined;
  /** How amounts of several hours add up. */
  readonly quantityRule?: string | null | undefined;
  /** Azure resource provider that emits it. */
  readonly resourceProvider?: string | null | undefined;
  /** What a quantity of 1 is. */
  readonly unit?: string | null | undefined;
};

/** Narrows a question. Fields that are left out do not; what does not exist, or is not yours, finds nothing. */
export type UsageFilterInput = {
  /** CSP subscriptions on which the usage is billed. */
  readonly cspSubscriptionIds?: ReadonlyArray<string> | null | undefined;
  /** true: only usage whose tenant nobody has said; false: only the other. */
  readonly isTenantUnknown?: boolean | null | undefined;
  /** Meters. */
  readonly meterIds?: ReadonlyArray<string> | null | undefined;
  /** Why it is billed where it is. */
  readonly reasons?: ReadonlyArray<RoutingReason> | null | undefined;
  /** Name of a registration. */
  readonly registration?: string | null | undefined;
  /** Names of resellers. */
  readonly resellers?: ReadonlyArray<string> | null | undefined;
  /** Subscriptions on the stamp. */
  readonly stackSubscriptionIds?: ReadonlyArray<string> | null | undefined;
  /** Directory ids of customers. */
  readonly tenantIds?: ReadonlyArray<string> | null | undefined;
};

/** How a stamp's usage comes in, and so when a reported day of it is over. */
export type UsageIntake =
  /** It is read from the stamp, hour by hour: a day is over when all of its hours were pulled, and the grace. */
  | 'PULLED'
  /** It is sent, and filed when it arrives: a day is over a grace after its end. */
  | 'PUSHED';

/** A usage record as a resource provider sends it. Everything is text, so that a bad record gets its own verdict instead of failing the batch. */
export type UsageRecordInput = {
  /** JSON text of an object. */
  readonly additionalInfo?: string | null | undefined;
  /** Id of the record that this one corrects by a signed difference. */
  readonly corrects?: string | null | undefined;
  /** Unique within its source; sending it again is safe at any time. */
  readonly id?: string | null | undefined;
  /** Region of the stamp. */
  readonly location?: string | null | undefined;
  /** GUID of the meter; unknown ones are kept. */
  readonly meterId?: string | null | undefined;
  /** Exact decimal; negative only with `corrects`. */
  readonly quantity?: string | null | undefined;
  /** Azure resource id. */
  readonly resourceUri?: string | null | undefined;
  /** The sender's name for itself. */
  readonly source?: string | null | undefined;
  /** GUID of the subscription on the stamp. */
  readonly stackSubscriptionId?: string | null | undefined;
  /** JSON text of an object of strings. */
  readonly tags?: string | null | undefined;
  /** One hour later. */
  readonly usageEndTime?: string | null | undefined;
  /** Start of a whole UTC hour. */
  readonly usageStartTime?: string | null | undefined;
};

/** Whether a row can still change. */
export type UsageStatus =
  /** Its reported window is closed: quantity and destination are final. */
  | 'CLOSED'
  /** Its reported window is open. */
  | 'PROVISIONAL';

/** What became of a record. */
export type Verdict =
  /** It is in the books now. */
  | 'ACCEPTED'
  /** Another record is stored under this id. Nothing changed; the stored one is returned. */
  | 'CONFLICT'
  /** It was in the books already; counted once. A success. */
  | 'DUPLICATE'
  /** It broke a rule, named by the code, and is in quarantine. */
  | 'REJECTED';

export type RefusalFragment = { readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> };

export type CreateRegistrationMutationVariables = Exact<{
  input: CreateRegistrationInput;
}>;


export type CreateRegistrationMutation = { readonly createRegistration: { readonly registration: { readonly id: string, readonly name: string, readonly resourceGroup: string | null, readonly isUsageReportingEnabled: boolean | null, readonly usageIntake: UsageIntake | null, readonly books: { readonly state: RegistrationState, readonly booksFrom: string | null, readonly openedAt: string | null } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> }> } };

export type UpdateRegistrationMutationVariables = Exact<{
  input: UpdateRegistrationInput;
}>;


export type UpdateRegistrationMutation = { readonly updateRegistration: { readonly registration: { readonly name: string, readonly partnerId: string | null, readonly isMultitenancyApproved: boolean | null, readonly agreementNumber: string | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> }> } };

export type PreviewOpenBooksQueryVariables = Exact<{
  registration: string;
}>;


export type PreviewOpenBooksQuery = { readonly previewOpenBooks: { readonly digest: string, readonly isReporting: boolean, readonly booksFrom: string | null, readonly closesThrough: string | null, readonly dayCount: number, readonly historyDayCount: number, readonly recordCount: number, readonly historyRecordCount: number, readonly isWhole: boolean, readonly registration: { readonly name: string }, readonly refusals: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> }>, readonly days: ReadonlyArray<{ readonly day: string, readonly isHistory: boolean, readonly records: number }>, readonly sums: ReadonlyArray<{ readonly isHistory: boolean, readonly quantity: string, readonly records: number, readonly meter: { readonly meterId: string }, readonly destination: { readonly destinationSubscriptionId: string, readonly reason: RoutingReason } | null }>, readonly onBase: ReadonlyArray<{ readonly reason: RoutingReason, readonly days: number, readonly records: number, readonly stackSubscription: { readonly stackSubscriptionId: string } | null }>, readonly mixed: ReadonlyArray<{ readonly hours: number, readonly pushedRecords: number, readonly pulledRecords: number, readonly stackSubscription: { readonly stackSubscriptionId: string } | null }> } };

export type OpenBooksMutationVariables = Exact<{
  input: OpenBooksInput;
}>;


export type OpenBooksMutation = { readonly openBooks: { readonly registration: { readonly name: string, readonly closedBefore: string | null, readonly books: { readonly state: RegistrationState, readonly booksFrom: string | null, readonly openedAt: string | null } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> }> } };

export type DiscardRegistrationMutationVariables = Exact<{
  input: DiscardRegistrationInput;
}>;


export type DiscardRegistrationMutation = { readonly discardRegistration: { readonly discarded: { readonly name: string, readonly cloudId: string, readonly stackSubscriptions: number, readonly records: number } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> }> } };

export type RegisterTenantMutationVariables = Exact<{
  input: RegisterTenantInput;
}>;


export type RegisterTenantMutation = { readonly registerTenant: { readonly tenant: { readonly id: string, readonly tenantId: string, readonly name: string, readonly createdBy: string | null, readonly reseller: { readonly name: string } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> }> } };

export type UpdateTenantMutationVariables = Exact<{
  input: UpdateTenantInput;
}>;


export type UpdateTenantMutation = { readonly updateTenant: { readonly tenant: { readonly tenantId: string, readonly name: string, readonly reseller: { readonly name: string } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> }> } };

export type UpsertMeterMutationVariables = Exact<{
  input: UpsertMeterInput;
}>;


export type UpsertMeterMutation = { readonly upsertMeter: { readonly meter: { readonly meterId: string, readonly name: string | null, readonly unit: string | null, readonly billedByMicrosoft: string, readonly isKnown: boolean } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> }> } };

export type RegisterResellerMutationVariables = Exact<{
  input: RegisterResellerInput;
}>;


export type RegisterResellerMutation = { readonly registerReseller: { readonly reseller: { readonly id: string, readonly name: string } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> }> } };

export type AddCspSubscriptionMutationVariables = Exact<{
  input: AddCspSubscriptionInput;
}>;


export type AddCspSubscriptionMutation = { readonly addCspSubscription: { readonly cspSubscription: { readonly id: string, readonly cspSubscriptionId: string, readonly offer: BaseOffer } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> }> } };

export type UpdateCspSubscriptionMutationVariables = Exact<{
  input: UpdateCspSubscriptionInput;
}>;


export type UpdateCspSubscriptionMutation = { readonly updateCspSubscription: { readonly cspSubscription: { readonly cspSubscriptionId: string, readonly name: string } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> }> } };

export type OnboardTenantsMutationVariables = Exact<{
  input: OnboardTenantsInput;
}>;


export type OnboardTenantsMutation = { readonly onboardTenants: { readonly lines: ReadonlyArray<{ readonly index: number, readonly verdict: OnboardingVerdict, readonly steps: ReadonlyArray<OnboardingStep>, readonly tenant: { readonly tenantId: string, readonly name: string, readonly reseller: { readonly name: string } | null, readonly mapping: { readonly id: string, readonly effectiveFrom: string, readonly effectiveTo: string | null, readonly isSuperseded: boolean, readonly createdBy: string | null, readonly cspSubscription: { readonly cspSubscriptionId: string } | null } | null, readonly stackSubscriptions: ReadonlyArray<{ readonly stackSubscriptionId: string }> } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> }> }> | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> }> } };

export type MapTenantMutationVariables = Exact<{
  input: MapTenantInput;
}>;


export type MapTenantMutation = { readonly mapTenant: { readonly tenant: { readonly mapping: { readonly id: string, readonly effectiveFrom: string, readonly effectiveTo: string | null, readonly isSuperseded: boolean, readonly createdBy: string | null, readonly cspSubscription: { readonly cspSubscriptionId: string } | null } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> }> } };

export type UnmapTenantMutationVariables = Exact<{
  input: UnmapTenantInput;
}>;


export type UnmapTenantMutation = { readonly unmapTenant: { readonly tenant: { readonly mapping: { readonly id: string, readonly effectiveFrom: string, readonly effectiveTo: string | null, readonly isSuperseded: boolean, readonly createdBy: string | null, readonly cspSubscription: { readonly cspSubscriptionId: string } | null } | null, readonly mappingHistory: ReadonlyArray<{ readonly id: string, readonly effectiveFrom: string, readonly effectiveTo: string | null, readonly isSuperseded: boolean, readonly createdBy: string | null, readonly cspSubscription: { readonly cspSubscriptionId: string } | null }> | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> }> } };

export type AssignStackSubscriptionMutationVariables = Exact<{
  input: AssignStackSubscriptionInput;
}>;


export type AssignStackSubscriptionMutation = { readonly assignStackSubscription: { readonly stackSubscription: { readonly id: string, readonly stackSubscriptionId: string, readonly name: string | null, readonly tenant: { readonly tenantId: string } | null } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly message: string, readonly field: ReadonlyArray<string> }> } };

export type PlaceFragment = { readonly destinationSubscriptionId: string, readonly reason: RoutingReason, readonly mappedSince: string | null, readonly cspSubscription: { readonly cspSubscriptionId: string } | null };

export type AggregateFragment = { readonly id: string, readonly granularity: Granularity, readonly quantity: string, readonly records: number, readonly status: UsageStatus, readonly usageWindow: { readonly start: string, readonly end: string }, readonly reportedWindow: { readonly start: string, readonly end: string }, readonly meter: { readonly meterId: string, readonly name: string | null }, readonly tenant: { readonly tenantId: string } | null, readonly registration: { readonly name: string } | null, readonly stackSubscription: { readonly stackSubscriptionId: string } | null, readonly resource: { readonly uri: string, readonly location: string, readonly additionalInfo: string | null, readonly tags: ReadonlyArray<{ readonly name: string, readonly value: string }> } | null, readonly destination: { readonly destinationSubscriptionId: string, readonly reason: RoutingReason, readonly mappedSince: string | null, readonly cspSubscription: { readonly cspSubscriptionId: string } | null } | null };

export type UsageAggregatesQueryVariables = Exact<{
  range: TimeRangeInput;
  clock?: Clock | null | undefined;
  granularity?: Granularity | null | undefined;
  filter?: ResourceUsageFilterInput | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type UsageAggregatesQuery = { readonly usageAggregates: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly granularity: Granularity, readonly quantity: string, readonly records: number, readonly status: UsageStatus, readonly usageWindow: { readonly start: string, readonly end: string }, readonly reportedWindow: { readonly start: string, readonly end: string }, readonly meter: { readonly meterId: string, readonly name: string | null }, readonly tenant: { readonly tenantId: string } | null, readonly registration: { readonly name: string } | null, readonly stackSubscription: { readonly stackSubscriptionId: string } | null, readonly resource: { readonly uri: string, readonly location: string, readonly additionalInfo: string | null, readonly tags: ReadonlyArray<{ readonly name: string, readonly value: string }> } | null, readonly destination: { readonly destinationSubscriptionId: string, readonly reason: RoutingReason, readonly mappedSince: string | null, readonly cspSubscription: { readonly cspSubscriptionId: string } | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type AggregatesAloneQueryVariables = Exact<{
  range: TimeRangeInput;
  clock?: Clock | null | undefined;
  granularity?: Granularity | null | undefined;
  filter?: ResourceUsageFilterInput | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type AggregatesAloneQuery = { readonly usageAggregates: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly quantity: string }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type UsageSummaryQueryVariables = Exact<{
  range: TimeRangeInput;
  clock?: Clock | null | undefined;
  filter?: UsageFilterInput | null | undefined;
  groupBy?: ReadonlyArray<Grouping> | Grouping | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type UsageSummaryQuery = { readonly usageSummary: { readonly nodes: ReadonlyArray<{ readonly day: string | null, readonly month: string | null, readonly quantity: string, readonly records: number, readonly registration: { readonly name: string } | null, readonly tenant: { readonly tenantId: string } | null, readonly stackSubscription: { readonly stackSubscriptionId: string } | null, readonly meter: { readonly meterId: string }, readonly destination: { readonly destinationSubscriptionId: string, readonly reason: RoutingReason, readonly mappedSince: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type FallbackUsageQueryVariables = Exact<{
  range: TimeRangeInput;
  clock?: Clock | null | undefined;
  filter?: UsageFilterInput | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type FallbackUsageQuery = { readonly fallbackUsage: { readonly nodes: ReadonlyArray<{ readonly reason: RoutingReason, readonly quantity: string, readonly records: number, readonly since: string, readonly meter: { readonly meterId: string }, readonly tenant: { readonly tenantId: string } | null, readonly registration: { readonly name: string } | null, readonly stackSubscription: { readonly stackSubscriptionId: string } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type UsageRecordsQueryVariables = Exact<{
  range: TimeRangeInput;
  clock?: Clock | null | undefined;
  filter?: ResourceUsageFilterInput | null | undefined;
  recordId?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type UsageRecordsQuery = { readonly usageRecords: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly recordId: string | null, readonly source: string, readonly corrects: string | null, readonly quantity: string, readonly receivedAt: string, readonly receivedBy: string | null, readonly status: UsageStatus, readonly usageWindow: { readonly start: string, readonly end: string }, readonly reportedWindow: { readonly start: string, readonly end: string }, readonly meter: { readonly meterId: string }, readonly tenant: { readonly tenantId: string } | null, readonly stackSubscription: { readonly stackSubscriptionId: string } | null, readonly resource: { readonly uri: string } | null, readonly destination: { readonly destinationSubscriptionId: string, readonly reason: RoutingReason, readonly mappedSince: string | null, readonly cspSubscription: { readonly cspSubscriptionId: string } | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type QuarantinedRecordsQueryVariables = Exact<{
  registration?: string | null | undefined;
  code?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type QuarantinedRecordsQuery = { readonly quarantinedRecords: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly verdict: Verdict, readonly code: string, readonly message: string, readonly source: string | null, readonly recordId: string | null, readonly stackSubscriptionId: string | null, readonly raw: string, readonly timesSeen: number, readonly registration: { readonly name: string } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type InvariantsQueryVariables = Exact<{ [key: string]: never; }>;


export type InvariantsQuery = { readonly invariants: ReadonlyArray<{ readonly name: InvariantName, readonly holds: boolean, readonly detail: string }> };

export type RecordUsageMutationVariables = Exact<{
  input: RecordUsageInput;
}>;


export type RecordUsageMutation = { readonly recordUsage: { readonly receipt: { readonly batchId: number | null, readonly accepted: number, readonly duplicates: number, readonly conflicts: number, readonly rejected: number, readonly verdicts: ReadonlyArray<{ readonly index: number, readonly verdict: Verdict, readonly recordId: string | null, readonly code: string | null, readonly field: string | null, readonly isRounded: boolean, readonly stored: { readonly quantity: string } | null }> } | null, readonly userErrors: ReadonlyArray<{ readonly code: string, readonly field: ReadonlyArray<string> }> } };

export type MappingStepFragment = { readonly id: string, readonly effectiveFrom: string, readonly effectiveTo: string | null, readonly isSuperseded: boolean, readonly createdBy: string | null, readonly cspSubscription: { readonly cspSubscriptionId: string } | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { readonly viewer: { readonly subject: string, readonly role: Role, readonly registrations: ReadonlyArray<string> | null, readonly tenants: ReadonlyArray<string> | null, readonly resellers: ReadonlyArray<string> | null, readonly books: BooksKind } };

export type RegistrationsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type RegistrationsQuery = { readonly registrations: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly cloudId: string, readonly baseSubscriptionId: string | null, readonly billingModel: BillingModel | null, readonly closedBefore: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type RegistrationQueryVariables = Exact<{
  name: string;
}>;


export type RegistrationQuery = { readonly registration: { readonly id: string, readonly name: string } | null };

export type TenantsQueryVariables = Exact<{
  registration?: string | null | undefined;
  isMapped?: boolean | null | undefined;
  reseller?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type TenantsQuery = { readonly tenants: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly tenantId: string, readonly name: string, readonly registration: { readonly name: string } | null, readonly reseller: { readonly name: string } | null, readonly mapping: { readonly id: string, readonly effectiveFrom: string, readonly effectiveTo: string | null, readonly isSuperseded: boolean, readonly createdBy: string | null, readonly cspSubscription: { readonly cspSubscriptionId: string } | null } | null, readonly mappingHistory: ReadonlyArray<{ readonly id: string, readonly effectiveFrom: string, readonly effectiveTo: string | null, readonly isSuperseded: boolean, readonly createdBy: string | null, readonly cspSubscription: { readonly cspSubscriptionId: string } | null }> | null, readonly stackSubscriptions: ReadonlyArray<{ readonly stackSubscriptionId: string }> }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type TenantQueryVariables = Exact<{
  registration: string;
  tenantId: string;
}>;


export type TenantQuery = { readonly tenant: { readonly id: string, readonly name: string } | null };

export type ResellersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ResellersQuery = { readonly resellers: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly partnerId: string | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type CspSubscriptionsQueryVariables = Exact<{
  registration?: string | null | undefined;
  tenantId?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type CspSubscriptionsQuery = { readonly cspSubscriptions: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly cspSubscriptionId: string, readonly name: string, readonly offer: BaseOffer, readonly partnerId: string, readonly tenant: { readonly tenantId: string } | null, readonly registration: { readonly name: string } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type StackSubscriptionsQueryVariables = Exact<{
  registration?: string | null | undefined;
  tenantId?: string | null | undefined;
  isTenantUnknown?: boolean | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type StackSubscriptionsQuery = { readonly stackSubscriptions: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly stackSubscriptionId: string, readonly name: string | null, readonly tenant: { readonly tenantId: string } | null, readonly registration: { readonly name: string } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type MetersQueryVariables = Exact<{
  category?: string | null | undefined;
  isKnown?: boolean | null | undefined;
  isDeprecated?: boolean | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type MetersQuery = { readonly meters: { readonly nodes: ReadonlyArray<{ readonly id: string, readonly meterId: string, readonly name: string | null, readonly unit: string | null, readonly category: string | null, readonly isKnown: boolean, readonly isDeprecated: boolean }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type NodeByIdQueryVariables = Exact<{
  id: string | number;
}>;


export type NodeByIdQuery = { readonly node:
    | { readonly __typename: 'CspSubscription', readonly id: string }
    | { readonly __typename: 'Meter', readonly id: string }
    | { readonly __typename: 'QuarantinedRecord', readonly id: string }
    | { readonly __typename: 'Registration', readonly id: string }
    | { readonly __typename: 'Reseller', readonly id: string }
    | { readonly __typename: 'StackSubscription', readonly id: string }
    | { readonly __typename: 'Tenant', readonly id: string }
    | { readonly __typename: 'TenantMapping', readonly id: string }
    | { readonly __typename: 'UsageAggregate', readonly quantity: string, readonly records: number, readonly id: string, readonly usageWindow: { readonly start: string }, readonly destination: { readonly reason: RoutingReason } | null }
    | { readonly __typename: 'UsageRecord', readonly quantity: string, readonly id: string }
    | { readonly __typename: 'UsageReport', readonly id: string }
   | null };

export type NodesByIdQueryVariables = Exact<{
  ids: ReadonlyArray<string | number> | string | number;
}>;


export type NodesByIdQuery = { readonly nodes: ReadonlyArray<
    | { readonly __typename: 'CspSubscription', readonly id: string }
    | { readonly __typename: 'Meter', readonly id: string }
    | { readonly __typename: 'QuarantinedRecord', readonly id: string }
    | { readonly __typename: 'Registration', readonly id: string }
    | { readonly __typename: 'Reseller', readonly id: string }
    | { readonly __typename: 'StackSubscription', readonly id: string }
    | { readonly __typename: 'Tenant', readonly id: string }
    | { readonly __typename: 'TenantMapping', readonly id: string }
    | { readonly __typename: 'UsageAggregate', readonly id: string }
    | { readonly __typename: 'UsageRecord', readonly id: string }
    | { readonly __typename: 'UsageReport', readonly id: string }
   | null> };

export type PreviewTenantMappingQueryVariables = Exact<{
  registration: string;
  tenantId: string;
  cspSubscriptionId?: string | null | undefined;
  effectiveFrom?: string | null | undefined;
}>;


export type PreviewTenantMappingQuery = { readonly previewTenantMapping: { readonly effectiveFrom: string, readonly closedRecords: number, readonly tenant: { readonly tenantId: string }, readonly cspSubscription: { readonly cspSubscriptionId: string } | null, readonly moves: ReadonlyArray<{ readonly quantity: string, readonly records: number, readonly meter: { readonly meterId: string }, readonly from: { readonly reason: RoutingReason } | null }> } };

export const RefusalFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<RefusalFragment, unknown>;
export const PlaceFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Place"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Destination"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"destinationSubscriptionId"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"mappedSince"}},{"kind":"Field","name":{"kind":"Name","value":"cspSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cspSubscriptionId"}}]}}]}}]} as unknown as DocumentNode<PlaceFragment, unknown>;
export const AggregateFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Aggregate"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageAggregate"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"granularity"}},{"kind":"Field","name":{"kind":"Name","value":"usageWindow"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reportedWindow"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"records"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"meter"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meterId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"registration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"stackSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stackSubscriptionId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"resource"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"uri"}},{"kind":"Field","name":{"kind":"Name","value":"location"}},{"kind":"Field","name":{"kind":"Name","value":"tags"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"additionalInfo"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Place"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Place"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Destination"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"destinationSubscriptionId"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"mappedSince"}},{"kind":"Field","name":{"kind":"Name","value":"cspSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cspSubscriptionId"}}]}}]}}]} as unknown as DocumentNode<AggregateFragment, unknown>;
export const MappingStepFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MappingStep"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TenantMapping"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveTo"}},{"kind":"Field","name":{"kind":"Name","value":"isSuperseded"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"cspSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cspSubscriptionId"}}]}}]}}]} as unknown as DocumentNode<MappingStepFragment, unknown>;
export const CreateRegistrationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateRegistration"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateRegistrationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createRegistration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"resourceGroup"}},{"kind":"Field","name":{"kind":"Name","value":"isUsageReportingEnabled"}},{"kind":"Field","name":{"kind":"Name","value":"usageIntake"}},{"kind":"Field","name":{"kind":"Name","value":"books"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"booksFrom"}},{"kind":"Field","name":{"kind":"Name","value":"openedAt"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<CreateRegistrationMutation, CreateRegistrationMutationVariables>;
export const UpdateRegistrationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateRegistration"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateRegistrationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateRegistration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"partnerId"}},{"kind":"Field","name":{"kind":"Name","value":"isMultitenancyApproved"}},{"kind":"Field","name":{"kind":"Name","value":"agreementNumber"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<UpdateRegistrationMutation, UpdateRegistrationMutationVariables>;
export const PreviewOpenBooksDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PreviewOpenBooks"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"registration"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"previewOpenBooks"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"registration"},"value":{"kind":"Variable","name":{"kind":"Name","value":"registration"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"digest"}},{"kind":"Field","name":{"kind":"Name","value":"refusals"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}},{"kind":"Field","name":{"kind":"Name","value":"isReporting"}},{"kind":"Field","name":{"kind":"Name","value":"booksFrom"}},{"kind":"Field","name":{"kind":"Name","value":"closesThrough"}},{"kind":"Field","name":{"kind":"Name","value":"dayCount"}},{"kind":"Field","name":{"kind":"Name","value":"historyDayCount"}},{"kind":"Field","name":{"kind":"Name","value":"recordCount"}},{"kind":"Field","name":{"kind":"Name","value":"historyRecordCount"}},{"kind":"Field","name":{"kind":"Name","value":"days"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"day"}},{"kind":"Field","name":{"kind":"Name","value":"isHistory"}},{"kind":"Field","name":{"kind":"Name","value":"records"}}]}},{"kind":"Field","name":{"kind":"Name","value":"sums"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"isHistory"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"records"}},{"kind":"Field","name":{"kind":"Name","value":"meter"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meterId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"destinationSubscriptionId"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"isWhole"}},{"kind":"Field","name":{"kind":"Name","value":"onBase"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"days"}},{"kind":"Field","name":{"kind":"Name","value":"records"}},{"kind":"Field","name":{"kind":"Name","value":"stackSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stackSubscriptionId"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"mixed"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hours"}},{"kind":"Field","name":{"kind":"Name","value":"pushedRecords"}},{"kind":"Field","name":{"kind":"Name","value":"pulledRecords"}},{"kind":"Field","name":{"kind":"Name","value":"stackSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stackSubscriptionId"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<PreviewOpenBooksQuery, PreviewOpenBooksQueryVariables>;
export const OpenBooksDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"OpenBooks"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"OpenBooksInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"openBooks"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"closedBefore"}},{"kind":"Field","name":{"kind":"Name","value":"books"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"booksFrom"}},{"kind":"Field","name":{"kind":"Name","value":"openedAt"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<OpenBooksMutation, OpenBooksMutationVariables>;
export const DiscardRegistrationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DiscardRegistration"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DiscardRegistrationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"discardRegistration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"discarded"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"cloudId"}},{"kind":"Field","name":{"kind":"Name","value":"stackSubscriptions"}},{"kind":"Field","name":{"kind":"Name","value":"records"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<DiscardRegistrationMutation, DiscardRegistrationMutationVariables>;
export const RegisterTenantDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RegisterTenant"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RegisterTenantInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registerTenant"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"tenantId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"reseller"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<RegisterTenantMutation, RegisterTenantMutationVariables>;
export const UpdateTenantDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateTenant"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateTenantInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateTenant"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"reseller"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<UpdateTenantMutation, UpdateTenantMutationVariables>;
export const UpsertMeterDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpsertMeter"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpsertMeterInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"upsertMeter"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meter"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meterId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"billedByMicrosoft"}},{"kind":"Field","name":{"kind":"Name","value":"isKnown"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<UpsertMeterMutation, UpsertMeterMutationVariables>;
export const RegisterResellerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RegisterReseller"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RegisterResellerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registerReseller"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reseller"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<RegisterResellerMutation, RegisterResellerMutationVariables>;
export const AddCspSubscriptionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddCspSubscription"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AddCspSubscriptionInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addCspSubscription"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cspSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cspSubscriptionId"}},{"kind":"Field","name":{"kind":"Name","value":"offer"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<AddCspSubscriptionMutation, AddCspSubscriptionMutationVariables>;
export const UpdateCspSubscriptionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateCspSubscription"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateCspSubscriptionInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateCspSubscription"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cspSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cspSubscriptionId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<UpdateCspSubscriptionMutation, UpdateCspSubscriptionMutationVariables>;
export const OnboardTenantsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"OnboardTenants"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"OnboardTenantsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"onboardTenants"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"lines"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"index"}},{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"steps"}},{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"reseller"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"mapping"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MappingStep"}}]}},{"kind":"Field","name":{"kind":"Name","value":"stackSubscriptions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stackSubscriptionId"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MappingStep"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TenantMapping"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveTo"}},{"kind":"Field","name":{"kind":"Name","value":"isSuperseded"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"cspSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cspSubscriptionId"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<OnboardTenantsMutation, OnboardTenantsMutationVariables>;
export const MapTenantDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"MapTenant"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"MapTenantInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mapTenant"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mapping"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MappingStep"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MappingStep"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TenantMapping"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveTo"}},{"kind":"Field","name":{"kind":"Name","value":"isSuperseded"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"cspSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cspSubscriptionId"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<MapTenantMutation, MapTenantMutationVariables>;
export const UnmapTenantDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UnmapTenant"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UnmapTenantInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unmapTenant"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"mapping"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MappingStep"}}]}},{"kind":"Field","name":{"kind":"Name","value":"mappingHistory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MappingStep"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MappingStep"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TenantMapping"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveTo"}},{"kind":"Field","name":{"kind":"Name","value":"isSuperseded"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"cspSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cspSubscriptionId"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<UnmapTenantMutation, UnmapTenantMutationVariables>;
export const AssignStackSubscriptionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AssignStackSubscription"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AssignStackSubscriptionInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"assignStackSubscription"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stackSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"stackSubscriptionId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Refusal"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Refusal"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]} as unknown as DocumentNode<AssignStackSubscriptionMutation, AssignStackSubscriptionMutationVariables>;
export const UsageAggregatesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"UsageAggregates"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"range"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"TimeRangeInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"clock"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Clock"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"granularity"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Granularity"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ResourceUsageFilterInput"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageAggregates"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"range"},"value":{"kind":"Variable","name":{"kind":"Name","value":"range"}}},{"kind":"Argument","name":{"kind":"Name","value":"clock"},"value":{"kind":"Variable","name":{"kind":"Name","value":"clock"}}},{"kind":"Argument","name":{"kind":"Name","value":"granularity"},"value":{"kind":"Variable","name":{"kind":"Name","value":"granularity"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Aggregate"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Place"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Destination"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"destinationSubscriptionId"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"mappedSince"}},{"kind":"Field","name":{"kind":"Name","value":"cspSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cspSubscriptionId"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Aggregate"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageAggregate"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"granularity"}},{"kind":"Field","name":{"kind":"Name","value":"usageWindow"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reportedWindow"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"records"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"meter"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meterId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"registration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"stackSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stackSubscriptionId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"resource"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"uri"}},{"kind":"Field","name":{"kind":"Name","value":"location"}},{"kind":"Field","name":{"kind":"Name","value":"tags"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"value"}}]}},{"kind":"Field","name":{"kind":"Name","value":"additionalInfo"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Place"}}]}}]}}]} as unknown as DocumentNode<UsageAggregatesQuery, UsageAggregatesQueryVariables>;
export const AggregatesAloneDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AggregatesAlone"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"range"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"TimeRangeInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"clock"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Clock"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"granularity"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Granularity"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ResourceUsageFilterInput"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageAggregates"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"range"},"value":{"kind":"Variable","name":{"kind":"Name","value":"range"}}},{"kind":"Argument","name":{"kind":"Name","value":"clock"},"value":{"kind":"Variable","name":{"kind":"Name","value":"clock"}}},{"kind":"Argument","name":{"kind":"Name","value":"granularity"},"value":{"kind":"Variable","name":{"kind":"Name","value":"granularity"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<AggregatesAloneQuery, AggregatesAloneQueryVariables>;
export const UsageSummaryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"UsageSummary"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"range"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"TimeRangeInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"clock"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Clock"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"UsageFilterInput"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"groupBy"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Grouping"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageSummary"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"range"},"value":{"kind":"Variable","name":{"kind":"Name","value":"range"}}},{"kind":"Argument","name":{"kind":"Name","value":"clock"},"value":{"kind":"Variable","name":{"kind":"Name","value":"clock"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"groupBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"groupBy"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"day"}},{"kind":"Field","name":{"kind":"Name","value":"month"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"records"}},{"kind":"Field","name":{"kind":"Name","value":"registration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"stackSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stackSubscriptionId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"meter"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meterId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"destinationSubscriptionId"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"mappedSince"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<UsageSummaryQuery, UsageSummaryQueryVariables>;
export const FallbackUsageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"FallbackUsage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"range"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"TimeRangeInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"clock"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Clock"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"UsageFilterInput"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"fallbackUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"range"},"value":{"kind":"Variable","name":{"kind":"Name","value":"range"}}},{"kind":"Argument","name":{"kind":"Name","value":"clock"},"value":{"kind":"Variable","name":{"kind":"Name","value":"clock"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"records"}},{"kind":"Field","name":{"kind":"Name","value":"since"}},{"kind":"Field","name":{"kind":"Name","value":"meter"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meterId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"registration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"stackSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stackSubscriptionId"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<FallbackUsageQuery, FallbackUsageQueryVariables>;
export const UsageRecordsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"UsageRecords"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"range"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"TimeRangeInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"clock"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Clock"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"ResourceUsageFilterInput"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"recordId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usageRecords"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"range"},"value":{"kind":"Variable","name":{"kind":"Name","value":"range"}}},{"kind":"Argument","name":{"kind":"Name","value":"clock"},"value":{"kind":"Variable","name":{"kind":"Name","value":"clock"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"recordId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"recordId"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"recordId"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"corrects"}},{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"usageWindow"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reportedWindow"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}}]}},{"kind":"Field","name":{"kind":"Name","value":"receivedAt"}},{"kind":"Field","name":{"kind":"Name","value":"receivedBy"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"meter"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meterId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"stackSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stackSubscriptionId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"resource"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"uri"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Place"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Place"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Destination"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"destinationSubscriptionId"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"mappedSince"}},{"kind":"Field","name":{"kind":"Name","value":"cspSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cspSubscriptionId"}}]}}]}}]} as unknown as DocumentNode<UsageRecordsQuery, UsageRecordsQueryVariables>;
export const QuarantinedRecordsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"QuarantinedRecords"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"registration"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"code"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quarantinedRecords"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"registration"},"value":{"kind":"Variable","name":{"kind":"Name","value":"registration"}}},{"kind":"Argument","name":{"kind":"Name","value":"code"},"value":{"kind":"Variable","name":{"kind":"Name","value":"code"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"source"}},{"kind":"Field","name":{"kind":"Name","value":"recordId"}},{"kind":"Field","name":{"kind":"Name","value":"stackSubscriptionId"}},{"kind":"Field","name":{"kind":"Name","value":"raw"}},{"kind":"Field","name":{"kind":"Name","value":"timesSeen"}},{"kind":"Field","name":{"kind":"Name","value":"registration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<QuarantinedRecordsQuery, QuarantinedRecordsQueryVariables>;
export const InvariantsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Invariants"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invariants"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"holds"}},{"kind":"Field","name":{"kind":"Name","value":"detail"}}]}}]}}]} as unknown as DocumentNode<InvariantsQuery, InvariantsQueryVariables>;
export const RecordUsageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RecordUsage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RecordUsageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recordUsage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"receipt"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"batchId"}},{"kind":"Field","name":{"kind":"Name","value":"accepted"}},{"kind":"Field","name":{"kind":"Name","value":"duplicates"}},{"kind":"Field","name":{"kind":"Name","value":"conflicts"}},{"kind":"Field","name":{"kind":"Name","value":"rejected"}},{"kind":"Field","name":{"kind":"Name","value":"verdicts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"index"}},{"kind":"Field","name":{"kind":"Name","value":"verdict"}},{"kind":"Field","name":{"kind":"Name","value":"recordId"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"field"}},{"kind":"Field","name":{"kind":"Name","value":"isRounded"}},{"kind":"Field","name":{"kind":"Name","value":"stored"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"userErrors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]}}]} as unknown as DocumentNode<RecordUsageMutation, RecordUsageMutationVariables>;
export const ViewerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"subject"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"registrations"}},{"kind":"Field","name":{"kind":"Name","value":"tenants"}},{"kind":"Field","name":{"kind":"Name","value":"resellers"}},{"kind":"Field","name":{"kind":"Name","value":"books"}}]}}]}}]} as unknown as DocumentNode<ViewerQuery, ViewerQueryVariables>;
export const RegistrationsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Registrations"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registrations"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"cloudId"}},{"kind":"Field","name":{"kind":"Name","value":"baseSubscriptionId"}},{"kind":"Field","name":{"kind":"Name","value":"billingModel"}},{"kind":"Field","name":{"kind":"Name","value":"closedBefore"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<RegistrationsQuery, RegistrationsQueryVariables>;
export const RegistrationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Registration"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"name"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"registration"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"name"},"value":{"kind":"Variable","name":{"kind":"Name","value":"name"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<RegistrationQuery, RegistrationQueryVariables>;
export const TenantsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Tenants"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"registration"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"isMapped"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"reseller"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenants"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"registration"},"value":{"kind":"Variable","name":{"kind":"Name","value":"registration"}}},{"kind":"Argument","name":{"kind":"Name","value":"isMapped"},"value":{"kind":"Variable","name":{"kind":"Name","value":"isMapped"}}},{"kind":"Argument","name":{"kind":"Name","value":"reseller"},"value":{"kind":"Variable","name":{"kind":"Name","value":"reseller"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"tenantId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"registration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reseller"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"mapping"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MappingStep"}}]}},{"kind":"Field","name":{"kind":"Name","value":"mappingHistory"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MappingStep"}}]}},{"kind":"Field","name":{"kind":"Name","value":"stackSubscriptions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stackSubscriptionId"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MappingStep"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"TenantMapping"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveTo"}},{"kind":"Field","name":{"kind":"Name","value":"isSuperseded"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"cspSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cspSubscriptionId"}}]}}]}}]} as unknown as DocumentNode<TenantsQuery, TenantsQueryVariables>;
export const TenantDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Tenant"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"registration"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"tenantId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UUID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenant"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"registration"},"value":{"kind":"Variable","name":{"kind":"Name","value":"registration"}}},{"kind":"Argument","name":{"kind":"Name","value":"tenantId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"tenantId"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<TenantQuery, TenantQueryVariables>;
export const ResellersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Resellers"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"resellers"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"partnerId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<ResellersQuery, ResellersQueryVariables>;
export const CspSubscriptionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CspSubscriptions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"registration"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"tenantId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"UUID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cspSubscriptions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"registration"},"value":{"kind":"Variable","name":{"kind":"Name","value":"registration"}}},{"kind":"Argument","name":{"kind":"Name","value":"tenantId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"tenantId"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"cspSubscriptionId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"offer"}},{"kind":"Field","name":{"kind":"Name","value":"partnerId"}},{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"registration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<CspSubscriptionsQuery, CspSubscriptionsQueryVariables>;
export const StackSubscriptionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"StackSubscriptions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"registration"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"tenantId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"UUID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"isTenantUnknown"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"stackSubscriptions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"registration"},"value":{"kind":"Variable","name":{"kind":"Name","value":"registration"}}},{"kind":"Argument","name":{"kind":"Name","value":"tenantId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"tenantId"}}},{"kind":"Argument","name":{"kind":"Name","value":"isTenantUnknown"},"value":{"kind":"Variable","name":{"kind":"Name","value":"isTenantUnknown"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"stackSubscriptionId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"registration"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<StackSubscriptionsQuery, StackSubscriptionsQueryVariables>;
export const MetersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Meters"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"category"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"isKnown"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"isDeprecated"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meters"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"category"},"value":{"kind":"Variable","name":{"kind":"Name","value":"category"}}},{"kind":"Argument","name":{"kind":"Name","value":"isKnown"},"value":{"kind":"Variable","name":{"kind":"Name","value":"isKnown"}}},{"kind":"Argument","name":{"kind":"Name","value":"isDeprecated"},"value":{"kind":"Variable","name":{"kind":"Name","value":"isDeprecated"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"meterId"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"category"}},{"kind":"Field","name":{"kind":"Name","value":"isKnown"}},{"kind":"Field","name":{"kind":"Name","value":"isDeprecated"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<MetersQuery, MetersQueryVariables>;
export const NodeByIdDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"NodeById"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"node"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageAggregate"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"records"}},{"kind":"Field","name":{"kind":"Name","value":"usageWindow"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}}]}},{"kind":"Field","name":{"kind":"Name","value":"destination"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UsageRecord"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quantity"}}]}}]}}]}}]} as unknown as DocumentNode<NodeByIdQuery, NodeByIdQueryVariables>;
export const NodesByIdDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"NodesById"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"ids"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"ids"},"value":{"kind":"Variable","name":{"kind":"Name","value":"ids"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]} as unknown as DocumentNode<NodesByIdQuery, NodesByIdQueryVariables>;
export const PreviewTenantMappingDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PreviewTenantMapping"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"registration"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"tenantId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UUID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"cspSubscriptionId"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"UUID"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"effectiveFrom"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"previewTenantMapping"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"registration"},"value":{"kind":"Variable","name":{"kind":"Name","value":"registration"}}},{"kind":"Argument","name":{"kind":"Name","value":"tenantId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"tenantId"}}},{"kind":"Argument","name":{"kind":"Name","value":"cspSubscriptionId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"cspSubscriptionId"}}},{"kind":"Argument","name":{"kind":"Name","value":"effectiveFrom"},"value":{"kind":"Variable","name":{"kind":"Name","value":"effectiveFrom"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenant"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tenantId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"effectiveFrom"}},{"kind":"Field","name":{"kind":"Name","value":"cspSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cspSubscriptionId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"moves"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quantity"}},{"kind":"Field","name":{"kind":"Name","value":"records"}},{"kind":"Field","name":{"kind":"Name","value":"meter"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meterId"}}]}},{"kind":"Field","name":{"kind":"Name","value":"from"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"closedRecords"}}]}}]}}]} as unknown as DocumentNode<PreviewTenantMappingQuery, PreviewTenantMappingQueryVariables>;
