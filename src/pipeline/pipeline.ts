/**
 * The way of a usage record, in one transaction per batch: take it in (once), give it a destination, add it to the
 * totals. When the call returns, all of it is committed and true at once; when it throws, none of it happened.
 *
 *   ingestion   what came, checked and counted once
 *   rollup      what it adds up to
 *   routing     where it is billed: the mapping in force at its usage hour, else the base subscription
 *   closing     (later, at its own pace) a reported day is over: nothing of it changes any more
 *
 * Stages meet in tables. Only this file calls several of them.
 */
import type { Dictionary, IdsOfEntries } from './ingestion/dictionary.js';
import {
  findStored,
  insertUsageBatch,
  insertUsageRecords,
  quarantine,
  settleUsageBatch,
  usageName,
} from './ingestion/usage-record-store.js';
import type { StoredUsageRecord } from './ingestion/usage-record-store.js';
import { identityText } from './ingestion/usage-record.js';
import { firstOfEach, inWritingOrder, judge, rejected } from './ingestion/verdict.js';
import type { Candidate, Delivery, RecordVerdict, UsageReceipt } from './ingestion/verdict.js';
import { addToDayTotals } from './rollup/day-total-store.js';
import { foldIntoDays } from './rollup/day-total.js';
import { destinationOf } from './routing/destination.js';
import type { RoutingTables } from './routing/routing-store.js';
import type { Database } from '../database/database.js';
import type { Tx } from '../database/transaction.js';
import type { Clock } from '../primitives/clock.js';
import { invariant } from '../primitives/errors.js';
import { digest16, digest16Hex } from '../primitives/ids.js';
import { tally } from '../primitives/stage-event.js';
import type { OnStage, StageEvent } from '../primitives/stage-event.js';
import { dayOf, firstHourOf, hourOf } from '../primitives/windows.js';
import { mustBeSettingUp } from '../registration/registration-state.js';
import { holdOpenState } from '../registration/registration-store.js';
import type { OpenState } from '../registration/registration-store.js';

/** What taking usage in needs. An App is one. */
export interface Pipeline {
  readonly db: Database;
  readonly clock: Clock;
  readonly dictionary: Dictionary;
  readonly routingTables: RoutingTables;
  /** Told what each stage does; see `http/metrics.ts`. */
  readonly onStage?: OnStage;
}

/** A batch as it was decoded: whose usage it is, and who sent it. */
export interface UsageDelivery {
  readonly registrationId: number;
  /** The principal who sent it. */
  readonly receivedBy: string;
  readonly deliveries: readonly Delivery[];
  /**
   * Pushed records are filed under their usage hour, as if they had been reported at once: history that is imported.
   * Only while the books are set up; throws BOOKS_ARE_OPEN afterwards, and nothing of the batch is kept.
   */
  readonly asReported?: boolean;
  /** What is true with the batch or not at all: done in its transaction. */
  readonly within?: (tx: Tx, receipt: UsageReceipt) => Promise<void>;
}

/**
 * Records a batch of usage and answers with a verdict on each record, in order, after the commit. A bad record never
 * fails its batch: it is kept in quarantine with its reason. Sending a batch again, at any time and in any order,
 * leaves the books as they are.
 */
export async function recordUsage(pipeline: Pipeline, delivery: UsageDelivery): Promise<UsageReceipt> {
  const begun = performance.now();
  try {
    const receipt = await takeIn(pipeline, delivery);
    pipeline.onStage?.(eventOf('COMMITTED', begun, receipt));
    return receipt;
  } catch (error) {
    pipeline.onStage?.(eventOf('FAILED', begun, null));
    throw error;
  }
}

async function takeIn(
  pipeline: Pipeline,
  { registrationId, receivedBy, deliveries, asReported = false, within }: UsageDelivery,
): Promise<UsageReceipt> {
  const receivedAt = pipeline.clock.now();
  if (deliveries.length === 0) return receiptOf(null, receivedAt, []);
  const entries = deliveries.flatMap(({ checked }) => (checked.ok ? [checked.entry] : []));
  const ids = await pipeline.dictionary.idsOf(pipeline.db, registrationId, entries, receivedAt);
  // Before the transaction, in which others wait for this one.
  const names = entries.map((entry) =>
    usageName(digest16Hex(`${registrationId}\u0000${identityText(entry)}`), dayOf(entry.usageHour)),
  );
  return pipeline.db.inTransaction(async (tx) => {
    const open = await holdOpenState(tx, registrationId);
    if (asReported) mustBeSettingUp(open);
    const candidates = candidatesOf(deliveries, { ids, names, receivedAt, open, asReported });
    const batchId = await insertUsageBatch(tx, { registrationId, receivedAt, receivedBy });
    const { accepted, stored } = await insert(tx, batchId, candidates);
    await countIn(pipeline, tx, { registrationId, open, accepted: [...accepted.values()] });
    const verdicts = inOrder(deliveries, judge(candidates, accepted, stored, batchId));
    await keepRefused(tx, { registrationId, receivedAt, deliveries, verdicts });
    const receipt = receiptOf(batchId, receivedAt, verdicts);
    await settleUsageBatch(tx, batchId, receipt);
    await within?.(tx, receipt);
    return receipt;
  });
}

