import type { BenchDatabase } from './bench-database.js';
import { mustHoldExactly, openBooks } from './gateway-books.js';
import { batchesOf, inParallel, recordOf, warmUpOf } from './usage-load.js';
import type { Load } from './usage-load.js';
import { deliveryOfRecord } from '../src/pipeline/ingestion/usage-wire.js';
import type { Delivery } from '../src/pipeline/ingestion/verdict.js';
import { recordUsage } from '../src/pipeline/pipeline.js';

const BATCH = 5_000;
const AT_ONCE = 2;

/** Records the load with `recordUsage`, decoded and checked before; answers the seconds from first to last commit. */
export async function writePath(database: BenchDatabase, load: Load): Promise<number> {
  const { app, registrationId } = await openBooks(database);
  try {
    const now = app.clock.now();
    const deliveryOf = (index: number) => deliveryOfRecord(recordOf(index), now);
    const record = async (deliveries: readonly Delivery[]) => {
      await recordUsage(app, { registrationId, receivedBy: 'bench', deliveries });
    };
    for (const deliveries of batchesOf(warmUpOf(load), BATCH, deliveryOf)) await record(deliveries);
    const batches = batchesOf(load, BATCH, deliveryOf);
    const start = performance.now();
    await inParallel(batches, AT_ONCE, record);
    const seconds = (performance.now() - start) / 1000;
    await mustHoldExactly(app, load.to);
    return seconds;
  } finally {
    await app.close();
  }
}
