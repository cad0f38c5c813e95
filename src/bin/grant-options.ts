import { ArgumentError } from './exit.js';
import { problemOfGrant } from '../access/grant.js';
import type { Grant } from '../access/grant.js';
import type { Role } from '../access/principal.js';
import { canonicalGuid } from '../primitives/ids.js';

/** Options of commands that give a role away. */
export interface GrantOptions {
  readonly role: Role;
  readonly registration?: readonly string[];
  readonly tenant?: readonly string[];
  readonly reseller?: readonly string[];
  readonly source?: readonly string[];
}

/** What the options give; refuses roles that would see everything for want of a limit. */
export function grantOf({ role, registration, tenant, reseller, source }: GrantOptions): Grant {
  const grant: Grant = {
    role,
    registrations: registration ?? 'all',
    tenants: tenant?.map(guid) ?? 'all',
    resellers: reseller ?? 'all',
    ...(source !== undefined && { sources: source }),
  };
  const problem = problemOfGrant(grant);
  if (problem !== null) throw new ArgumentError(`${problem} Say it with --registration, --tenant or --reseller.`);
  return grant;
}

function guid(text: string): string {
  const id = canonicalGuid(text);
  if (id === null) throw new ArgumentError(`--tenant takes the GUID of a directory, and "${text}" is none.`);
  return id;
}
