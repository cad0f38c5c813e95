/** Usage from the bytes of a request to those of its answer: in this thread, or in one of its own. */
import type { GrantedSources } from '../access/granted-sources.js';
import type { Database } from '../database/database.js';
import { decodeUsageBody, deliveryOfTexts, receiptBytes } from '../pipeline/ingestion/usage-wire.js';
import type { TextRecord } from '../pipeline/ingestion/usage-wire.js';
import type { UsageReceipt } from '../pipeline/ingestion/verdict.js';
import { recordUsage } from '../pipeline/pipeline.js';
import type { Pipeline } from '../pipeline/pipeline.js';

/** A body that was let in: whose usage it is, and who sent it. */
export interface UsageBody {
  /** May be given away: whoever sent it does not look at it again. */
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly registrationId: number;
  readonly receivedBy: string;
  /** As `sourcesFor` says it. */
  readonly grantedSources: GrantedSources | null;
}

/** Records that a mutation brought. */
export interface UsageTexts {
  /** Read before the call returns; the list may be emptied then. */
  readonly records: readonly TextRecord[];
  readonly registrationId: number;
  readonly receivedBy: string;
  readonly grantedSources: GrantedSources | null;
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
  /** Answers with the receipt, after the commit. Throws TIMEOUT, and UNAVAILABLE when the database does not answer. */
  record(usage: UsageTexts, patience: Patience): Promise<UsageReceipt>;
  close(): Promise<void>;
}

/** A writer in this thread. It works on the database of the caller, and has nothing to close. */
export function writerHere(pipeline: Pipeline): UsageWriter {
  return {
    write: async ({ bytes, mediaType, ...sent }, { db }) => {
      const deliveries = decodeUsageBody(bytes, mediaType, pipeline.clock.now());
      const receipt = await recordUsage({ ...pipeline, db }, { ...sent, deliveries });
      return receiptBytes(receipt);
    },
    record: async ({ records, ...sent }, { db }) => {
      const now = pipeline.clock.now();
      const deliveries = records.map((record) => deliveryOfTexts(record, now));
      return recordUsage({ ...pipeline, db }, { ...sent, deliveries });
    },
    close: async () => undefined,
  };
}
