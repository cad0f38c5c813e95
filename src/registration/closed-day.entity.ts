import { epochMs, integer, key, text } from '../database/columns.js';
import { table } from '../database/table.js';
import type { RowOf } from '../database/table.js';

/** A reported day that is frozen: its usage, and the routing version by which that usage was billed. */
export const closedDayTable = table({
  name: 'closed_day',
  columns: {
    registrationId: key(integer()),
    reportedDay: key(integer()),
    routingVersion: integer(),
    closedAt: epochMs(),
    closedBy: text(200),
  },
  references: { registrationId: 'registration' },
  changeable: [],
});
/** A row of `closed_day`. */
export type ClosedDay = RowOf<typeof closedDayTable>;
