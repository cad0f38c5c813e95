import type { Meter } from './meter.entity.js';
import { among } from '../access/scope.js';
import type { Sql } from '../database/transaction.js';

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
