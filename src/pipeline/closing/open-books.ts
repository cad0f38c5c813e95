import { readOpening } from './opening.js';
import type { OpeningRule } from './opening.js';
import type { By } from '../../access/actor.js';
import { inAuditedTransaction } from '../../access/audited-transaction.js';
import type { Scope } from '../../access/scope.js';
import type { Database } from '../../database/database.js';
import type { Clock } from '../../primitives/clock.js';
import { DomainError } from '../../primitives/errors.js';
import { dayText } from '../../primitives/windows.js';
import { getWholeRegistration, lockRegistration, openRegistration } from '../../registration/registration-store.js';
import { mustBeSettingUp } from '../../registration/registration-state.js';
import type { Registration } from '../../registration/registration.entity.js';

/**
 * Opens the books of a registration, for ever: from now on its days close. `expect` is the digest of what was looked
 * at; books that changed since are refused (BOOKS_CHANGED), and so are books without a record unless `evenIfEmpty`.
 * Nothing closes in here: whoever closes days finds these due, each in a transaction of its own. Asked again with the
 * same digest, it changes nothing.
 *
 * The lock of the registration keeps batches and changes of routing out between the look and the opening. Throws
 * RegistrationNotFound, BOOKS_ARE_OPEN, NOT_PULLED_YET, BOOKS_ARE_EMPTY, BOOKS_CHANGED.
 */
export async function openBooks(
  app: { readonly db: Database; readonly clock: Clock },
  scope: Scope,
  input: {
    readonly registration: string;
    readonly expect: string;
    readonly evenIfEmpty?: boolean | undefined;
    readonly by: By;
  },
  rule: Omit<OpeningRule, 'now'>,
): Promise<Registration> {
  const { id } = await getWholeRegistration(app.db.reader, scope, input.registration);
  return inAuditedTransaction(app, { action: 'openBooks', by: input.by }, async (tx) => {
    const registration = await lockRegistration(tx, id);
    const about = { target: `registration ${registration.name}`, registrationId: id, tenantId: null };
    if (registration.state === 'OPEN' && registration.openedDigest === input.expect) {
      const state = { state: registration.state };
      return { ...about, result: registration, before: state, after: state };
    }
    mustBeSettingUp(registration);
    const now = app.clock.now();
    const opening = await readOpening(tx, registration, { ...rule, now });
    const refusal = opening.refusals.find(({ code }) => code !== 'BOOKS_ARE_EMPTY' || input.evenIfEmpty !== true);
    if (refusal !== undefined) throw refusal;
    if (opening.digest !== input.expect) {
      throw new DomainError(
        'BOOKS_CHANGED',
        `The books of "${registration.name}" are not what was looked at any more. Look at previewOpenBooks again.`,
        ['expect'],
      );
    }
    const booksFromDay = opening.booksFrom ?? 0;
    await openRegistration(tx, id, { at: now, booksFromDay, digest: opening.digest });
    return {
      ...about,
      result: await lockRegistration(tx, id),
      before: { state: registration.state },
      after: {
        state: 'OPEN',
        booksFrom: dayText(booksFromDay),
        digest: opening.digest,
        closesThrough: opening.through === null ? null : dayText(opening.through),
        days: opening.days.length,
        records: opening.days.reduce((sum, { records }) => sum + records, 0),
      },
    };
  });
}
