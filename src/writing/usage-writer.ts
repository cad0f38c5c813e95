/** Usage from the bytes of a request to the text of its answer: in this thread, or in one of its own. */
import type { Database } from '../database/database.js';
import { decodeUsageBody, receiptText } from '../pipeline/ingestion/usage-wire.js';
import { recordTogether, recordUsage } from '../pipeline/pipeline.js';
import type { Batch, Pipeline } from '../pipeline/pipeline.js';

/** A body that was let in: whose usage it is, and who sent it. */
export interface UsageBody {
  /** May be given away: whoever sent it does not look at it again. */
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly registrationId: number;
  readonly receivedBy: string;
}

/** How long the caller waits for a body, in the form that each writer needs. */
export interface Patience {
  /** The database that gives up when the time is over or the caller has gone. */
  readonly db: Database;
  readonly milliseconds: number;
}

/** Takes bodies of usage into the books. */
export interface UsageWriter {
  /**
   * Answers with the receipt as JSON in UTF-8, after the commit. Throws what `decodeUsageBody` throws, TIMEOUT, and
   * UNAVAILABLE when the database does not answer.
   */
  write(body: UsageBody, patience: Patience): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A writer in this thread. It works on the database of the caller, and has nothing to close. */
export function writerHere(pipeline: Pipeline): UsageWriter {
  return {
    write: async ({ bytes, mediaType, registrationId, receivedBy }, { db }) => {
      const deliveries = decodeUsageBody(bytes, mediaType, pipeline.clock.now());
      const receipt = await recordUsage({ ...pipeline, db }, { registrationId, receivedBy, deliveries });
      return new TextEncoder().encode(receiptText(receipt));
    },
    close: async () => undefined,
  };
}

/** A body with when it came, and the database that gives up when its time is over. */
export interface TimedBody extends UsageBody {
  readonly receivedAt: number;
  readonly db: Database;
}

/** Records that share a transaction. More would keep others from the database for too long. */
const RECORDS_TOGETHER_MAX = 20_000;

interface Waiting extends Batch {
  readonly db: Database;
  readonly resolve: (receipt: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A writer for many bodies at once: those of one registration that arrive while another of it is written share the next
 * transaction, and most add to the same totals. Registrations do not wait for each other. Where a shared transaction
 * fails, each body is tried alone: what is wrong with one, or its time being over, is no other's fault.
 */
export function writerForMany(
  pipeline: Pick<Pipeline, 'dictionary' | 'routingTables' | 'onStage'>,
): (body: TimedBody) => Promise<Uint8Array> {
  const queues = new Map<number, Waiting[]>();

  async function workThrough(registrationId: number, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) await settle(registrationId, together(queue));
    queues.delete(registrationId);
  }

  async function settle(registrationId: number, group: readonly Waiting[]): Promise<void> {
    const [first] = group;
    if (first === undefined) return;
    try {
      // The one that has waited longest has the least time left.
      const receipts = await recordTogether({ ...pipeline, db: first.db }, registrationId, group);
      receipts.forEach((receipt, index) => group[index]?.resolve(new TextEncoder().encode(receiptText(receipt))));
    } catch (error) {
      if (group.length === 1) first.reject(error);
      else for (const one of group) await settle(registrationId, [one]);
    }
  }

  return async ({ bytes, mediaType, registrationId, receivedBy, receivedAt, db }) => {
    const deliveries = decodeUsageBody(bytes, mediaType, receivedAt);
    return new Promise((resolve, reject) => {
      const waiting = { receivedAt, receivedBy, deliveries, db, resolve, reject };
      const queue = queues.get(registrationId);
      if (queue !== undefined) {
        queue.push(waiting);
        return;
      }
      const begun = [waiting];
      queues.set(registrationId, begun);
      void workThrough(registrationId, begun);
    });
  };
}

/** Takes the bodies that come next out of a queue: one, and as many more as fit. */
function together(queue: Waiting[]): readonly Waiting[] {
  let records = 0;
  const end = queue.findIndex(({ deliveries }, index) => {
    records += deliveries.length;
    return index > 0 && records > RECORDS_TOGETHER_MAX;
  });
  return queue.splice(0, end < 0 ? queue.length : end);
}
