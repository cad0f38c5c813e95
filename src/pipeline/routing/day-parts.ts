import { destinationOf, routedSpans } from './destination.js';
import type { RoutingTable } from './destination.js';
import { FOREVER, HOURS_PER_DAY, dayOf, firstHourOf } from '../../primitives/windows.js';
import type { Day, Hour, HourRange } from '../../primitives/windows.js';

/**
 * Usage hours [from, to) that share a destination, and which part of their usage day they are: a day in which the
 * destination changes is one daily aggregate per destination, numbered by when the day first went there. All other days
 * are part 0, so a change of mapping never renames the aggregates of other days.
 */
export interface DayPart extends HourRange {
  readonly destinationId: number;
  readonly part: number;
}

/** A stack subscription's whole time, cut where its destination changes and at the midnights around such a change. */
export function dayParts(table: RoutingTable, stackSubscriptionId: number): readonly DayPart[] {
  const parts: DayPart[] = [];
  const seen: { day: Day; destinationIds: number[] } = { day: -1, destinationIds: [] };
  for (const { from, to, destinationId } of routedSpans(table, stackSubscriptionId, 0)) {
    for (const piece of atMidnights(from, to)) {
      const day = dayOf(piece.from);
      if (day !== seen.day) Object.assign(seen, { day, destinationIds: [] });
      if (!seen.destinationIds.includes(destinationId)) seen.destinationIds.push(destinationId);
      append(parts, { ...piece, destinationId, part: seen.destinationIds.indexOf(destinationId) });
    }
  }
  return parts;
}

/** Parts up to this one are numbered in order; those beyond name their destination. A day has no more than hours. */
const NUMBERED_PARTS = HOURS_PER_DAY;

/** The part of a window that goes to a destination to which nothing of its usage goes but corrections. */
function partOfCorrections(destinationId: number): number {
  return NUMBERED_PARTS + destinationId;
}

/** The destination that a part names by its number; null for one that does not. */
export function destinationOfPart(part: number): number | null {
  return part < NUMBERED_PARTS ? null : part - NUMBERED_PARTS;
}

/** What routes a correction that is filed later than its record: its own reported day, and that of the record. */
export interface CorrectionRouting {
  readonly own: RoutingTable;
  readonly ofRecord: RoutingTable;
  readonly stackSubscriptionId: number;
}

/**
 * Where corrections go that are filed on a later day than their records: where the records went. Each piece of time
 * says of which part of its own day such a correction is: of the one with the same destination, else of one for itself.
 */
export function correctionParts({ own, ofRecord, stackSubscriptionId }: CorrectionRouting): readonly DayPart[] {
  const ownParts = dayParts(own, stackSubscriptionId);
  const parts: DayPart[] = [];
  for (const piece of dayParts(ofRecord, stackSubscriptionId)) {
    const { destinationId } = piece;
    for (const { from, to } of cutAt(
      piece,
      ownParts.flatMap(({ from: start, to: end }) => [start, end]),
    )) {
      const day = firstHourOf(dayOf(from));
      const sameDay = ownParts.filter((part) => part.from < day + HOURS_PER_DAY && part.to > day);
      const alike = sameDay.find((part) => part.destinationId === destinationId);
      append(parts, { from, to, destinationId, part: alike?.part ?? partOfCorrections(destinationId) });
    }
  }
  return parts;
}

/** Of which part of its usage hour such a correction is. */
export function correctionPartOfHour(
  { own, ofRecord, stackSubscriptionId }: CorrectionRouting,
  usageHour: Hour,
): number {
  const destinationId = destinationOf(ofRecord, stackSubscriptionId, usageHour);
  return destinationId === destinationOf(own, stackSubscriptionId, usageHour) ? 0 : partOfCorrections(destinationId);
}

/** A range cut at these hours and at the midnights around them, so that no piece holds a part of a day and more. */
function cutAt({ from, to }: HourRange, hours: readonly Hour[]): readonly HourRange[] {
  const midnights = [from, ...hours].flatMap((hour) => {
    const day = firstHourOf(dayOf(hour));
    return [day, day + HOURS_PER_DAY];
  });
  const inner = [...hours, ...midnights].filter((hour) => hour > from && hour < to);
  const ordered = [...new Set([from, ...inner, to])].sort((left, right) => left - right);
  return ordered.slice(1).map((end, index) => ({ from: ordered[index] ?? from, to: end }));
}

/** The days that a range shares with its neighbours apart from those that it has for itself. */
function atMidnights(from: Hour, to: Hour): readonly HourRange[] {
  const firstWhole = Math.ceil(from / HOURS_PER_DAY) * HOURS_PER_DAY;
  const lastWhole = to >= FOREVER ? FOREVER : firstHourOf(dayOf(to));
  const cuts = [from, Math.min(firstWhole, to), Math.max(lastWhole, from), to];
  const ordered = [...new Set(cuts)].sort((left, right) => left - right);
  return ordered.slice(1).map((end, index) => ({ from: ordered[index] ?? from, to: end }));
}

function append(parts: DayPart[], next: DayPart): void {
  const last = parts.at(-1);
  if (last?.destinationId === next.destinationId && last.part === next.part && last.to === next.from) {
    parts.splice(-1, 1, { ...last, to: next.to });
  } else parts.push(next);
}
