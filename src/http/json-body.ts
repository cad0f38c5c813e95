/**
 * Reads the body of a GraphQL request. It is stricter than `JSON.parse`: a body that two readers understand differently
 * (equal keys, invalid UTF-8, another charset, keys that stand for a prototype) is refused as a whole.
 */
import type { FastifyRequest } from 'fastify';

import {
  MalformedJson,
  NumberText,
  decodeUtf8,
  parsePlainJsonWithNumbers,
  readExactJson,
} from '../pipeline/ingestion/exact-json.js';
import { DomainError } from '../primitives/errors.js';

const FORBIDDEN_KEY = 'constructor';
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)"?/i;

/**
 * Throws UNSUPPORTED_MEDIA_TYPE, MALFORMED_BODY, and BATCH_TOO_LARGE for more than `valuesMax` values. Its values make
 * a body dear, not its bytes, and one look counts them. An empty body is read as undefined.
 */
export function readJsonBody(
  { headers }: Pick<FastifyRequest, 'headers'>,
  bytes: Buffer,
  { valuesMax }: { readonly valuesMax: number },
): unknown {
  checkIsUtf8(headers['content-type']);
  if (bytes.length === 0) return undefined;
  if (hasMoreValues(bytes, valuesMax)) {
    throw new DomainError(
      'BATCH_TOO_LARGE',
      `The body has more than ${valuesMax} values (GRAPHQL_VALUES_MAX). Send less at once, and batches of usage to /v1/usage.`,
    );
  }
  try {
    const text = decodeUtf8(bytes);
    const quick = parsePlainJsonWithNumbers(text);
    // Without the key that `plain` refuses there is nothing to be done.
    if (quick !== undefined && !text.includes(FORBIDDEN_KEY)) return quick;
    return plain(quick === undefined ? readExactJson(text) : quick);
  } catch (error) {
    if (error instanceof MalformedJson)
      throw new DomainError('MALFORMED_BODY', `The body is no JSON: ${error.message}`);
    throw error;
  }
}

const QUOTE = 34;
const BACKSLASH = 92;
/** A list or an object begins, or one of its items ends: `[`, `{` and `,`. */
const COUNTED: ReadonlySet<number | undefined> = new Set([91, 123, 44]);

/** Whether the values of a body are more than so many; what stands in strings is none. Right for valid JSON alone. */
function hasMoreValues(bytes: Buffer, max: number): boolean {
  // Each of them is a byte at least.
  if (bytes.length <= max) return false;
  let values = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] === QUOTE) at = endOfString(bytes, at);
    else if (COUNTED.has(bytes[at])) values += 1;
    if (values > max) return true;
  }
  return false;
}

/** Where the string that begins at `at` ends; the end of all where it does not. */
function endOfString(bytes: Buffer, at: number): number {
  let end = at + 1;
  while (end < bytes.length && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1;
  return end;
}

/** Bodies are read as they are: nothing is inflated here, and so no small body becomes a large one. */
export function checkIsNotCompressed({ headers }: Pick<FastifyRequest, 'headers'>): void {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding.trim().toLowerCase() === 'identity') return;
  throw new DomainError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as it is, without a content-encoding.');
}

function checkIsUtf8(contentType = ''): void {
  const charset = CHARSET.exec(contentType)?.[1]?.toLowerCase();
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8') return;
  throw new DomainError('UNSUPPORTED_MEDIA_TYPE', 'JSON is sent in UTF-8.');
}

/** Numbers as numbers, in place: quantities are strings in GraphQL, so nothing is lost. */
function plain(value: unknown): unknown {
  if (value instanceof NumberText) return Number(value.text);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value as unknown[];
    // By number: asking a list for its keys takes longer than all the rest.
    for (let at = 0; at < items.length; at += 1) items[at] = plain(items[at]);
    return items;
  }
  const members = value as Record<string, unknown>;
  for (const key in members) {
    const member = members[key];
    if (typeof member !== 'object' || member === null) continue;
    if (key === FORBIDDEN_KEY) throw new DomainError('MALFORMED_BODY', 'The body has a forbidden key.');
    members[key] = plain(member);
  }
  return members;
}
