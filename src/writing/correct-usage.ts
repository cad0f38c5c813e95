import { randomUUID } from 'node:crypto';

import { actorOf, subjectOf } from '../access/actor.js';
import type { By } from '../access/actor.js';
import { appendAuditEntry } from '../access/audit-store.js';
import { inAuditedTransaction } from '../access/audited-transaction.js';
import { claimOnce, keepAnswer } from '../access/idempotency-store.js';
import type { Tx } from '../database/transaction.js';
import { correctionDraft } from '../pipeline/ingestion/correction.js';
import { describeRecord, findSum } from '../pipeline/ingestion/correction-store.js';
import type { RecordPlace } from '../pipeline/ingestion/correction-store.js';
import type { RecordVerdict } from '../pipeline/ingestion/verdict.js';
import { recordUsage } from '../pipeline/pipeline.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import { DomainError, invariant } from '../primitives/errors.js';
import { givenText } from '../primitives/given-text.js';
import { fromUnits, parseQuantity, toUnits } from '../primitives/quantity.js';
import type { Quantity } from '../primitives/quantity.js';
import { hourText } from '../primitives/windows.js';

const ACTION = 'correctUsage';
const REASON_LENGTH_MAX = 500;

/** A correction that an operator made: what it is called in the books, and what is left of its record. */
export interface CorrectedUsage {
  readonly recordId: string;
  readonly quantity: Quantity;
  /** Of the record with all of its corrections. */
  readonly remaining: Quantity;
}

/** Thrown out of the transaction where the same was asked for before, so that nothing of it is done again. */
class AskedBefore extends Error {}

/**
 * Corrects a record that the caller sees by a signed difference, whoever sent it: under the rule of all corrections,
 * and billed where the record was. The correction, its entry in the audit log with the reason and, where it is wanted
 * once, its answer are one transaction. Throws INVALID_INPUT, the codes of the rule, and IDEMPOTENCY_CONFLICT; what is
 * refused is not kept in quarantine.
 */
export async function correctUsage(
  pipeline: Pipeline,
  input: { readonly record: RecordPlace; readonly quantity: string; readonly reason: string; readonly by: By },
): Promise<CorrectedUsage> {
  const { db, clock } = pipeline;
  const quantity = differenceIn(input.quantity);
  const reason = givenText(input.reason, 'reason', REASON_LENGTH_MAX);
  const found = await describeRecord(db.reader, input.record);
  if (found === null) throw new DomainError('NOT_FOUND', 'There is no such record.', ['record']);
  const record = found;
  const actor = actorOf(input.by);
  const now = clock.now();
  const recordId = randomUUID();
  let done: CorrectedUsage | undefined;

  async function finish(tx: Tx, verdict: RecordVerdict | undefined): Promise<void> {
    const { once } = actor;
    const claim = once === null ? null : await claimOnce(tx, { actor, once, action: ACTION, now });
    if (claim?.answer != null) throw new AskedBefore();
    if (verdict?.verdict !== 'ACCEPTED') throw refusalOf(verdict);
    const remaining = fromUnits(toUnits(record.quantity) + (await findSum(tx, record)));
    done = { recordId, quantity, remaining };
    await appendAuditEntry(tx, {
      ...{ at: now, action: ACTION, outcome: 'DONE', code: null, actor },
      target: `record ${record.recordId ?? record.identity} of ${record.registration}`,
      ...{ registrationId: record.registrationId, tenantId: record.tenantId },
      before: JSON.stringify({ quantity: fromUnits(toUnits(remaining) - toUnits(quantity)) }),
      after: JSON.stringify({
        quantity: remaining,
        ...{ correction: recordId, usageHour: hourText(record.usageHour), source: record.source, reason },
      }),
    });
    if (claim !== null) await keepAnswer(tx, claim.requestHash, JSON.stringify(done));
  }

  try {
    await recordUsage(pipeline, {
      registrationId: record.registrationId,
      receivedBy: subjectOf(input.by),
      grantedSources: 'all',
      deliveries: [correctionDraft(record, { recordId, quantity })],
      within: (tx, { verdicts: [verdict] }) => finish(tx, verdict),
    });
  } catch (error) {
    if (!(error instanceof AskedBefore)) throw error;
    return inAuditedTransaction(pipeline, { action: ACTION, by: input.by }, async () => {
      throw new DomainError('UNAVAILABLE', 'The kept answer has just run out. Send it again.');
    });
  }
  invariant(done, 'a correction that was committed has an answer');
  return done;
}

function refusalOf(verdict: RecordVerdict | undefined): DomainError {
  const { code, message } = verdict ?? {};
  if (code === 'CORRECTION_BELOW_ZERO') return new DomainError(code, message ?? '', ['quantity']);
  const isOfRecord = code === 'CORRECTION_OF_CORRECTION' || code === 'CORRECTED_RECORD_IS_HISTORY';
  invariant(isOfRecord, 'a record that was seen is there, and is like itself');
  return new DomainError(code, message ?? '', ['record']);
}

function differenceIn(text: string): Quantity {
  const parsed = parseQuantity(text);
  if (!parsed.ok || parsed.isRounded) {
    throw new DomainError(
      'INVALID_INPUT',
      'quantity is a decimal with at most 24 digits on either side of the point.',
      ['quantity'],
    );
  }
  if (toUnits(parsed.quantity) === 0n) {
    throw new DomainError('INVALID_INPUT', 'A correction by nothing corrects nothing.', ['quantity']);
  }
  return parsed.quantity;
}
