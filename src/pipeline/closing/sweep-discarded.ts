import type { Database } from '../../database/database.js';
import { firstOf } from '../../database/dialect.js';

/** Records that one transaction deletes: few enough that no batch waits for it long. */
const RECORDS_PER_SWEEP = 1_000;
const KEY = ['stack_subscription_id', 'reported_hour', 'usage_hour', 'meter_id', 'resource_id', 'identity'];

/**
 * Deletes the records of registrations that were discarded, some at a time, and answers how many. Nobody reads them,
 * and no batch writes more: each asks for its registration. Any process may do this, or several; what one leaves,
 * another goes on with.
 */
export async function sweepDiscarded(
  { db }: { readonly db: Database },
  signal?: AbortSignal,
  recordsPerSweep = RECORDS_PER_SWEEP,
): Promise<number> {
  let swept = 0;
  while (signal?.aborted !== true) {
    const [next] = await db.reader.query<{ id: number }>(
      'SELECT stack_subscription_id AS id FROM discarded_subscription ORDER BY stack_subscription_id LIMIT 1',
    );
    if (next === undefined) break;
    swept += await db.inTransaction(async (tx) => {
      const { affected } = await tx.execute(
        `DELETE FROM usage_record WHERE ${firstOf(tx.dialect, {
          table: 'usage_record',
          key: KEY,
          which: 'stack_subscription_id = ?',
          limit: recordsPerSweep,
        })}`,
        [next.id],
      );
      if (affected < recordsPerSweep) {
        await tx.execute('DELETE FROM discarded_subscription WHERE stack_subscription_id = ?', [next.id]);
      }
      return affected;
    });
  }
  return swept;
}
