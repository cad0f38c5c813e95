import type { Everyone } from './scope.js';

/** What a caller is. What each role may do is in `access/actions.ts`. */
export const ROLES = ['OPERATOR', 'CSP_ADMIN', 'FINANCE', 'RESELLER', 'TENANT_USER', 'AUDITOR', 'INGESTOR'] as const;
export type Role = (typeof ROLES)[number];

/** Who is asking, as their credential says. Names, not row ids: a credential outlives a database. */
export interface Principal {
  /** Stable name of the caller, written beside what he changes. */
  readonly subject: string;
  readonly role: Role;
  readonly registrations: Everyone | readonly string[];
  /** Directory ids. */
  readonly tenants: Everyone | readonly string[];
  /** Names of resellers whose tenants are seen; `all` leaves it to `tenants`. */
  readonly resellers: Everyone | readonly string[];
  /** The sources that it may use, whose records are its own. Left out: it may use any, and none is its own. */
  readonly sources?: readonly string[] | undefined;
}

/** How a caller proved who it is. */
export const CREDENTIAL_KINDS = ['LOCAL_TOKEN', 'OIDC_TOKEN', 'API_KEY'] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** A principal that proved itself. */
export interface Caller extends Principal {
  readonly credential: CredentialKind;
  /** When the credential ends by itself, in milliseconds. A key may be revoked before. */
  readonly expiresAt: number;
}

/** A caller without what proved him: the next token of the same caller asks the same. */
export function whoAsks({ subject, role, registrations, tenants, resellers }: Caller): Principal {
  return { subject, role, registrations, tenants, resellers };
}

/** The sources whose records are a caller's own, as a delivery says it. An operator's are all: it reads them all. */
export function sourcesOf({ role, sources }: Principal): Everyone | readonly string[] | null {
  return sources ?? (role === 'OPERATOR' ? 'all' : null);
}

/** Under which name a caller's requests are counted together. */
export function callerNameOf(principal: Principal | null): string {
  return principal === null ? '' : `${principal.role} ${principal.subject}`;
}
