import { meterTable } from './meter.entity.js';
import type { Meter } from './meter.entity.js';
import { among, amongTexts } from '../access/scope.js';
import { insertRow, update } from '../database/change.js';
import { literal } from '../database/expressions.js';
import { select } from '../database/select.js';
import type { Sql, Tx } from '../database/transaction.js';

const m = meterTable;

/** Which meters; what is left out does not narrow. */
export interface MeterFilter {
  readonly ids?: readonly number[];
  readonly meterGuids?: readonly string[];
  readonly category?: string;
  readonly isKnown?: boolean;
  readonly isDeprecated?: boolean;
}

/** Meters in the order of their row ids. What is measured is no secret: everyone sees all of them. */
export async function listMeters(
  sql: Sql,
  filter: MeterFilter,
  page: { readonly afterId: number; readonly limit: number },
): Promise<Meter[]> {
  const { ids, meterGuids, category, isKnown, isDeprecated } = filter;
  const flag = (value: boolean) => (value ? 1 : 0);
  const where = [
    `${m.id} > ?`,
    ...(ids === undefined ? [] : [among(m.id, ids)]),
    ...(meterGuids === undefined ? [] : [amongTexts(m.meterGuid, meterGuids)]),
    ...(category === undefined ? [] : [`${m.category} = ?`]),
    ...(isKnown === undefined ? [] : [`${m.isKnown} = ${flag(isKnown)}`]),
    ...(isDeprecated === undefined ? [] : [`${m.isDeprecated} = ${flag(isDeprecated)}`]),
  ];
  return select(sql, m, `FROM ${m} WHERE ${where.join(' AND ')} ORDER BY ${m.id} LIMIT ${literal(page.limit)}`, [
    page.afterId,
    ...(meterGuids ?? []),
    ...(category === undefined ? [] : [category]),
  ]);
}

/** Keeps others from describing this meter until the end of the transaction, if it is there. */
export async function lockMeter(tx: Tx, meterGuid: string): Promise<void> {
  await select(tx, { id: m.id }, `FROM ${m} WHERE ${m.meterGuid} = ? ${tx.dialect.lockForWrite}`, [meterGuid]);
}

/** Writes a meter that is not there yet; the database refuses a second one of this id. */
export async function insertMeter(tx: Tx, meter: Omit<Meter, 'id'>): Promise<void> {
  await insertRow(tx, m, meter);
}

/** Writes down another description. The caller holds the lock of the meter. */
export async function updateMeter(tx: Tx, meter: Meter): Promise<void> {
  const { id, meterGuid: _meterGuid, wireId: _wireId, createdAt: _createdAt, ...description } = meter;
  await update(tx, m, description, `${m.id} = ?`, [id]);
}
