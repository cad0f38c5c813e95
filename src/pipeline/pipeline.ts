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
import { listClosedVersions } from './closing/closed-day-store.js';
import { sendersOf } from './ingestion/correction-store.js';
import type { Dictionary, IdsOfEntries } from './ingestion/dictionary.js';
import { NotAlone, insertCorrections } from './ingestion/insert-corrections.js';
import { awaitedBy } from './ingestion/correction.js';
import {
  findStored,
  identityOf,
  insertUsageBatch,
  insertUsageRecords,
  listWaiting,
  isAnyWaiting,
  markReplayed,
  quarantine,
  settleUsageBatch,
  usageName,
} from './ingestion/usage-record-store.js';
import { identityText } from './ingestion/usage-record.js';
import { deliveryOfQuarantined, isWhole } from './ingestion/usage-wire.js';
import {
  firstOfEach,
  inWritingOrder,
  isOwn,
  judge,
  receiptOf,
  rejected,
  untold,
  withinSources,
} from './ingestion/verdict.js';
import type { Candidate, Delivery, RecordVerdict, Sender, Taken, UsageReceipt } from './ingestion/verdict.js';
import { addToDayTotals } from './rollup/day-total-store.js';
import { foldIntoDays } from './rollup/day-total.js';
import { destinationOf } from './routing/destination.js';
import type { RoutingTable } from './routing/destination.js';
import type { RoutingTables } from './routing/routing-store.js';
import type { Everyone } from '../access/scope.js';
import type { Database } from '../database/database.js';
import type { Tx } from '../database/transaction.js';
import type { Clock } from '../primitives/clock.js';
import { invariant } from '../primitives/errors.js';
import { digest16, digest16Hex } from '../primitives/ids.js';
import { tally } from '../primitives/stage-event.js';
import type { OnStage, StageEvent } from '../primitives/stage-event.js';
import { dayOf, firstHourOf, hourOf } from '../primitives/windows.js';
import type { Day } from '../primitives/windows.js';
import { mustBeSettingUp } from '../registration/registration-state.js';
import { holdOpenState, lockRegistration, noteWaitingCorrections } from '../registration/registration-store.js';
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
  /** The sources that it may use, and whose records are its own; null where it may use any, and none is its own. */
  readonly grantedSources?: Everyone | readonly string[] | null;
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
 * leaves the books as they are. Corrections that waited for one of its records are taken in after it.
 */
export async function recordUsage(pipeline: Pipeline, delivery: UsageDelivery): Promise<UsageReceipt> {
  const begun = performance.now();
  try {
    const { receipt, awaited } = await takeIn(pipeline, delivery);
    pipeline.onStage?.(eventOf('COMMITTED', begun, receipt));
    if (awaited.length > 0) await takeInWaiting(pipeline, delivery, awaited);
    return receipt;
  } catch (error) {
    pipeline.onStage?.(eventOf('FAILED', begun, null));
    throw error;
  }
}

interface TakenIn {
  readonly receipt: UsageReceipt;
  /** Identities of its records, where corrections may wait for them. */
  readonly awaited: readonly string[];
}

