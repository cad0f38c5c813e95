import { subjectOf } from '../access/actor.js';
import type { By } from '../access/actor.js';
import { inAuditedTransaction } from '../access/audited-transaction.js';
import type { Scope } from '../access/scope.js';
import type { QuarantinedRecord } from '../pipeline/ingestion/ingestion.entity.js';
import { listRefused, markReplayed } from '../pipeline/ingestion/usage-record-store.js';
import { deliveryOfQuarantined } from '../pipeline/ingestion/usage-wire.js';
import type { UsageReceipt } from '../pipeline/ingestion/verdict.js';
import { recordUsage } from '../pipeline/pipeline.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import { DomainError } from '../primitives/errors.js';
import { getWholeRegistration } from '../registration/registration-store.js';

/**
 * Judges quarantined records of a registration anew, and takes in those that pass now: a window that has begun
 * meanwhile, a row that its stamp reported late for a day that is closed and that is filed under the present hour. The
 * verdicts are in the order of the ids. Replaying again changes nothing: what was taken in is a duplicate then. Throws
 * RegistrationNotFound, NOT_FOUND for an id that is not one of the registration's, and NOT_REPLAYABLE; then nothing was
 * taken in.
 */
export async function replayQuarantined(
  pipeline: Pipeline,
  scope: Scope,
  { registration: name, ids, by }: { readonly registration: string; readonly ids: readonly number[]; readonly by: By },
): Promise<UsageReceipt> {
  const { db, clock } = pipeline;
  const registration = await getWholeRegistration(db.reader, scope, name);
  const rows = inOrderOf(ids, await listRefused(db.reader, registration.id, ids));
  const deliveries = rows.map((row) => deliveryOfQuarantined(row, clock.now()) ?? notReplayable());
  const receivedBy = subjectOf(by);
  const receipt = await recordUsage(pipeline, { registrationId: registration.id, receivedBy, deliveries });
  // A gateway that ends here leaves them waiting, and whoever replays them again finds duplicates.
  return inAuditedTransaction(pipeline, { action: 'replayQuarantined', by }, async (tx) => {
    const isIn = ({ verdict }: UsageReceipt['verdicts'][number]) => verdict === 'ACCEPTED' || verdict === 'DUPLICATE';
    const taken = receipt.verdicts.filter(isIn).flatMap(({ index }) => rows[index]?.id ?? []);
    await markReplayed(tx, taken, clock.now());
    const { batchId, accepted, duplicates, conflicts, rejected } = receipt;
    return {
      result: receipt,
      target: `${rows.length} quarantined records of ${registration.name}`,
      registrationId: registration.id,
      tenantId: null,
      before: null,
      after: { batchId, accepted, duplicates, conflicts, rejected, ids: taken },
    };
  });
}

function inOrderOf(ids: readonly number[], rows: readonly QuarantinedRecord[]): readonly QuarantinedRecord[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return [...new Set(ids)].map((id) => {
    const row = byId.get(id);
    if (row === undefined) throw new DomainError('NOT_FOUND', 'There is no such quarantined record.', ['ids']);
    return row;
  });
}

function notReplayable(): never {
  throw new DomainError(
    'NOT_REPLAYABLE',
    'It cannot be replayed: a conflict asks for a correction, a row of a stamp is pulled again until its day is closed, and what was not kept whole is to be sent again.',
    ['ids'],
  );
}
