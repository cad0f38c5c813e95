import { ascii, epochMs, flag, generatedId, integer, text } from '../database/columns.js';
import type { Dialect } from '../database/dialect.js';
import { table } from '../database/table.js';

/** What is measured. Known meters come from Microsoft's lists; an unknown id is kept as it came. */
export interface Meter {
  id: number;
  /** Lower case with dashes: the form in which ids are compared. */
  meterGuid: string;
  /** The spelling in which a stamp sends it: storage in upper case, compute in lower case. */
  wireId: string;
  name: string | null;
  unit: string | null;
  category: string | null;
  resourceProvider: string | null;
  description: string | null;
  isDeprecated: boolean;
  /** How quantities add up, for people: "sum", "hourly=count; daily=count*hours", … */
  quantityRule: string | null;
  /** "yes", "no" or "unknown"; only App Service is documented, the rest is inferred. */
  billedByMicrosoft: string;
  isKnown: boolean;
  createdAt: number;
}

/** An unknown meter that usage of a registration may name: it counts against `UNKNOWN_METERS_MAX` until it is known. */
export interface RegistrationMeter {
  registrationId: number;
  meterId: number;
}

/** An unknown meter of which a stack subscription has usage in the books: whoever may see that sees the meter. */
export interface StackSubscriptionMeter {
  stackSubscriptionId: number;
  meterId: number;
}

/** The tables of meters, and of whose the unknown ones are. */
export function meterTables(dialect: Dialect) {
  return [
    meterTable(dialect),
    table<RegistrationMeter>({
      name: 'registration_meter',
      columns: { registrationId: integer({ primary: true }), meterId: integer({ primary: true }) },
      isClustered: true,
    }),
    table<StackSubscriptionMeter>({
      name: 'stack_subscription_meter',
      columns: { stackSubscriptionId: integer({ primary: true }), meterId: integer({ primary: true }) },
      index: { ix_stack_subscription_meter_meter: ['meterId'] },
      isClustered: true,
    }),
  ];
}

function meterTable(dialect: Dialect) {
  return table<Meter>({
    name: 'meter',
    columns: {
      id: generatedId(),
      meterGuid: ascii(dialect, 36),
      wireId: ascii(dialect, 36),
      name: text(dialect, 200, { nullable: true }),
      unit: text(dialect, 100, { nullable: true }),
      category: text(dialect, 100, { nullable: true }),
      resourceProvider: text(dialect, 100, { nullable: true }),
      description: text(dialect, 1000, { nullable: true }),
      isDeprecated: flag(),
      quantityRule: text(dialect, 200, { nullable: true }),
      billedByMicrosoft: ascii(dialect, 10),
      isKnown: flag(),
      createdAt: epochMs(),
    },
    unique: { uq_meter_guid: ['meterGuid'] },
  });
}