/** `isAgain`: what came before, and is filed as reported only if the books are still set up. */
async function takeIn(pipeline: Pipeline, delivery: UsageDelivery, isAgain = false): Promise<TakenIn> {
  const { registrationId, receivedBy, within, grantedSources = null } = delivery;
  const deliveries = withinSources(delivery.deliveries, grantedSources);
  const receivedAt = pipeline.clock.now();
  if (deliveries.length === 0) return { receipt: receiptOf(null, receivedAt, []), awaited: [] };
  const sender: Sender = { subject: receivedBy, ownsSources: grantedSources !== null };
  const entries = deliveries.flatMap(({ checked }) => (checked.ok ? [checked.entry] : []));
  const ids = await pipeline.dictionary.idsOf(pipeline.db, registrationId, entries, receivedAt);
  // Before the transaction, in which others wait for this one.
  const names = entries.map((entry) =>
    usageName(digest16Hex(`${registrationId}\u0000${identityText(entry)}`), dayOf(entry.usageHour)),
  );
  const commit = (isAlone: boolean) =>
    pipeline.db.inTransaction(async (tx) => {
      const open = isAlone ? await lockRegistration(tx, registrationId) : await holdOpenState(tx, registrationId);
      const asReported = delivery.asReported === true && (!isAgain || open.state === 'SETTING_UP');
      if (asReported) mustBeSettingUp(open);
      const candidates = candidatesOf(deliveries, { ids, names, receivedAt, open, asReported });
      const batchId = await insertUsageBatch(tx, { registrationId, receivedAt, receivedBy });
      const taken = await insert(tx, { id: batchId, registrationId, sender, candidates, isAlone });
      await countIn(pipeline, tx, { registrationId, open, accepted: [...taken.accepted.values()] });
      const judged = await toldTo(sender, tx, judge(candidates, taken, batchId));
      const verdicts = inOrder(deliveries, judged);
      await keepRefused(tx, { registrationId, receivedAt, sender, deliveries, verdicts });
      const receipt = receiptOf(batchId, receivedAt, verdicts);
      await settleUsageBatch(tx, batchId, receipt);
      await within?.(tx, receipt);
      const awaited = open.waitingCorrections === 0 ? [] : candidates.map(identityOf);
      return { receipt, awaited };
    });
  try {
    return await commit(false);
  } catch (error) {
    if (!(error instanceof NotAlone)) throw error;
    return commit(true);
  }
}

/** Corrections taken in after one batch; the next that brings or repeats one of their records goes on. */
const WAITING_TAKEN_MAX = 1_000;

/** Judges corrections anew that wait for these records, each as what its sender sent; of history, they are history. */
async function takeInWaiting(
  pipeline: Pipeline,
  { registrationId, asReported = false }: UsageDelivery,
  identities: readonly string[],
): Promise<void> {
  const { db, clock } = pipeline;
  const now = clock.now();
  const waiting = await listWaiting(db.reader, registrationId, identities, WAITING_TAKEN_MAX);
  const senders = new Map(
    waiting.map(({ sentBy, isSourceGranted }) => {
      const isGranted = isSourceGranted;
      return [`${isGranted} ${sentBy}`, { sentBy, isGranted }];
    }),
  );
  for (const { sentBy, isGranted } of senders.values()) {
    const sent = waiting.flatMap((row) => {
      if (row.sentBy !== sentBy || row.isSourceGranted !== isGranted) return [];
      const again = deliveryOfQuarantined(row, { now });
      return again === null ? [] : [{ row, again }];
    });
    const delivery: UsageDelivery = {
      registrationId,
      receivedBy: sentBy ?? '',
      // Which sources were granted was asked when it came.
      grantedSources: isGranted ? 'all' : null,
      deliveries: sent.map(({ again }) => again),
      asReported,
      within: async (tx, { verdicts }) => {
        const settled = verdicts.filter(({ code }) => code !== WAITS);
        const ids = settled.flatMap(({ index }) => sent[index]?.row.id ?? []);
        await markReplayed(tx, ids, now);
      },
    };
    await takeIn(pipeline, delivery, true);
  }
  await db.inTransaction(async (tx) => {
    await lockRegistration(tx, registrationId);
    if (!(await isAnyWaiting(tx, registrationId))) await noteWaitingCorrections(tx, registrationId, false);
  });
}

/** The code of a correction that waits for its record. */
const WAITS = 'CORRECTED_RECORD_UNKNOWN';

/** What others sent is not told: neither what is stored under an id, nor that it is theirs. */
async function toldTo(sender: Sender, tx: Tx, verdicts: readonly RecordVerdict[]): Promise<readonly RecordVerdict[]> {
  if (sender.ownsSources) return verdicts;
  const batchIds = new Set(verdicts.flatMap(({ stored }) => stored?.batchId ?? []));
  if (batchIds.size === 0) return verdicts;
  const senders = await sendersOf(tx, [...batchIds]);
  return verdicts.map((verdict) =>
    verdict.stored === null || isOwn(sender, senders.get(verdict.stored.batchId)) ? verdict : untold(verdict),
  );
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
      correctedDay: null,
    });
  });
  return candidates;
}

