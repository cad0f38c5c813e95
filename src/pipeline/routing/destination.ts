import { FOREVER } from '../../primitives/windows.js';
import type { Hour } from '../../primitives/windows.js';

/** Why usage is billed where it is. */
export const ROUTING_REASONS = ['MAPPED', 'TENANT_NOT_MAPPED', 'TENANT_UNKNOWN'] as const;
export type RoutingReason = (typeof ROUTING_REASONS)[number];

/** One step of a tenant's billing history, as it holds at some routing version. */
export interface MappingStep {
  readonly mappingId: number;
  readonly effectiveFrom: Hour;
  /** Null where the step unmaps. */
  readonly cspSubscriptionId: number | null;
  readonly destinationId: number | null;
}

/** Everything that decides where one registration's usage is billed, at one routing version. */
export interface RoutingTable {
  readonly registrationId: number;
  readonly version: number;
  readonly tenantNotMapped: number;
  readonly tenantUnknown: number;
  /** Stack subscription → tenant. */
  readonly tenantOf: ReadonlyMap<number, number>;
  /** Tenant → its steps, earliest first. */
  readonly stepsOf: ReadonlyMap<number, readonly MappingStep[]>;
}

/** Usage hours [from, to) of a tenant that share a destination. */
export interface RoutedSpan {
  readonly from: Hour;
  readonly to: Hour;
  readonly destinationId: number;
  readonly step: MappingStep | null;
}

/** The mapping in force at the start of the usage hour, else the base subscription with the reason. */
export function destinationOf(table: RoutingTable, stackSubscriptionId: number, usageHour: Hour): number {
  const tenantId = table.tenantOf.get(stackSubscriptionId);
  if (tenantId === undefined) return table.tenantUnknown;
  const step = stepInForce(table.stepsOf.get(tenantId) ?? [], usageHour);
  return step?.destinationId ?? table.tenantNotMapped;
}

/** The last step that had begun; null before the first. */
export function stepInForce(steps: readonly MappingStep[], usageHour: Hour): MappingStep | null {
  let inForce: MappingStep | null = null;
  for (const step of steps) {
    if (step.effectiveFrom > usageHour) break;
    inForce = step;
  }
  return inForce;
}

/** A stack subscription's whole future and past from an hour on, cut where the destination changes. */
export function routedSpans(table: RoutingTable, stackSubscriptionId: number, from: Hour): readonly RoutedSpan[] {
  const tenantId = table.tenantOf.get(stackSubscriptionId);
  if (tenantId === undefined) {
    return [{ from, to: FOREVER, destinationId: table.tenantUnknown, step: null }];
  }
  const steps = table.stepsOf.get(tenantId) ?? [];
  const starts = [from, ...steps.map((step) => step.effectiveFrom).filter((hour) => hour > from)];
  return starts.map((start, index) => {
    const step = stepInForce(steps, start);
    return {
      from: start,
      to: starts[index + 1] ?? FOREVER,
      destinationId: step?.destinationId ?? table.tenantNotMapped,
      step,
    };
  });
}
