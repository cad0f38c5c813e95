import { ascii, generatedId, integer } from '../../database/columns.js';
import type { Dialect } from '../../database/dialect.js';
import { table } from '../../database/table.js';
import type { RoutingReason } from './destination.js';

/** Where usage is billed and why: through a mapping, or on the base subscription for one of two reasons. */
export interface Destination {
  id: number;
  registrationId: number;
  reason: RoutingReason;
  tenantMappingId: number | null;
  /** The mapping's id, or 0: what makes a destination unique where NULLs would not. */
  mappingKey: number;
}

/** The table of destinations. */
export function destinationTable(dialect: Dialect) {
  return table<Destination>({
    name: 'destination',
    columns: {
      id: generatedId(),
      registrationId: integer(),
      reason: ascii(dialect, 24),
      tenantMappingId: integer({ nullable: true }),
      mappingKey: integer(),
    },
    unique: { uq_destination: ['registrationId', 'reason', 'mappingKey'] },
    references: { registrationId: 'registration', tenantMappingId: 'tenant_mapping' },
  });
}
