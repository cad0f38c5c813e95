/**
 * The one table of who may read and do what: every field of every object type, with its roles. There is no wildcard and
 * no fall-through, so a field that is not here belongs to nobody and keeps the gateway from starting. It is data:
 * shield is built from it, `node` asks it, and `schema/access-matrix.md` prints it.
 */
import { ROLES } from '../access/principal.js';
import type { Role } from '../access/principal.js';

export type Roles = readonly Role[];
export type AccessTable = Readonly<Record<string, Readonly<Record<string, Roles>>>>;

const EVERYONE: Roles = ROLES;
/** Those who read usage. */
const READERS: Roles = ['OPERATOR', 'CSP_ADMIN', 'RESELLER', 'TENANT_USER', 'AUDITOR'];
/** Those who see where usage is billed. */
const PARTNERS: Roles = ['OPERATOR', 'CSP_ADMIN', 'RESELLER', 'AUDITOR'];
const PROVIDER: Roles = ['OPERATOR', 'CSP_ADMIN', 'AUDITOR'];
const ADMINISTRATORS: Roles = ['OPERATOR', 'CSP_ADMIN'];
/** Those who deal with what was sent. */
const SENDERS: Roles = ['OPERATOR', 'INGESTOR'];
const REGISTRATION_STAFF: Roles = ['OPERATOR', 'CSP_ADMIN', 'AUDITOR', 'INGESTOR'];
const OPERATORS: Roles = ['OPERATOR'];
const CONTROLLERS: Roles = ['OPERATOR', 'AUDITOR'];

/** These fields are for these roles. */
function of(roles: Roles, ...fields: readonly string[]): Readonly<Record<string, Roles>> {
  return Object.fromEntries(fields.map((field) => [field, roles]));
}

/** The two types that a page of rows is made of. */
function page(name: string, roles: Roles): AccessTable {
  return {
    [`${name}Connection`]: of(roles, 'edges', 'nodes', 'pageInfo'),
    [`${name}Edge`]: of(roles, 'cursor', 'node'),
  };
}

/** The payload of mutations for these roles. */
function payload(roles: Roles, ...fields: readonly string[]): Readonly<Record<string, Roles>> {
  return of(roles, ...fields, 'userErrors');
}

