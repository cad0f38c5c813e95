import { epochMs, integer, key } from '../database/columns.js';
import { table } from '../database/table.js';

/** How far a registration's usage was pulled from its stamp. A registration without a row is not pulled. */
export const collectionWatermarkTable = table({
  name: 'collection_watermark',
  columns: {
    registrationId: key(integer()),
    /** Every reported hour before this one, from the first that was asked for, is in the books. */
    collectedBeforeHour: integer(),
    updatedAt: epochMs(),
  },
  references: { registrationId: 'registration' },
});
