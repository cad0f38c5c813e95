import { routedSpans } from './destination.js';
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
