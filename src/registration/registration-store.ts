import type { RegistrationState } from './registration-state.js';
import type { Registration } from './registration.entity.js';
import { inScope } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { lockForRead, lockForWrite } from '../database/dialect.js';
import type { Sql, Tx } from '../database/transaction.js';
import { DomainError } from '../primitives/errors.js';
import type { Day } from '../primitives/windows.js';

const COLUMNS = `g.id, g.name, g.name_key AS nameKey, g.cloud_id AS cloudId,
  g.base_subscription_guid AS baseSubscriptionGuid, g.base_offer AS baseOffer, g.resource_group AS resourceGroup,
  g.billing_model AS billingModel, g.partner_id AS partnerId, g.is_multitenancy_approved AS isMultitenancyApproved,
  g.is_usage_reporting_enabled AS isUsageReportingEnabled, g.agreement_number AS agreementNumber,
  g.ms_asset_tag AS msAssetTag, g.usage_intake AS usageIntake, g.state, g.books_from_day AS booksFromDay,
  g.opened_at AS openedAt, g.opened_digest AS openedDigest, g.closed_before_day AS closedBeforeDay,
  g.routing_version AS routingVersion, g.waiting_corrections AS waitingCorrections,
  g.created_at AS createdAt, g.created_by AS createdBy`;

/** A registration that was taken back keeps its row, for what names it; nobody finds it. */
const DISCARDED = 'DISCARDED';
const IS_THERE = `g.state <> '${DISCARDED}'`;

/** What of a registration an ingest must know, and must not see change until it commits. */
export interface OpenState {
  readonly name: string;
  readonly state: RegistrationState;
  /** First day of the books; null while nobody has said it. */
  readonly booksFromDay: Day | null;
  readonly closedBeforeDay: number;
  readonly routingVersion: number;
  /** Whether corrections may wait for records that are to come. */
  readonly waitingCorrections: number;
}

/** The registration of this name, compared without case; null when there is none in the scope. */
export async function findRegistration(sql: Sql, scope: Scope, name: string): Promise<Registration | null> {
  const rows = await sql.query<Registration>(
    `SELECT ${COLUMNS} FROM registration g
      WHERE g.name_key = ? AND ${IS_THERE} AND ${inScope(scope, { registration: 'g.id', tenant: null })}`,
    [name.toLowerCase()],
  );
  return asRegistration(rows[0]);
}

/** The registration of this name, if the caller may see it; not-yours and not-found answer alike. */
export async function getRegistration(sql: Sql, scope: Scope, name: string): Promise<Registration> {
  const found = await findRegistration(sql, scope, name);
  if (found !== null) return found;
  throw registrationNotFound(name);
}

/** A registration for what is about all of its customers; a caller who sees only some of them has none. */
export async function getWholeRegistration(sql: Sql, scope: Scope, name: string): Promise<Registration> {
  const found = await getRegistration(sql, scope, name);
  if (scope.tenantIds === 'all') return found;
  throw registrationNotFound(name);
}

function registrationNotFound(name: string): DomainError {
  return new DomainError('RegistrationNotFound', `No registration named "${name.slice(0, 90)}".`, ['registration']);
}

/** Ends the reporting of the registration of a stamp; answers its row id, null where there is none. */
export async function stopReporting(
  tx: Tx,
  { name, cloudId }: Pick<Registration, 'name' | 'cloudId'>,
): Promise<number | null> {
  const [found] = await tx.query<{ id: number }>('SELECT id FROM registration WHERE name = ? AND cloud_id = ?', [
    name,
    cloudId,
  ]);
  if (found === undefined) return null;
  await tx.execute('UPDATE registration SET is_usage_reporting_enabled = 0 WHERE id = ?', [found.id]);
  return found.id;
}

/** Registrations in the order of their row ids, after one of them. */
export async function listRegistrations(
  sql: Sql,
  scope: Scope,
  page: { readonly afterId: number; readonly limit: number; readonly ids?: readonly number[] },
): Promise<Registration[]> {
  const only = page.ids === undefined ? '' : `AND g.id IN (${[0, ...page.ids].map(Number).join(', ')})`;
  const rows = await sql.query<Registration>(
    `SELECT ${COLUMNS} FROM registration g
      WHERE g.id > ? ${only} AND ${IS_THERE} AND ${inScope(scope, { registration: 'g.id', tenant: null })}
      ORDER BY g.id LIMIT ${Number(page.limit)}`,
    [page.afterId],
  );
  return rows.map((row) => withFlags(row));
}

/**
 * The registrations that an id stands for in Azure's provider APIs: the stamp of this cloud id, or every stamp that is
 * registered on this base subscription. Empty for an id that is not known or not the caller's.
 */
export async function listStampsOf(sql: Sql, scope: Scope, providerSubscriptionGuid: string): Promise<Registration[]> {
  const rows = await sql.query<Registration>(
    `SELECT ${COLUMNS} FROM registration g
      WHERE (g.cloud_id = ? OR g.base_subscription_guid = ?)
        AND ${IS_THERE} AND ${inScope(scope, { registration: 'g.id', tenant: null })}
      ORDER BY g.id`,
    [providerSubscriptionGuid, providerSubscriptionGuid],
  );
  return rows.map((row) => withFlags(row));
}

