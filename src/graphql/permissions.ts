/**
 * Which role may see and do what, field by field: the first of two layers (the second is the Scope that every reader
 * takes). The table is complete, and a field that is not in it keeps the gateway from starting: deny by default.
 */
import { isObjectType } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { rule, shield } from 'graphql-shield';
import type { IRules } from 'graphql-shield';

import type { GatewayContext } from './context.js';
import { ROLES } from '../access/principal.js';
import type { Role } from '../access/principal.js';
import { DomainError } from '../primitives/errors.js';

type Roles = readonly Role[];

const EVERYONE: Roles = ROLES;
const READERS: Roles = ['OPERATOR', 'CSP_ADMIN', 'RESELLER', 'TENANT_USER', 'AUDITOR'];
const PARTNERS: Roles = ['OPERATOR', 'CSP_ADMIN', 'RESELLER', 'AUDITOR'];
const PROVIDER: Roles = ['OPERATOR', 'CSP_ADMIN', 'AUDITOR'];
const ADMINISTRATORS: Roles = ['OPERATOR', 'CSP_ADMIN'];
const REGISTRATION_STAFF: Roles = ['OPERATOR', 'CSP_ADMIN', 'AUDITOR', 'INGESTOR'];

/** Roles that see where usage is billed. */
export const MAY_SEE_DESTINATIONS: Roles = PARTNERS;

/** Fields of a type; `*` stands for those that are not named. Root fields are always named. */
type FieldAccess = Readonly<Record<string, Roles>>;

const OPEN: FieldAccess = { '*': EVERYONE };

/** The whole table. */
export const ACCESS: Readonly<Record<string, FieldAccess>> = {
  Query: {
    viewer: EVERYONE,
    node: EVERYONE,
    nodes: EVERYONE,
    meters: EVERYONE,
    registrations: REGISTRATION_STAFF,
    registration: REGISTRATION_STAFF,
    tenants: READERS,
    tenant: READERS,
    resellers: PARTNERS,
    cspSubscriptions: PARTNERS,
    stackSubscriptions: READERS,
    usageAggregates: READERS,
    usageSummary: READERS,
    usageRecords: READERS,
    fallbackUsage: PARTNERS,
    quarantinedRecords: REGISTRATION_STAFF,
    previewTenantMapping: ADMINISTRATORS,
    invariants: ['OPERATOR', 'AUDITOR'],
    usageReports: PROVIDER,
    completeness: PROVIDER,
    explainUsage: READERS,
    reconcileReport: PROVIDER,
  },
  Mutation: {
    createRegistration: ['OPERATOR'],
    registerTenant: ADMINISTRATORS,
    registerReseller: ADMINISTRATORS,
    addCspSubscription: ADMINISTRATORS,
    mapTenant: ADMINISTRATORS,
    unmapTenant: ADMINISTRATORS,
    assignStackSubscription: ADMINISTRATORS,
    recordUsage: ['OPERATOR', 'INGESTOR'],
    retryReport: ADMINISTRATORS,
  },
  Registration: {
    id: EVERYONE,
    name: EVERYONE,
    cloudId: EVERYONE,
    closedBefore: EVERYONE,
    createdAt: EVERYONE,
    '*': REGISTRATION_STAFF,
  },
  Tenant: {
    mapping: PARTNERS,
    mappingHistory: PARTNERS,
    reseller: PARTNERS,
    createdBy: PROVIDER,
    '*': READERS,
  },
  TenantMapping: { createdBy: PROVIDER, '*': PARTNERS },
  Reseller: { '*': PARTNERS },
  CspSubscription: { '*': PARTNERS },
  StackSubscription: { '*': READERS },
  Meter: OPEN,
  Destination: { '*': PARTNERS },
  UsageAggregate: { destination: PARTNERS, '*': READERS },
  UsageSum: { destination: PARTNERS, '*': READERS },
  UsageRecord: { destination: PARTNERS, receivedBy: PROVIDER, '*': READERS },
  FallbackUsage: { '*': PARTNERS },
  UsageMove: { '*': ADMINISTRATORS },
  MappingPreview: { '*': ADMINISTRATORS },
  QuarantinedRecord: { '*': REGISTRATION_STAFF },
  Invariant: { '*': PROVIDER },
  UsageReport: { '*': PROVIDER },
  UsageReportAttempt: { '*': PROVIDER },
  UsageReportLine: { '*': PROVIDER },
  UsageExplanation: { report: PROVIDER, reportLine: PROVIDER, '*': READERS },
  Completeness: { '*': PROVIDER },
  OpenDay: { '*': PROVIDER },
  UnsentUsage: { '*': PROVIDER },
  ReportReconciliation: { '*': PROVIDER },
  ReconciledMeter: { '*': PROVIDER },
  Viewer: OPEN,
  // What is reached only through the fields above.
  Resource: OPEN,
  Tag: OPEN,
  TimeWindow: OPEN,
  PageInfo: OPEN,
  UserError: OPEN,
  UsageReceipt: OPEN,
  RecordVerdict: OPEN,
  StoredRecord: OPEN,
};

const WRAPPER = /(Connection|Edge|Payload)$/;
const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

/** Roles that may read a field. Throws for one that the table does not name. */
export function rolesOf(typeName: string, fieldName: string): Roles {
  const fields = ACCESS[typeName] ?? (WRAPPER.test(typeName) ? OPEN : undefined);
  const roles = fields?.[fieldName] ?? (ROOTS.has(typeName) ? undefined : fields?.['*']);
  if (roles === undefined) throw new Error(`No access rule for ${typeName}.${fieldName}.`);
  return roles;
}

/**
 * The table as graphql-shield middleware. Fields that everyone may read carry no rule, so that a page of a thousand
 * rows does not pay for checks that cannot fail; that each field is in the table is checked here, once.
 */
export function permissionsFor(schema: GraphQLSchema) {
  const rules: Record<string, Record<string, ReturnType<typeof allowing>>> = {};
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const fieldName of Object.keys(type.getFields())) {
      const roles = rolesOf(type.name, fieldName);
      if (roles === EVERYONE && !ROOTS.has(type.name)) continue;
      (rules[type.name] ??= {})[fieldName] = allowing(roles);
    }
  }
  return shield(rules as IRules, {
    allowExternalErrors: true,
    fallbackError: new DomainError('FORBIDDEN', 'Your role may not do this.'),
  });
}

function allowing(roles: Roles) {
  const known = ruleOf.get(roles);
  if (known !== undefined) return known;
  const made = rule(`allow ${roles.join(' ')}`, { cache: 'contextual' })((
    _parent,
    _args,
    { principal }: GatewayContext,
  ) => {
    if (principal === null) return new DomainError('UNAUTHENTICATED', 'Send a bearer token.');
    if (roles.includes(principal.role)) return true;
    return new DomainError('FORBIDDEN', `This is not for the role ${principal.role}.`);
  });
  ruleOf.set(roles, made);
  return made;
}

const ruleOf = new Map<Roles, ReturnType<ReturnType<typeof rule>>>();
