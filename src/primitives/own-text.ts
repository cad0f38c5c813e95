import { LRUCache } from 'lru-cache';

/**
 * The same text in memory of its own. A piece that was cut out of a body, and what it was joined into, keeps the whole
 * body alive for as long as the piece is remembered: a few hundred new names would hold gigabytes.
 */
export function ownText(text: string): string {
  return structuredClone(text);
}

/** Usage names the same things over and over: with one text for each, a batch that waits holds little memory. */
const shared = new LRUCache<string, string>({ maxSize: 50_000, sizeCalculation: () => 1 });
const SHARED_LENGTH_MAX = 512;

/** The text as it was met before, if it was and is not long; what is remembered is bounded. */
export function sharedText(text: string): string {
  const known = shared.get(text);
  if (known !== undefined) return known;
  if (text.length > SHARED_LENGTH_MAX) return text;
  const own = ownText(text);
  shared.set(own, own);
  return own;
}
