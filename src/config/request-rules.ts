/** Who may send what kind of request: other sites, proxies, trusted documents, introspection. */
import { isIP } from 'node:net';
import { z } from 'zod';

import { listOf, oneOf, optional, variable } from './variable.js';
import type { OnProblem, Values } from './variable.js';
import { rolesFor } from '../access/actions.js';
import { ROLES } from '../access/principal.js';
import type { Role } from '../access/principal.js';

/** off: documents are sent as text. allow: text or the id of a trusted one. require: ids alone. */
const DOCUMENT_MODES = ['off', 'allow', 'require'] as const;
export type DocumentMode = (typeof DOCUMENT_MODES)[number];

const MODE_OF_CLIENT = /^[^=]{1,200}=(off|allow|require)$/;

const roles = z
  .string()
  .transform((text) => (text.trim() === 'none' ? [] : text.split(',').map((role) => role.trim())))
  .refine((items) => items.every(isRole), `lists roles (${ROLES.join(', ')}), or is none`)
  .transform((items): readonly Role[] => items.filter(isRole));

const modes = listOf((item) => MODE_OF_CLIENT.test(item), 'lists pairs such as portal=require').transform(
  (pairs): ReadonlyMap<string, DocumentMode> => new Map(pairs.map((pair) => pair.split('=') as [string, DocumentMode])),
);

export const RULES = {
  corsOrigins: variable(
    'CORS_ORIGINS',
    '',
    listOf(isOrigin, 'lists origins such as https://portal.example, without a path and without *'),
    'Origins of web pages that may call the API, comma-separated, as https://portal.example. None by default.',
  ),
  trustedProxies: variable(
    'TRUSTED_PROXIES',
    '',
    listOf(isNetwork, 'lists addresses or networks such as 10.0.0.1 or 10.0.0.0/8'),
    'Addresses or networks (CIDR) of proxies whose X-Forwarded headers are believed, comma-separated.',
  ),
  introspectionRoles: variable(
    'INTROSPECTION_ROLES',
    rolesFor('schema:read').join(','),
    roles,
    'Roles that may read the schema through the API, comma-separated, or none. Callers without a token never may.',
  ),
  documentMode: oneOf(
    'TRUSTED_DOCUMENTS',
    'off',
    DOCUMENT_MODES,
    'off, allow or require: whether operations are named by documentId instead of being sent.',
  ),
  documentFile: optional(
    'TRUSTED_DOCUMENTS_FILE',
    z.string(),
    'JSON file of the trusted documents: {"sha256:<hex>": "query …"}.',
  ),
  /** By the subject of the caller's credential. */
  documentModeOf: variable(
    'TRUSTED_DOCUMENTS_CLIENTS',
    '',
    modes,
    'Callers for whom another mode holds, comma-separated, as portal=require,explorer=off.',
  ),
};

export type RequestRules = Values<typeof RULES>;

/** Ids may be asked for only where a file says what they stand for. */
export function checkRules({ documentMode, documentModeOf, documentFile }: RequestRules, onProblem: OnProblem): void {
  const isOff = [documentMode, ...documentModeOf.values()].every((mode) => mode === 'off');
  if (isOff || documentFile !== null) return;
  onProblem(`${RULES.documentFile.name} is missing; it says what the ids of trusted documents stand for`);
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
