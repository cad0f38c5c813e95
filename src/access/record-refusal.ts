import type { Actor } from './actor.js';
import { appendAuditEntry } from './audit-store.js';
import type { Database } from '../database/database.js';
import type { Clock } from '../primitives/clock.js';

/** Writes down that something was refused, in a transaction of its own: what was to be done left nothing behind. */
export async function recordRefusal(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  actor: Actor,
  refusal: {
    readonly action: string;
    readonly code: string;
    readonly target: string;
    /** Only one that the caller may see: an entry must not tell others that somebody guessed at theirs. */
    readonly registrationId: number | null;
  },
): Promise<void> {
  await db.inTransaction((tx) =>
    appendAuditEntry(tx, {
      ...{ ...refusal, at: clock.now(), outcome: 'DENIED', actor },
      ...{ tenantId: null, before: null, after: null },
    }),
  );
}
