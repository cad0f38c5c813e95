/**
 * Who may read and do what, field by field: every field of every object type, with the action that it belongs to.
 * `access/actions.ts` says which roles may do each. There is no wildcard and no fall-through: a field that is not here
 * belongs to nobody and keeps the gateway from starting. It is data. Shield is built from it, `node` asks it, and
 * `schema/access-matrix.md` prints it.
 */
import { rolesFor } from '../../access/actions.js';
import type { Action, Roles } from '../../access/actions.js';
import type { Role } from '../../access/principal.js';

export type AccessTable = Readonly<Record<string, Readonly<Record<string, Roles>>>>;

/** These fields are for whoever may do this. */
function of(action: Action, ...fields: readonly string[]): Readonly<Record<string, Roles>> {
  return Object.fromEntries(fields.map((field) => [field, rolesFor(action)]));
}

/** The two types that a page of rows is made of. */
function page(name: string, action: Action): AccessTable {
  return {
    [`${name}Connection`]: of(action, 'edges', 'nodes', 'pageInfo'),
    [`${name}Edge`]: of(action, 'cursor', 'node'),
  };
}

/** The payload of a mutation that does this. */
function payload(action: Action, ...fields: readonly string[]): Readonly<Record<string, Roles>> {
  return of(action, ...fields, 'userErrors');
}

