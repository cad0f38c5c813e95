/** The rule of corrections: what one may correct, and how far. Pure; the books it is judged against are given. */
import type { DescribedRecord } from './correction-store.js';
import { canonicalJson } from './exact-json.js';
import { CORRECTING_SOURCE, pushedIdentityText } from './usage-record.js';
import type { Rejection } from './rejection.js';
import type { UsageEntry } from './usage-record.js';
import { identityOf, usageName } from './usage-record-store.js';
import type { StoredUsageRecord } from './usage-record-store.js';
import type { Candidate, Delivery } from './verdict.js';
import { digest16Hex } from '../../primitives/ids.js';
import { toUnits } from '../../primitives/quantity.js';
import type { Quantity } from '../../primitives/quantity.js';
import { dayOf } from '../../primitives/windows.js';
import type { Day } from '../../primitives/windows.js';

/** What the books hold of what a batch corrects. */
export interface CorrectedBooks {
  /** The record of this name, if there is one that the sender may correct. */
  recordOf(name: string): StoredUsageRecord | undefined;
  /** Digest of a resource's URI without case, in hex. */
  uriKeyOf(resourceId: number): string | undefined;
  /** What the corrections of the record of this name come to so far, in units. */
  correctedBy(name: string): bigint;
  /** Whether a record of this name is in the books: then the candidate is a duplicate, or contradicts it. */
  isStored(name: string): boolean;
  /** First day of the books, before which records are history; null while the books are set up. */
  readonly booksFromDay: Day | null;
}

/** What became of the corrections of a batch. */
export interface JudgedCorrections {
  /** Those that go in, by their own name, filed where they belong. */
  readonly accepted: ReadonlyMap<string, Candidate>;
  /** Those that do not, by their place in the batch. */
  readonly refused: ReadonlyMap<number, Rejection>;
}

/** The name of the record that an entry corrects: of the same source and usage day, or said by an operator. */
export function correctedName(
  registrationId: number,
  { source, corrects, usageHour }: Pick<UsageEntry, 'source' | 'usageHour'> & { readonly corrects: string },
): string {
  const identity =
    source === CORRECTING_SOURCE
      ? corrects
      : digest16Hex(`${registrationId}\u0000${pushedIdentityText(source, corrects)}`);
  return usageName(identity, dayOf(usageHour));
}

/** The identity of the record that a correction waits for. */
export function awaitedBy(registrationId: number, entry: UsageEntry): Buffer {
  const name = correctedName(registrationId, { ...entry, corrects: entry.corrects ?? '' });
  return Buffer.from(identityOf({ name }), 'hex');
}

/** A correction of a record by whoever may correct what others sent. */
export function correctionDraft(
  record: DescribedRecord,
  { recordId, quantity }: { readonly recordId: string; readonly quantity: Quantity },
): Delivery {
  const { stackSubscriptionGuid, meterGuid, meterWireId, resourceUri, location, tags, additionalInfo } = record;
  const entry = {
    ...{ source: CORRECTING_SOURCE, recordId, corrects: record.identity, quantity, isRounded: false },
    ...{ stackSubscriptionGuid, meterGuid, meterWireId, resourceUri, location, tags, additionalInfo },
    ...{ usageHour: record.usageHour, reportedHour: null },
  };
  return {
    checked: { ok: true, entry },
    raw: () => canonicalJson({ id: recordId, corrects: record.identity, quantity }),
  };
}

/**
 * Judges corrections in the order in which they came: each names an accepted record, itself no correction, of the same
 * stack subscription, meter, resource URI (without case) and usage hour, and leaves it at zero or more, with all
 * corrections before. Once the books are open, none is of history. `nameOf` names what a candidate corrects.
 */