/** Keeps closing and mapping changes out until the end of the transaction; other ingests may go on. */
export async function holdOpenState(tx: Tx, registrationId: number): Promise<OpenState> {
  const rows = await tx.query<OpenState>(
    `SELECT g.name, g.state, g.books_from_day AS booksFromDay, g.closed_before_day AS closedBeforeDay,
            g.routing_version AS routingVersion, g.waiting_corrections AS waitingCorrections
       FROM registration g WHERE g.id = ? AND ${IS_THERE} ${lockForRead(tx.dialect)}`,
    [registrationId],
  );
  return only(rows);
}

/** Keeps everything else out of this registration's books until the end of the transaction. */
export async function lockRegistration(tx: Tx, registrationId: number): Promise<Registration> {
  const rows = await tx.query<Registration>(
    `SELECT ${COLUMNS} FROM registration g WHERE g.id = ? AND ${IS_THERE} ${lockForWrite(tx.dialect)}`,
    [registrationId],
  );
  return withFlags(only(rows));
}

/** Notes whether corrections wait for their records. The caller holds the lock of the registration. */
export async function noteWaitingCorrections(tx: Tx, registrationId: number, isWaiting: boolean): Promise<void> {
  await tx.execute('UPDATE registration SET waiting_corrections = ? WHERE id = ?', [Number(isWaiting), registrationId]);
}

/** Begins a new routing version: what was decided before stays readable under the old one. */
export async function bumpRoutingVersion(tx: Tx, registrationId: number): Promise<number> {
  await tx.execute('UPDATE registration SET routing_version = routing_version + 1 WHERE id = ?', [registrationId]);
  const rows = await tx.query<{ routingVersion: number }>(
    'SELECT routing_version AS routingVersion FROM registration WHERE id = ?',
    [registrationId],
  );
  return only(rows).routingVersion;
}

/** Writes down other terms. The caller holds the lock of the registration. */
export async function updateTerms(
  tx: Tx,
  registrationId: number,
  terms: Pick<
    Registration,
    'baseOffer' | 'partnerId' | 'isMultitenancyApproved' | 'agreementNumber' | 'msAssetTag' | 'booksFromDay'
  >,
): Promise<void> {
  await tx.execute(
    `UPDATE registration SET base_offer = ?, partner_id = ?, is_multitenancy_approved = ?, agreement_number = ?,
            ms_asset_tag = ?, books_from_day = ? WHERE id = ?`,
    [
      terms.baseOffer,
      terms.partnerId,
      Number(terms.isMultitenancyApproved),
      terms.agreementNumber,
      terms.msAssetTag,
      terms.booksFromDay,
      registrationId,
    ],
  );
}

/** Opens the books, for ever. The caller holds the lock of the registration. */
export async function openRegistration(
  tx: Tx,
  registrationId: number,
  opened: { readonly at: number; readonly booksFromDay: Day; readonly digest: string },
): Promise<void> {
  await tx.execute(
    "UPDATE registration SET state = 'OPEN', opened_at = ?, books_from_day = ?, opened_digest = ? WHERE id = ?",
    [opened.at, opened.booksFromDay, opened.digest, registrationId],
  );
}

/**
 * Leaves of a registration what the audit log and its batches refer to, under names that nobody can give. The caller
 * holds the lock of the registration.
 */
export async function retireRegistration(tx: Tx, registrationId: number): Promise<void> {
  const nobodys = `#${Number(registrationId)}`;
  await tx.execute('UPDATE registration SET state = ?, name_key = ?, cloud_id = ? WHERE id = ?', [
    DISCARDED,
    nobodys,
    nobodys,
    registrationId,
  ]);
}

/** Says with which reported day the books begin, while they are set up and nobody has said it. */
export async function sayBooksFrom(tx: Tx, registrationId: number, day: Day): Promise<void> {
  await tx.execute(
    `UPDATE registration SET books_from_day = ?
      WHERE id = ? AND state = 'SETTING_UP' AND books_from_day IS NULL`,
    [day, registrationId],
  );
}

/** Closes all reported days before this one. The caller holds the lock of the registration. */
export async function moveClosedBoundary(tx: Tx, registrationId: number, closedBeforeDay: number): Promise<void> {
  await tx.execute('UPDATE registration SET closed_before_day = ? WHERE id = ?', [closedBeforeDay, registrationId]);
}

function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new DomainError('RegistrationNotFound', 'The registration is gone.');
  return row;
}

function asRegistration(row: Registration | undefined): Registration | null {
  return row === undefined ? null : withFlags(row);
}

/** Both databases keep flags as 0 and 1. */
function withFlags(row: Registration): Registration {
  return {
    ...row,
    isMultitenancyApproved: Boolean(row.isMultitenancyApproved),
    isUsageReportingEnabled: Boolean(row.isUsageReportingEnabled),
    openedAt: row.openedAt === null ? null : Number(row.openedAt),
    createdAt: Number(row.createdAt),
  };
}
