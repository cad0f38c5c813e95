import { textTable } from './text-table.js';
import { WHOLE_BOOKS } from '../access/scope.js';
import type { Sql } from '../database/transaction.js';
import { listMeters } from '../metering/meter-store.js';
import { findDestinations } from '../reading/dimensions.js';
import type { DestinationRow } from '../reading/dimensions.js';
import type { UsageMove } from '../reading/mapping-preview.js';

/** Prints what a change would move, and that nothing was changed. */
export async function printMoves(
  sql: Sql,
  preview: {
    /** "From 2026-03-10T12:00:00.000Z on, usage of … would be billed to …." */
    readonly sentence: string;
    readonly moves: readonly (UsageMove & { readonly toDestinationId?: number })[];
    readonly closedRecords: number;
  },
): Promise<void> {
  const { sentence, moves, closedRecords } = preview;
  console.log(`Nothing was changed. ${sentence}`);
  const meterIds = [...new Set(moves.map((move) => move.meterId))];
  const meters = await listMeters(sql, WHOLE_BOOKS, { ids: meterIds }, { afterId: 0, limit: meterIds.length });
  const destinationIds = moves.flatMap((move) => [move.fromDestinationId, move.toDestinationId ?? []].flat());
  const destinations = await findDestinations(sql, WHOLE_BOOKS, [...new Set(destinationIds)]);
  const meterOf = new Map(meters.map((meter) => [meter.id, meter]));
  const destinationOf = new Map(destinations.map((row) => [row.id, row]));
  if (moves.length === 0) console.log('No usage of an open day would move.');
  else {
    const rows = moves.map((move) => {
      const meter = meterOf.get(move.meterId);
      return [
        meter?.name ?? meter?.meterGuid ?? '',
        move.quantity,
        meter?.unit ?? '',
        String(move.records),
        destinationText(destinationOf.get(move.fromDestinationId)),
        ...(move.toDestinationId === undefined ? [] : [destinationText(destinationOf.get(move.toDestinationId))]),
      ];
    });
    const to = moves.some((move) => move.toDestinationId !== undefined) ? ['would be billed to'] : [];
    console.log(textTable(['meter', 'quantity', 'unit', 'records', 'billed now to', ...to], rows));
  }
  if (closedRecords > 0) {
    console.log(`${closedRecords} records stay where they are: their reported day is closed.`);
  }
}

function destinationText(row: DestinationRow | undefined): string {
  if (row === undefined) return '';
  const { reason, destinationSubscriptionGuid } = row;
  return reason === 'MAPPED'
    ? `CSP subscription ${destinationSubscriptionGuid}`
    : `base subscription ${destinationSubscriptionGuid} (${reason})`;
}
