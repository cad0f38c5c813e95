/** Why usage is billed where it is. */
export const ROUTING_REASONS = ['MAPPED', 'TENANT_NOT_MAPPED', 'TENANT_UNKNOWN'] as const;
export type RoutingReason = (typeof ROUTING_REASONS)[number];
