import { isRowOfStamp } from './late-row.js';
import { ofOtherSource } from './usage-record.js';
import type { GrantedSources } from '../../access/granted-sources.js';
import type { Rejection } from './rejection.js';
import type { Checked, UsageEntry } from './usage-record.js';
import type { NewUsageRecord, StoredUsageRecord } from './usage-record-store.js';
import { invariant } from '../../primitives/errors.js';

/** What became of one record of a batch. A duplicate is a success: the record is in the books, once. */
export const VERDICTS = ['ACCEPTED', 'DUPLICATE', 'CONFLICT', 'REJECTED'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Who sends usage: the sources that a grant names, whoever has it, else the subject. */
export interface Sender {
  readonly subject: string;
  /** Whether the sources that it uses were granted to it: then what they sent is its own, whoever brought it. */
  readonly ownsSources: boolean;
}

/** Whether what this subject sent, under a source that the sender may use, is the sender's own. */
export function isOwn({ subject, ownsSources }: Sender, sentBy: string | undefined): boolean {
  return ownsSources || sentBy === subject;
}

/** One record as it was delivered and checked. */
export interface Delivery {
  readonly checked: Checked;
  /** Makes the text that quarantine keeps, only when it is needed. */
  raw(): string;
}

/** What names a source that the sender may not use is refused, before anything is looked up for it. */
export function withinSources(deliveries: readonly Delivery[], sources: GrantedSources | null): readonly Delivery[] {
  if (sources === null || sources === 'all') return deliveries;
  const isExcepted = 'except' in sources;
  const named = new Set(isExcepted ? sources.except : sources);
  return deliveries.map((one) => {
    if (!one.checked.ok || named.has(one.checked.entry.source) !== isExcepted) return one;
    return { checked: ofOtherSource(one.checked.entry), raw: () => one.raw() };
  });
}

/** What names an unknown meter too many is refused. The meters are those of the entries, in order; null is one. */
export function withinMeters(deliveries: readonly Delivery[], meters: readonly (number | null)[]): readonly Delivery[] {
  if (!meters.includes(null)) return deliveries;
  const next = meters.values();
  return deliveries.map((one) => {
    if (!one.checked.ok || next.next().value !== null) return one;
    return { checked: ofOneMeterTooMany(one.checked.entry), raw: () => one.raw() };
  });
}

const ONE_METER_TOO_MANY: Rejection = {
  code: 'TOO_MANY_UNKNOWN_METERS',
  message:
    'This meter is in no catalogue, and usage of the registration already names as many unknown meters as it may. Check the meter id. If it is right, ask an operator to describe it with upsertMeter or to raise UNKNOWN_METERS_MAX, and send the record again.',
  field: 'meterId',
};

/** A row of a stamp keeps its hour, to be replayed. */
function ofOneMeterTooMany({ recordId, source, stackSubscriptionGuid, reportedHour }: UsageEntry): Checked {
  return { ok: false, rejection: ONE_METER_TOO_MANY, recordId, source, stackSubscriptionGuid, reportedHour };
}

/** The entries of those that passed the checks. */
export function entriesOf(deliveries: readonly Delivery[]): readonly UsageEntry[] {
  return deliveries.flatMap(({ checked }) => (checked.ok ? [checked.entry] : []));
}

/** What became of one record, and why. */
export interface RecordVerdict {
  /** Place in the batch, from 0. */
  readonly index: number;
  readonly verdict: Verdict;
  readonly recordId: string | null;
  /** Why, for CONFLICT and REJECTED. */
  readonly code: string | null;
  readonly message: string | null;
  readonly field: string | null;
  /** True when digits finer than 24 decimals were rounded half to even. */
  readonly isRounded: boolean;
  /** For DUPLICATE and CONFLICT: what the books hold under this id, if this sender sent it. */
  readonly stored: StoredUsageRecord | null;
}

/** What became of a batch, answered after it was committed. */
export interface UsageReceipt {
  /** Null for an empty batch, of which nothing is kept. */
  readonly batchId: number | null;
  /** Milliseconds since 1970: when it was taken in. */
  readonly receivedAt: number;
  readonly verdicts: readonly RecordVerdict[];
  readonly accepted: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly rejected: number;
}

/** A record that passed the checks, as the row that it would become. */
export interface Candidate extends NewUsageRecord {
  readonly index: number;
  readonly entry: UsageEntry;
  /** False when its reported day is closed, so that it can only be a duplicate or be refused. */
  readonly isOpen: boolean;
}

/** What went into the books of a batch, and what did not. */
export interface Taken {
  /** Those whose row went in, by name. */
  readonly accepted: ReadonlyMap<string, Candidate>;
  /** What the books hold for the others. */
  readonly stored: ReadonlyMap<string, StoredUsageRecord>;
  /** Corrections that were refused, by their place in the batch. */
  readonly refused: ReadonlyMap<number, Rejection>;
}

/** The first of each identity that may still be written, by name. Later ones are judged against it. */
export function firstOfEach(candidates: readonly Candidate[]): ReadonlyMap<string, Candidate> {
  const firsts = new Map<string, Candidate>();
  for (const candidate of candidates) {
    if (candidate.isOpen && !firsts.has(candidate.name)) firsts.set(candidate.name, candidate);
  }
  return firsts;
}

/** Candidates in the order of the table's primary key: writers that insert in one order do not deadlock. */
export function inWritingOrder(candidates: Iterable<Candidate>): readonly Candidate[] {
  return [...candidates].sort(byKey);
}

/** The verdict on each candidate, in order. */
export function judge(
  candidates: readonly Candidate[],
  { accepted, stored, refused }: Taken,
  batchId: number,
): readonly RecordVerdict[] {
  return candidates.map((candidate) => {
    const winner = accepted.get(candidate.name);
    if (winner?.index === candidate.index) return verdictOn(candidate, 'ACCEPTED', null, null);
    const problem = refused.get(candidate.index);
    if (problem !== undefined) return verdictOn(candidate, 'REJECTED', problem, null);
    const known = winner === undefined ? stored.get(candidate.name) : storedAs(winner, batchId);
    if (known === undefined) return verdictOn(candidate, 'REJECTED', WINDOW_CLOSED, null);
    return isSameUsage(known, candidate)
      ? verdictOn(candidate, 'DUPLICATE', null, known)
      : verdictOn(candidate, 'CONFLICT', CONFLICTING, known);
  });
}

function storedAs({ index: _index, entry: _entry, isOpen: _isOpen, ...record }: Candidate, batchId: number) {
  return { ...record, batchId };
}

/** The verdicts on all of a batch: those that passed the checks were judged, in order. */
export function inOrder(deliveries: readonly Delivery[], judged: readonly RecordVerdict[]): readonly RecordVerdict[] {
  const next = judged.values();
  return deliveries.map(({ checked }, index) => {
    if (!checked.ok) return rejected(index, checked);
    const { value } = next.next();
    invariant(value?.index === index, 'every record that passed the checks is judged, in order');
    return value;
  });
}

/** The verdict on a record that failed its checks. */
function rejected(index: number, checked: Extract<Checked, { ok: false }>): RecordVerdict {
  const { code, message, field } = checked.rejection;
  return {
    index,
    verdict: 'REJECTED',
    recordId: checked.recordId,
    code,
    message,
    field,
    isRounded: false,
    stored: null,
  };
}

/** The verdict as it is told to whoever did not send what is stored. */
export function untold(verdict: RecordVerdict): RecordVerdict {
  if (verdict.verdict !== 'CONFLICT') return { ...verdict, stored: null };
  return { ...verdict, ...TAKEN, stored: null };
}

const WINDOW_CLOSED: Rejection = {
  code: 'WINDOW_CLOSED',
  message: 'The reported day is closed, and the record is not in it.',
  field: null,
};

const TAKEN = {
  code: 'RECORD_ID_TAKEN',
  message: 'Another sender has a record under this source and id; it was left as it is.',
};

const CONFLICTING = {
  code: 'RECORD_CONFLICT',
  message: 'Another record is stored under this id; it was left as it is.',
  field: null,
};

function verdictOn(
  { index, entry }: Candidate,
  verdict: Verdict,
  reason: { readonly code: string; readonly message: string; readonly field: string | null } | null,
  stored: StoredUsageRecord | null,
): RecordVerdict {
  return {
    index,
    verdict,
    recordId: entry.recordId,
    code: reason?.code ?? null,
    message: reason?.message ?? null,
    field: reason?.field ?? null,
    isRounded: entry.isRounded,
    stored,
  };
}

/**
 * Whether two records of one identity say the same. The identity of a row of a stamp already holds what it is about,
 * and its stamp may describe the resource differently a day later (new tags), so only the amount can contradict.
 */
function isSameUsage(known: StoredUsageRecord, candidate: Candidate): boolean {
  if (known.quantity !== candidate.quantity) return false;
  if (isRowOfStamp(candidate.entry)) return true;
  return (
    known.stackSubscriptionId === candidate.stackSubscriptionId &&
    known.usageHour === candidate.usageHour &&
    known.meterId === candidate.meterId &&
    known.resourceId === candidate.resourceId &&
    known.corrects === candidate.corrects
  );
}

function byKey(left: Candidate, right: Candidate): number {
  return (
    left.stackSubscriptionId - right.stackSubscriptionId ||
    left.reportedHour - right.reportedHour ||
    left.usageHour - right.usageHour ||
    left.meterId - right.meterId ||
    left.resourceId - right.resourceId ||
    (left.name < right.name ? -1 : 1)
  );
}

/** The receipt of a batch with these verdicts. */
export function receiptOf(
  batchId: number | null,
  receivedAt: number,
  verdicts: readonly RecordVerdict[],
): UsageReceipt {
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
