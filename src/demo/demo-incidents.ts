/** What goes wrong in the demo: what is sent twice, in conflict, corrected or refused. Pure. */
import { hourAt } from './demo-customer.js';
import type { DemoSetting } from './demo-customer.js';
import { HUB } from './demo-world.js';
import type { DemoRegistration } from './demo-world.js';
import { regularUsage } from './regular-usage.js';
import type { DemoUsage } from './regular-usage.js';
import type { JsonObject } from '../pipeline/ingestion/exact-json.js';
import { hourText } from '../primitives/windows.js';
import type { HourRange } from '../primitives/windows.js';

/** What each incident makes of the step before it and the step it happens in. */
type Incident = (context: {
  readonly before: readonly DemoUsage[];
  readonly records: readonly JsonObject[];
  readonly step: HourRange;
}) => readonly DemoUsage[];

/** By the percentage of the demo's time that is over when it happens. */
const INCIDENTS: ReadonlyMap<number, Incident> = new Map<number, Incident>([
  // The answer to the last delivery was lost, so all of it comes again.
  [25, ({ before }) => before.map((usage) => ({ ...usage, intended: 'DUPLICATE' }))],
  [35, ({ records }) => sent('CONFLICT', from(records, 'Microsoft.Web'), { quantity: '999' })],
  [45, ({ before }) => corrected(recordsIn(before))],
  [50, ({ records }) => refused(records, 'negative', { quantity: '-4' })],
  [
    60,
    ({ records, step }) =>
      refused(records, 'tomorrow', {
        usageStartTime: hourText(step.to + 24),
        usageEndTime: hourText(step.to + 25),
      }),
  ],
  [64, ({ records }) => refused(records, 'misspelled', { quantitiy: '1' })],
  [72, ({ records, step }) => refused(records, 'a-day', { usageEndTime: hourText(step.to + 24) })],
  [90, ({ records }) => refused(records, 'no-number', { quantity: 'NaN' })],
]);

/** The extra usage of a step in which something goes wrong; none of most steps, and none on the edge stamp. */
export function incidentsOf(setting: DemoSetting, demo: DemoRegistration, step: HourRange): readonly DemoUsage[] {
  if (demo.registration.name !== HUB) return [];
  return [...INCIDENTS].flatMap(([percent, incident]) => {
    const hour = hourAt(setting, percent);
    if (hour < step.from || hour >= step.to) return [];
    const previous = { from: step.from - (step.to - step.from), to: step.from };
    const before = regularUsage(setting, demo, previous);
    return incident({ before, records: recordsIn(regularUsage(setting, demo, step)), step });
  });
}

function recordsIn(usage: readonly DemoUsage[]): JsonObject[] {
  return usage.flatMap((one) => (one.kind === 'PUSHED' ? [one.record] : []));
}

/** A signed difference to a record of the delivery before: the database was moved, and counted twice meanwhile. */
function corrected(before: readonly JsonObject[]): readonly DemoUsage[] {
  const original = from(before, 'Microsoft.SQLAdapter');
  const id = nameOf(original);
  return sent('ACCEPTED', original, { id: `${id}-correction`, corrects: id, quantity: '-1024.5' });
}

function refused(records: readonly JsonObject[], what: string, difference: JsonObject): readonly DemoUsage[] {
  const original = from(records, 'Microsoft.KeyVault');
  return sent('REJECTED', original, { id: `${nameOf(original)}-${what}`, ...difference });
}

function sent(
  intended: DemoUsage['intended'],
  original: JsonObject | undefined,
  difference: JsonObject,
): readonly DemoUsage[] {
  if (original === undefined) return [];
  return [{ kind: 'PUSHED', intended, record: { ...original, ...difference } }];
}

function from(records: readonly JsonObject[], source: string): JsonObject | undefined {
  return records.find((record) => record['source'] === source);
}

function nameOf(record: JsonObject | undefined): string {
  const id = record?.['id'];
  return typeof id === 'string' ? id : '';
}
