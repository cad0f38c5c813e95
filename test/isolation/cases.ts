/**
 * What each argument of the schema names. The suite asks with somebody else's and with nobody's; an argument without a
 * line here fails it. `plain` arguments name no row: a time, a length, a word of the schema.
 */
import { REGISTRATION, RANGE } from './two-books.js';
import type { Place } from './two-books.js';
import { guid } from '../support/world.js';

export type Kind =
  | 'registration'
  | 'tenantId'
  | 'reseller'
  | 'stackSubscriptionId'
  | 'meterId'
  | 'cspSubscriptionId'
  | 'resourceUri'
  | 'location'
  | 'recordId'
  | 'subject'
  | 'keyId'
  | 'node'
  | 'aggregate'
  | 'report'
  | 'refused'
  | 'record'
  | 'cursor'
  /** A name that the change would give: whether somebody has it already is asked in `unique-names.test.ts`. */
  | 'new'
  | 'plain';

export interface FieldCase {
  /** What each argument names, fields of inputs by their path. */
  readonly names: Readonly<Record<string, Kind>>;
  /** Arguments with which a caller asks about what is its own. */
  readonly own: Readonly<Record<string, unknown>>;
  /** Whether an answer about one's own may name nobody: sums, times and what everyone shares. */
  readonly canBeEmpty?: boolean;
}

const PAGE = { first: 'plain', after: 'cursor' } as const;
const OF_REGISTRATION = { ...PAGE, registration: 'registration' } as const;
const HUB = REGISTRATION.ours;
const TENANT = guid('tenant ours');
const USAGE = { ...PAGE, 'range.from': 'plain', 'range.to': 'plain', clock: 'plain' } as const;
const FILTER = {
  'filter.registration': 'registration',
  'filter.tenantIds': 'tenantId',
  'filter.isTenantUnknown': 'plain',
  'filter.resellers': 'reseller',
  'filter.stackSubscriptionIds': 'stackSubscriptionId',
  'filter.meterIds': 'meterId',
  'filter.cspSubscriptionIds': 'cspSubscriptionId',
  'filter.reasons': 'plain',
} as const;
const RESOURCE_FILTER = { ...FILTER, 'filter.resourceUri': 'resourceUri', 'filter.location': 'location' } as const;
const ONCE = { 'input.idempotencyKey': 'plain' } as const;
const CHANGE = {
  ...ONCE,
  'input.registration': 'registration',
  'input.tenantId': 'tenantId',
  'input.effectiveFrom': 'plain',
} as const;
const OURS = { registration: HUB, tenantId: TENANT };

export const QUERIES: Readonly<Record<string, FieldCase>> = {
  viewer: { names: {}, own: {} },
  node: { names: { id: 'node' }, own: {}, canBeEmpty: true },
  nodes: { names: { ids: 'node' }, own: { ids: [] }, canBeEmpty: true },
  meters: {
    names: { ...PAGE, category: 'plain', isDeprecated: 'plain', isKnown: 'plain' },
    own: { first: 200 },
    canBeEmpty: true,
  },
  registrations: { names: PAGE, own: {} },
  registration: { names: { name: 'registration' }, own: { name: HUB } },
  tenants: { names: { ...OF_REGISTRATION, isMapped: 'plain', reseller: 'reseller' }, own: {} },
  tenant: { names: { registration: 'registration', tenantId: 'tenantId' }, own: OURS },
  resellers: { names: PAGE, own: {} },
  cspSubscriptions: { names: { ...OF_REGISTRATION, tenantId: 'tenantId' }, own: {} },
  stackSubscriptions: { names: { ...OF_REGISTRATION, tenantId: 'tenantId', isTenantUnknown: 'plain' }, own: {} },
  usageAggregates: { names: { ...USAGE, ...RESOURCE_FILTER, granularity: 'plain' }, own: { range: RANGE } },
  usageSummary: {
    names: { ...USAGE, ...FILTER, groupBy: 'plain' },
    own: { range: RANGE, groupBy: ['TENANT', 'STACK_SUBSCRIPTION', 'REGISTRATION', 'DAY'] },
  },
  usageRecords: { names: { ...USAGE, ...RESOURCE_FILTER, recordId: 'recordId' }, own: { range: RANGE } },
  fallbackUsage: { names: { ...USAGE, ...FILTER }, own: { range: RANGE } },
  explainUsage: { names: { aggregateId: 'aggregate' }, own: {}, canBeEmpty: true },
  usageReports: { names: { ...OF_REGISTRATION, states: 'plain' }, own: {} },
  completeness: { names: { registration: 'registration' }, own: { registration: HUB }, canBeEmpty: true },
  reconcileReport: { names: { registration: 'registration' }, own: { registration: HUB }, canBeEmpty: true },
  quarantinedRecords: { names: { ...OF_REGISTRATION, code: 'plain', isReplayed: 'plain' }, own: {} },
  previewTenantMapping: {
    names: {
      registration: 'registration',
      tenantId: 'tenantId',
      cspSubscriptionId: 'cspSubscriptionId',
      effectiveFrom: 'plain',
    },
    own: { ...OURS, cspSubscriptionId: guid('csp ours'), effectiveFrom: RANGE.from },
  },
  previewOpenBooks: { names: { registration: 'registration' }, own: { registration: HUB }, canBeEmpty: true },
  invariants: { names: {}, own: {}, canBeEmpty: true },
  auditLog: { names: { ...OF_REGISTRATION, action: 'plain', subject: 'subject' }, own: {} },
  // A hash names an entry of the whole log; only who sees everything is answered at all.
  verifyAuditLog: { names: { expectedHash: 'plain' }, own: {}, canBeEmpty: true },
  apiKeys: { names: PAGE, own: {}, canBeEmpty: true },
};

