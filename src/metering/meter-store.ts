import type { Meter } from './meter.entity.js';
import { among } from '../access/scope.js';
import { lockForWrite } from '../database/dialect.js';
import { insertRow } from '../database/transaction.js';
import type { Sql, Tx } from '../database/transaction.js';

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
    'id > ?',
    ...(ids === undefined ? [] : [among('id', ids)]),
    ...(meterGuids === undefined ? [] : [`meter_guid IN (${['?', ...meterGuids.map(() => '?')].join(', ')})`]),
    ...(category === undefined ? [] : ['category = ?']),
    ...(isKnown === undefined ? [] : [`is_known = ${flag(isKnown)}`]),
    ...(isDeprecated === undefined ? [] : [`is_deprecated = ${flag(isDeprecated)}`]),
  ];
  const guids = meterGuids === undefined ? [] : ['', ...meterGuids];
  const rows = await sql.query<Meter>(
    `SELECT id, meter_guid AS meterGuid, wire_id AS wireId, name, unit, category,
            resource_provider AS resourceProvider, description, is_deprecated AS isDeprecated,
            quantity_rule AS quantityRule, billed_by_microsoft AS billedByMicrosoft, is_known AS isKnown,
            created_at AS createdAt
       FROM meter WHERE ${where.join(' AND ')} ORDER BY id LIMIT ${Number(page.limit)}`,
    [page.afterId, ...guids, ...(category === undefined ? [] : [category])],
  );
  return rows.map((row) => ({
    ...row,
    isDeprecated: Boolean(row.isDeprecated),
    isKnown: Boolean(row.isKnown),
    createdAt: Number(row.createdAt),
  }));
}

/** Keeps others from describing this meter until the end of the transaction, if it is there. */
export async function lockMeter(tx: Tx, meterGuid: string): Promise<void> {
  await tx.query(`SELECT id FROM meter WHERE meter_guid = ? ${lockForWrite(tx.dialect)}`, [meterGuid]);
}

/** Writes a meter that is not there yet; the database refuses a second one of this id. */
export async function insertMeter(tx: Tx, meter: Omit<Meter, 'id'>): Promise<void> {
  await insertRow<Meter>(tx, 'meter', meter);
}

/** Writes down another description. The caller holds the lock of the meter. */
export async function updateMeter(tx: Tx, meter: Meter): Promise<void> {
  await tx.execute(
    `UPDATE meter SET name = ?, unit = ?, category = ?, resource_provider = ?, description = ?, is_deprecated = ?,
            quantity_rule = ?, billed_by_microsoft = ?, is_known = ? WHERE id = ?`,
    [
      meter.name,
      meter.unit,
      meter.category,
      meter.resourceProvider,
      meter.description,
      Number(meter.isDeprecated),
      meter.quantityRule,
      meter.billedByMicrosoft,
      Number(meter.isKnown),
      meter.id,
    ],
  );
}
