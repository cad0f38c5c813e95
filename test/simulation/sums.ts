import type { Database } from '../../src/database/database.js';
import { canonicalQuantity } from '../../src/primitives/quantity.js';

/** The day totals of a registration, by what the model calls their key. */
export async function totalsOf(db: Database, registrationId: number): Promise<ReadonlyMap<string, string>> {
  const rows = await db.reader.query<{ key: string; quantity: string } & Record<string, string | number>>(
    `SELECT d.reported_day AS reportedDay, d.usage_day AS usageDay, s.stack_subscription_guid AS stack,
            m.meter_guid AS meter, COALESCE(c.csp_subscription_guid, g.base_subscription_guid) AS destination,
            ${db.dialect.sumOf('d.quantity')} AS quantity
       FROM usage_day_total d
       JOIN stack_subscription s ON s.id = d.stack_subscription_id
       JOIN meter m ON m.id = d.meter_id
       JOIN destination e ON e.id = d.destination_id
       JOIN registration g ON g.id = e.registration_id
       LEFT JOIN tenant_mapping t ON t.id = e.tenant_mapping_id
       LEFT JOIN csp_subscription c ON c.id = t.csp_subscription_id
      WHERE s.registration_id = ?
      GROUP BY d.reported_day, d.usage_day, s.stack_subscription_guid, m.meter_guid,
               COALESCE(c.csp_subscription_guid, g.base_subscription_guid)`,
    [registrationId],
  );
  return new Map(
    rows.map(({ reportedDay, usageDay, stack, meter, destination, quantity }) => [
      [reportedDay, usageDay, stack, meter, destination].join(' '),
      canonicalQuantity(quantity),
    ]),
  );
}

/** Names under which two sets of sums do not say the same. */
export function differences(
  wanted: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): readonly string[] {
  const names = new Set([...wanted.keys(), ...found.keys()]);
  return [...names].filter((name) => wanted.get(name) !== found.get(name));
}

/** Fails with the first differences, under the sentence that they break. */
export function expectSame(
  sentence: string,
  wanted: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): void {
  const wrong = differences(wanted, found);
  if (wrong.length === 0) return;
  const lines = wrong.map(
    (name) => `${name}: ${wanted.get(name) ?? 'nothing'} and not ${found.get(name) ?? 'nothing'}`,
  );
  throw new Error(`Broken: ${sentence}.\n${lines.slice(0, 5).join('\n')}`);
}
