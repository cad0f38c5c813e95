import { among } from '../access/scope.js';
import { onDuplicateKeep } from '../database/dialect.js';
import type { Sql, Tx } from '../database/transaction.js';
import type { Hour } from '../primitives/windows.js';

/** Up to which reported hour (exclusive) a registration was pulled; null when it never was. */
export async function findWatermark(sql: Sql, registrationId: number): Promise<Hour | null> {
  const [row] = await sql.query<{ hour: Hour }>(
    'SELECT collected_before_hour AS hour FROM collection_watermark WHERE registration_id = ?',
    [registrationId],
  );
  return row?.hour ?? null;
}

/**
 * Up to which reported hour (exclusive) all of these whose usage is pulled were pulled, 0 where one never was yet; null
 * when no usage of theirs is pulled.
 */
export async function completeBefore(sql: Sql, registrationIds: readonly number[]): Promise<Hour | null> {
  const [row] = await sql.query<{ hour: Hour | null }>(
    `SELECT MIN(COALESCE(w.collected_before_hour, 0)) AS hour
       FROM registration g LEFT JOIN collection_watermark w ON w.registration_id = g.id
      WHERE ${among('g.id', registrationIds)} AND (w.registration_id IS NOT NULL OR g.usage_intake = 'PULLED')`,
  );
  return row?.hour ?? null;
}

/** Up to which reported hour (exclusive) the registration that is furthest behind was pulled; null when none was. */
export async function furthestBehind(sql: Sql): Promise<Hour | null> {
  const [row] = await sql.query<{ hour: Hour | null }>(
    'SELECT MIN(collected_before_hour) AS hour FROM collection_watermark',
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
