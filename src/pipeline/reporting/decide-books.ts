import { giveUpReports } from './report-store.js';
import type { By } from '../../access/actor.js';
import { inAuditedTransaction } from '../../access/audited-transaction.js';
import type { BooksKind, DemoStamp } from '../../books/books-kind.js';
import { lockBooks, setBooksKind } from '../../books/books-store.js';
import type { Database } from '../../database/database.js';
import type { Clock } from '../../primitives/clock.js';
import { DomainError } from '../../primitives/errors.js';
import { stopReporting } from '../../registration/registration-store.js';

/**
 * Says what MIXED books are. DEMO: nothing of them is ever reported. LIVE: the registrations of the demo, which
 * `stamps` names, report nothing any more, and what waits to be sent of them is given up for good; all others report as
 * before. Throws BOOKS_ARE_DEMO or BOOKS_ARE_LIVE where the books are the other already: that cannot be changed.
 */
export async function decideBooks(
  app: { readonly db: Database; readonly clock: Clock },
  input: { readonly kind: Exclude<BooksKind, 'MIXED'>; readonly stamps: readonly DemoStamp[]; readonly by: By },
): Promise<void> {
  const { kind, stamps, by } = input;
  await inAuditedTransaction(app, { action: 'decideBooks', by }, async (tx) => {
    const { kind: before } = await lockBooks(tx);
    if (before !== 'MIXED' && before !== kind) {
      const sentence = `These books are ${before}, and stay so: only MIXED books wait for a decision.`;
      throw new DomainError(before === 'DEMO' ? 'BOOKS_ARE_DEMO' : 'BOOKS_ARE_LIVE', sentence, ['kind']);
    }
    const quiet: string[] = [];
    if (before === 'MIXED' && kind === 'LIVE') {
      for (const stamp of stamps) {
        const id = await stopReporting(tx, stamp);
        if (id === null) continue;
        await giveUpReports(tx, id, app.clock.now());
        quiet.push(stamp.name);
      }
    }
    if (before !== kind) await setBooksKind(tx, kind);
    const about = { target: 'books', registrationId: null, tenantId: null };
    return {
      ...about,
      result: undefined,
      before: { kind: before },
      after: { kind, ...(quiet.length > 0 && { quiet }) },
    };
  });
}