export const MUTATIONS: Readonly<Record<string, FieldCase>> = {
  createRegistration: {
    names: {
      ...ONCE,
      'input.name': 'registration',
      'input.cloudId': 'plain',
      'input.baseSubscriptionId': 'plain',
      'input.baseOffer': 'plain',
      'input.billingModel': 'plain',
      'input.resourceGroup': 'plain',
      'input.partnerId': 'plain',
      'input.isMultitenancyApproved': 'plain',
      'input.isUsageReportingEnabled': 'plain',
      'input.usageIntake': 'plain',
      'input.agreementNumber': 'plain',
      'input.msAssetTag': 'plain',
      'input.booksFrom': 'plain',
    },
    own: {
      input: {
        name: HUB,
        cloudId: guid('cloud ours-hub'),
        baseSubscriptionId: guid('base ours-hub'),
        baseOffer: 'CSP',
        billingModel: 'DEVELOPMENT',
      },
    },
  },
  updateRegistration: {
    names: {
      ...ONCE,
      'input.registration': 'registration',
      'input.baseOffer': 'plain',
      'input.partnerId': 'plain',
      'input.isMultitenancyApproved': 'plain',
      'input.agreementNumber': 'plain',
      'input.msAssetTag': 'plain',
      'input.booksFrom': 'plain',
    },
    own: { input: { registration: HUB, agreementNumber: '12' } },
  },
  discardRegistration: {
    names: { ...ONCE, 'input.registration': 'registration' },
    own: { input: { registration: HUB } },
    canBeEmpty: true,
  },
  openBooks: {
    names: { ...ONCE, 'input.registration': 'registration', 'input.expect': 'plain', 'input.evenIfEmpty': 'plain' },
    own: { input: { registration: HUB, expect: '0' } },
    canBeEmpty: true,
  },
  registerTenant: {
    names: {
      ...ONCE,
      'input.registration': 'registration',
      'input.tenantId': 'new',
      'input.name': 'plain',
      'input.reseller': 'reseller',
    },
    own: { input: { ...OURS, name: 'again' } },
  },
  updateTenant: {
    names: {
      ...ONCE,
      'input.registration': 'registration',
      'input.tenantId': 'tenantId',
      'input.name': 'plain',
      'input.reseller': 'reseller',
      'input.isWithoutReseller': 'plain',
    },
    own: { input: { ...OURS, name: 'ours tenant' } },
  },
  upsertMeter: {
    names: {
      ...ONCE,
      'input.meterId': 'meterId',
      'input.name': 'plain',
      'input.unit': 'plain',
      'input.category': 'plain',
      'input.resourceProvider': 'plain',
      'input.description': 'plain',
      'input.quantityRule': 'plain',
      'input.billedByMicrosoft': 'plain',
      'input.isDeprecated': 'plain',
    },
    own: { input: { meterId: guid('meter'), name: 'meter' } },
    canBeEmpty: true,
  },
  registerReseller: {
    names: { ...ONCE, 'input.name': 'reseller', 'input.partnerId': 'plain' },
    own: { input: { name: 'ours reseller' } },
  },
  addCspSubscription: {
    names: {
      ...ONCE,
      'input.registration': 'registration',
      'input.tenantId': 'tenantId',
      'input.cspSubscriptionId': 'new',
      'input.name': 'plain',
      'input.offer': 'plain',
      'input.partnerId': 'plain',
    },
    own: { input: { ...OURS, cspSubscriptionId: guid('csp ours'), name: 'again', partnerId: '4711' } },
  },
  updateCspSubscription: {
    names: {
      ...ONCE,
      'input.registration': 'registration',
      'input.cspSubscriptionId': 'cspSubscriptionId',
      'input.name': 'plain',
    },
    own: { input: { registration: HUB, cspSubscriptionId: guid('csp ours'), name: 'ours CSP' } },
  },
  onboardTenants: {
    names: {
      'input.registration': 'registration',
      'input.dryRun': 'plain',
      'input.lines.tenantId': 'new',
      'input.lines.name': 'plain',
      'input.lines.reseller': 'new',
      'input.lines.cspSubscriptionId': 'new',
      'input.lines.stackSubscriptionIds': 'new',
      'input.lines.effectiveFrom': 'plain',
    },
    own: { input: { registration: HUB, dryRun: false, lines: [{ tenantId: TENANT }] } },
  },
  mapTenant: {
    names: { ...CHANGE, 'input.cspSubscriptionId': 'cspSubscriptionId' },
    own: { input: { ...OURS, cspSubscriptionId: guid('csp ours') } },
  },
  unmapTenant: { names: CHANGE, own: { input: OURS } },
  assignStackSubscription: {
    names: {
      ...ONCE,
      'input.registration': 'registration',
      'input.tenantId': 'tenantId',
      'input.stackSubscriptionId': 'new',
      'input.name': 'plain',
    },
    own: { input: { ...OURS, stackSubscriptionId: guid('stack ours') } },
  },
  retryReport: { names: { ...ONCE, 'input.reportId': 'report' }, own: { input: {} } },
  replayQuarantined: {
    names: { 'input.registration': 'registration', 'input.ids': 'refused', 'input.reason': 'plain' },
    own: { input: { registration: HUB, ids: [] } },
  },
  correctUsage: {
    names: { ...ONCE, 'input.record': 'record', 'input.quantity': 'plain', 'input.reason': 'plain' },
    own: { input: { quantity: '-0.001', reason: 'Counted twice.' } },
  },
  recordUsage: {
    names: {
      'input.registration': 'registration',
      'input.records.id': 'new',
      'input.records.source': 'new',
      'input.records.stackSubscriptionId': 'new',
      'input.records.resourceUri': 'new',
      'input.records.meterId': 'new',
      'input.records.location': 'plain',
      'input.records.quantity': 'plain',
      'input.records.corrects': 'plain',
      'input.records.tags': 'plain',
      'input.records.additionalInfo': 'plain',
      'input.records.usageStartTime': 'plain',
      'input.records.usageEndTime': 'plain',
    },
    own: { input: { registration: HUB, records: [] } },
  },
  createApiKey: {
    names: {
      ...ONCE,
      'input.name': 'plain',
      'input.role': 'plain',
      'input.expiresAt': 'plain',
      'input.registrations': 'registration',
      'input.tenants': 'tenantId',
      'input.resellers': 'reseller',
      // What a sender calls itself: nobody's until a key names it.
      'input.sources': 'plain',
    },
    own: { input: { name: 'auditing', role: 'AUDITOR' } },
  },
  revokeApiKey: { names: { ...ONCE, 'input.keyId': 'keyId' }, own: { input: {} } },
};