export function judgeCorrections(
  candidates: readonly Candidate[],
  nameOf: (candidate: Candidate) => string,
  books: CorrectedBooks,
): JudgedCorrections {
  const accepted = new Map<string, Candidate>();
  const refused = new Map<number, Rejection>();
  const sums = new Map<string, bigint>();
  for (const candidate of candidates) {
    // What is there already is judged by what is there.
    if (accepted.has(candidate.name) || books.isStored(candidate.name)) continue;
    const recordName = nameOf(candidate);
    const record = books.recordOf(recordName);
    const sum = (sums.get(recordName) ?? books.correctedBy(recordName)) + toUnits(candidate.quantity);
    const problem = record === undefined ? UNKNOWN : problemOf(candidate, record, sum, books);
    if (record === undefined || problem !== null) {
      refused.set(candidate.index, problem ?? UNKNOWN);
      continue;
    }
    sums.set(recordName, sum);
    accepted.set(candidate.name, filed(candidate, record, books));
  }
  return { accepted, refused };
}

/** Whether a correction may be right against this record, whatever else corrects it. */
export function fits(
  candidate: Candidate,
  record: StoredUsageRecord,
  books: Pick<CorrectedBooks, 'uriKeyOf'>,
): boolean {
  return record.corrects === null && differenceOf(candidate, record, books) === null;
}

function problemOf(
  candidate: Candidate,
  record: StoredUsageRecord,
  sum: bigint,
  books: CorrectedBooks,
): Rejection | null {
  if (record.corrects !== null) return OF_CORRECTION;
  const field = differenceOf(candidate, record, books);
  if (field !== null) return { ...DIFFERS, field };
  if (books.booksFromDay !== null && dayOf(record.reportedHour) < books.booksFromDay) return OF_HISTORY;
  return toUnits(record.quantity) + sum < 0n ? BELOW_ZERO : null;
}

/** The first field in which a correction differs from its record though it must not. */
function differenceOf(
  candidate: Candidate,
  record: StoredUsageRecord,
  { uriKeyOf }: Pick<CorrectedBooks, 'uriKeyOf'>,
): string | null {
  if (candidate.stackSubscriptionId !== record.stackSubscriptionId) return 'stackSubscriptionId';
  if (candidate.meterId !== record.meterId) return 'meterId';
  if (candidate.usageHour !== record.usageHour) return 'usageStartTime';
  if (candidate.resourceId === record.resourceId) return null;
  return uriKeyOf(candidate.resourceId) === uriKeyOf(record.resourceId) ? null : 'resourceUri';
}

function filed(
  candidate: Candidate,
  record: StoredUsageRecord,
  { booksFromDay }: Pick<CorrectedBooks, 'booksFromDay'>,
): Candidate {
  // While the books are set up, with its record, so that both become history or neither does. Afterwards never before
  // it, whatever the clocks of two gateways say: its day must not close first.
  const reportedHour =
    booksFromDay === null ? record.reportedHour : Math.max(candidate.reportedHour, record.reportedHour);
  const day = dayOf(record.reportedHour);
  return { ...candidate, reportedHour, correctedDay: day === dayOf(reportedHour) ? null : day };
}

const UNKNOWN: Rejection = {
  code: 'CORRECTED_RECORD_UNKNOWN',
  message: 'The record that this one corrects is not in the books; it waits for it.',
  field: 'corrects',
};

const DIFFERS: Rejection = {
  code: 'CORRECTION_DIFFERS',
  message: 'A correction is of the stack subscription, meter, resource URI and usage hour of its record.',
  field: null,
};

const OF_CORRECTION: Rejection = {
  code: 'CORRECTION_OF_CORRECTION',
  message: 'A correction cannot be corrected; correct the record itself.',
  field: 'corrects',
};

const OF_HISTORY: Rejection = {
  code: 'CORRECTED_RECORD_IS_HISTORY',
  message:
    'The corrected record lies before the first day of the books. No report holds it, so none may hold a correction of it.',
  field: 'corrects',
};

const BELOW_ZERO: Rejection = {
  code: 'CORRECTION_BELOW_ZERO',
  message: 'With this correction its record would be less than zero.',
  field: 'quantity',
};
