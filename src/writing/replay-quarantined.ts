import { actorOf, subjectOf } from '../access/actor.js';
import type { By } from '../access/actor.js';
import { appendAuditEntry } from '../access/audit-store.js';
import type { Scope } from '../access/scope.js';
import type { QuarantinedRecord } from '../pipeline/ingestion/ingestion.entity.js';
import { listRefused, markReplayed } from '../pipeline/ingestion/usage-record-store.js';
import { deliveryOfQuarantined } from '../pipeline/ingestion/usage-wire.js';
import type { Delivery, RecordVerdict, UsageReceipt } from '../pipeline/ingestion/verdict.js';
import { recordUsage } from '../pipeline/pipeline.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import { DomainError } from '../primitives/errors.js';
import { givenText } from '../primitives/given-text.js';
import { getWholeRegistration } from '../registration/registration-store.js';

const REASON_LENGTH_MAX = 500;

/**
 * Takes in rows that their stamp reported for a day that is closed, or, with a reason, below zero: they are filed under
 * the present hour, and billed with it. Rows of a meter that was one too many are taken in under their own hour; where
 * its day is closed by now, they are quarantined as such, and replayed from there. The verdicts are in the order of the
 * ids, each once. Replaying again changes nothing: what was taken in is a duplicate then. Records, the note that they
 * were replayed and the entry in the audit log are one transaction. Throws RegistrationNotFound, NOT_FOUND for an id
 * that is not one of the registration's, NOT_REPLAYABLE for what is no such row, and REASON_REQUIRED where one is below
 * zero and no reason is given; then nothing was taken in.
 */
export async function replayQuarantined(
  pipeline: Pipeline,
  scope: Scope,
  {
    registration: name,
    ids,
    reason: given,
    by,
  }: {
    readonly registration: string;
    readonly ids: readonly number[];
    readonly reason?: string | undefined;
    readonly by: By;
  },
): Promise<UsageReceipt> {
  const { db, clock } = pipeline;
  const registration = await getWholeRegistration(db.reader, scope, name);
  const rows = inOrderOf(ids, await listRefused(db.reader, registration.id, ids));
  const now = clock.now();
  const reason = given === undefined ? null : givenText(given, 'reason', REASON_LENGTH_MAX);
  return recordUsage(pipeline, {
    registrationId: registration.id,
    receivedBy: subjectOf(by),
    grantedSources: 'all',
    deliveries: rows.map((row) => deliveryOfRow(row, now, reason)),
    within: async (tx, { verdicts, batchId, accepted, duplicates, conflicts, rejected }) => {
      const taken = verdicts.filter(isInTheBooks).flatMap(({ index }) => rows[index]?.id ?? []);
      await markReplayed(tx, taken, now);
      await appendAuditEntry(tx, {
        ...{ at: now, action: 'replayQuarantined', outcome: 'DONE', code: null, actor: actorOf(by) },
        target: `${rows.length} quarantined records of ${registration.name}`,
        ...{ registrationId: registration.id, tenantId: null, before: null },
        after: JSON.stringify({
          batchId,
          accepted,
          duplicates,
          conflicts,
          rejected,
          ...(reason !== null && { reason }),
        }),
      });
    },
  });
}

function isInTheBooks({ verdict }: RecordVerdict): boolean {
  return verdict === 'ACCEPTED' || verdict === 'DUPLICATE';
}

function inOrderOf(ids: readonly number[], rows: readonly QuarantinedRecord[]): readonly QuarantinedRecord[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return [...new Set(ids)].map((id) => {
    const row = byId.get(id);
    if (row === undefined) throw new DomainError('NOT_FOUND', 'There is no such quarantined record.', ['ids']);
    return row;
  });
}

/** What waits for its record comes by itself; its sender may send it again, but nobody else takes it in. */
function deliveryOfRow(row: QuarantinedRecord, now: number, reason: string | null): Delivery {
  if (row.code === 'NEGATIVE_QUANTITY' && row.reportedHour !== null && reason === null) {
    throw new DomainError('REASON_REQUIRED', 'A row below zero is taken in with a reason.', ['reason']);
  }
  const isWaiting = row.code === 'CORRECTED_RECORD_UNKNOWN';
  return (isWaiting ? null : deliveryOfQuarantined(row, { now, mayBeNegative: reason !== null })) ?? notReplayable();
}

function notReplayable(): never {
  throw new DomainError(
    'NOT_REPLAYABLE',
    'Only a row of a stamp can be replayed: one with a reportedWindow and the code WINDOW_CLOSED or TOO_MANY_UNKNOWN_METERS, or NEGATIVE_QUANTITY with a reason.',
    ['ids'],
  );
}
