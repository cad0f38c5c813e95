import { checkRegistration } from './registration-rules.js';
import type { NewRegistration } from './registration-rules.js';
import { checkBooksFrom } from './registration-state.js';
import { findRegistration } from './registration-store.js';
import { registrationTable } from './registration.entity.js';
import type { Registration } from './registration.entity.js';
import { subjectOf } from '../access/actor.js';
import type { By } from '../access/actor.js';
import { inAuditedTransaction } from '../access/audited-transaction.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import { refusalOf } from '../books/books-kind.js';
import { holdBooks } from '../books/books-store.js';
import type { Database } from '../database/database.js';
import { insertRow } from '../database/change.js';
import { isDuplicateKey } from '../database/faults.js';
import type { Tx } from '../database/transaction.js';
import type { Clock } from '../primitives/clock.js';
import { DomainError, invariant } from '../primitives/errors.js';
import { dayText } from '../primitives/windows.js';

/**
 * Sets up the books of a stamp: nothing closes before somebody opens them. Refused when the name stands for another
 * stamp (CloudIdUpdateNotAllowed, as in Azure) or the stamp is registered under another name. Demo books take none but
 * the demo's own (BOOKS_ARE_DEMO): what is sent for another would never be reported. `afterInsert` writes, in the same
 * transaction, what the books of a registration need from the start.
 */
export async function createRegistration(
  app: { readonly db: Database; readonly clock: Clock },
  input: NewRegistration & { readonly by: By; readonly isOfDemo?: true },
  afterInsert: (tx: Tx, registrationId: number) => Promise<void>,
): Promise<Registration> {
  const { db, clock } = app;
  const checked = checkRegistration(input);
  const booksFromDay = input.booksFrom === undefined ? null : checkBooksFrom(input.booksFrom, clock.now());
  try {
    return await inAuditedTransaction(app, { action: 'createRegistration', by: input.by }, async (tx) => {
      const { kind } = await holdBooks(tx);
      if (kind === 'DEMO' && input.isOfDemo !== true) throw refusalOf(kind);
      const id = await insertRow(tx, registrationTable, {
        ...checked,
        state: 'SETTING_UP',
        booksFromDay,
        openedAt: null,
        openedDigest: null,
        closedBeforeDay: 0,
        routingVersion: 0,
        waitingCorrections: 0,
        createdAt: clock.now(),
        createdBy: subjectOf(input.by),
      });
      await afterInsert(tx, id);
      const created = await findRegistration(tx, WHOLE_BOOKS, checked.name);
      invariant(created, 'a registration that was inserted can be read');
      return {
        result: created,
        target: `registration ${created.name}`,
        registrationId: id,
        tenantId: null,
        before: null,
        after: { ...checked, ...(booksFromDay !== null && { booksFrom: dayText(booksFromDay) }) },
      };
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw await explainDuplicate(db, checked);
  }
}

async function explainDuplicate(
  db: Database,
  { name, cloudId }: { readonly name: string; readonly cloudId: string },
): Promise<DomainError> {
  const sameName = await findRegistration(db.reader, WHOLE_BOOKS, name);
  if (sameName === null) {
    return new DomainError('ALREADY_EXISTS', 'This stamp is registered under another name.', ['cloudId']);
  }
  return sameName.cloudId === cloudId
    ? new DomainError('ALREADY_EXISTS', `Registration "${name}" exists already.`, ['name'])
    : new DomainError('CloudIdUpdateNotAllowed', `"${name}" is the name of another stamp.`, ['cloudId']);
}
