import { guid } from '../support/world.js';
import { fromUnits, toUnits } from '../../src/primitives/quantity.js';
import type { Quantity } from '../../src/primitives/quantity.js';
import { dayOf } from '../../src/primitives/windows.js';
import type { Day, Hour } from '../../src/primitives/windows.js';

/** A record that the gateway said it took. */
export interface ModelRecord {
  readonly id: string;
  readonly customer: string | null;
  readonly stackSubscription: string;
  readonly meterId: string;
  readonly usageHour: Hour;
  readonly quantity: Quantity;
  readonly reportedDay: Day;
  /** Id of the record that it corrects: it is billed where that is. */
  readonly corrects?: string;
}

/** From an hour on, a customer is billed to its own subscription, or (false) to the base subscription. */
interface Step {
  readonly from: Hour;
  readonly isMapped: boolean;
}

/** What the books must say, kept the plainest way there is: a list of records, and who was mapped when. */
export class Model {
  readonly #records = new Map<string, ModelRecord>();
  readonly #steps = new Map<string, readonly Step[]>();
  /** Where the records of closed days were billed when their day closed: that never changes. */
  readonly #frozen = new Map<string, string>();
  closedBefore: Day = 0;
  /** Whether days close; once they do, for ever. */
  isOpen = false;
  /** First day of the books: those before it are closed like others, and reported to nobody. */
  booksFrom: Day = 0;

  constructor(readonly stamp: string) {}

  get records(): readonly ModelRecord[] {
    return [...this.#records.values()];
  }

  find(id: string): ModelRecord | undefined {
    return this.#records.get(id);
  }

  /** Takes a record that arrived on a day. A correction is filed with its record while the books are set up. */
  take(record: Omit<ModelRecord, 'reportedDay'>, arrived: Day): void {
    const corrected = this.find(record.corrects ?? '')?.reportedDay;
    const reportedDay = this.isOpen ? Math.max(arrived, corrected ?? 0) : (corrected ?? arrived);
    this.#records.set(record.id, { ...record, reportedDay });
  }

  /** Whether the record would be at zero or more with one more correction; history is corrected before books open. */
  mayCorrect(id: string, quantity: Quantity): boolean {
    if (this.isOfHistory({ corrects: id })) return false;
    const all = this.records.filter((record) => record.id === id || record.corrects === id);
    return all.reduce((sum, record) => sum + toUnits(record.quantity), toUnits(quantity)) >= 0n;
  }

  /** A change replaces everything that was to hold from its hour on. */
  change(customer: string, step: Step): void {
    const earlier = (this.#steps.get(customer) ?? []).filter(({ from }) => from < step.from);
    this.#steps.set(customer, [...earlier, step]);
  }

  isMapped(customer: string, hour: Hour): boolean {
    const steps = (this.#steps.get(customer) ?? []).filter(({ from }) => from <= hour);
    const last = steps.reduce<Step | null>(
      (latest, step) => (latest !== null && latest.from > step.from ? latest : step),
      null,
    );
    return last?.isMapped === true;
  }

  /** Days before this one are closed: their records stay where they are billed now. */
  close(before: Day): void {
    for (const record of this.records) {
      if (record.reportedDay < before && !this.#frozen.has(record.id))
        this.#frozen.set(record.id, this.destinationOf(record));
    }
    this.closedBefore = Math.max(this.closedBefore, before);
  }

  /** Whether the record's day is closed and no history: it goes to the receiver, once. */
  isReceivable({ reportedDay }: ModelRecord): boolean {
    return reportedDay < this.closedBefore && reportedDay >= this.booksFrom;
  }

  /** Whether it would correct history though the books are open. */
  isOfHistory({ corrects }: Pick<ModelRecord, 'corrects'>): boolean {
    return this.isOpen && (this.find(corrects ?? '')?.reportedDay ?? this.booksFrom) < this.booksFrom;
  }

  isOfClosedDay({ corrects }: Pick<ModelRecord, 'corrects'>): boolean {
    return (this.find(corrects ?? '')?.reportedDay ?? this.closedBefore) < this.closedBefore;
  }

  destinationOf(record: ModelRecord): string {
    return this.#frozen.get(record.id) ?? this.#frozen.get(record.corrects ?? '') ?? this.#routed(record);
  }

  /** Whether a mapping has changed that would bill usage of closed days elsewhere, were they not closed. */
  holdsFrozen(): boolean {
    return this.records.some((record) => this.destinationOf(record) !== this.#routed(record));
  }

  /** Sums of what the key says, over the records that are chosen. */
  sums(
    keyOf: (record: ModelRecord) => readonly (string | number)[],
    isChosen: (record: ModelRecord) => boolean = () => true,
  ): ReadonlyMap<string, Quantity> {
    const units = new Map<string, bigint>();
    for (const record of this.records.filter(isChosen)) {
      const name = keyOf(record).join(' ');
      units.set(name, (units.get(name) ?? 0n) + toUnits(record.quantity));
    }
    return new Map([...units].map(([name, sum]) => [name, fromUnits(sum)]));
  }

  #routed({ customer, usageHour }: ModelRecord): string {
    const base = guid(`base ${this.stamp}`);
    if (customer === null) return base;
    return this.isMapped(customer, usageHour) ? guid(`csp ${customer}`) : base;
  }
}

/** A day total's key as text, both here and in what is read from the books. */
export function totalKey(model: Model, record: ModelRecord): readonly (string | number)[] {
  const { reportedDay, usageHour, stackSubscription, meterId } = record;
  return [reportedDay, dayOf(usageHour), stackSubscription, meterId, model.destinationOf(record)];
}
