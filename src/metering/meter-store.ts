import type { Meter, StackSubscriptionMeter } from './meter.entity.js';
import { among, inScope } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { lockForWrite, onDuplicateKeep } from '../database/dialect.js';
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

/**
 * Meters in the order of their row ids. Known ones are no secret: everyone sees all of them. An unknown one is seen by
 * whoever sees usage of it; one without any in the books, by who sees the whole books.
 */
export async function listMeters(
  sql: Sql,
  scope: Scope,
  filter: MeterFilter,
  page: { readonly afterId: number; readonly limit: number },
): Promise<Meter[]> {
  const { ids, meterGuids, category, isKnown, isDeprecated } = filter;
  const flag = (value: boolean) => (value ? 1 : 0);
  const where = [
    'm.id > ?',
    isSeenIn(scope),
    ...(ids === undefined ? [] : [among('m.id', ids)]),
    ...(meterGuids === undefined ? [] : [`m.meter_guid IN (${['?', ...meterGuids.map(() => '?')].join(', ')})`]),
    ...(category === undefined ? [] : ['m.category = ?']),
    ...(isKnown === undefined ? [] : [`m.is_known = ${flag(isKnown)}`]),
    ...(isDeprecated === undefined ? [] : [`m.is_deprecated = ${flag(isDeprecated)}`]),
  ];
  const guids = meterGuids === undefined ? [] : ['', ...meterGuids];
  const rows = await sql.query<Meter>(
    `SELECT m.id, m.meter_guid AS meterGuid, m.wire_id AS wireId, m.name, m.unit, m.category,
            m.resource_provider AS resourceProvider, m.description, m.is_deprecated AS isDeprecated,
            m.quantity_rule AS quantityRule, m.billed_by_microsoft AS billedByMicrosoft, m.is_known AS isKnown,
            m.created_at AS createdAt
       FROM meter m WHERE ${where.join(' AND ')} ORDER BY m.id LIMIT ${Number(page.limit)}`,
    [page.afterId, ...guids, ...(category === undefined ? [] : [category])],
  );
  return rows.map((row) => ({
    ...row,
    isDeprecated: Boolean(row.isDeprecated),
    isKnown: Boolean(row.isKnown),
    createdAt: Number(row.createdAt),
  }));
}

/** The condition on a meter `m`. Only unknown ones are looked up, each until the first usage in scope is found. */
function isSeenIn(scope: Scope): string {
  if (scope.registrationIds === 'all' && scope.tenantIds === 'all') return '1 = 1';
  return `(m.is_known = 1 OR EXISTS (
    SELECT 1 FROM stack_subscription_meter v JOIN stack_subscription s ON s.id = v.stack_subscription_id
     WHERE v.meter_id = m.id AND ${inScope(scope, { registration: 's.registration_id', tenant: 's.tenant_id' })}))`;
}

/** A meter as usage names it. */
export type NamedMeter = Pick<Meter, 'meterGuid' | 'wireId'>;

const METERS_PER_STATEMENT_MAX = 400;

/** Of these meters, those that usage of a registration may name, by GUID: known ones, and the unknown ones it has. */
export async function findNameableMeters(
  sql: Sql,
  registrationId: number,
  meters: readonly NamedMeter[],
): Promise<Map<string, Pick<Meter, 'id' | 'isKnown'>>> {
  const found = new Map<string, Pick<Meter, 'id' | 'isKnown'>>();
  for (let start = 0; start < meters.length; start += METERS_PER_STATEMENT_MAX) {
    const some = meters.slice(start, start + METERS_PER_STATEMENT_MAX);
    const rows = await sql.query<Pick<Meter, 'id' | 'meterGuid' | 'isKnown'>>(
      `SELECT m.id, m.meter_guid AS meterGuid, m.is_known AS isKnown
         FROM meter m LEFT JOIN registration_meter r ON r.meter_id = m.id AND r.registration_id = ?
        WHERE m.meter_guid IN (${some.map(() => '?').join(', ')}) AND (m.is_known = 1 OR r.meter_id IS NOT NULL)`,
      [registrationId, ...some.map(({ meterGuid }) => meterGuid)],
    );
    for (const { id, meterGuid, isKnown } of rows) found.set(meterGuid, { id, isKnown: Boolean(isKnown) });
  }
  return found;
}

/** How many meters that are unknown to this day usage of a registration names. */
export async function countUnknownMeters(sql: Sql, registrationId: number): Promise<number> {
  const [row] = await sql.query<{ meters: number }>(
    `SELECT COUNT(*) AS meters FROM registration_meter r JOIN meter m ON m.id = r.meter_id
      WHERE r.registration_id = ? AND m.is_known = 0`,
    [registrationId],
  );
  return Number(row?.meters ?? 0);
}

/** Lets usage of a registration name these unknown meters. The caller holds the lock of the registration. */
export async function addUnknownMeters(
  tx: Tx,
  registrationId: number,
  { meters, now }: { readonly meters: readonly NamedMeter[]; readonly now: number },
): Promise<void> {
  for (let start = 0; start < meters.length; start += METERS_PER_STATEMENT_MAX) {
    const some = meters.slice(start, start + METERS_PER_STATEMENT_MAX);
    await tx.insertRows({
      table: 'meter',
      columns: ['meter_guid', 'wire_id', 'is_deprecated', 'billed_by_microsoft', 'is_known', 'created_at'],
      rows: some.map(({ meterGuid, wireId }) => [meterGuid, wireId, 0, 'unknown', 0, now]),
      onDuplicate: onDuplicateKeep(tx.dialect, 'meter_guid'),
    });
    await tx.execute(
      `INSERT INTO registration_meter (registration_id, meter_id)
       SELECT ${Number(registrationId)}, m.id FROM meter m WHERE m.meter_guid IN (${some.map(() => '?').join(', ')})`,
      some.map(({ meterGuid }) => meterGuid),
    );
  }
}

/** Notes that there is usage of these unknown meters. Must run in the transaction that takes it in. */
export async function addMetersOfSubscriptions(tx: Tx, seen: readonly StackSubscriptionMeter[]): Promise<void> {
  if (seen.length === 0) return;
  await tx.insertRows({
    table: 'stack_subscription_meter',
    columns: ['stack_subscription_id', 'meter_id'],
    rows: seen.map(({ stackSubscriptionId, meterId }) => [stackSubscriptionId, meterId]),
    onDuplicate: onDuplicateKeep(tx.dialect, 'meter_id'),
  });
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
