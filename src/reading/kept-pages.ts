import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

import type { OnStage } from '../primitives/stage-event.js';

/** A page with its rows. */
interface Page {
  readonly rows: readonly unknown[];
}

/** Pages that never change, kept by all that they depend on. One per process, whoever asks. */
export interface KeptPages<P extends Page> {
  /** The page that was kept for what is asked, or else the one that is read now. Throws what reading throws. */
  page(asked: readonly unknown[], read: () => Promise<P>): Promise<P>;
  /** Rows of all pages that are kept; a page without rows counts as one. */
  rows(): number;
}

/** How many pages are remembered by their digests that were asked once. */
const ASKED_ONCE_MAX = 10_000;

/**
 * Keeps at most so many rows, of the pages that were asked last; 0 keeps none. A page is kept from the second time on,
 * so that whoever reads the whole history once pushes nothing out. `asked` is data: it is compared by its JSON.
 */
export function createKeptPages<P extends Page>(rowsMax: number, onStage: OnStage): KeptPages<P> {
  if (rowsMax === 0) return { page: (_asked, read) => read(), rows: () => 0 };
  const kept = new LRUCache<string, P>({ maxSize: rowsMax, sizeCalculation: ({ rows }) => Math.max(1, rows.length) });
  const askedOnce = new LRUCache<string, true>({ max: ASKED_ONCE_MAX });
  return {
    page: async (asked, read) => {
      const name = createHash('sha256').update(JSON.stringify(asked)).digest('base64');
      const known = kept.get(name);
      onStage({ stage: 'reading', api: 'graphql', outcome: known === undefined ? 'READ' : 'KEPT' });
      if (known !== undefined) return known;
      const page = await read();
      if (askedOnce.has(name)) kept.set(name, page);
      else askedOnce.set(name, true);
      return page;
    },
    rows: () => kept.calculatedSize,
  };
}
