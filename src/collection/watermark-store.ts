import { among } from '../access/scope.js';
import { insertRows, update } from '../database/change.js';
import { count, firstOf, least, literal } from '../database/expressions.js';
import { select } from '../database/select.js';
import { alias, leftJoined } from '../database/table.js';
import type { Sql, Tx } from '../database/transaction.js';
import { usageRecordTable } from '../pipeline/ingestion/ingestion.entity.js';
import type { Hour } from '../primitives/windows.js';
import { collectionWatermarkTable } from '../registration/collection-watermark.entity.js';
import { registrationTable } from '../registration/registration.entity.js';
import { stackSubscriptionTable } from '../tenancy/tenancy.entity.js';

const g = alias(registrationTable, 'g');
const r = alias(usageRecordTable, 'r');
const s = alias(stackSubscriptionTable, 's');
const w = collectionWatermarkTable;

/** Up to which reported hour (exclusive) a registration was pulled; null when it never was. */
export async function findWatermark(sql: Sql, registrationId: number): Promise<Hour | null> {
  const selected = { hour: w.collectedBeforeHour };
  const [row] = await select(sql, selected, `FROM ${w} WHERE ${w.registrationId} = ?`, [registrationId]);
  return row?.hour ?? null;
}

/**
 * Up to which reported hour (exclusive) all of these whose usage is pulled were pulled, 0 where one never was yet; null
 * when no usage of theirs is pulled.
 */
export async function completeBefore(sql: Sql, registrationIds: readonly number[]): Promise<Hour | null> {
  const own = leftJoined(w, 'w');
  const [row] = await select(
    sql,
    { hour: least(firstOf(own.collectedBeforeHour, literal(0))) },
    `FROM ${g} LEFT JOIN ${own} ON ${own.registrationId} = ${g.id}
      WHERE ${among(g.id, registrationIds)} AND (${own.registrationId} IS NOT NULL OR ${g.usageIntake} = 'PULLED')`,
  );
  return row?.hour ?? null;
}

/** Up to which reported hour (exclusive) the registration that is furthest behind was pulled; null when none was. */
export async function furthestBehind(sql: Sql): Promise<Hour | null> {
  const [row] = await select(sql, { hour: least(w.collectedBeforeHour) }, `FROM ${w}`);
  return row?.hour ?? null;
}

/** Begins a watermark where there is none; one that is there stays. */
export async function beginWatermark(
  tx: Tx,
  watermark: { readonly registrationId: number; readonly hour: Hour; readonly at: number },
): Promise<void> {
  const { registrationId, hour, at } = watermark;
  await insertRows(tx, w, [{ registrationId, collectedBeforeHour: hour, updatedAt: at }], 'KEEP');
}

/**
 * Moves a watermark over one reported hour whose usage is committed. Only from where it stands: another process may
 * have moved it meanwhile, and it never goes back nor over an hour that nobody pulled. Answers whether it moved.
 */
export async function advanceWatermark(
  tx: Tx,
  watermark: { readonly registrationId: number; readonly hour: Hour; readonly at: number },
): Promise<boolean> {
  const { registrationId, hour, at } = watermark;
  const fromHere = `${w.registrationId} = ? AND ${w.collectedBeforeHour} = ?`;
  const set = { collectedBeforeHour: hour + 1, updatedAt: at };
  return (await update(tx, w, set, fromHere, [registrationId, hour])) === 1;
}

/** How many records of a reported hour were pulled from the registration's stamp. */
export async function countPulledRecords(sql: Sql, registrationId: number, reportedHour: Hour): Promise<number> {
  const [row] = await select(
    sql,
    { records: count() },
    `FROM ${r} JOIN ${s} ON ${s.id} = ${r.stackSubscriptionId}
      WHERE ${s.registrationId} = ? AND ${r.reportedHour} = ? AND ${r.recordId} IS NULL`,
    [registrationId, reportedHour],
  );
  return row?.records ?? 0;
}
