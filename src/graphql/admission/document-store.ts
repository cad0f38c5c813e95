/**
 * Documents that passed validation, kept for the next time they are asked. A document is kept from the second time on,
 * so that many that are asked once cannot push out those that are asked all the time; a trusted one is kept at once.
 */
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

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
  const kept = new LRUCache<string, DocumentNode>({
    max: options.documentsMax,
    maxSize: CHARACTERS_MAX,
    sizeCalculation: lengthOf,
  });
  const seenOnce = new LRUCache<string, true>({ max: SEEN_MAX });

  return {
    get: async (key) => kept.get(key),
    set: async (key, document) => {
      if (seenOnce.delete(key) || options.isTrusted(key)) kept.set(key, document);
      else seenOnce.set(key, true);
    },
    size: () => kept.size,
  };
}

/** At least 1: the cache takes no size of nothing. */
function lengthOf({ loc }: DocumentNode): number {
  return Math.max(1, loc?.end ?? 0);
}
