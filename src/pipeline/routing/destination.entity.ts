import { ascii, generatedId, integer, nullable } from '../../database/columns.js';
import { table } from '../../database/table.js';
import type { RoutingReason } from './destination.js';

/** Where usage is billed and why: through a mapping, or on the base subscription for one of two reasons. */
export const destinationTable = table({
  name: 'destination',
  columns: {
    id: generatedId(),
    registrationId: integer(),
    reason: ascii<RoutingReason>(24),
    tenantMappingId: nullable(integer()),
    /** The mapping's id, or 0: what makes a destination unique where NULLs would not. */
    mappingKey: integer(),
  },
  unique: { uq_destination: ['registrationId', 'reason', 'mappingKey'] },
  references: { registrationId: 'registration', tenantMappingId: 'tenant_mapping' },
});
