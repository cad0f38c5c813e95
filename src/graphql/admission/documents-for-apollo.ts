import { parse } from 'graphql';
import type { DocumentNode } from 'graphql';

import { NOTHING_ASKED } from './admission.js';
import { hashOf } from './document-reader.js';

/** Documents that requests under way have had read, where Apollo finds them instead of reading them itself. */
export interface DocumentsForApollo {
  /** Holds a document, by its text, until what is answered is called. */
  hold(text: string, document: DocumentNode): () => void;
  /** Apollo asks by a key that ends with the SHA-256 of the text, in hex. */
  readonly store: {
    get(key: string): Promise<DocumentNode | undefined>;
    set(key: string, document: DocumentNode): Promise<void>;
    delete(key: string): Promise<boolean>;
  };
}

const HASH_LENGTH = 64;

/** Nothing is held yet but what stands for documents that are refused. */
export function createDocumentsForApollo(): DocumentsForApollo {
  const held = new Map([[hashOf(NOTHING_ASKED), { document: parse(NOTHING_ASKED), times: 1 }]]);
  return {
    hold: (text, document) => {
      const hash = hashOf(text);
      const entry = held.get(hash) ?? { document, times: 0 };
      entry.times += 1;
      held.set(hash, entry);
      return () => {
        entry.times -= 1;
        if (entry.times === 0) held.delete(hash);
      };
    },
    store: {
      get: async (key) => held.get(key.slice(-HASH_LENGTH))?.document,
      set: async () => undefined,
      delete: async () => false,
    },
  };
}
