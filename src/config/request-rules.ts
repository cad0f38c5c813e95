/** Who may send what kind of request: other sites, proxies, trusted documents, introspection. */
import { isIP } from 'node:net';
import { z } from 'zod';

import { listOf } from './variable.js';
import type { Variable } from './variable.js';
import { rolesFor } from '../access/actions.js';
import { ROLES } from '../access/principal.js';
import type { Role } from '../access/principal.js';

/** off: documents are sent as text. allow: text or the id of a trusted one. require: ids alone. */
const DOCUMENT_MODES = ['off', 'allow', 'require'] as const;
export type DocumentMode = (typeof DOCUMENT_MODES)[number];

/** What a caller may send, beyond what its role says. */
export interface RequestRules {
  /** Origins of web pages that may read answers, for example `https://portal.example`. */
  readonly corsOrigins: readonly string[];
  /** Addresses and networks whose `x-forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly introspectionRoles: readonly Role[];
  readonly documents: {
    readonly mode: DocumentMode;
    /** Callers for whom another mode holds, by the subject of their credential. */
    readonly modeOf: ReadonlyMap<string, DocumentMode>;
    /** JSON file of document ids and documents; null where there is none. */
    readonly file: string | null;
  };
}

/** Variables of the environment that say so, as the operations guide lists them. */
export const RULE_VARIABLES: readonly Variable[] = [
  {
    name: 'CORS_ORIGINS',
    meaning: 'Origins of web pages that may call the API, comma-separated, as https://portal.example. None by default.',
    default: '',
  },
  {
    name: 'TRUSTED_PROXIES',
    meaning: 'Addresses or networks (CIDR) of proxies whose X-Forwarded headers are believed, comma-separated.',
    default: '',
  },
  {
    name: 'INTROSPECTION_ROLES',
    meaning:
      'Roles that may read the schema through the API, comma-separated, or none. Callers without a token never may.',
    default: rolesFor('schema:read').join(','),
  },
  {
    name: 'TRUSTED_DOCUMENTS',
    meaning: 'off, allow or require: whether operations are named by documentId instead of being sent.',
    default: 'off',
  },
  {
    name: 'TRUSTED_DOCUMENTS_FILE',
    meaning: 'JSON file of the trusted documents: {"sha256:<hex>": "query …"}.',
    default: '',
  },
  {
    name: 'TRUSTED_DOCUMENTS_CLIENTS',
    meaning: 'Callers for whom another mode holds, comma-separated, as portal=require,explorer=off.',
    default: '',
  },
];

const MODE_OF_CLIENT = /^[^=]{1,200}=(off|allow|require)$/;

/** How each variable is read. */
export const ruleShape = {
  CORS_ORIGINS: listOf(isOrigin, 'lists origins such as https://portal.example, without a path and without *'),
  TRUSTED_PROXIES: listOf(isNetwork, 'lists addresses or networks such as 10.0.0.1 or 10.0.0.0/8'),
  INTROSPECTION_ROLES: z
    .string()
    .default(rolesFor('schema:read').join(','))
    .transform((text) => (text.trim() === 'none' ? [] : text.split(',').map((role) => role.trim())))
    .refine((roles) => roles.every(isRole), `lists roles (${ROLES.join(', ')}), or is none`),
  TRUSTED_DOCUMENTS: z.enum(DOCUMENT_MODES, `is ${DOCUMENT_MODES.join(', ')}`).default('off'),
  TRUSTED_DOCUMENTS_FILE: z.string().optional(),
  TRUSTED_DOCUMENTS_CLIENTS: listOf((item) => MODE_OF_CLIENT.test(item), 'lists pairs such as portal=require'),
};

interface ReadRules {
  readonly CORS_ORIGINS: readonly string[];
  readonly TRUSTED_PROXIES: readonly string[];
  readonly INTROSPECTION_ROLES: readonly string[];
  readonly TRUSTED_DOCUMENTS: DocumentMode;
  readonly TRUSTED_DOCUMENTS_FILE?: string | undefined;
  readonly TRUSTED_DOCUMENTS_CLIENTS: readonly string[];
}

/** False where ids are asked for and no file says what they stand for. */
export function hasDocumentFile(read: ReadRules): boolean {
  const modes = [read.TRUSTED_DOCUMENTS, ...read.TRUSTED_DOCUMENTS_CLIENTS.map((pair) => pair.split('=')[1])];
  return modes.every((mode) => mode === 'off') || read.TRUSTED_DOCUMENTS_FILE !== undefined;
}

/** The rules of an environment that was read by `ruleShape`. */
export function requestRulesOf(read: ReadRules): RequestRules {
  return Object.freeze({
    corsOrigins: read.CORS_ORIGINS,
    trustedProxies: read.TRUSTED_PROXIES,
    introspectionRoles: read.INTROSPECTION_ROLES.filter(isRole),
    documents: {
      mode: read.TRUSTED_DOCUMENTS,
      modeOf: new Map(read.TRUSTED_DOCUMENTS_CLIENTS.map((pair) => pair.split('=') as [string, DocumentMode])),
      file: read.TRUSTED_DOCUMENTS_FILE ?? null,
    },
  });
}

function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

/** An origin as browsers send it: what a URL says of itself, so that `https://portal.example/` is a mistake. */
function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
