import type { Role } from './principal.js';

/**
 * What the gateway can be asked to do, and the roles that may. Every role of an action is written out. There is no
 * "everyone" and no wildcard, so a new role may do nothing until somebody writes it here. GraphQL, Azure's APIs and the
 * push of usage all ask this table.
 */
const ROLES_OF = {
  /** To be a known caller: `viewer`, meters, names of registrations, what pages and errors are made of. */
  'gateway:use': ['OPERATOR', 'CSP_ADMIN', 'FINANCE', 'RESELLER', 'TENANT_USER', 'AUDITOR', 'INGESTOR'],
  /** Ask the schema about itself, unless INTROSPECTION_ROLES says otherwise. */
  'schema:read': ['OPERATOR', 'CSP_ADMIN', 'FINANCE', 'RESELLER', 'TENANT_USER', 'AUDITOR', 'INGESTOR'],
  /** Usage, and the tenants and stack subscriptions that it is of. */
  'usage:read': ['OPERATOR', 'CSP_ADMIN', 'FINANCE', 'RESELLER', 'TENANT_USER', 'AUDITOR'],
  /** To which subscription usage is billed, and through which reseller. */
  'billing:read': ['OPERATOR', 'CSP_ADMIN', 'FINANCE', 'RESELLER', 'AUDITOR'],
  /** Find registrations. */
  'registration:list': ['OPERATOR', 'CSP_ADMIN', 'FINANCE', 'AUDITOR', 'INGESTOR'],
  /** The details of a registration, its usage as a whole, and who changed what. */
  'registration:read': ['OPERATOR', 'CSP_ADMIN', 'FINANCE', 'AUDITOR'],
  /** Begin, change, open and discard registrations. */
  'registration:change': ['OPERATOR'],
  /** Records that were refused. */
  'quarantine:read': ['OPERATOR', 'CSP_ADMIN', 'FINANCE', 'AUDITOR', 'INGESTOR'],
  /** Take refused records in. */
  'quarantine:replay': ['OPERATOR'],
  /** Send usage, and read the receipt. */
  'usage:record': ['OPERATOR', 'INGESTOR'],
  /** Correct a record that is in the books. */
  'usage:correct': ['OPERATOR'],
  /** What was reported, what waits, and what the receiver says that it has. */
  'report:read': ['OPERATOR', 'CSP_ADMIN', 'FINANCE', 'AUDITOR'],
  /** Send a report again. */
  'report:retry': ['OPERATOR', 'CSP_ADMIN'],
  /** Tenants, resellers and CSP subscriptions: register and change them. */
  'customer:change': ['OPERATOR', 'CSP_ADMIN'],
  /** To which CSP subscription a tenant is mapped, and whose a stack subscription is. */
  'mapping:change': ['OPERATOR', 'CSP_ADMIN'],
  /** Name and describe meters. */
  'meter:change': ['OPERATOR'],
  /** Make, list and revoke API keys. */
  'key:manage': ['OPERATOR'],
  /** Read and verify the audit log. */
  'audit:read': ['OPERATOR', 'AUDITOR'],
  /** Check the invariants of the books. */
  'books:verify': ['OPERATOR', 'AUDITOR'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type Action = keyof typeof ROLES_OF;
export type Roles = readonly Role[];

/** The roles that may do it. */
export function rolesFor(action: Action): Roles {
  return ROLES_OF[action];
}

/** Whether a role may do it. */
export function mayDo(role: Role, action: Action): boolean {
  return rolesFor(action).includes(role);
}
