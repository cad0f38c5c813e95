/**
 * Documents that passed validation, kept for the next time they are asked. A document is kept from the second time on,
 * so that many that are asked once cannot push out those that are asked all the time; a trusted one is kept at once.
 */
import type { DocumentNode } from 'graphql';

/** Documents by the SHA-256 of their texts, in hex. */
export interface DocumentStore {
  get(key: string): Promise<DocumentNode | undefined>;
  set(key: string, document: DocumentNode): Promise<void>;
  /** How many are kept. */
  size(): number;
}

/** Characters of all documents together. A parsed one takes some fifty times as many bytes. */
const CHARACTERS_MAX = 1_000_000;
/** How many hashes of documents are remembered that were asked once. */
const SEEN_MAX = 10_000;

/** `isTrusted` is asked about the hash that is the key. */
export function createDocumentStore(options: {
  readonly documentsMax: number;
  readonly isTrusted: (hash: string) => boolean;
}): DocumentStore {
  // Maps keep the order of insertion: what was used is put at the end, and the first is what nobody used longest.
  const kept = new Map<string, DocumentNode>();
  const seenOnce = new Set<string>();
  let characters = 0;

  function drop(key: string): void {
    const document = kept.get(key);
    if (document === undefined) return;
    characters -= lengthOf(document);
    kept.delete(key);
  }

  function isAskedAgain(key: string): boolean {
    if (seenOnce.delete(key) || options.isTrusted(key)) return true;
    seenOnce.add(key);
    dropOldest(seenOnce, SEEN_MAX);
    return false;
  }

  return {
    get: async (key) => {
      const document = kept.get(key);
      if (document !== undefined) {
        kept.delete(key);
        kept.set(key, document);
      }
      return document;
    },
    set: async (key, document) => {
      if (!isAskedAgain(key)) return;
      drop(key);
      kept.set(key, document);
      characters += lengthOf(document);
      for (const [oldest] of kept) {
        if (kept.size <= options.documentsMax && characters <= CHARACTERS_MAX) break;
        drop(oldest);
      }
    },
    size: () => kept.size,
  };
}

function lengthOf({ loc }: DocumentNode): number {
  return loc?.end ?? 0;
}

function dropOldest(keys: Set<string>, max: number): void {
  for (const oldest of keys) {
    if (keys.size <= max) return;
    keys.delete(oldest);
  }
}
