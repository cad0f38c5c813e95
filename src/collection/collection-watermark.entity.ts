import { epochMs, integer } from '../database/columns.js';
import type { Dialect } from '../database/dialect.js';
import { table } from '../database/table.js';

/** How far a registration's usage was pulled from its stamp. A registration without a row is not pulled. */
export interface CollectionWatermark {
  registrationId: number;
  /** Every reported hour before this one, from the first that was asked for, is in the books. */
  collectedBeforeHour: number;
  updatedAt: number;
}

/** The table of how far each registration was pulled. */
export function collectionWatermarkTable(_dialect: Dialect) {
  return table<CollectionWatermark>({
    name: 'collection_watermark',
    columns: {
      registrationId: integer({ primary: true }),
      collectedBeforeHour: integer(),
      updatedAt: epochMs(),
    },
    references: { registrationId: 'registration' },
  });
}
