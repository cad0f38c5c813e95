import { among } from '../access/scope.js';
import type { Everyone } from '../access/scope.js';
import { onDuplicateKeep } from '../database/dialect.js';
import type { Sql, Tx } from '../database/transaction.js';
import type { Hour } from '../primitives/windows.js';

/** Up to which reported hour (exclusive) a registration was pulled; null when it is not pulled. */
export function findWatermark(sql: Sql, registrationId: number): Promise<Hour | null> {
  return completeBefore(sql, [registrationId]);
}

/** Up to which reported hour (exclusive) all of these that are pulled were pulled; null when none is. */
export async function completeBefore(sql: Sql, registrationIds: Everyone | readonly number[]): Promise<Hour | null> {
  const [row] = await sql.query<{ hour: Hour | null }>(
    `SELECT MIN(collected_before_hour) AS hour FROM collection_watermark
      WHERE ${among('registration_id', registrationIds)}`,
  );
  return row?.hour ?? null;
}

/** Begins a watermark where there is none; one that is there stays. */
export async function beginWatermark(
  tx: Tx,
  watermark: { readonly registrationId: number; readonly hour: Hour; readonly at: number },
): Promise<void> {
  await tx.insertRows({
    table: 'collection_watermark',
    columns: ['registration_id', 'collected_before_hour', 'updated_at'],
    rows: [[watermark.registrationId, watermark.hour, watermark.at]],
    onDuplicate: onDuplicateKeep(tx.dialect, 'registration_id'),
  });
}

/**
 * Moves a watermark over one reported hour whose usage is committed. Only from where it stands: another process may
 * have moved it meanwhile, and it never goes back nor over an hour that nobody pulled. Answers whether it moved.
 */
export async function advanceWatermark(
  tx: Tx,
  watermark: { readonly registrationId: number; readonly hour: Hour; readonly at: number },
): Promise<boolean> {
  const { affected } = await tx.execute(
    `UPDATE collection_watermark SET collected_before_hour = ?, updated_at = ?
      WHERE registration_id = ? AND collected_before_hour = ?`,
    [watermark.hour + 1, watermark.at, watermark.registrationId, watermark.hour],
  );
  return affected === 1;
}

/** How many records of a reported hour were pulled from the registration's stamp. */
export async function countPulledRecords(sql: Sql, registrationId: number, reportedHour: Hour): Promise<number> {
  const [row] = await sql.query<{ records: number }>(
    `SELECT COUNT(*) AS records
       FROM usage_record r JOIN stack_subscription s ON s.id = r.stack_subscription_id
      WHERE s.registration_id = ? AND r.reported_hour = ? AND r.record_id IS NULL`,
    [registrationId, reportedHour],
  );
  return Number(row?.records ?? 0);
}
