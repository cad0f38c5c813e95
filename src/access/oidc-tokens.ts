import { decodeJwt, jwtVerify } from 'jose';
import type { JWTHeaderParameters, JWTPayload } from 'jose';

import { TENANT_PLACEHOLDER } from './access-file.js';
import type { GrantConfig, GrantPart, IssuerConfig } from './access-file.js';
import { createIssuerKeys } from './issuer-keys.js';
import type { IssuerKeys } from './issuer-keys.js';
import type { Caller } from './principal.js';
import type { Clock } from '../primitives/clock.js';
import { canonicalGuid } from '../primitives/ids.js';

/** Access tokens of the issuers that the access file names. */
export interface OidcTokens {
  /** Whose token it is; null when it is not valid here, whatever the reason. */
  verify(token: string): Promise<Caller | null>;
}

const CLOCK_TOLERANCE_SECONDS = 60;
const TYPES: ReadonlySet<unknown> = new Set([undefined, 'JWT', 'at+jwt', 'application/at+jwt']);
const SUBJECT_LENGTH_MAX = 200;
const NAMES_MAX = 1_000;

interface Issuer {
  readonly config: IssuerConfig;
  readonly keys: IssuerKeys;
}

/** Believes the tokens of these issuers. Their keys are fetched when the first token asks for them. */
export function createOidcTokens(issuers: readonly IssuerConfig[], clock: Clock): OidcTokens {
  const known = issuers.map((config) => ({ config, keys: createIssuerKeys(config, clock) }));
  return {
    verify: async (token) => {
      try {
        // Not believed yet: it only says whose keys to try.
        const claimed = decodeJwt(token);
        const issuer = known.find(({ config }) => claimed.iss === issuerOf(config, claimed));
        return issuer === undefined ? null : await verifyWith(issuer, token, clock);
      } catch {
        return null;
      }
    },
  };
}

async function verifyWith({ config, keys }: Issuer, token: string, clock: Clock): Promise<Caller | null> {
  const { payload } = await jwtVerify(
    token,
    async (header) => keyOf(keys, header, issuerOf(config, decodeJwt(token)) ?? ''),
    {
      algorithms: [...config.algorithms],
      audience: [...config.audiences],
      requiredClaims: ['iss', 'aud', 'exp', 'iat', ...(config.isTemplate ? ['nbf', 'tid'] : [])],
      maxTokenAge: config.tokenSecondsMax,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(clock.now()),
    },
  );
  if (payload.iss !== issuerOf(config, payload)) return null;
  // An issuer's word for "never" is not taken: 1e308 is a number too.
  const lifetime = Number(payload.exp) - Number(payload.iat);
  if (!(lifetime > 0 && lifetime <= config.tokenSecondsMax)) return null;
  return callerOf(config, payload);
}

async function keyOf(keys: IssuerKeys, { alg, kid, typ }: JWTHeaderParameters, issuer: string) {
  // Without a key id, any key of the issuer would do, also one that it meant for something else.
  if (typeof kid !== 'string' || kid === '' || !TYPES.has(typ)) throw new Error('no key');
  const key = await keys.find({ kid, alg, issuer });
  if (key === null) throw new Error('no key');
  return key;
}

/** How the issuer writes its name in this token: for a template, with the directory that the token names. */
function issuerOf({ issuer, isTemplate }: IssuerConfig, { tid }: JWTPayload): string | null {
  if (!isTemplate) return issuer;
  const directory = typeof tid === 'string' ? canonicalGuid(tid) : null;
  return directory === null || directory !== tid ? null : issuer.replace(TENANT_PLACEHOLDER, directory);
}

/** What the token gives: the first grant of the file that it qualifies for, and never several of them together. */
function callerOf(config: IssuerConfig, payload: JWTPayload): Caller | null {
  const ids = config.subjectClaims.map((claim) => payload[claim]);
  if (!ids.every((id) => typeof id === 'string' && id !== '')) return null;
  const subject = [config.name, ...joined(ids as readonly string[])].join(':');
  if (subject.length > SUBJECT_LENGTH_MAX || /\p{Cc}/u.test(subject)) return null;
  const roles = namesIn(payload[config.roleClaim]);
  const grant = config.grants.find((one) => roles.includes(one.claim) && isFrom(one, payload));
  if (grant === undefined) return null;
  return {
    subject,
    role: grant.role,
    registrations: partOf(grant.registrations, payload),
    tenants: partOf(grant.tenants, payload),
    resellers: partOf(grant.resellers, payload),
    ...(grant.sources !== undefined && { sources: sourcesIn(grant.sources, payload) }),
    credential: 'OIDC_TOKEN',
    expiresAt: (Number(payload.exp) + CLOCK_TOLERANCE_SECONDS) * 1_000,
  };
}

/** No two lists of claims make the same name: a colon within any but the last is written as %3A. */
function joined(ids: readonly string[]): readonly string[] {
  return ids.map((id, index) => (index === ids.length - 1 ? id : id.replaceAll('%', '%25').replaceAll(':', '%3A')));
}

function isFrom({ fromTenants }: GrantConfig, { tid }: JWTPayload): boolean {
  return fromTenants === undefined || (typeof tid === 'string' && fromTenants.includes(tid.toLowerCase()));
}

/** A claim that is not there gives nothing; it never stands for everything. */
function partOf(part: GrantPart, payload: JWTPayload): 'all' | readonly string[] {
  if (part === 'all') return 'all';
  return 'claim' in part ? namesIn(payload[part.claim]) : part;
}

/** A claim that is not there gives no source. */
function sourcesIn(sources: NonNullable<GrantConfig['sources']>, payload: JWTPayload): readonly string[] {
  return 'claim' in sources ? namesIn(payload[sources.claim]) : sources;
}

/** A claim that holds one name, or a list of them. */
function namesIn(claim: unknown): readonly string[] {
  const names: unknown[] = Array.isArray(claim) ? claim : [claim];
  return names.slice(0, NAMES_MAX).filter((name) => typeof name === 'string');
}
