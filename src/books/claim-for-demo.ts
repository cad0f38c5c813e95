import type { DemoStamp } from './books-kind.js';
import { refusalOf } from './books-kind.js';
import { lockBooks, setBooksKind } from './books-store.js';
import type { By } from '../access/actor.js';
import { inAuditedTransaction } from '../access/audited-transaction.js';
import type { Database } from '../database/database.js';
import type { Tx } from '../database/transaction.js';
import type { Clock } from '../primitives/clock.js';
import { DomainError } from '../primitives/errors.js';

/**
 * Makes books that nobody has used the demo's; the demo's own stay so. Throws BOOKS_ARE_LIVE for books in which
 * anything was ever changed, or which hold a registration that the demo did not make, and BOOKS_ARE_MIXED.
 */
export async function claimForDemo(
  app: { readonly db: Database; readonly clock: Clock },
  { stamps, by }: { readonly stamps: readonly DemoStamp[]; readonly by: By },
): Promise<void> {
  await inAuditedTransaction(app, { action: 'claimForDemo', by }, async (tx) => {
    const { kind } = await lockBooks(tx);
    const stranger = await findStranger(tx, stamps);
    if (kind === 'MIXED') throw refusalOf(kind);
    if (stranger !== null) {
      throw new DomainError(
        'BOOKS_ARE_LIVE',
        `These books hold the registration "${stranger}", which the demo did not make. The demo makes books of its own: leave DATA_FOLDER and DATABASE_URL out, or name a place that holds none.`,
      );
    }
    if (kind === 'LIVE' && !(await isUntouched(tx))) {
      throw new DomainError(
        'BOOKS_ARE_LIVE',
        'These books are in use and not the demo’s. The demo makes books of its own: leave DATA_FOLDER and DATABASE_URL out, or name a place that holds none.',
      );
    }
    await setBooksKind(tx, 'DEMO');
    const about = { target: 'books', registrationId: null, tenantId: null };
    return { ...about, result: undefined, before: { kind }, after: { kind: 'DEMO' } };
  });
}

async function findStranger(tx: Tx, stamps: readonly DemoStamp[]): Promise<string | null> {
  const registrations = await tx.query<DemoStamp>('SELECT name, cloud_id AS cloudId FROM registration ORDER BY id');
  const isOurs = (one: DemoStamp) => stamps.some(({ name, cloudId }) => name === one.name && cloudId === one.cloudId);
  return registrations.find((one) => !isOurs(one))?.name ?? null;
}

/** No registration, and nothing that was ever changed: the audit log tells of everything. */
async function isUntouched(tx: Tx): Promise<boolean> {
  const registrations = await tx.query('SELECT id FROM registration LIMIT 1');
  const changes = await tx.query('SELECT id FROM audit_head WHERE sequence > 0');
  return registrations.length + changes.length === 0;
}
