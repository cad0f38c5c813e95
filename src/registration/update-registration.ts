import type { BaseOffer } from './billing-model.js';
import { checkRegistration } from './registration-rules.js';
import type { CheckedRegistration } from './registration-rules.js';
import { getWholeRegistration, lockRegistration, updateTerms } from './registration-store.js';
import { booksFromOf, checkBooksFrom, mustBeSettingUp } from './registration-state.js';
import type { Registration } from './registration.entity.js';
import type { By } from '../access/actor.js';
import { inAuditedTransaction } from '../access/audited-transaction.js';
import type { Scope } from '../access/scope.js';
import type { Database } from '../database/database.js';
import type { Tx } from '../database/transaction.js';
import type { Clock } from '../primitives/clock.js';
import { dayText } from '../primitives/windows.js';
import type { Day } from '../primitives/windows.js';

/**
 * What of a registration may become otherwise: what Microsoft approves and how it is licensed. What names it, and what
 * closed days were billed by, stays: the stamp, the base subscription, the billing model, where usage comes from.
 */
export interface RegistrationTerms {
  readonly baseOffer?: BaseOffer | undefined;
  readonly partnerId?: string | undefined;
  readonly isMultitenancyApproved?: boolean | undefined;
  readonly agreementNumber?: string | undefined;
  readonly msAssetTag?: string | undefined;
  /** First reported day of the books; it may move until they are opened. */
  readonly booksFrom?: Day | undefined;
}

/**
 * Changes the terms of a registration; what is left out stays. They decide what can be mapped from now on, and move no
 * usage: mappings that hold go on. `check` refuses, in the same transaction, what others would have to say about it.
 * Throws RegistrationNotFound, BOOKS_ARE_OPEN where books that are open were to begin on another day, and what
 * `checkRegistration` throws.
 */
export async function updateRegistration(
  app: { readonly db: Database; readonly clock: Clock },
  scope: Scope,
  input: RegistrationTerms & { readonly registration: string; readonly by: By },
  check: (tx: Tx, changed: Pick<Registration, 'id' | 'partnerId'>) => Promise<void>,
): Promise<Registration> {
  const { registration: name, by, booksFrom, ...terms } = input;
  const { id } = await getWholeRegistration(app.db.reader, scope, name);
  return inAuditedTransaction(app, { action: 'updateRegistration', by }, async (tx) => {
    const before = await lockRegistration(tx, id);
    const asked = asAsked(before);
    const after = checkRegistration({ ...asked, ...terms, baseOffer: terms.baseOffer ?? asked.baseOffer });
    await check(tx, { id, partnerId: after.partnerId });
    const booksFromDay = booksFrom === undefined ? before.booksFromDay : movedTo(before, booksFrom, app.clock.now());
    await updateTerms(tx, id, { ...after, booksFromDay });
    return {
      result: await lockRegistration(tx, id),
      target: `registration ${before.name}`,
      registrationId: id,
      tenantId: null,
      before: { ...termsOf(before), ...(booksFrom !== undefined && { booksFrom: dayOrNull(booksFromOf(before)) }) },
      after: { ...termsOf(after), ...(booksFrom !== undefined && { booksFrom: dayOrNull(booksFromDay) }) },
    };
  });
}

/** The first day of the books as it is to be; the same day again is no change, also where they are open. */
function movedTo(before: Registration, booksFrom: Day, now: number): Day | null {
  if (before.state === 'OPEN' && booksFrom === before.booksFromDay) return booksFrom;
  mustBeSettingUp(before);
  return checkBooksFrom(booksFrom, now);
}

function dayOrNull(day: Day | null): string | null {
  return day === null ? null : dayText(day);
}

function asAsked({ baseSubscriptionGuid, partnerId, agreementNumber, msAssetTag, ...rest }: Registration) {
  return {
    ...rest,
    baseSubscriptionId: baseSubscriptionGuid,
    partnerId: partnerId ?? undefined,
    agreementNumber: agreementNumber ?? undefined,
    msAssetTag: msAssetTag ?? undefined,
  };
}

function termsOf(of: Pick<CheckedRegistration, keyof Omit<RegistrationTerms, 'booksFrom'>>) {
  const { baseOffer, partnerId, isMultitenancyApproved, agreementNumber, msAssetTag } = of;
  return { baseOffer, partnerId, isMultitenancyApproved, agreementNumber, msAssetTag };
}
