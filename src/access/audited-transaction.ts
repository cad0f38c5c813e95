import { actorOf } from './actor.js';
import type { By } from './actor.js';
import { appendAuditEntry } from './audit-store.js';
import type { AuditOutcome } from './audit.entity.js';
import { claimOnce, keepAnswer } from './idempotency-store.js';
import type { Database } from '../database/database.js';
import type { Tx } from '../database/transaction.js';
import type { Clock } from '../primitives/clock.js';

/** What a change is about. */
export interface AuditTarget {
  /** In words of the API: "tenant <guid> of hub". */
  readonly target: string;
  readonly registrationId: number | null;
  readonly tenantId: number | null;
}

/** What became of it: the answer, and what was and now is. */
export interface Change<Result> extends AuditTarget {
  readonly result: Result;
  readonly before: object | null;
  /** The same as `before` where it was already as asked. */
  readonly after: object | null;
  /** What is kept of the answer for a caller who asks again; the answer itself where nothing in it is secret. */
  readonly replay?: Result;
}

/**
 * The one way to change who is who and who is billed where. The change, its entry in the audit log and, where the
 * caller wants it once, its answer are one transaction: none of them is ever true without the others. Asked again under
 * the same key, the kept answer is given and nothing is done. `work` may run several times, like all transactions.
 */
export async function inAuditedTransaction<Result>(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  act: { readonly action: string; readonly by: By },
  work: (tx: Tx) => Promise<Change<Result>>,
): Promise<Result> {
  const actor = actorOf(act.by);
  return db.inTransaction(async (tx) => {
    const now = clock.now();
    const { action } = act;
    const once = actor.once === null ? null : await claimOnce(tx, { actor, once: actor.once, action, now });
    if (once?.answer != null) {
      const nothing = { target: '', registrationId: null, tenantId: null, before: null, after: null };
      await append(tx, 'REPLAYED', nothing);
      return JSON.parse(once.answer) as Result;
    }
    const change = await work(tx);
    if (once !== null) await keepAnswer(tx, once.requestHash, JSON.stringify(change.replay ?? change.result));
    const isUnchanged = change.before !== null && textOf(change.before) === textOf(change.after);
    // The gateway's own loops look often and mostly find nothing to do; that is not worth an entry.
    if (!isUnchanged || actor.role !== null) await append(tx, isUnchanged ? 'UNCHANGED' : 'DONE', change);
    return change.result;

    async function append(on: Tx, outcome: AuditOutcome, what: Omit<Change<unknown>, 'result' | 'replay'>) {
      await appendAuditEntry(on, {
        ...{ at: now, action, outcome, code: null, actor },
        ...{ target: what.target, registrationId: what.registrationId, tenantId: what.tenantId },
        ...{ before: textOf(what.before), after: textOf(what.after) },
      });
    }
  });
}

/**
 * Several acts as one change: they join one transaction, so that all of them are done or none, and each leaves its own
 * entry. `work` gives the acts the app that it is handed. Its acts must not be wanted once: a key is of one act.
 */
export function asOneChange<App extends { readonly db: Database }, Result>(
  app: App,
  work: (joined: App, tx: Tx) => Promise<Result>,
): Promise<Result> {
  return app.db.inTransaction((tx) => {
    const db: Database = { ...app.db, reader: tx, inTransaction: (act) => act(tx), inSnapshot: (look) => look(tx) };
    return work({ ...app, db }, tx);
  });
}

function textOf(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
