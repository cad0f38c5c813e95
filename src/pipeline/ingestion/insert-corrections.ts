import { correctedName, fits, judgeCorrections } from './correction.js';
import { addToSums, holdSums, noteCorrectionDays, sendersOf, uriKeysOf } from './correction-store.js';
import type { CorrectedRecordKey } from './correction-store.js';
import { findStored, insertCorrections as insertRows } from './usage-record-store.js';
import type { StoredUsageRecord } from './usage-record-store.js';
import type { Rejection } from './rejection.js';
import { inWritingOrder, isOwn } from './verdict.js';
import type { Candidate, Sender } from './verdict.js';
import type { Tx } from '../../database/transaction.js';
import { toUnits } from '../../primitives/quantity.js';
import { dayOf } from '../../primitives/windows.js';
import type { OpenState } from '../../registration/registration-store.js';

/** What became of the corrections of a batch. */
export interface CorrectionsTaken {
  /** Those whose row went in, by name. */
  readonly accepted: ReadonlyMap<string, Candidate>;
  /** What the books hold of the others under their names. */
  readonly stored: ReadonlyMap<string, StoredUsageRecord>;
  /** Those that were refused, by their place in the batch. */
  readonly refused: ReadonlyMap<number, Rejection>;
}

/** Thrown where only a transaction that has the registration to itself can tell; see `recordUsage`. */
export class NotAlone extends Error {}

/**
 * Takes corrections in, after the other records of their batch and in its transaction. Whoever corrects the same record
 * at the same time waits, so that both together leave no less than nothing of it. `isAlone` says that no other batch of
 * the registration is under way. Throws NotAlone where one might decide: a record that is not there may be about to
 * come, and must find the correction that waits for it.
 */
export async function insertCorrections(
  tx: Tx,
  batch: {
    readonly id: number;
    readonly registrationId: number;
    readonly open: Pick<OpenState, 'state' | 'booksFromDay'>;
    readonly sender: Sender;
    readonly candidates: readonly Candidate[];
    readonly isAlone: boolean;
  },
): Promise<CorrectionsTaken> {
  const { candidates, registrationId } = batch;
  const nameOf = (candidate: Candidate) =>
    correctedName(registrationId, { ...candidate.entry, corrects: candidate.corrects ?? '' });
  const records = await recordsOf(tx, batch, nameOf);
  const resourceIds = [...candidates, ...records.values()].map(({ resourceId }) => resourceId);
  const uriKeys = await uriKeysOf(tx, [...new Set(resourceIds)]);
  const uriKeyOf = (resourceId: number) => uriKeys.get(resourceId);
  const sums = await holdSums(tx, correctedOnes(candidates, records, { nameOf, uriKeyOf }));
  // After the lock: whoever corrected these records before has committed.
  const stored = await findStored(tx, candidates);
  const judged = judgeCorrections(candidates, nameOf, {
    recordOf: (name) => records.get(name),
    uriKeyOf,
    correctedBy: (name) => sums.get(name) ?? 0n,
    isStored: (name) => stored.has(name),
    booksFromDay: batch.open.state === 'OPEN' ? (batch.open.booksFromDay ?? 0) : null,
  });
  const isAnyUnknown = [...judged.refused.values()].some(({ code }) => code === 'CORRECTED_RECORD_UNKNOWN');
  if (isAnyUnknown && !batch.isAlone) throw new NotAlone();
  const accepted = inWritingOrder(judged.accepted.values());
  const inserted = accepted.length === 0 ? 0 : await insertRows(tx, batch.id, accepted);
  // Another batch took one of these ids for a correction of another record, and nothing made the two wait.
  if (inserted < accepted.length) throw new NotAlone();
  await addUp(tx, accepted, nameOf);
  return { accepted: judged.accepted, stored, refused: judged.refused };
}

/** The records that these correct, as far as the sender may correct them: not-yours answers like not-found. */
async function recordsOf(
  tx: Tx,
  batch: { readonly sender: Sender; readonly candidates: readonly Candidate[] },
  nameOf: (candidate: Candidate) => string,
): Promise<ReadonlyMap<string, StoredUsageRecord>> {
  const names = new Map(batch.candidates.map((candidate) => [nameOf(candidate), candidate.usageDay]));
  const found = await findStored(
    tx,
    [...names].map(([name, usageDay]) => ({ name, usageDay })),
  );
  if (batch.sender.ownsSources) return found;
  const senders = await sendersOf(tx, [...new Set([...found.values()].map(({ batchId }) => batchId))]);
  return new Map([...found].filter(([, { batchId }]) => isOwn(batch.sender, senders.get(batchId))));
}

function correctedOnes(
  candidates: readonly Candidate[],
  records: ReadonlyMap<string, StoredUsageRecord>,
  {
    nameOf,
    uriKeyOf,
  }: {
    readonly nameOf: (candidate: Candidate) => string;
    readonly uriKeyOf: (resourceId: number) => string | undefined;
  },
): readonly CorrectedRecordKey[] {
  const keys = new Map<string, CorrectedRecordKey>();
  for (const candidate of candidates) {
    const record = records.get(nameOf(candidate));
    if (record !== undefined && fits(candidate, record, { uriKeyOf })) keys.set(record.name, record);
  }
  return [...keys.values()];
}

async function addUp(tx: Tx, accepted: readonly Candidate[], nameOf: (candidate: Candidate) => string): Promise<void> {
  const changes = new Map<string, CorrectedRecordKey & { units: bigint; corrections: number }>();
  for (const candidate of accepted) {
    const name = nameOf(candidate);
    const { usageDay, stackSubscriptionId } = candidate;
    const change = changes.get(name) ?? { name, usageDay, stackSubscriptionId, units: 0n, corrections: 0 };
    change.units += toUnits(candidate.quantity);
    change.corrections += 1;
    changes.set(name, change);
  }
  await addToSums(tx, [...changes.values()]);
  await noteCorrectionDays(
    tx,
    accepted.flatMap(({ stackSubscriptionId, reportedHour, correctedDay }) =>
      correctedDay === null ? [] : [{ stackSubscriptionId, reportedDay: dayOf(reportedHour), correctedDay }],
    ),
  );
}
