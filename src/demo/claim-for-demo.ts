import type { By } from '../access/actor.js';
import { auditHeadTable } from '../access/audit.entity.js';
import { inAuditedTransaction } from '../access/audited-transaction.js';
import { refusalOf } from '../books/books-kind.js';
import type { DemoStamp } from '../books/books-kind.js';
import { lockBooks, setBooksKind } from '../books/books-store.js';
import type { Database } from '../database/database.js';
import { select } from '../database/select.js';
import type { Tx } from '../database/transaction.js';
import type { Clock } from '../primitives/clock.js';
import { DomainError } from '../primitives/errors.js';
import { registrationTable } from '../registration/registration.entity.js';

const g = registrationTable;

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
  const registrations = await select(tx, { name: g.name, cloudId: g.cloudId }, `FROM ${g} ORDER BY ${g.id}`);
  const isOurs = (one: DemoStamp) => stamps.some(({ name, cloudId }) => name === one.name && cloudId === one.cloudId);
  return registrations.find((one) => !isOurs(one))?.name ?? null;
}

/** No registration, and nothing that was ever changed: the audit log tells of everything. */
async function isUntouched(tx: Tx): Promise<boolean> {
  const registrations = await select(tx, { id: g.id }, `FROM ${g} LIMIT 1`);
  const changes = await select(
    tx,
    { id: auditHeadTable.id },
    `FROM ${auditHeadTable} WHERE ${auditHeadTable.sequence} > 0`,
  );
  return registrations.length + changes.length === 0;
}
