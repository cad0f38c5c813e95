/**
 * The file that says whose tokens are believed, and what they give: a list of OpenID Connect issuers. It is checked as
 * a whole before anything starts, and every problem is named at once.
 */
import { z } from 'zod';

import { problemOfGrant } from './grant.js';
import { ROLES } from './principal.js';
import { canonicalGuid } from '../primitives/ids.js';
import { inPlainWords } from '../primitives/plain-problems.js';

/** Stands in an issuer for the directory that a token names in `tid`, as in Microsoft Entra's own documents. */
export const TENANT_PLACEHOLDER = '{tenantid}';

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;
const LOOPBACK = /^http:\/\/(127\.\d+\.\d+\.\d+|\[::1\]|localhost)(:\d+)?(\/|$)/;
const SECONDS_MAX = 7 * 86_400;

const name = z.string().min(1).max(200);
const guid = z.string().transform((text, context) => {
  const id = canonicalGuid(text);
  if (id !== null) return id;
  context.addIssue({ code: 'custom', message: 'is no GUID' });
  return z.NEVER;
});
const fromClaim = z.strictObject({ claim: name });
/** `"all"`, a list of names, or the claim of the token that holds them. */
const part = z.union([z.literal('all'), z.array(name).min(1).max(1_000), fromClaim]);

const grant = z
  .strictObject({
    claim: name.describe('The value of the role claim for which this grant is given.'),
    role: z.enum(ROLES),
    fromTenants: z.array(guid).min(1).max(1_000).optional(),
    registrations: part.default('all'),
    tenants: part.default('all'),
    resellers: part.default('all'),
    sources: z
      .union([z.array(name).min(1).max(1_000), fromClaim])
      .optional()
      .describe('The sources that a sender may use, whose records are its own.'),
  })
  .superRefine(({ role, registrations, tenants, resellers }, context) => {
    const named = (value: z.infer<typeof part>) => (value === 'all' ? 'all' : []);
    const problem = problemOfGrant({
      role,
      registrations: named(registrations),
      tenants: named(tenants),
      resellers: named(resellers),
    });
    if (problem !== null) context.addIssue({ code: 'custom', message: problem.replace(/[.?]$/, '') });
  });

const issuer = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9-]{1,32}$/, 'has 1 to 32 lower-case letters, digits or dashes'),
    issuer: address(),
    discoveryUrl: address().optional(),
    audiences: z.array(name).min(1).max(20),
    algorithms: z.array(z.enum(ALGORITHMS)).min(1).default(['RS256']),
    tokenSecondsMax: z.int().min(60).max(SECONDS_MAX).default(86_400),
    subjectClaims: z.array(name).min(1).max(4).optional(),
    roleClaim: name.default('roles'),
    grants: z.array(grant).min(1).max(200),
  })
  .superRefine(({ issuer: template, discoveryUrl, grants }, context) => {
    if (!template.includes(TENANT_PLACEHOLDER)) return;
    if (discoveryUrl === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['discoveryUrl'],
        message: 'must be said where the issuer is a template',
      });
    }
    grants.forEach(({ fromTenants, tenants }, index) => {
      // Administrators of every directory assign the roles of a multi-tenant application to whom they like.
      const isOwnTenant = typeof tenants === 'object' && 'claim' in tenants && tenants.claim === 'tid';
      if (fromTenants !== undefined || isOwnTenant) return;
      const message = 'needs fromTenants, or tenants from the claim tid: other directories hand out roles as they like';
      context.addIssue({ code: 'custom', path: ['grants', index], message });
    });
  })
  .transform(({ subjectClaims, ...rest }) => {
    const isTemplate = rest.issuer.includes(TENANT_PLACEHOLDER);
    return { ...rest, isTemplate, subjectClaims: subjectClaims ?? (isTemplate ? ['tid', 'oid'] : ['sub']) };
  });

const file = z.strictObject({ issuers: z.array(issuer).max(20).default([]) }).superRefine(({ issuers }, context) => {
  for (const field of ['name', 'issuer'] as const) {
    const values = issuers.map((one) => one[field]);
    if (new Set(values).size < values.length) {
      context.addIssue({ code: 'custom', path: ['issuers'], message: `two of them have the same ${field}` });
    }
  }
});

export type IssuerConfig = Readonly<z.infer<typeof issuer>>;
export type GrantConfig = IssuerConfig['grants'][number];
export type GrantPart = GrantConfig['tenants'];

/** Reads the text of the file; answers what it says, or every problem with it. Values are not repeated. */
export function parseAccessFile(
  text: string,
): { readonly issuers: readonly IssuerConfig[] } | { readonly problems: readonly string[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problems: ['is no JSON'] };
  }
  const read = file.safeParse(json, { error: inPlainWords });
  if (read.success) return { issuers: read.data.issuers };
  return { problems: read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim()) };
}

/** An address whose answers nobody on the way can change. */
function address() {
  return z
    .string()
    .max(500)
    .refine((text) => URL.canParse(text.replace(TENANT_PLACEHOLDER, 'x')), 'is no address')
    .refine((text) => text.startsWith('https://') || LOOPBACK.test(text), 'is not https');
}
