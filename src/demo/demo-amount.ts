/** How much a resource uses in an hour. All of it is whole numbers of 1e-24, so the digits are the same everywhere. */
import { noiseAt } from './noise.js';
import { fromUnits, toUnits } from '../primitives/quantity.js';
import type { Quantity } from '../primitives/quantity.js';
import { HOURS_PER_DAY, dayOf, firstDayOf, monthOf } from '../primitives/windows.js';
import type { Hour } from '../primitives/windows.js';

/** Quantities are decimal texts. */
export type DemoAmount =
  /** The same every hour. */
  | { readonly kind: 'FLAT'; readonly quantity: string }
  /** Per month, spread over the hours of the calendar month, as disk tiers are metered. */
  | { readonly kind: 'SHARE_OF_MONTH'; readonly quantity: string }
  /** Data that is added to, from the start of the demo on. */
  | { readonly kind: 'GROWING'; readonly start: string; readonly perHour: string }
  /** People at work: little by night and at weekends. */
  | { readonly kind: 'RHYTHM'; readonly peak: string }
  /** Instances that come and go with the load: between one and `times` times the quantity. */
  | { readonly kind: 'SCALING'; readonly quantity: string; readonly times: number };

/** Percent of the peak at each UTC hour of a working day. */
const LOAD = [21, 17, 15, 14, 15, 19, 31, 52, 74, 91, 98, 100, 95, 94, 99, 100, 96, 87, 73, 60, 49, 41, 34, 27];
const WEEKEND_PERCENT = 35;
/** What a double holds, and so what stamps send. */
const DIGITS_MAX = 17;

/** The quantity of one usage hour. `series` tells those apart that have the same amount. */
export function quantityAt(
  amount: DemoAmount,
  at: {
    readonly seed: number;
    readonly series: number;
    readonly startHour: Hour;
    readonly hour: Hour;
  },
): Quantity {
  switch (amount.kind) {
    case 'FLAT':
      return fromUnits(toUnits(amount.quantity));
    case 'SHARE_OF_MONTH':
      return fromUnits(cut(toUnits(amount.quantity) / hoursOfMonth(at.hour)));
    case 'GROWING': {
      const grown = toUnits(amount.perHour) * BigInt(at.hour - at.startHour);
      return fromUnits(cut(toUnits(amount.start) + grown + wobble(toUnits(amount.perHour), at)));
    }
    case 'RHYTHM': {
      const load = (toUnits(amount.peak) * BigInt(loadPercent(at.hour))) / 100n;
      return fromUnits(cut((load * 9n) / 10n + wobble(load / 5n, at)));
    }
    case 'SCALING': {
      const step = 1 + Math.floor((loadPercent(at.hour) * amount.times) / 101);
      return fromUnits(toUnits(amount.quantity) * BigInt(step));
    }
  }
}

/** Monday to Friday; 1970 began with a Thursday. */
export function isWorkingDay(hour: Hour): boolean {
  const weekday = (dayOf(hour) + 3) % 7;
  return weekday < 5;
}

function loadPercent(hour: Hour): number {
  const percent = LOAD[hour % HOURS_PER_DAY] ?? 100;
  return isWorkingDay(hour) ? percent : Math.floor((percent * WEEKEND_PERCENT) / 100);
}

/** From nothing up to `whole`. */
function wobble(whole: bigint, at: { readonly seed: number; readonly series: number; readonly hour: Hour }): bigint {
  const high = BigInt(noiseAt(at.seed, at.series, at.hour));
  const low = BigInt(noiseAt(at.seed, at.series + 1, at.hour));
  return (whole * ((high << 32n) | low)) >> 64n;
}

function cut(units: bigint): bigint {
  const superfluous = units.toString().length - DIGITS_MAX;
  return superfluous > 0 ? units - (units % 10n ** BigInt(superfluous)) : units;
}

function hoursOfMonth(hour: Hour): bigint {
  const month = monthOf(dayOf(hour));
  return BigInt((firstDayOf(month + 1) - firstDayOf(month)) * HOURS_PER_DAY);
}