export const ACCESS: AccessTable = {
  Query: {
    ...of('gateway:use', 'viewer', 'node', 'nodes', 'meters'),
    ...of('usage:read', 'tenants', 'tenant', 'stackSubscriptions', 'usageAggregates', 'usageSummary', 'usageRecords'),
    ...of('usage:read', 'explainUsage'),
    ...of('report:read', 'usageReports', 'completeness', 'reconcileReport'),
    ...of('billing:read', 'resellers', 'cspSubscriptions', 'fallbackUsage'),
    ...of('registration:list', 'registrations', 'registration'),
    ...of('quarantine:read', 'quarantinedRecords'),
    ...of('mapping:change', 'previewTenantMapping'),
    ...of('books:verify', 'invariants'),
    ...of('audit:read', 'auditLog', 'verifyAuditLog'),
    ...of('key:manage', 'apiKeys'),
    ...of('registration:change', 'previewOpenBooks'),
  },
  Mutation: {
    ...of('registration:change', 'createRegistration', 'updateRegistration', 'openBooks', 'discardRegistration'),
    ...of('meter:change', 'upsertMeter'),
    ...of('key:manage', 'createApiKey', 'revokeApiKey'),
    ...of('quarantine:replay', 'replayQuarantined'),
    ...of('usage:correct', 'correctUsage'),
    ...of('customer:change', 'registerTenant', 'updateTenant', 'registerReseller', 'addCspSubscription'),
    ...of('customer:change', 'updateCspSubscription', 'onboardTenants'),
    ...of('mapping:change', 'mapTenant', 'unmapTenant', 'assignStackSubscription'),
    ...of('report:retry', 'retryReport'),
    ...of('usage:record', 'recordUsage'),
  },
  Subscription: {
    ...of('gateway:use', 'windowClosed'),
    ...of('report:read', 'reportSettled'),
    ...of('billing:read', 'usageOnFallback'),
  },

  // Who is who.
  Registration: {
    ...of('gateway:use', 'id', 'name', 'cloudId', 'closedBefore', 'createdAt'),
    ...of('registration:read', 'baseSubscriptionId', 'baseOffer', 'resourceGroup', 'billingModel', 'partnerId'),
    ...of(
      'registration:read',
      'isMultitenancyApproved',
      'isUsageReportingEnabled',
      'usageIntake',
      'agreementNumber',
      'msAssetTag',
    ),
    ...of('registration:read', 'books', 'createdBy'),
  },
  RegistrationBooks: of('registration:read', 'state', 'booksFrom', 'openedAt'),
  ...page('Registration', 'registration:list'),
  Tenant: {
    ...of('usage:read', 'id', 'tenantId', 'name', 'createdAt', 'registration', 'stackSubscriptions'),
    ...of('billing:read', 'mapping', 'mappingHistory', 'reseller'),
    ...of('registration:read', 'createdBy'),
  },
  ...page('Tenant', 'usage:read'),
  TenantMapping: {
    ...of(
      'billing:read',
      'id',
      'effectiveFrom',
      'effectiveTo',
      'isSuperseded',
      'createdAt',
      'cspSubscription',
      'tenant',
    ),
    ...of('registration:read', 'createdBy'),
  },
  Reseller: of('billing:read', 'id', 'name', 'partnerId', 'createdAt'),
  ...page('Reseller', 'billing:read'),
  CspSubscription: {
    ...of(
      'billing:read',
      'id',
      'cspSubscriptionId',
      'name',
      'offer',
      'partnerId',
      'createdAt',
      'registration',
      'tenant',
    ),
  },
  ...page('CspSubscription', 'billing:read'),
  StackSubscription: of('usage:read', 'id', 'stackSubscriptionId', 'name', 'firstSeenAt', 'registration', 'tenant'),
  ...page('StackSubscription', 'usage:read'),
  Viewer: of('gateway:use', 'subject', 'role', 'registrations', 'tenants', 'resellers', 'sources', 'books'),

  // What is measured.
  Meter: {
    ...of('gateway:use', 'id', 'meterId', 'name', 'unit', 'category', 'resourceProvider', 'description'),
    ...of('gateway:use', 'isDeprecated', 'quantityRule', 'billedByMicrosoft', 'isKnown'),
  },
  ...page('Meter', 'gateway:use'),

  // Usage.
  UsageAggregate: {
    ...of('usage:read', 'id', 'granularity', 'usageWindow', 'reportedWindow', 'quantity', 'records', 'status'),
    ...of('usage:read', 'stackSubscription', 'tenant', 'registration', 'meter', 'resource'),
    ...of('billing:read', 'destination'),
  },
  ...page('UsageAggregate', 'usage:read'),
  UsageSum: {
    ...of('usage:read', 'day', 'month', 'quantity', 'records', 'stackSubscription', 'tenant', 'registration', 'meter'),
    ...of('billing:read', 'destination'),
  },
  ...page('UsageSum', 'usage:read'),
  UsageRecord: {
    ...of(
      'usage:read',
      'id',
      'recordId',
      'source',
      'corrects',
      'quantity',
      'usageWindow',
      'reportedWindow',
      'receivedAt',
    ),
    ...of('usage:read', 'status', 'stackSubscription', 'tenant', 'meter', 'resource'),
    ...of('billing:read', 'destination'),
    ...of('registration:read', 'receivedBy'),
  },
  ...page('UsageRecord', 'usage:read'),
  FallbackUsage: {
    ...of(
      'billing:read',
      'reason',
      'quantity',
      'records',
      'since',
      'stackSubscription',
      'tenant',
      'registration',
      'meter',
    ),
  },
  ...page('FallbackUsage', 'billing:read'),
  OpenFallbackUsage: {
    ...of('billing:read', 'reportedDay', 'reason', 'quantity', 'records'),
    ...of('billing:read', 'stackSubscription', 'tenant', 'registration', 'meter'),
  },
  Destination: of('billing:read', 'destinationSubscriptionId', 'reason', 'mappedSince', 'cspSubscription'),
  Resource: of('usage:read', 'uri', 'location', 'tags', 'additionalInfo'),
  Tag: of('usage:read', 'name', 'value'),
  TimeWindow: of('gateway:use', 'start', 'end'),
  PageInfo: of('gateway:use', 'hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'),

  // Who may come in, and what they did.
  ApiKey: {
    ...of('key:manage', 'keyId', 'name', 'role', 'registrations', 'tenants', 'resellers', 'sources'),
    ...of('key:manage', 'createdAt', 'createdBy'),
    ...of('key:manage', 'expiresAt', 'lastUsedAt', 'revokedAt', 'revokedBy'),
  },
  ...page('ApiKey', 'key:manage'),
  CreateApiKeyPayload: payload('key:manage', 'apiKey', 'secret'),
  RevokeApiKeyPayload: payload('key:manage', 'apiKey'),
  AuditEntry: {
    ...of('audit:read', 'sequence', 'at', 'action', 'outcome', 'code', 'subject', 'role', 'credential', 'requestId'),
    ...of('audit:read', 'registration', 'target', 'before', 'after', 'hash'),
  },
  ...page('AuditEntry', 'audit:read'),
  AuditVerification: of('audit:read', 'isIntact', 'entries', 'hash', 'problem', 'holdsExpected'),

  // Changing who is billed where.
  MappingPreview: of('mapping:change', 'tenant', 'effectiveFrom', 'cspSubscription', 'moves', 'closedRecords'),
  UsageMove: of('mapping:change', 'quantity', 'records', 'meter', 'from'),
  UserError: of('gateway:use', 'code', 'message', 'field'),
  CreateRegistrationPayload: payload('registration:change', 'registration'),
  UpdateRegistrationPayload: payload('registration:change', 'registration'),
  OpenBooksPayload: payload('registration:change', 'registration'),
  DiscardRegistrationPayload: payload('registration:change', 'discarded'),
  DiscardedRegistration: of('registration:change', 'name', 'cloudId', 'stackSubscriptions', 'records'),
  OpenBooksPreview: {
    ...of(
      'registration:change',
      'registration',
      'digest',
      'refusals',
      'isReporting',
      'booksFrom',
      'closesThrough',
      'dayCount',
    ),
    ...of('registration:change', 'historyDayCount', 'recordCount', 'historyRecordCount', 'days', 'sums', 'isWhole'),
    ...of('registration:change', 'onBase', 'mixed'),
  },
  OpeningDay: of('registration:change', 'day', 'isHistory', 'records'),
  OpeningSum: of('registration:change', 'isHistory', 'quantity', 'records', 'meter', 'destination'),
  OpeningFallback: of('registration:change', 'reason', 'days', 'records', 'stackSubscription'),
  MixedUsage: of('registration:change', 'hours', 'pushedRecords', 'pulledRecords', 'stackSubscription'),
  UpsertMeterPayload: payload('meter:change', 'meter'),
  RegisterTenantPayload: payload('customer:change', 'tenant'),
  UpdateTenantPayload: payload('customer:change', 'tenant'),
  RegisterResellerPayload: payload('customer:change', 'reseller'),
  AddCspSubscriptionPayload: payload('customer:change', 'cspSubscription'),
  UpdateCspSubscriptionPayload: payload('customer:change', 'cspSubscription'),
  MapTenantPayload: payload('mapping:change', 'tenant'),
  UnmapTenantPayload: payload('mapping:change', 'tenant'),
  AssignStackSubscriptionPayload: payload('mapping:change', 'stackSubscription'),
  OnboardTenantsPayload: payload('customer:change', 'lines'),
  OnboardedLine: of('customer:change', 'index', 'verdict', 'steps', 'tenant', 'userErrors'),

  // Taking usage in.
  RecordUsagePayload: payload('usage:record', 'receipt'),
  ReplayQuarantinedPayload: payload('quarantine:replay', 'receipt'),
  CorrectUsagePayload: payload('usage:correct', 'correction', 'remaining'),
  UsageReceipt: of(
    'usage:record',
    'batchId',
    'receivedAt',
    'accepted',
    'duplicates',
    'conflicts',
    'rejected',
    'verdicts',
  ),
  RecordVerdict: of('usage:record', 'index', 'verdict', 'recordId', 'code', 'message', 'field', 'isRounded', 'stored'),
  StoredRecord: of('usage:record', 'quantity', 'usageWindow', 'reportedWindow'),
  QuarantinedRecord: {
    ...of('quarantine:read', 'id', 'verdict', 'code', 'message', 'source', 'recordId', 'stackSubscriptionId', 'raw'),
    ...of('quarantine:read', 'firstSeenAt', 'lastSeenAt', 'timesSeen', 'registration', 'reportedWindow', 'replayedAt'),
  },
  ...page('QuarantinedRecord', 'quarantine:read'),
  Invariant: of('books:verify', 'name', 'holds', 'detail'),

  // Reporting it.
  UsageReport: {
    ...of('report:read', 'id', 'registration', 'reportedDay', 'destinationSubscriptionId', 'batchNo', 'idempotencyKey'),
    ...of('report:read', 'lineCount', 'state', 'attemptCount', 'attempts', 'nextAttemptAt', 'receipt', 'errorCode'),
    ...of('report:read', 'errorMessage', 'createdAt', 'settledAt'),
  },
  ...page('UsageReport', 'report:read'),
  UsageReportAttempt: of('report:read', 'attemptNo', 'startedAt', 'endedAt', 'outcome', 'code', 'message'),
  UsageReportLine: of('report:read', 'lineNo', 'status', 'code'),
  RetryReportPayload: payload('report:retry', 'report'),
  UsageExplanation: {
    ...of('usage:read', 'aggregate', 'records', 'isWhole', 'sumOfRecords'),
    ...of('report:read', 'standing', 'report', 'reportLine'),
  },
  ClosedWindow: of('gateway:use', 'registration', 'closedFrom', 'closedBefore'),
  Completeness: {
    ...of(
      'report:read',
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
  OpenDay: of('report:read', 'day', 'expectedHours', 'seenHours', 'records', 'isHistory'),
  UnsentUsage: of('report:read', 'days', 'oldestDay', 'ageHours', 'level'),
  ReportReconciliation: of('report:read', 'isSupported', 'isEqual', 'meters'),
  ReconciledMeter: {
    ...of(
      'report:read',
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
    throw new Error(`No access rule for ${typeName}.${fieldName}. Say in access-table.ts to which action it belongs.`);
  }
  return roles;
}

/** Whether a role may read a field; nobody's role may read none. */
export function mayRead(role: Role | undefined, typeName: string, fieldName: string): boolean {
  return role !== undefined && rolesOf(typeName, fieldName).includes(role);
}
