/** Corrections that the simulation sends, and what must become of them. */
import type { Model, ModelRecord } from './model.js';
import type { Verdict } from '../../src/pipeline/ingestion/verdict.js';
import { fromUnits, toUnits } from '../../src/primitives/quantity.js';
import type { Hour } from '../../src/primitives/windows.js';

export type Sent = Omit<ModelRecord, 'reportedDay'>;

/** Of some records by some quarters of them; a record that is corrected often is at zero soon. */
export function corrections(
  { model, random }: { readonly model: Model; readonly random: () => number },
  now: Hour,
): readonly Sent[] {
  const records = model.records.filter(({ corrects, usageHour }) => corrects === undefined && usageHour <= now);
  const some = records.filter(() => random() < 0.2).slice(-4);
  return some.map((record) => ({
    ...record,
    id: `fix ${record.id} ${Math.floor(random() * 1_000_000)}`,
    corrects: record.id,
    quantity: fromUnits((toUnits(record.quantity) * BigInt(Math.floor(random() * 5) - 3)) / 4n),
  }));
}

/** What the gateway must say of a record, after those that came before it. */
export function expectedOf(model: Model, { id, quantity, corrects }: Sent): Verdict {
  const known = model.find(id);
  if (known !== undefined) return known.quantity === quantity ? 'DUPLICATE' : 'CONFLICT';
  return corrects === undefined || model.mayCorrect(corrects, quantity) ? 'ACCEPTED' : 'REJECTED';
}