function candidatesOf(
  deliveries: readonly Delivery[],
  {
    ids,
    names,
    receivedAt,
    open: { closedBeforeDay },
    asReported,
  }: {
    readonly ids: IdsOfEntries;
    readonly names: readonly string[];
    readonly receivedAt: number;
    readonly open: OpenState;
    readonly asReported: boolean;
  },
): readonly Candidate[] {
  // A gateway whose clock lags behind the one that closed the day files under the first open hour.
  const arrivalHour = Math.max(hourOf(receivedAt), firstHourOf(closedBeforeDay));
  const candidates: Candidate[] = [];
  deliveries.forEach(({ checked }, index) => {
    if (!checked.ok) return;
    const { entry } = checked;
    const place = candidates.length;
    const name = names[place];
    invariant(name !== undefined, 'every record that passed the checks has a name');
    // A sender's clock may run a little ahead, but nothing is reported before it was used.
    const filedUnder = asReported ? entry.usageHour : Math.max(arrivalHour, entry.usageHour);
    const reportedHour = entry.reportedHour ?? filedUnder;
    // Field by field: rows made by spreading are slow to make and, worse, slow to read ever after.
    candidates.push({
      index,
      entry,
      isOpen: dayOf(reportedHour) >= closedBeforeDay,
      stackSubscriptionId: idAt(ids.stackSubscriptions, place),
      meterId: idAt(ids.meters, place),
      resourceId: idAt(ids.resources, place),
      sourceId: idAt(ids.sources, place),
      reportedHour,
      usageHour: entry.usageHour,
      usageDay: dayOf(entry.usageHour),
      name,
      recordId: entry.recordId,
      corrects: entry.corrects,
      quantity: entry.quantity,
    });
  });
  return candidates;
}

function idAt(ids: readonly number[], place: number): number {
  const id = ids[place];
  invariant(id, 'whatever a record names has an id');
  return id;
}

async function insert(
  tx: Tx,
  batchId: number,
  candidates: readonly Candidate[],
): Promise<{
  readonly accepted: ReadonlyMap<string, Candidate>;
  readonly stored: ReadonlyMap<string, StoredUsageRecord>;
}> {
  const firsts = firstOfEach(candidates);
  const inserted = await insertUsageRecords(tx, batchId, inWritingOrder(firsts.values()));
  const isAllNew = inserted === firsts.size;
  const unclear = isAllNew ? candidates.filter(({ isOpen }) => !isOpen) : candidates;
  const stored = await findStored(tx, unclear);
  if (isAllNew) return { accepted: firsts, stored };
  const accepted = [...firsts].filter(([name]) => stored.get(name)?.batchId === batchId);
  return { accepted: new Map(accepted), stored };
}

async function countIn(
  { routingTables }: Pipeline,
  tx: Tx,
  batch: {
    readonly registrationId: number;
    readonly open: OpenState;
    readonly accepted: readonly Candidate[];
  },
): Promise<void> {
  const table = await routingTables.at(tx, batch.registrationId, batch.open.routingVersion);
  const deltas = foldIntoDays(batch.accepted, (stackSubscriptionId, usageHour) =>
    destinationOf(table, stackSubscriptionId, usageHour),
  );
  await addToDayTotals(tx, deltas);
}

function inOrder(deliveries: readonly Delivery[], judged: readonly RecordVerdict[]): readonly RecordVerdict[] {
  const next = judged.values();
  return deliveries.map(({ checked }, index) => {
    if (!checked.ok) return rejected(index, checked);
    const { value } = next.next();
    invariant(value?.index === index, 'every record that passed the checks is judged, in order');
    return value;
  });
}

async function keepRefused(
  tx: Tx,
  batch: {
    readonly registrationId: number;
    readonly receivedAt: number;
    readonly deliveries: readonly Delivery[];
    readonly verdicts: readonly RecordVerdict[];
  },
): Promise<void> {
  const refused = batch.verdicts
    .filter(({ verdict }) => verdict === 'CONFLICT' || verdict === 'REJECTED')
    .flatMap((verdict) => {
      const delivery = batch.deliveries[verdict.index];
      return delivery === undefined ? [] : [{ verdict, delivery }];
    });
  await quarantine(
    tx,
    refused.map(({ verdict, delivery }) => {
      const { checked } = delivery;
      const text = delivery.raw();
      const code = verdict.code ?? '';
      const named = checked.ok ? checked.entry : checked;
      const reportedHour = checked.ok ? checked.entry.reportedHour : null;
      const hours = reportedHour === null ? [] : [String(reportedHour)];
      return {
        registrationId: batch.registrationId,
        identity: digest16([String(batch.registrationId), code, text, ...hours]),
        reportedHour,
        verdict: verdict.verdict,
        code,
        message: verdict.message ?? '',
        source: named.source,
        recordId: named.recordId,
        stackSubscriptionGuid: named.stackSubscriptionGuid,
        raw: text,
        lastSeenAt: batch.receivedAt,
      };
    }),
  );
}

function receiptOf(batchId: number | null, receivedAt: number, verdicts: readonly RecordVerdict[]): UsageReceipt {
  const counts = { ACCEPTED: 0, DUPLICATE: 0, CONFLICT: 0, REJECTED: 0 };
  for (const { verdict } of verdicts) counts[verdict] += 1;
  return {
    batchId,
    receivedAt,
    verdicts,
    accepted: counts.ACCEPTED,
    duplicates: counts.DUPLICATE,
    conflicts: counts.CONFLICT,
    rejected: counts.REJECTED,
  };
}

function eventOf(outcome: 'COMMITTED' | 'FAILED', begun: number, receipt: UsageReceipt | null): StageEvent {
  const { accepted = 0, duplicates = 0, conflicts = 0, rejected = 0, verdicts = [] } = receipt ?? {};
  const codes = conflicts + rejected === 0 ? [] : verdicts.flatMap(({ code }) => code ?? []);
  return {
    stage: 'ingestion',
    outcome,
    seconds: (performance.now() - begun) / 1_000,
    verdicts: { ACCEPTED: accepted, DUPLICATE: duplicates, CONFLICT: conflicts, REJECTED: rejected },
    codes: tally(codes),
  };
}
