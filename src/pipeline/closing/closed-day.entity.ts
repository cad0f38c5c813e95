import { epochMs, integer, text } from '../../database/columns.js';
import type { Dialect } from '../../database/dialect.js';
import { table } from '../../database/table.js';

/** A reported day that is frozen: its usage, and the routing version by which that usage was billed. */
export interface ClosedDay {
  registrationId: number;
  reportedDay: number;
  routingVersion: number;
  closedAt: number;
  closedBy: string;
}

/** The table of closed days. */
export function closedDayTable(dialect: Dialect) {
  return table<ClosedDay>({
    name: 'closed_day',
    columns: {
      registrationId: integer({ primary: true }),
      reportedDay: integer({ primary: true }),
      routingVersion: integer(),
      closedAt: epochMs(),
      closedBy: text(dialect, 200),
    },
    references: { registrationId: 'registration' },
  });
}
