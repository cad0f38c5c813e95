import type { Principal, Role } from './principal.js';
import type { Everyone } from './scope.js';

/** What a credential gives: a role, and the part of the books in which it holds. */
export type Grant = Omit<Principal, 'subject'>;

type Part = 'registrations' | 'tenants' | 'resellers';

/** The part of the books to which a role is limited: it is worth nothing without one, and dangerous with all of it. */
const LIMITED_TO: Readonly<Record<Role, { readonly part: Part; readonly problem: string } | null>> = {
  OPERATOR: null,
  CSP_ADMIN: null,
  FINANCE: null,
  RESELLER: { part: 'resellers', problem: 'A RESELLER needs resellers: whose tenants may it see?' },
  TENANT_USER: { part: 'tenants', problem: 'A TENANT_USER needs tenants: whose usage may it see?' },
  AUDITOR: null,
  INGESTOR: { part: 'registrations', problem: 'An INGESTOR needs registrations: for which does it record usage?' },
};

/** Why a grant must not be given to anyone; null when it may. */
export function problemOfGrant(grant: Grant): string | null {
  const limit = LIMITED_TO[grant.role];
  return limit !== null && grant[limit.part] === 'all' ? limit.problem : null;
}

/** Who hands each role on. An operator may do whatever another role may, so nobody gives what he has not. */
const HANDED_ON_BY: Readonly<Record<Role, readonly Role[]>> = {
  OPERATOR: ['OPERATOR'],
  CSP_ADMIN: ['OPERATOR'],
  FINANCE: ['OPERATOR'],
  RESELLER: ['OPERATOR'],
  TENANT_USER: ['OPERATOR'],
  AUDITOR: ['OPERATOR'],
  INGESTOR: ['OPERATOR'],
};

/** Whether a caller may hand a grant on: nobody gives what he has not. */
export function mayHandOn(giver: Grant, grant: Grant): boolean {
  return (
    HANDED_ON_BY[grant.role].includes(giver.role) &&
    isWithin(grant.registrations, giver.registrations) &&
    isWithin(grant.tenants, giver.tenants) &&
    isWithin(grant.resellers, giver.resellers) &&
    isOfSources(grant.sources, giver.sources)
  );
}

function isWithin(part: Everyone | readonly string[], whole: Everyone | readonly string[]): boolean {
  if (whole === 'all') return true;
  if (part === 'all') return false;
  const names = new Set(whole.map((name) => name.toLowerCase()));
  return part.every((name) => names.has(name.toLowerCase()));
}

/** Sources are told apart by case, unlike names of ours. */
function isOfSources(part: readonly string[] | undefined, whole: readonly string[] | undefined): boolean {
  if (whole === undefined) return true;
  return part?.every((source) => whole.includes(source)) ?? false;
}

/** Whether a grant is limited to no part of the books. */
export function hasWholeBooks({ registrations, tenants, resellers }: Grant): boolean {
  return registrations === 'all' && tenants === 'all' && resellers === 'all';
}
