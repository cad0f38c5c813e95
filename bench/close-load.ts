/** A reported day of hourly rows, written fast: its first hour goes in as usage does, the others are copies of it. */
import type { BenchDatabase } from './bench-database.js';
import { environmentOf, register } from './gateway-books.js';
import { batchesOf, recordOf } from './usage-load.js';
import { createApp } from '../src/app.js';
import { readConfig } from '../src/config.js';
import type { Tx } from '../src/database/transaction.js';
import { migrateUp } from '../src/database/migrate.js';
import { deliveryOfRecord } from '../src/pipeline/ingestion/usage-wire.js';
import { recordUsage } from '../src/pipeline/pipeline.js';
import { firstHourOf, hourText } from '../src/primitives/windows.js';
import type { Day } from '../src/primitives/windows.js';

/** The reported day: 1 June 2025. */
export const DAY: Day = 20_240;
export const HOURS = 24;
const BATCH = 5_000;

/** Fills an empty database with a day of so many series of an hour each; answers how many rows that are. */
export async function fillDay(database: BenchDatabase, series: number): Promise<number> {
  const firstHour = firstHourOf(DAY);
  // The clock stands in the first hour, under which what arrives now is filed.
  const now = firstHour * 3_600_000 + 60_000;
  const app = await createApp(readConfig(environmentOf(database)), { clock: { now: () => now } });
  try {
    await migrateUp(app.db);
    const registrationId = await register(app);
    const seriesOf = (index: number) =>
      deliveryOfRecord(
        {
          ...recordOf(index),
          resourceUri: `/virtualMachines/vm-${index}`,
          usageStartTime: hourText(firstHour),
          usageEndTime: hourText(firstHour + 1),
        },
        now,
      );
    for (const deliveries of batchesOf({ from: 0, to: series }, BATCH, seriesOf)) {
      await recordUsage(app, { registrationId, receivedBy: 'bench', deliveries });
    }
    await app.db.inTransaction(async (tx) => {
      for (let hour = 1; hour < HOURS; hour += 1) await copyFirstHour(tx, hour);
      await totalAnew(tx);
    });
    return series * HOURS;
  } finally {
    await app.close();
  }
}

/** The same usage some hours later, under identities of its own. */
async function copyFirstHour(tx: Tx, later: number): Promise<void> {
  const identity =
    tx.dialect.name === 'sqlite'
      ? 'randomblob(16)'
      : `UNHEX(LEFT(SHA2(CONCAT(HEX(identity), '-', ${later}), 256), 32))`;
  await tx.execute(
    `INSERT INTO usage_record (stack_subscription_id, reported_hour, usage_hour, meter_id, resource_id, identity,
                               usage_day, source_id, batch_id, record_id, corrects, quantity)
     SELECT stack_subscription_id, reported_hour + ${later}, usage_hour + ${later}, meter_id, resource_id, ${identity},
            usage_day, source_id, batch_id, record_id, corrects, quantity
       FROM usage_record WHERE reported_hour = ${firstHourOf(DAY)}
      ORDER BY stack_subscription_id, meter_id, resource_id`,
  );
}

/** Totals are kept as records come in; these did not come that way. */
async function totalAnew(tx: Tx): Promise<void> {
  const [row] = await tx.query<{ id: number }>('SELECT MIN(destination_id) AS id FROM usage_day_total');
  await tx.execute('DELETE FROM usage_day_total');
  await tx.execute(
    `INSERT INTO usage_day_total
            (stack_subscription_id, usage_day, reported_day, meter_id, destination_id, quantity, records)
     SELECT stack_subscription_id, usage_day, ${DAY}, meter_id, ${row?.id ?? 0},
            ${tx.dialect.sumOf('quantity')}, COUNT(*)
       FROM usage_record GROUP BY stack_subscription_id, usage_day, meter_id`,
  );
}
