import type { CommerceErrorCode } from './report-state.js';
import type { Quantity } from '../../primitives/quantity.js';

/**
 * How a report is written, kept with it from when it is prepared: sent again, it is the same bytes. 1: as all reports
 * were at first. 2: each line also says whose it is, what it measures and where it is billed.
 */
export const REPORT_FORMS = [1, 2] as const;
export type ReportForm = (typeof REPORT_FORMS)[number];

/** The form of reports that are prepared now. */
export const REPORT_FORM: ReportForm = 2;

/**
 * A line of usage as Azure gets it from a stamp, with a name of its own: the receiver counts each `lineId` once. What
 * is said of the customer and the meter was so when the report was prepared. docs/reports.md explains each field.
 */
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
  /** The customer's directory; null where nobody had said whose the subscription on the stamp is. */
  readonly tenantId: string | null;
  /** Null for a meter that no list names. */
  readonly meterName: string | null;
  readonly unit: string | null;
  /** The Azure subscription that is billed. */
  readonly destinationSubscriptionId: string;
  /** The day on which it was used, such as "2026-03-09". */
  readonly usageDay: string;
  /** The closed day under which it is filed. */
  readonly reportedDay: string;
}

const FIELDS_OF_FORM_1 = [
  'lineId',
  'meterId',
  'quantity',
  'location',
  'resourceUri',
  'stackSubscriptionId',
  'usageStartTime',
  'usageEndTime',
] as const;

/** What a line says in each form, in the order in which it is written everywhere. */
export const LINE_FIELDS: Readonly<Record<ReportForm, readonly (keyof ReportLine)[]>> = {
  1: FIELDS_OF_FORM_1,
  2: [...FIELDS_OF_FORM_1, 'tenantId', 'meterName', 'unit', 'destinationSubscriptionId', 'usageDay', 'reportedDay'],
};

/** What is sent in one piece. The same report is the same bytes, however often it is sent. */
export interface ReportBatch {
  readonly form: ReportForm;
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
  const { form, idempotencyKey, cloudId, reportedDay, destinationSubscriptionId, batchNo } = batch;
  const lines = batch.lines.map((line) => lineOnWire(line, form));
  const schema = `usage-report/${form}`;
  const head = { schema, idempotencyKey, cloudId, reportedDay, destinationSubscriptionId, batchNo };
  return JSON.stringify({ ...head, lines });
}

/** What a line says in a form, its members in their order. */
export function lineOnWire(line: ReportLine, form: ReportForm): Partial<ReportLine> {
  return Object.fromEntries(LINE_FIELDS[form].map((field) => [field, line[field]]));
}
