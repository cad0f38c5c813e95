import { ascii, epochMs, flag, generatedId, text } from '../database/columns.js';
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

/** The table of meters. */
export function meterTable(dialect: Dialect) {
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
