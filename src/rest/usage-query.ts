/** The rule of what may be asked of the usage APIs, and when. Pure. */
import { ArmError, invalidProperty } from './arm-error.js';
import type { QueryParameters } from './arm-request.js';
import { canonicalGuid } from '../primitives/ids.js';
import { HOURS_PER_DAY, dayOf, firstHourOf, hourOf, hourText, parseInstant, wholeHour } from '../primitives/windows.js';
import type { Hour, HourRange } from '../primitives/windows.js';
import type { Granularity } from '../reading/usage-spans.js';

export const USAGE_API_VERSIONS = ['2015-06-01-preview'] as const;

/** What the parameters of a usage API ask for. */
export interface UsageQuery {
  readonly granularity: Granularity;
  readonly reported: HourRange;
  /** Only this stack subscription; null for all direct tenants. */
  readonly subscriberGuid: string | null;
  /** False: rows that differ in the resource alone are one row, which names no resource. */
  readonly showsDetails: boolean;
}

/** Which ends of a range may be asked for now. */
export interface TimeRules {
  readonly now: number;
  /** The provider API refuses an end on the current date: Microsoft's page read literally. */
  readonly refusesCurrentDate: boolean;
  /** Milliseconds after its end during which a reported hour may still be written. */
  readonly settleMs: number;
}

/** Microsoft documents no longest span; this is the one of our other questions: three years and a leap day. */
const DAYS_MAX = 1_097;
const MS_PER_HOUR = 3_600_000;

/**
 * Reads the parameters of both usage APIs. `showDetails` is as in Azure; a stamp does not know it. Throws
 * InvalidProperty, InvalidAggregationGranularity, RequestEndTimeIsInFuture, or ProcessingNotCompleted (202) for a
 * window that is not complete yet.
 */
export function readUsageQuery(parameters: QueryParameters, rules: TimeRules): UsageQuery {
  const granularity = granularityOf(parameters.get('aggregationGranularity'));
  const start = instantOf(parameters, 'reportedStartTime');
  const end = instantOf(parameters, 'reportedEndTime');
  if (end > rules.now) {
    throw new ArmError(400, 'RequestEndTimeIsInFuture', "The property 'reportedEndTime' cannot be in the future.");
  }
  const reported = {
    from: alignedHour(start, 'reportedStartTime', granularity),
    to: alignedHour(end, 'reportedEndTime', granularity),
  };
  if (reported.to <= reported.from) {
    throw invalidProperty('reportedEndTime', "is exclusive and must be later than 'reportedStartTime'.");
  }
  if (reported.to - reported.from > DAYS_MAX * HOURS_PER_DAY) {
    throw invalidProperty('reportedEndTime', `must be at most ${DAYS_MAX} days after 'reportedStartTime'.`);
  }
  checkOver(reported.to, rules);
  const showsDetails = flagOf(parameters, 'showDetails', true);
  return { granularity, reported, subscriberGuid: subscriberOf(parameters), showsDetails };
}

/** Azure's usage API stands in for what the Stack does not document: 202 with an error body, and when to come again. */
export function notCompleted(seconds: number): ArmError {
  const message = 'The processing of the requested time range is not completed. Ask again later.';
  return new ArmError(202, 'ProcessingNotCompleted', message, { 'retry-after': String(Math.max(1, seconds)) });
}

/**
 * The latest end is the last full hour, or today's midnight for whole days: the end is exclusive, so this is the only
 * way to ask for yesterday. A window whose last usage may still be on its way in is not complete.
 */
function checkOver(end: Hour, { now, refusesCurrentDate, settleMs }: TimeRules): void {
  if (refusesCurrentDate && end >= firstHourOf(dayOf(hourOf(now)))) {
    const tomorrow = firstHourOf(dayOf(hourOf(now)) + 1);
    throw notCompleted(Math.ceil((tomorrow * MS_PER_HOUR - now) / 1000));
  }
  const settledAt = end * MS_PER_HOUR + settleMs;
  if (now < settledAt) throw notCompleted(Math.ceil((settledAt - now) / 1000));
}

function granularityOf(text: string | null): Granularity {
  switch (text?.toLowerCase()) {
    case undefined:
    case 'daily':
      return 'DAILY';
    case 'hourly':
      return 'HOURLY';
    default:
      throw new ArmError(
        400,
        'InvalidAggregationGranularity',
        "The property 'aggregationGranularity' must be 'Daily' or 'Hourly'.",
      );
  }
}

function flagOf(parameters: QueryParameters, name: string, otherwise: boolean): boolean {
  switch (parameters.get(name)?.toLowerCase()) {
    case undefined:
      return otherwise;
    case 'true':
      return true;
    case 'false':
      return false;
    default:
      throw invalidProperty(name, 'is true or false.');
  }
}

function instantOf(parameters: QueryParameters, name: string): number {
  const text = parameters.get(name) ?? '';
  if (text === '') throw invalidProperty(name, 'is missing.');
  const instant = parseInstant(text);
  if (instant === null) throw invalidProperty(name, 'is not a time like 2026-01-31T00:00:00Z.');
  return instant;
}

function alignedHour(instant: number, name: string, granularity: Granularity): Hour {
  const width = granularity === 'DAILY' ? HOURS_PER_DAY : 1;
  const hour = wholeHour(instant);
  if (hour !== null && hour % width === 0) return hour;
  const before = Math.floor(hourOf(instant) / width) * width;
  const unit = granularity === 'DAILY' ? 'a UTC midnight for Daily' : 'a whole UTC hour for Hourly';
  throw invalidProperty(name, `must be ${unit}: ${hourText(before)} or ${hourText(before + width)}.`);
}

function subscriberOf(parameters: QueryParameters): string | null {
  const text = parameters.get('subscriberId');
  if (text === null) return null;
  const guid = canonicalGuid(text);
  // Empty is refused too: a filter that was meant must not widen the answer to everyone.
  if (guid === null) throw invalidProperty('subscriberId', 'is not a subscription id.');
  return guid;
}
