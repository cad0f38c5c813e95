import type { CommerceErrorCode } from './report-state.js';
import type { Quantity } from '../../primitives/quantity.js';

/** A line of usage as Azure gets it from a stamp, with a name of its own: the receiver counts each `lineId` once. */
export interface ReportLine {
  readonly lineId: string;
  readonly meterId: string;
  readonly quantity: Quantity;
  readonly location: string;
  readonly resourceUri: string;
  /** The subscription on the stamp. */
  readonly stackSubscriptionId: string;
  /** ISO 8601, UTC. */
  readonly usageStartTime: string;
  readonly usageEndTime: string;
}

/** What is sent in one piece. The same report is the same bytes, however often it is sent. */
export interface ReportBatch {
  readonly idempotencyKey: string;
  /** The stamp. */
  readonly cloudId: string;
  /** The closed reported day, such as "2026-03-09". */
  readonly reportedDay: string;
  /** The Azure subscription that is billed. */
  readonly destinationSubscriptionId: string;
  readonly batchNo: number;
  readonly lines: readonly ReportLine[];
}

/** What the receiver says of one line. */
export interface LineAnswer {
  readonly lineId: string;
  /** DUPLICATE: the receiver had it already, and counts it once. */
  readonly status: 'ACCEPTED' | 'DUPLICATE' | 'REJECTED';
  /** The receiver's reason for a rejection. */
  readonly code: string | null;
}

/** What the receiver says of a batch, line by line. */
export interface CommerceAnswer {
  /** The receiver's name for what it took. */
  readonly receipt: string | null;
  readonly lines: readonly LineAnswer[];
}

/** What the receiver has of a stamp, per Azure subscription and meter. */
export interface CommerceTotal {
  readonly destinationSubscriptionId: string;
  readonly meterId: string;
  readonly quantity: Quantity;
  readonly lines: number;
}

/** What a sender holds while a report is its own. */
export interface Lease {
  /** Aborted when the gateway stops. */
  readonly signal: AbortSignal;
  /**
   * Called before each exchange, so that the lease outlasts it. Throws a CommerceError when another process has the
   * report: nothing more of it is sent then.
   */
  readonly renew: () => Promise<void>;
  /** The report was never sent before: the receiver cannot know anything of it. */
  readonly isFirstTry: boolean;
}

/**
 * Where reports go. `send` answers every line, or throws a CommerceError: then the receiver may or may not have taken
 * the batch, and it will be sent again as it is.
 */
export interface CommerceClient {
  readonly name: string;
  /** It is made up and lives in this process: the only receiver that is sent demo books. */
  readonly isSimulator?: true;
  send(batch: ReportBatch, lease: Lease): Promise<CommerceAnswer>;
  /** Null where the receiver cannot be asked. */
  totals(cloudId: string, signal: AbortSignal): Promise<readonly CommerceTotal[] | null>;
}

/** Why a batch was not answered. The message holds no secret and is kept with the attempt. */
export class CommerceError extends Error {
  override readonly name = 'CommerceError';

  constructor(
    readonly code: CommerceErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** The batch as JSON text: one form, so that a batch that is sent again is the same bytes. */
export function batchText(batch: ReportBatch): string {
  const { idempotencyKey, cloudId, reportedDay, destinationSubscriptionId, batchNo } = batch;
  const lines = batch.lines.map(lineOnWire);
  const head = { schema: 'usage-report/1', idempotencyKey, cloudId, reportedDay, destinationSubscriptionId, batchNo };
  return JSON.stringify({ ...head, lines });
}

/** A line with its members in the order in which they are written everywhere. */
export function lineOnWire(line: ReportLine): ReportLine {
  const { lineId, meterId, quantity, location, resourceUri, stackSubscriptionId } = line;
  const { usageStartTime, usageEndTime } = line;
  return { lineId, meterId, quantity, location, resourceUri, stackSubscriptionId, usageStartTime, usageEndTime };
}
