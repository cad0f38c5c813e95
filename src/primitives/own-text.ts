/**
 * The same text in memory of its own. A piece that was cut out of a body, and what it was joined into, keeps the whole
 * body alive for as long as the piece is remembered: a few hundred new names would hold gigabytes.
 */
export function ownText(text: string): string {
  return structuredClone(text);
}