function idAt(ids: readonly number[], place: number): number {
  const id = ids[place];
  invariant(id, 'whatever a record names has an id');
  return id;
}

interface Batch {
  readonly id: number;
  readonly registrationId: number;
  readonly sender: Sender;
  readonly candidates: readonly Candidate[];
  readonly isAlone: boolean;
}

/** Records first, then what corrects them or others: in which order a batch holds them says nothing. */
async function insert(tx: Tx, batch: Batch): Promise<Taken> {
  const corrections = batch.candidates.filter(({ corrects }) => corrects !== null);
  if (corrections.length === 0) return insertRecords(tx, batch.id, batch.candidates);
  const records = await insertRecords(
    tx,
    batch.id,
    batch.candidates.filter(({ corrects }) => corrects === null),
  );
  const { accepted, stored, refused } = await insertCorrections(tx, { ...batch, candidates: corrections });
  return {
    accepted: new Map([...accepted, ...records.accepted]),
    stored: new Map([...stored, ...records.stored]),
    refused,
  };
}

const NONE: Taken['refused'] = new Map();

async function insertRecords(tx: Tx, batchId: number, candidates: readonly Candidate[]): Promise<Taken> {
  const firsts = firstOfEach(candidates);
  const inserted = await insertUsageRecords(tx, batchId, inWritingOrder(firsts.values()));
  const isAllNew = inserted === firsts.size;
  const unclear = isAllNew ? candidates.filter(({ isOpen }) => !isOpen) : candidates;
  const stored = await findStored(tx, unclear);
  if (isAllNew) return { accepted: firsts, stored, refused: NONE };
  const accepted = [...firsts].filter(([name]) => stored.get(name)?.batchId === batchId);
  return { accepted: new Map(accepted), stored, refused: NONE };
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
  const { registrationId, open, accepted } = batch;
  const table = await routingTables.at(tx, registrationId, open.routingVersion);
  const closed = new Map<Day, RoutingTable>();
  const days = accepted.flatMap(({ correctedDay: day }) => (day !== null && day < open.closedBeforeDay ? [day] : []));
  if (days.length > 0) {
    const within = { from: Math.min(...days), to: Math.max(...days) + 1 };
    const versions = (await listClosedVersions(tx, [registrationId], within)).get(registrationId);
    for (const day of new Set(days)) {
      const version = versions?.get(day);
      invariant(version !== undefined, 'a closed day that holds a record has its routing version on record');
      closed.set(day, await routingTables.at(tx, registrationId, version));
    }
  }
  // A correction goes where its record went, whatever was mapped since that was closed.
  const deltas = foldIntoDays(accepted, ({ stackSubscriptionId, usageHour, correctedDay }) => {
    const routed = correctedDay === null ? table : (closed.get(correctedDay) ?? table);
    return destinationOf(routed, stackSubscriptionId, usageHour);
  });
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
    readonly sender: Sender;
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
  const rows = refused.map(({ verdict, delivery }) => {
    const { checked } = delivery;
    const text = delivery.raw();
    const code = verdict.code ?? '';
    const named = checked.ok ? checked.entry : checked;
    const reportedHour = named.reportedHour;
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
      awaits: code === WAITS && checked.ok && isWhole(text) ? awaitedBy(batch.registrationId, checked.entry) : null,
      sentBy: batch.sender.subject,
      isSourceGranted: batch.sender.ownsSources,
    };
  });
  await quarantine(tx, rows);
  // The registration is this batch's alone then; see `insertCorrections`.
  if (rows.some(({ awaits }) => awaits !== null)) await noteWaitingCorrections(tx, batch.registrationId, true);
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
