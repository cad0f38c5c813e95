import type { Crasher } from './crasher.js';

/** What must meet within one seed to be worth the walk: a change of mapping, closing, reporting, and late rows. */
const EVENTS = [
  'history imported',
  'corrections of history refused',
  'books opened',
  'usage remapped',
  'closed usage kept where it was billed',
  'usage reported',
  'usage of closed days taken',
  'that reported too',
  'usage of closed days corrected',
] as const;
export type Event = (typeof EVENTS)[number];

/** What the runs of many seeds have met, so that a walk that is too short shows. */
export class Coverage {
  steps = 0;
  crashes = 0;
  seeds = 0;
  /** Acts that followed each other. */
  readonly pairs = new Set<string>();
  /** Seeds in which each of these happened. */
  readonly events = new Map<Event, number>();
  /** Seeds in which all of them did. */
  whole = 0;

  add(happened: ReadonlySet<Event>): void {
    this.seeds += 1;
    for (const event of happened) this.events.set(event, (this.events.get(event) ?? 0) + 1);
    if (EVENTS.every((event) => happened.has(event))) this.whole += 1;
  }

  /** For people: how much of what there is was met. */
  sentence(crasher: Crasher): string {
    const events = EVENTS.map((event) => `${event} in ${this.events.get(event) ?? 0}`).join(', ');
    return (
      `${this.seeds} seeds, ${this.steps} steps, ${this.crashes} crashes before ${crasher.died.size} of the ` +
      `${crasher.reached.size} statements of the acts; ${this.pairs.size} pairs of acts; ` +
      `${events}, all of it in ${this.whole} seeds.`
    );
  }
}
