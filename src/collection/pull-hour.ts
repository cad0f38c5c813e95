import { COLLECTOR, USAGE_VERSION, addressOf, inTime } from './collector.js';
import type { Collector } from './collector.js';
import { pagesOf } from './pages.js';
import { StampError } from './stamp-error.js';
import { listStampSubscriptions } from './stamp-subscriptions.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import type { JsonValue } from '../pipeline/ingestion/exact-json.js';
import { identityText } from '../pipeline/ingestion/usage-record.js';
import { deliveriesOfProvider } from '../pipeline/ingestion/usage-wire.js';
import type { Delivery, UsageReceipt } from '../pipeline/ingestion/verdict.js';
import { recordUsage } from '../pipeline/pipeline.js';
import { hourText } from '../primitives/windows.js';
import type { Hour } from '../primitives/windows.js';
import { listStackSubscriptions } from '../tenancy/tenancy-store.js';

/** What became of the rows of one reported hour, counted. */
export interface PulledHour {
  readonly hour: Hour;
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly rejected: number;
  /** Rejected rows that are not in the books because their reported day is closed. */
  readonly tooLate: number;
  /** Different rows among those that passed the checks. */
  readonly distinct: number;
  /** It had to be asked for subscription by subscription. */
  readonly isSplit: boolean;
}

/** Pages are put together into batches: a transaction for each page would cost more than its rows. */
const ROWS_PER_BATCH = 5_000;
const SUBSCRIPTIONS_MAX = 100_000;

/**
 * Pulls one reported hour and takes it into the books. Each part of it is committed as it comes: taking it in again is
 * harmless, so a crash in between costs nothing but the time. Throws a StampError, and then the hour must not be
 * counted as pulled. Where the stamp repeatedly gives no answer in time, it is asked subscription by subscription.
 */
export async function pullHour(collector: Collector, hour: Hour, signal: AbortSignal): Promise<PulledHour> {
  return inTime(collector.source, signal, (either) => pullWholly(collector, hour, either));
}

async function pullWholly(collector: Collector, hour: Hour, signal: AbortSignal): Promise<PulledHour> {
  const hourly = startHour(collector, hour);
  try {
    await pull(collector, hourly, null, signal);
  } catch (error) {
    if (!(error instanceof StampError)) throw error;
    if (error.kind !== 'TIMED_OUT') throw isAhead(error) ? notComplete(error) : error;
    hourly.split();
    for (const subscriber of await subscribersOf(collector, signal)) {
      await pull(collector, hourly, subscriber, signal).catch(passOverStrangers);
    }
  }
  await hourly.flush();
  return hourly.result();
}

/** Our clock runs ahead of the stamp's. */
function isAhead({ code }: StampError): boolean {
  return code === 'RequestEndTimeIsInFuture';
}

function notComplete({ message, code }: StampError): StampError {
  return new StampError('NOT_COMPLETE', message, code);
}

/** A subscription that the books know and that is no longer the caller's has no rows in the whole answer either. */
function passOverStrangers(error: unknown): void {
  if (!(error instanceof StampError && error.code === 'SubscriberIdIsNotDirectTenant')) throw error;
}

type Hourly = ReturnType<typeof startHour>;

function startHour({ app, registrationId, source }: Collector, hour: Hour) {
  /** Rows by what makes them one, with the question that brought them last. */
  const seen = new Map<string, number>();
  let question = 0;
  let isSplit = false;
  /** Rows of the hour, asked for as a whole or in parts. */
  let taken = 0;
  const counts = { rows: 0, accepted: 0, duplicates: 0, conflicts: 0, rejected: 0, tooLate: 0 };
  let waiting: Delivery[] = [];
  const count = (receipt: UsageReceipt) => {
    for (const name of ['accepted', 'duplicates', 'conflicts', 'rejected'] as const) counts[name] += receipt[name];
    counts.tooLate += receipt.verdicts.filter(({ code }) => code === 'WINDOW_CLOSED').length;
  };
  const flush = async () => {
    const deliveries = waiting;
    waiting = [];
    if (deliveries.length === 0) return;
    count(await recordUsage(app, { registrationId, receivedBy: COLLECTOR, grantedSources: 'all', deliveries }));
  };
  return {
    hour,
    flush,
    /** The hour begins anew, in parts. */
    split: () => {
      isSplit = true;
      taken = 0;
    },
    /** Takes a page. A page of which every row was there before is the same page again, and no progress. */
    add: async (deliveries: readonly Delivery[]) => {
      taken += deliveries.length;
      if (taken > source.rowsPerHourMax) throw tooManyRows(hour, source.rowsPerHourMax);
      let isProgress = deliveries.length === 0;
      for (const { checked } of deliveries) {
        const identity = checked.ok ? identityText(checked.entry) : null;
        isProgress ||= identity === null || seen.get(identity) !== question;
        if (identity !== null) seen.set(identity, question);
      }
      if (!isProgress) throw new StampError('MALFORMED', 'The stamp sent the same page twice.');
      counts.rows += deliveries.length;
      waiting.push(...deliveries);
      if (waiting.length >= ROWS_PER_BATCH) await flush();
    },
    /** What a question that failed brought may come again, in smaller parts. */
    nextQuestion: () => {
      question += 1;
    },
    result: (): PulledHour => ({ hour, ...counts, distinct: seen.size, isSplit }),
  };
}

function tooManyRows(hour: Hour, most: number): StampError {
  return new StampError(
    'MALFORMED',
    `The stamp answered more than ${most} rows for ${hourText(hour)}. If it has so many, set "rowsPerHourMax" of its source higher.`,
  );
}

async function pull(
  { app, source, stamp }: Collector,
  hourly: Hourly,
  subscriberGuid: string | null,
  signal: AbortSignal,
): Promise<void> {
  const { hour } = hourly;
  const address = addressOf(source, 'Microsoft.Commerce.Admin/subscriberUsageAggregates', {
    reportedStartTime: timeOf(hour),
    reportedEndTime: timeOf(hour + 1),
    aggregationGranularity: 'Hourly',
    ...(subscriberGuid !== null && { subscriberId: subscriberGuid }),
    'api-version': USAGE_VERSION,
  });
  hourly.nextQuestion();
  for await (const rows of pagesOf(stamp, address, signal)) {
    await hourly.add(deliveries(rows, { reportedHour: hour, source: source.source, now: app.clock.now() }));
  }
}

function deliveries(
  rows: readonly JsonValue[],
  pulled: { readonly reportedHour: Hour; readonly source: string; readonly now: number },
): readonly Delivery[] {
  return deliveriesOfProvider({ rows, nextLink: null, latestUsageHour: null }, pulled);
}

/** Without fractions and colons that some gateways before the stamp take exception to: "2026-01-31T13:00:00Z". */
function timeOf(hour: Hour): string {
  return `${hourText(hour).slice(0, 19)}Z`;
}

/** Those that the stamp lists, and those of the books: usage of deleted subscriptions stays readable. */
async function subscribersOf(collector: Collector, signal: AbortSignal): Promise<readonly string[]> {
  const listed = await listStampSubscriptions(collector, signal);
  const known = await listStackSubscriptions(
    collector.app.db.reader,
    WHOLE_BOOKS,
    { registrationId: collector.registrationId },
    { afterId: 0, limit: SUBSCRIPTIONS_MAX },
  );
  return [...new Set([...listed, ...known].map(({ stackSubscriptionGuid }) => stackSubscriptionGuid))].sort();
}