/** Streams, which `streams.test.ts` listens to. */
export const SUBSCRIPTIONS: Readonly<Record<string, FieldCase>> = {
  windowClosed: { names: { registration: 'registration' }, own: {} },
  reportSettled: { names: { registration: 'registration' }, own: {} },
  usageOnFallback: { names: { registration: 'registration' }, own: {} },
};

/**
 * What a kind of argument is called at a place that the caller does not see; null where it names nothing of a place.
 */
export function nameAt(kind: Kind, place: Place | 'nobody'): string | null {
  switch (kind) {
    case 'registration':
      return place === 'nobody' ? 'nobodys-hub' : REGISTRATION[place];
    case 'tenantId':
      return guid(`tenant ${place}`);
    case 'reseller':
      return `${place} reseller`;
    case 'stackSubscriptionId':
      return guid(`stack ${place}`);
    case 'meterId':
      return guid(`meter ${place}`);
    case 'cspSubscriptionId':
      return guid(`csp ${place}`);
    case 'resourceUri':
      return `/subscriptions/${place}/virtualMachines/${place}-vm`;
    case 'location':
      return `${place}-region`;
    case 'recordId':
      return `${place} record 2026-03-08T02:00:00Z`;
    case 'subject':
      return `${place} admin`;
    default:
      return null;
  }
}