export const ACCESS: AccessTable = {
  Query: {
    ...of(EVERYONE, 'viewer', 'node', 'nodes', 'meters'),
    ...of(READERS, 'tenants', 'tenant', 'stackSubscriptions', 'usageAggregates', 'usageSummary', 'usageRecords'),
    ...of(READERS, 'explainUsage'),
    ...of(PROVIDER, 'usageReports', 'completeness', 'reconcileReport'),
    ...of(PARTNERS, 'resellers', 'cspSubscriptions', 'fallbackUsage'),
    ...of(REGISTRATION_STAFF, 'registrations', 'registration', 'quarantinedRecords'),
    ...of(ADMINISTRATORS, 'previewTenantMapping'),
    ...of(CONTROLLERS, 'invariants', 'auditLog', 'verifyAuditLog'),
    ...of(OPERATORS, 'apiKeys', 'previewOpenBooks'),
  },
  Mutation: {
    ...of(OPERATORS, 'createRegistration', 'updateRegistration', 'upsertMeter', 'createApiKey', 'revokeApiKey'),
    ...of(OPERATORS, 'replayQuarantined', 'openBooks', 'discardRegistration', 'correctUsage'),
    ...of(ADMINISTRATORS, 'registerTenant', 'updateTenant', 'registerReseller', 'addCspSubscription'),
    ...of(ADMINISTRATORS, 'updateCspSubscription', 'onboardTenants'),
    ...of(ADMINISTRATORS, 'mapTenant', 'unmapTenant', 'assignStackSubscription', 'retryReport'),
    ...of(SENDERS, 'recordUsage'),
  },
  Subscription: {
    ...of(EVERYONE, 'windowClosed'),
    ...of(PROVIDER, 'reportSettled'),
    ...of(PARTNERS, 'usageOnFallback'),
  },

  // Who is who.
  Registration: {
    ...of(EVERYONE, 'id', 'name', 'cloudId', 'closedBefore', 'createdAt'),
    ...of(PROVIDER, 'baseSubscriptionId', 'baseOffer', 'resourceGroup', 'billingModel', 'partnerId'),
    ...of(
      PROVIDER,
      'isMultitenancyApproved',
      'isUsageReportingEnabled',
      'usageIntake',
      'agreementNumber',
      'msAssetTag',
    ),
    ...of(PROVIDER, 'books', 'createdBy'),
  },
  RegistrationBooks: of(PROVIDER, 'state', 'booksFrom', 'openedAt'),
  ...page('Registration', REGISTRATION_STAFF),
  Tenant: {
    ...of(READERS, 'id', 'tenantId', 'name', 'createdAt', 'registration', 'stackSubscriptions'),
    ...of(PARTNERS, 'mapping', 'mappingHistory', 'reseller'),
    ...of(PROVIDER, 'createdBy'),
  },
  ...page('Tenant', READERS),
  TenantMapping: {
    ...of(PARTNERS, 'id', 'effectiveFrom', 'effectiveTo', 'isSuperseded', 'createdAt', 'cspSubscription', 'tenant'),
    ...of(PROVIDER, 'createdBy'),
  },
  Reseller: of(PARTNERS, 'id', 'name', 'partnerId', 'createdAt'),
  ...page('Reseller', PARTNERS),
  CspSubscription: {
    ...of(PARTNERS, 'id', 'cspSubscriptionId', 'name', 'offer', 'partnerId', 'createdAt', 'registration', 'tenant'),
  },
  ...page('CspSubscription', PARTNERS),
  StackSubscription: of(READERS, 'id', 'stackSubscriptionId', 'name', 'firstSeenAt', 'registration', 'tenant'),
  ...page('StackSubscription', READERS),
  Viewer: of(EVERYONE, 'subject', 'role', 'registrations', 'tenants', 'resellers', 'sources', 'books'),

  // What is measured.
  Meter: {
    ...of(EVERYONE, 'id', 'meterId', 'name', 'unit', 'category', 'resourceProvider', 'description'),
    ...of(EVERYONE, 'isDeprecated', 'quantityRule', 'billedByMicrosoft', 'isKnown'),
  },
  ...page('Meter', EVERYONE),

  // Usage.
  UsageAggregate: {
    ...of(READERS, 'id', 'granularity', 'usageWindow', 'reportedWindow', 'quantity', 'records', 'status'),
    ...of(READERS, 'stackSubscription', 'tenant', 'registration', 'meter', 'resource'),
    ...of(PARTNERS, 'destination'),
  },
  ...page('UsageAggregate', READERS),
  UsageSum: {
    ...of(READERS, 'day', 'month', 'quantity', 'records', 'stackSubscription', 'tenant', 'registration', 'meter'),
    ...of(PARTNERS, 'destination'),
  },
  ...page('UsageSum', READERS),
  UsageRecord: {
    ...of(READERS, 'id', 'recordId', 'source', 'corrects', 'quantity', 'usageWindow', 'reportedWindow', 'receivedAt'),
    ...of(READERS, 'status', 'stackSubscription', 'tenant', 'meter', 'resource'),
    ...of(PARTNERS, 'destination'),
    ...of(PROVIDER, 'receivedBy'),
  },
  ...page('UsageRecord', READERS),
  FallbackUsage: {
    ...of(PARTNERS, 'reason', 'quantity', 'records', 'since', 'stackSubscription', 'tenant', 'registration', 'meter'),
  },
  ...page('FallbackUsage', PARTNERS),
  OpenFallbackUsage: {
    ...of(PARTNERS, 'reportedDay', 'reason', 'quantity', 'records'),
    ...of(PARTNERS, 'stackSubscription', 'tenant', 'registration', 'meter'),
  },
  Destination: of(PARTNERS, 'destinationSubscriptionId', 'reason', 'mappedSince', 'cspSubscription'),
  Resource: of(READERS, 'uri', 'location', 'tags', 'additionalInfo'),
  Tag: of(READERS, 'name', 'value'),
  TimeWindow: of(EVERYONE, 'start', 'end'),
  PageInfo: of(EVERYONE, 'hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'),

  // Who may come in, and what they did.
  ApiKey: {
    ...of(OPERATORS, 'keyId', 'name', 'role', 'registrations', 'tenants', 'resellers', 'sources'),
    ...of(OPERATORS, 'createdAt', 'createdBy'),
    ...of(OPERATORS, 'expiresAt', 'lastUsedAt', 'revokedAt', 'revokedBy'),
  },
  ...page('ApiKey', OPERATORS),
  CreateApiKeyPayload: payload(OPERATORS, 'apiKey', 'secret'),
  RevokeApiKeyPayload: payload(OPERATORS, 'apiKey'),
  AuditEntry: {
    ...of(CONTROLLERS, 'sequence', 'at', 'action', 'outcome', 'code', 'subject', 'role', 'credential', 'requestId'),
    ...of(CONTROLLERS, 'registration', 'target', 'before', 'after', 'hash'),
  },
  ...page('AuditEntry', CONTROLLERS),
  AuditVerification: of(CONTROLLERS, 'isIntact', 'entries', 'hash', 'problem', 'holdsExpected'),

  // Changing who is billed where.
  MappingPreview: of(ADMINISTRATORS, 'tenant', 'effectiveFrom', 'cspSubscription', 'moves', 'closedRecords'),
  UsageMove: of(ADMINISTRATORS, 'quantity', 'records', 'meter', 'from'),
  UserError: of(EVERYONE, 'code', 'message', 'field'),
  CreateRegistrationPayload: payload(OPERATORS, 'registration'),
  UpdateRegistrationPayload: payload(OPERATORS, 'registration'),
  OpenBooksPayload: payload(OPERATORS, 'registration'),
  DiscardRegistrationPayload: payload(OPERATORS, 'discarded'),
  DiscardedRegistration: of(OPERATORS, 'name', 'cloudId', 'stackSubscriptions', 'records'),
  OpenBooksPreview: {
    ...of(OPERATORS, 'registration', 'digest', 'refusals', 'isReporting', 'booksFrom', 'closesThrough', 'dayCount'),
    ...of(OPERATORS, 'historyDayCount', 'recordCount', 'historyRecordCount', 'days', 'sums', 'isWhole'),
    ...of(OPERATORS, 'onBase', 'mixed'),
  },
  OpeningDay: of(OPERATORS, 'day', 'isHistory', 'records'),
  OpeningSum: of(OPERATORS, 'isHistory', 'quantity', 'records', 'meter', 'destination'),
  OpeningFallback: of(OPERATORS, 'reason', 'days', 'records', 'stackSubscription'),
  MixedUsage: of(OPERATORS, 'hours', 'pushedRecords', 'pulledRecords', 'stackSubscription'),
  UpsertMeterPayload: payload(OPERATORS, 'meter'),
  RegisterTenantPayload: payload(ADMINISTRATORS, 'tenant'),
  UpdateTenantPayload: payload(ADMINISTRATORS, 'tenant'),
  RegisterResellerPayload: payload(ADMINISTRATORS, 'reseller'),
  AddCspSubscriptionPayload: payload(ADMINISTRATORS, 'cspSubscription'),
  UpdateCspSubscriptionPayload: payload(ADMINISTRATORS, 'cspSubscription'),
  MapTenantPayload: payload(ADMINISTRATORS, 'tenant'),
  UnmapTenantPayload: payload(ADMINISTRATORS, 'tenant'),
  AssignStackSubscriptionPayload: payload(ADMINISTRATORS, 'stackSubscription'),
  OnboardTenantsPayload: payload(ADMINISTRATORS, 'lines'),
  OnboardedLine: of(ADMINISTRATORS, 'index', 'verdict', 'steps', 'tenant', 'userErrors'),

  // Taking usage in.
  RecordUsagePayload: payload(SENDERS, 'receipt'),
  ReplayQuarantinedPayload: payload(OPERATORS, 'receipt'),
  CorrectUsagePayload: payload(OPERATORS, 'correction', 'remaining'),
  UsageReceipt: of(SENDERS, 'batchId', 'receivedAt', 'accepted', 'duplicates', 'conflicts', 'rejected', 'verdicts'),
  RecordVerdict: of(SENDERS, 'index', 'verdict', 'recordId', 'code', 'message', 'field', 'isRounded', 'stored'),
  StoredRecord: of(SENDERS, 'quantity', 'usageWindow', 'reportedWindow'),
  QuarantinedRecord: {
    ...of(REGISTRATION_STAFF, 'id', 'verdict', 'code', 'message', 'source', 'recordId', 'stackSubscriptionId', 'raw'),
    ...of(REGISTRATION_STAFF, 'firstSeenAt', 'lastSeenAt', 'timesSeen', 'registration', 'reportedWindow', 'replayedAt'),
  },
  ...page('QuarantinedRecord', REGISTRATION_STAFF),
  Invariant: of(CONTROLLERS, 'name', 'holds', 'detail'),

  // Reporting it.
  UsageReport: {
    ...of(PROVIDER, 'id', 'registration', 'reportedDay', 'destinationSubscriptionId', 'batchNo', 'idempotencyKey'),
    ...of(PROVIDER, 'lineCount', 'state', 'attemptCount', 'attempts', 'nextAttemptAt', 'receipt', 'errorCode'),
    ...of(PROVIDER, 'errorMessage', 'createdAt', 'settledAt'),
  },
  ...page('UsageReport', PROVIDER),
  UsageReportAttempt: of(PROVIDER, 'attemptNo', 'startedAt', 'endedAt', 'outcome', 'code', 'message'),
  UsageReportLine: of(PROVIDER, 'lineNo', 'status', 'code'),
  RetryReportPayload: payload(ADMINISTRATORS, 'report'),
  UsageExplanation: {
    ...of(READERS, 'aggregate', 'records', 'isWhole', 'sumOfRecords'),
    ...of(PROVIDER, 'standing', 'report', 'reportLine'),
  },
  ClosedWindow: of(EVERYONE, 'registration', 'closedFrom', 'closedBefore'),
  Completeness: {
    ...of(
      PROVIDER,
      'books',
      'waitingSince',
      'waitingLevel',
      'completeThrough',
      'usageIntake',
      'pulledThrough',
      'lastSeenHour',
      'lagHours',
      'openDays',
      'unsent',
    ),
  },
  OpenDay: of(PROVIDER, 'day', 'expectedHours', 'seenHours', 'records', 'isHistory'),
  UnsentUsage: of(PROVIDER, 'days', 'oldestDay', 'ageHours', 'level'),
  ReportReconciliation: of(PROVIDER, 'isSupported', 'isEqual', 'meters'),
  ReconciledMeter: {
    ...of(
      PROVIDER,
      'destinationSubscriptionId',
      'meterId',
      'sent',
      'sentLines',
      'received',
      'receivedLines',
      'isEqual',
    ),
  },
};

/** Roles that may read a field. Throws for one that the table does not name. */
export function rolesOf(typeName: string, fieldName: string): Roles {
  const roles = ACCESS[typeName]?.[fieldName];
  if (roles === undefined) {
    throw new Error(`No access rule for ${typeName}.${fieldName}. Say in access-table.ts which roles may read it.`);
  }
  return roles;
}

/** Whether a role may read a field; nobody's role may read none. */
export function mayRead(role: Role | undefined, typeName: string, fieldName: string): boolean {
  return role !== undefined && rolesOf(typeName, fieldName).includes(role);
}
