import { hash } from 'node:crypto';

const DASHED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const BARE = /^[0-9a-f]{32}$/;

/**
 * The one form in which GUIDs are kept and compared: lower case, with dashes. Azure Stack Hub prints some meter ids
 * without dashes and some ids in upper case, so both are accepted. Null when the text is no GUID.
 */
export function canonicalGuid(text: string): string | null {
  const lower = text.toLowerCase();
  if (DASHED.test(lower)) return lower;
  if (!BARE.test(lower)) return null;
  return [lower.slice(0, 8), lower.slice(8, 12), lower.slice(12, 16), lower.slice(16, 20), lower.slice(20)].join('-');
}

/**
 * Sixteen bytes that stand for a list of texts: SHA-256, cut. Parts are joined by a byte that no JSON text may hold
 * unescaped and that validation refuses, so two different lists never give the same input.
 */
export function digest16(parts: readonly string[]): Buffer {
  return Buffer.from(digest16Hex(parts.join('\u0000')), 'hex');
}

/** The same of parts that are joined already, in hex: cheap to make, to compare and to look up. */
export function digest16Hex(joined: string): string {
  return hash('sha256', joined, 'hex').slice(0, 32);
}
