/**
 * What each role is for, said a second time and by hand: by role, and as what it may not see. The table of the gateway
 * says the same by field, and as what roles may. Where the two differ, one of them is wrong; a person decides which.
 */
import type { Role } from '../../src/access/principal.js';

type Denied = Readonly<Record<string, '*' | readonly string[]>>;

const KEYS: Denied = {
  Query: ['apiKeys'],
  Mutation: ['createApiKey', 'revokeApiKey'],
  ApiKey: '*',
  ApiKeyConnection: '*',
  ApiKeyEdge: '*',
  CreateApiKeyPayload: '*',
  RevokeApiKeyPayload: '*',
};
const CONTROL: Denied = {
  Query: ['invariants', 'auditLog', 'verifyAuditLog'],
  AuditEntry: '*',
  AuditEntryConnection: '*',
  AuditEntryEdge: '*',
  AuditVerification: '*',
  Invariant: '*',
};
const SENDING: Denied = {
  Mutation: ['recordUsage'],
  RecordUsagePayload: '*',
  UsageReceipt: '*',
  RecordVerdict: '*',
  StoredRecord: '*',
};
const CREATION: Denied = {
  Query: ['previewOpenBooks'],
  Mutation: [
    'createRegistration',
    'updateRegistration',
    'openBooks',
    'discardRegistration',
    'upsertMeter',
    'replayQuarantined',
    'correctUsage',
  ],
  OpenBooksPayload: '*',
  DiscardRegistrationPayload: '*',
  DiscardedRegistration: '*',
  OpenBooksPreview: '*',
  OpeningDay: '*',
  OpeningSum: '*',
  OpeningFallback: '*',
  MixedUsage: '*',
  CreateRegistrationPayload: '*',
  UpdateRegistrationPayload: '*',
  UpsertMeterPayload: '*',
  ReplayQuarantinedPayload: '*',
  CorrectUsagePayload: '*',
};
const CHANGES: Denied = {
  Query: ['previewTenantMapping'],
  Mutation: [
    'registerTenant',
    'updateTenant',
    'registerReseller',
    'addCspSubscription',
    'updateCspSubscription',
    'onboardTenants',
    'mapTenant',
    'unmapTenant',
    'assignStackSubscription',
    'retryReport',
  ],
  MappingPreview: '*',
  UsageMove: '*',
  RegisterTenantPayload: '*',
  UpdateTenantPayload: '*',
  RegisterResellerPayload: '*',
  AddCspSubscriptionPayload: '*',
  UpdateCspSubscriptionPayload: '*',
  OnboardTenantsPayload: '*',
  OnboardedLine: '*',
  MapTenantPayload: '*',
  UnmapTenantPayload: '*',
  AssignStackSubscriptionPayload: '*',
  RetryReportPayload: '*',
};
/** What is about all customers of a registration at once. */
const WHOLE_REGISTRATION: Denied = {
  Query: ['registrations', 'registration', 'quarantinedRecords'],
  RegistrationConnection: '*',
  RegistrationEdge: '*',
  QuarantinedRecord: '*',
  QuarantinedRecordConnection: '*',
  QuarantinedRecordEdge: '*',
};
/** What only the provider and its auditor see. */
const PROVIDERS: Denied = {
  Query: ['usageReports', 'completeness', 'reconcileReport'],
  Subscription: ['reportSettled'],
  Registration: [
    'baseSubscriptionId',
    'baseOffer',
    'resourceGroup',
    'billingModel',
    'partnerId',
    'isMultitenancyApproved',
    'isUsageReportingEnabled',
    'agreementNumber',
    'msAssetTag',
    'usageIntake',
    'books',
    'createdBy',
  ],
  RegistrationBooks: '*',
  Tenant: ['createdBy'],
  TenantMapping: ['createdBy'],
  UsageRecord: ['receivedBy'],
  UsageExplanation: ['standing', 'report', 'reportLine'],
  UsageReport: '*',
  UsageReportConnection: '*',
  UsageReportEdge: '*',
  UsageReportAttempt: '*',
  UsageReportLine: '*',
  Completeness: '*',
  OpenDay: '*',
  UnsentUsage: '*',
  ReportReconciliation: '*',
  ReconciledMeter: '*',
};
/** Where usage is billed, and through whom. */
const BILLING: Denied = {
  Query: ['resellers', 'cspSubscriptions', 'fallbackUsage'],
  Subscription: ['usageOnFallback'],
  OpenFallbackUsage: '*',
  Tenant: ['mapping', 'mappingHistory', 'reseller'],
  UsageAggregate: ['destination'],
  UsageSum: ['destination'],
  UsageRecord: ['destination'],
  TenantMapping: '*',
  Reseller: '*',
  ResellerConnection: '*',
  ResellerEdge: '*',
  CspSubscription: '*',
  CspSubscriptionConnection: '*',
  CspSubscriptionEdge: '*',
  FallbackUsage: '*',
  FallbackUsageConnection: '*',
  FallbackUsageEdge: '*',
  Destination: '*',
};
const USAGE: Denied = {
  Query: ['tenants', 'tenant', 'stackSubscriptions', 'usageAggregates', 'usageSummary', 'usageRecords', 'explainUsage'],
  Tenant: '*',
  TenantConnection: '*',
  TenantEdge: '*',
  StackSubscription: '*',
  StackSubscriptionConnection: '*',
  StackSubscriptionEdge: '*',
  UsageAggregate: '*',
  UsageAggregateConnection: '*',
  UsageAggregateEdge: '*',
  UsageSum: '*',
  UsageSumConnection: '*',
  UsageSumEdge: '*',
  UsageRecord: '*',
  UsageRecordConnection: '*',
  UsageRecordEdge: '*',
  UsageExplanation: '*',
  Resource: '*',
  Tag: '*',
};

const DENIED: Readonly<Record<Role, readonly Denied[]>> = {
  OPERATOR: [],
  CSP_ADMIN: [KEYS, CONTROL, SENDING, CREATION],
  FINANCE: [KEYS, CONTROL, SENDING, CREATION, CHANGES],
  AUDITOR: [KEYS, SENDING, CREATION, CHANGES],
  RESELLER: [KEYS, CONTROL, SENDING, CREATION, CHANGES, WHOLE_REGISTRATION, PROVIDERS],
  TENANT_USER: [KEYS, CONTROL, SENDING, CREATION, CHANGES, WHOLE_REGISTRATION, PROVIDERS, BILLING],
  INGESTOR: [KEYS, CONTROL, CREATION, CHANGES, PROVIDERS, BILLING, USAGE],
};

/** Whether a role is meant to read a field. */
export function isFor(role: Role, type: string, field: string): boolean {
  return !DENIED[role].some((denied) => {
    const fields = denied[type];
    return fields === '*' || fields?.includes(field) === true;
  });
}

/** Types that the statement names, so that one that is gone from the schema is noticed. */
export function namedTypes(): ReadonlySet<string> {
  return new Set(Object.values(DENIED).flatMap((parts) => parts.flatMap((denied) => Object.keys(denied))));
}
