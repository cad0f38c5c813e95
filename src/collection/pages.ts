import type { Stamp } from './stamp.js';
import { StampError } from './stamp-error.js';
import type { JsonValue } from '../pipeline/ingestion/exact-json.js';

/** More pages than an answer has: ten million rows. */
const PAGES_MAX = 10_000;
/** Links are kept to the end of the list, and servers read no longer ones. */
const LINK_LENGTH_MAX = 8_192;

/**
 * The pages of a list, one after the other. A link to the next page is followed only to the same host and path, for the
 * credential is for them alone, and never twice. Throws MALFORMED for a list that cannot be followed to its end.
 */
export async function* pagesOf(stamp: Stamp, first: URL, signal: AbortSignal): AsyncGenerator<readonly JsonValue[]> {
  const seen = new Set<string>();
  for (let address: URL | null = first; address !== null;) {
    if (seen.has(address.href)) throw malformed('leads to a page that was read already');
    if (seen.size >= PAGES_MAX) throw malformed(`comes after ${PAGES_MAX} pages`);
    seen.add(address.href);
    const body = await stamp.get(address, signal);
    const value = body['value'];
    if (!Array.isArray(value)) throw new StampError('MALFORMED', 'A page of the stamp has no list "value".');
    yield value as readonly JsonValue[];
    address = nextOf(body['nextLink'] ?? null, first);
  }
}

function nextOf(link: JsonValue, first: URL): URL | null {
  if (link === null || link === '') return null;
  if (typeof link === 'string' && link.length > LINK_LENGTH_MAX) {
    throw malformed(`has more than ${LINK_LENGTH_MAX} characters`);
  }
  const base = typeof link === 'string' && link.startsWith('/') ? first.href : undefined;
  if (typeof link !== 'string' || !URL.canParse(link, base)) throw malformed('is no address');
  const next = new URL(link, base);
  if (next.origin !== first.origin) throw malformed('leads to another host');
  if (next.pathname.toLowerCase() !== first.pathname.toLowerCase()) throw malformed('leads to another path');
  return next;
}

function malformed(what: string): StampError {
  return new StampError('MALFORMED', `A nextLink of the stamp ${what}.`);
}
