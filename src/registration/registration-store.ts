import { registrationTable } from './registration.entity.js';
import type { Registration } from './registration.entity.js';
import { among, inScope } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import { update } from '../database/change.js';
import { expression, literal } from '../database/expressions.js';
import { select } from '../database/select.js';
import type { RowOf } from '../database/table.js';
import type { Sql, Tx } from '../database/transaction.js';
import { DomainError } from '../primitives/errors.js';
import type { Day } from '../primitives/windows.js';

const g = registrationTable;

/** A registration that was taken back keeps its row, for what names it; nobody finds it. */
const DISCARDED = 'DISCARDED';
const IS_THERE = `${g.state} <> '${DISCARDED}'`;

/** What of a registration an ingest must know, and must not see change until it commits. */
const OPEN_STATE = {
  name: g.name,
  state: g.state,
  closedBeforeDay: g.closedBeforeDay,
  routingVersion: g.routingVersion,
  /** Whether corrections may wait for records that are to come. */
  waitingCorrections: g.waitingCorrections,
};

/** That of a registration. */
export type OpenState = Readonly<RowOf<typeof OPEN_STATE>>;

/** The registration of this name, compared without case; null when there is none in the scope. */
export async function findRegistration(sql: Sql, scope: Scope, name: string): Promise<Registration | null> {
  const inIt = inScope(scope, { registration: g.id, tenant: null });
  const [found] = await select(sql, g, `FROM ${g} WHERE ${g.nameKey} = ? AND ${IS_THERE} AND ${inIt}`, [
    name.toLowerCase(),
  ]);
  return found ?? null;
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
  const [found] = await select(tx, { id: g.id }, `FROM ${g} WHERE ${g.name} = ? AND ${g.cloudId} = ?`, [name, cloudId]);
  if (found === undefined) return null;
  await update(tx, g, { isUsageReportingEnabled: false }, `${g.id} = ?`, [found.id]);
  return found.id;
}

/** Registrations in the order of their row ids, after one of them. */
export async function listRegistrations(
  sql: Sql,
  scope: Scope,
  page: { readonly afterId: number; readonly limit: number; readonly ids?: readonly number[] },
): Promise<Registration[]> {
  return select(
    sql,
    g,
    `FROM ${g}
      WHERE ${g.id} > ? AND ${among(g.id, page.ids ?? 'all')} AND ${IS_THERE}
        AND ${inScope(scope, { registration: g.id, tenant: null })}
      ORDER BY ${g.id} LIMIT ${literal(page.limit)}`,
    [page.afterId],
  );
}

/**
 * The registrations that an id stands for in Azure's provider APIs: the stamp of this cloud id, or every stamp that is
 * registered on this base subscription. Empty for an id that is not known or not the caller's.
 */
export async function listStampsOf(sql: Sql, scope: Scope, providerSubscriptionGuid: string): Promise<Registration[]> {
  return select(
    sql,
    g,
    `FROM ${g}
      WHERE (${g.cloudId} = ? OR ${g.baseSubscriptionGuid} = ?)
        AND ${IS_THERE} AND ${inScope(scope, { registration: g.id, tenant: null })}
      ORDER BY ${g.id}`,
    [providerSubscriptionGuid, providerSubscriptionGuid],
  );
}

/** Keeps closing and mapping changes out until the end of the transaction; other ingests may go on. */
export async function holdOpenState(tx: Tx, registrationId: number): Promise<OpenState> {
  const held = `FROM ${g} WHERE ${g.id} = ? AND ${IS_THERE} ${tx.dialect.lockForRead}`;
  return only(await select(tx, OPEN_STATE, held, [registrationId]));
}

/** Keeps everything else out of this registration's books until the end of the transaction. */
export async function lockRegistration(tx: Tx, registrationId: number): Promise<Registration> {
  const locked = `FROM ${g} WHERE ${g.id} = ? AND ${IS_THERE} ${tx.dialect.lockForWrite}`;
  return only(await select(tx, g, locked, [registrationId]));
}

/** Notes whether corrections wait for their records. The caller holds the lock of the registration. */
export async function noteWaitingCorrections(tx: Tx, registrationId: number, isWaiting: boolean): Promise<void> {
  await change(tx, registrationId, { waitingCorrections: isWaiting ? 1 : 0 });
}

/** Begins a new routing version: what was decided before stays readable under the old one. */
export async function bumpRoutingVersion(tx: Tx, registrationId: number): Promise<number> {
  const next = expression(`${g.routingVersion} + 1`, g.routingVersion);
  await update(tx, g, { routingVersion: next }, `${g.id} = ?`, [registrationId]);
  const { routingVersion } = g;
  return only(await select(tx, { routingVersion }, `FROM ${g} WHERE ${g.id} = ?`, [registrationId])).routingVersion;
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
  const { baseOffer, partnerId, isMultitenancyApproved, agreementNumber, msAssetTag, booksFromDay } = terms;
  const only = { baseOffer, partnerId, isMultitenancyApproved, agreementNumber, msAssetTag, booksFromDay };
  await change(tx, registrationId, only);
}

/** Opens the books, for ever. The caller holds the lock of the registration. */
export async function openRegistration(
  tx: Tx,
  registrationId: number,
  opened: { readonly at: number; readonly booksFromDay: Day; readonly digest: string },
): Promise<void> {
  const { at: openedAt, booksFromDay, digest: openedDigest } = opened;
  await change(tx, registrationId, { state: 'OPEN', openedAt, booksFromDay, openedDigest });
}

/**
 * Leaves of a registration what the audit log and its batches refer to, under names that nobody can give. The caller
 * holds the lock of the registration.
 */
export async function retireRegistration(tx: Tx, registrationId: number): Promise<void> {
  const nobodys = `#${registrationId}`;
  const state = expression(`'${DISCARDED}'`, g.state);
  await update(tx, g, { state, nameKey: nobodys, cloudId: nobodys }, `${g.id} = ?`, [registrationId]);
}

/** Says with which reported day the books begin, while they are set up and nobody has said it. */
export async function sayBooksFrom(tx: Tx, registrationId: number, day: Day): Promise<void> {
  const unsaid = `${g.id} = ? AND ${g.state} = 'SETTING_UP' AND ${g.booksFromDay} IS NULL`;
  await update(tx, g, { booksFromDay: day }, unsaid, [registrationId]);
}

/** Closes all reported days before this one. The caller holds the lock of the registration. */
export async function moveClosedBoundary(tx: Tx, registrationId: number, closedBeforeDay: number): Promise<void> {
  await change(tx, registrationId, { closedBeforeDay });
}

function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new DomainError('RegistrationNotFound', 'The registration is gone.');
  return row;
}

async function change(tx: Tx, registrationId: number, set: Partial<Omit<Registration, 'id'>>): Promise<void> {
  await update(tx, g, set, `${g.id} = ?`, [registrationId]);
}
