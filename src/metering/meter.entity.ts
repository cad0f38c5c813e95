import { ascii, epochMs, flag, generatedId, nullable, text } from '../database/columns.js';
import { table } from '../database/table.js';
import type { RowOf } from '../database/table.js';

/** What is measured. Known meters come from Microsoft's lists; an unknown id is kept as it came. */
export const meterTable = table({
  name: 'meter',
  columns: {
    id: generatedId(),
    /** Lower case with dashes: the form in which ids are compared. */
    meterGuid: ascii(36),
    /** The spelling in which a stamp sends it: storage in upper case, compute in lower case. */
    wireId: ascii(36),
    name: nullable(text(200)),
    unit: nullable(text(100)),
    category: nullable(text(100)),
    resourceProvider: nullable(text(100)),
    description: nullable(text(1000)),
    isDeprecated: flag(),
    /** How quantities add up, for people: "sum", "hourly=count; daily=count*hours", … */
    quantityRule: nullable(text(200)),
    /** "yes", "no" or "unknown"; only App Service is documented, the rest is inferred. */
    billedByMicrosoft: ascii(10),
    isKnown: flag(),
    createdAt: epochMs(),
  },
  unique: { uq_meter_guid: ['meterGuid'] },
  changeable: [
    'name',
    'unit',
    'category',
    'resourceProvider',
    'description',
    'isDeprecated',
    'quantityRule',
    'billedByMicrosoft',
    'isKnown',
  ],
});
/** A row of `meter`. */
export type Meter = RowOf<typeof meterTable>;
