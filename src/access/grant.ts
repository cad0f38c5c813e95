import type { Principal, Role } from './principal.js';
import type { Everyone } from './scope.js';

/** What a credential gives: a role, and the part of the books in which it holds. */
export type Grant = Omit<Principal, 'subject'>;

/** Why a grant must not be given to anyone; null when it may. */
export function problemOfGrant({ role, registrations, tenants, resellers }: Grant): string | null {
  // Roles that see a part of the books only are worth nothing without the part, and dangerous with all of it.
  if (role === 'TENANT_USER' && tenants === 'all') return 'A TENANT_USER needs tenants: whose usage may it see?';
  if (role === 'RESELLER' && resellers === 'all') return 'A RESELLER needs resellers: whose tenants may it see?';
  if (role === 'INGESTOR' && registrations === 'all') {
    return 'An INGESTOR needs registrations: for which does it record usage?';
  }
  return null;
}

/** Roles that only an operator hands on; what each of them may do, an operator may too. */
const HANDS_ON: Partial<Readonly<Record<Role, readonly Role[]>>> = {
  OPERATOR: ['OPERATOR', 'CSP_ADMIN', 'RESELLER', 'TENANT_USER', 'AUDITOR', 'INGESTOR'],
};

/** Whether a caller may hand a grant on: nobody gives what he has not. */
export function mayHandOn(giver: Grant, grant: Grant): boolean {
  return (
    (HANDS_ON[giver.role] ?? []).includes(grant.role) &&
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
