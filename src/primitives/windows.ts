/**
 * Whole hours, days and months in UTC, as numbers counted from 1970. Windows are half-open: the start belongs to them,
 * the end does not. Counting hours keeps time zones, and the databases' own ideas of a timestamp, out of the books.
 */
import { LRUCache } from 'lru-cache';

import { ownText } from './own-text.js';

/** Hours since 1970-01-01T00Z. */
export type Hour = number;
/** Days since 1970-01-01. */
export type Day = number;
/** Months since 1970-01. */
export type Month = number;

export const HOURS_PER_DAY = 24;
const MS_PER_HOUR = 3_600_000;
/** The end of an interval that has none: later than any hour that is accepted. */
export const FOREVER: Hour = 2_000_000_000;

/** [from, to) in hours. */
export interface HourRange {
  readonly from: Hour;
  readonly to: Hour;
}

/** The hour that an instant, in milliseconds since 1970, lies in. */
export function hourOf(epochMs: number): Hour {
  return Math.floor(epochMs / MS_PER_HOUR);
}

/** The UTC day that an hour lies in. */
export function dayOf(hour: Hour): Day {
  return Math.floor(hour / HOURS_PER_DAY);
}

/** The hour at which a UTC day begins. */
export function firstHourOf(day: Day): Hour {
  return day * HOURS_PER_DAY;
}

/** The calendar month, in UTC, that a day lies in. */
export function monthOf(day: Day): Month {
  const date = new Date(firstHourOf(day) * MS_PER_HOUR);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

/** The day with which a month begins. */
export function firstDayOf(month: Month): Day {
  return dayOf(hourOf(Date.UTC(1970, month, 1)));
}

/** The hour's start in milliseconds since 1970. */
export function hourMs(hour: Hour): number {
  return hour * MS_PER_HOUR;
}

/** The hour's start, for example "2019-12-10T18:00:00.000Z". */
export function hourStart(hour: Hour): Date {
  return new Date(hour * MS_PER_HOUR);
}

/** The hour as a time, for example "2019-12-10T18:00:00.000Z". */
export function hourText(hour: Hour): string {
  return hourStart(hour).toISOString();
}

/** The day as a date, for example "2019-12-10". */
export function dayText(day: Day): string {
  return hourText(firstHourOf(day)).slice(0, 10);
}

/** The month, for example "2019-12". */
export function monthText(month: Month): string {
  return dayText(firstDayOf(month)).slice(0, 7);
}

const INSTANT =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?(Z|z|[+ -]\d{2}:?\d{2}Z?)?)?$/;

/**
 * Milliseconds since 1970 for every form of date that Azure tools send: with "Z", with an offset, with the "+00:00Z" of
 * Microsoft's own sample, with 0 to 7 fraction digits, without a zone (UTC), or a date alone. An unescaped plus sign in
 * a query arrives as a space and is taken for what it was. Null for anything else, leap seconds and 31 February too.
 */
export function parseInstant(text: string): number | null {
  const known = instants.get(text);
  if (known !== undefined) return known;
  const instant = readInstant(text);
  if (instant !== null) instants.set(ownText(text), instant);
  return instant;
}

/** Usage names the same few hours over and over, so texts that were understood are remembered. */
const instants = new LRUCache<string, number>({ max: 1_000 });

function readInstant(text: string): number | null {
  const match = INSTANT.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
  const ms = fraction.padEnd(3, '0').slice(0, 3);
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`;
  const parsed = Date.parse(local);
  if (Number.isNaN(parsed) || new Date(parsed).toISOString() !== local) return null;
  const offset = offsetMinutes(zone);
  return offset === null ? null : parsed - offset * 60_000;
}

/** The hour that begins at this instant; null when the instant is not the start of an hour. */
export function wholeHour(epochMs: number): Hour | null {
  return epochMs % MS_PER_HOUR === 0 ? epochMs / MS_PER_HOUR : null;
}

function offsetMinutes(zone: string): number | null {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.replace(/Z$/, '').slice(-2));
  if (hours > 14 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}
