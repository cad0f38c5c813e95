/** Which sources of usage a caller may use, and whose what they sent is. */
import type { IssuerConfig } from './access-file.js';
import { listSourceGrants } from './api-key-store.js';
import type { Principal } from './principal.js';
import type { Everyone } from './scope.js';
import type { Sql } from '../database/transaction.js';

/**
 * As a delivery says it: all sources, or those that are named, whose records are the caller's own; or any `except`
 * those that are granted to somebody, and none is its own.
 */
export type GrantedSources = Everyone | readonly string[] | { readonly except: readonly string[] };

/**
 * What a caller may use in a registration. An operator's are all: it reads them all. A source that a key names which is
 * not revoked, or a grant of the access file, is for those alone who were granted it: a credential that names none
 * could take ids under it. What no grant names is nobody's, as all sources were before grants named any.
 */
export async function sourcesFor(
  { sql, issuers }: { readonly sql: Sql; readonly issuers: readonly IssuerConfig[] },
  { role, sources }: Pick<Principal, 'role' | 'sources'>,
  registration: string,
): Promise<GrantedSources> {
  if (sources !== undefined) return sources;
  if (role === 'OPERATOR') return 'all';
  const grants = [...(await listSourceGrants(sql)), ...issuers.flatMap(({ grants: named }) => named)];
  const key = registration.toLowerCase();
  const here = grants.filter(({ registrations }) => mayHold(registrations, key));
  // A claim that names them says so to nobody but its holder.
  return { except: [...new Set(here.flatMap((grant) => (Array.isArray(grant.sources) ? grant.sources : [])))] };
}

/** Registrations that a claim names are any, until its holder comes. */
function mayHold(registrations: Everyone | readonly string[] | { readonly claim: string }, key: string): boolean {
  return !Array.isArray(registrations) || registrations.some((name: string) => name.toLowerCase() === key);
}

/** Whether what a source sent is the caller's own, whoever brought it. */
export function ownsSources(granted: GrantedSources | null): boolean {
  return granted === 'all' || Array.isArray(granted);
}
