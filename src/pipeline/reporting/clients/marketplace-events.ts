import type { ReportBatch, ReportLine } from '../commerce-client.js';
import { isNegative, sum } from '../../../primitives/quantity.js';
import type { Quantity } from '../../../primitives/quantity.js';

/** What stands for an Azure subscription and a meter at the marketplace. */
export interface MarketplaceOffer {
  readonly planId: string;
  /** Meter id → custom dimension. A meter that is not named is its own dimension. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Azure subscription → what its customer bought: a SaaS subscription, or a managed application. */
  readonly resources: Readonly<Record<string, { readonly resourceId: string } | { readonly resourceUri: string }>>;
}

/** A usage event as the marketplace has it, and the lines that it stands for. */
export interface MarketplaceEvent {
  readonly resource: { readonly resourceId: string } | { readonly resourceUri: string };
  readonly dimension: string;
  readonly planId: string;
  readonly quantity: Quantity;
  /** ISO 8601, the start of an hour. */
  readonly effectiveStartTime: string;
  readonly lineIds: readonly string[];
}

/** Lines that the marketplace would never take, with its own name for why. */
export interface Untakeable {
  readonly lineIds: readonly string[];
  readonly code: string;
}

const MS_PER_HOUR = 3_600_000;
const LAST_HOUR = 23;

/**
 * The marketplace takes one event per hour, resource and dimension, and none that is older than 24 hours. So the lines
 * of one dimension in a batch become one event, and each batch of a stamp's reported day has an hour of that day to
 * itself: the first its last hour, which is the youngest, the second the hour before. A batch that comes again meets
 * itself as a duplicate. Two stamps that bill one Azure subscription would meet each other: see `verdictOf`.
 */
export function eventsOf(
  batch: ReportBatch,
  offer: MarketplaceOffer,
): { readonly events: readonly MarketplaceEvent[]; readonly untakeable: readonly Untakeable[] } {
  const events: MarketplaceEvent[] = [];
  const untakeable: Untakeable[] = [];
  const resource = offer.resources[batch.destinationSubscriptionId];
  const hour = LAST_HOUR - (batch.batchNo - 1);
  for (const [dimension, lines] of byDimension(batch.lines, offer)) {
    const lineIds = lines.map(({ lineId }) => lineId);
    const quantity = sum(lines.map((line) => line.quantity));
    if (resource === undefined) untakeable.push({ lineIds, code: 'ResourceNotFound' });
    else if (isNegative(quantity) || quantity === '0') untakeable.push({ lineIds, code: 'InvalidQuantity' });
    else if (hour < 0) untakeable.push({ lineIds, code: 'NoHourLeft' });
    else {
      const { planId } = offer;
      const start = Date.parse(`${batch.reportedDay}T00:00:00Z`) + hour * MS_PER_HOUR;
      const effectiveStartTime = new Date(start).toISOString();
      events.push({
        resource,
        dimension,
        planId,
        quantity,
        effectiveStartTime,
        lineIds,
      });
    }
  }
  return { events, untakeable };
}

/** The event as JSON text. The quantity is a number there; its digits are written as they are. */
export function eventText({ resource, dimension, planId, quantity, effectiveStartTime }: MarketplaceEvent): string {
  const members = JSON.stringify({ ...resource, dimension, effectiveStartTime, planId });
  return `${members.slice(0, -1)},"quantity":${quantity}}`;
}

function byDimension(
  lines: readonly ReportLine[],
  { dimensions }: MarketplaceOffer,
): ReadonlyMap<string, readonly ReportLine[]> {
  const groups = new Map<string, ReportLine[]>();
  for (const line of lines) {
    const dimension = dimensions[line.meterId] ?? line.meterId;
    const group = groups.get(dimension);
    if (group === undefined) groups.set(dimension, [line]);
    else group.push(line);
  }
  return groups;
}
