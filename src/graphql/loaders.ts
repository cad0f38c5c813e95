import DataLoader from 'dataloader';

import type { Scope } from '../access/scope.js';
import type { Sql } from '../database/transaction.js';
import { listMeters } from '../metering/meter-store.js';
import type { Meter } from '../metering/meter.entity.js';
import { DomainError } from '../primitives/errors.js';
import { findDestinations, findResources } from '../reading/dimensions.js';
import type { DestinationRow, ResourceRow } from '../reading/dimensions.js';
import { listRegistrations } from '../registration/registration-store.js';
import type { Registration } from '../registration/registration.entity.js';
import {
  listCspSubscriptions,
  listMappingHistory,
  listResellers,
  listStackSubscriptions,
  listTenants,
} from '../tenancy/tenancy-store.js';
import type { MappingHistoryRow } from '../tenancy/tenancy-store.js';
import type { CspSubscription, Reseller, StackSubscription, Tenant } from '../tenancy/tenancy.entity.js';

/** Rows by row id, many at a time; null for what is not in scope. One set per request. */
export interface Loaders {
  readonly registration: DataLoader<number, Registration | null>;
  readonly tenant: DataLoader<number, Tenant | null>;
  readonly reseller: DataLoader<number, Reseller | null>;
  readonly cspSubscription: DataLoader<number, CspSubscription | null>;
  readonly stackSubscription: DataLoader<number, StackSubscription | null>;
  readonly meter: DataLoader<number, Meter | null>;
  readonly resource: DataLoader<number, ResourceRow | null>;
  readonly destination: DataLoader<number, DestinationRow | null>;
  readonly mappingHistory: DataLoader<number, readonly MappingHistoryRow[]>;
  readonly stackSubscriptionsOfTenant: DataLoader<number, readonly StackSubscription[]>;
  /** Counts the rows of a list without pages, and gives them back. Throws QUERY_TOO_EXPENSIVE beyond so many of all. */
  listed<Row>(rows: readonly Row[]): readonly Row[];
}

/** Beyond this, a list without pages would hold up everyone. */
const STACK_SUBSCRIPTIONS_SHOWN_MAX = 10_000;
/** Lists inside of lists multiply, and how long they are is known only once they are read. */
const LISTED_MAX = 50_000;

/**
 * Loaders of one request, within its scope: each gathers what is asked for by id into one statement. Each is made when
 * it is first asked for, as many requests need none: see {@link RequestLoaders}.
 */
export function createLoaders(sql: Sql, scope: Scope): Loaders {
  return new RequestLoaders(sql, scope);
}

/**
 * A class, so that its getters belong to the prototype. Of an object literal with getters that is made for each request
 * V8 keeps all that it closes over until the next collection of the whole heap, and so the request: measured at ten
 * kilobytes each, which every collection of young objects had to copy.
 */
class RequestLoaders implements Loaders {
  readonly #sql: Sql;
  readonly #scope: Scope;
  #listed = 0;
  readonly #made: { -readonly [Name in Exclude<keyof Loaders, 'listed'>]?: Loaders[Name] } = {};

  constructor(sql: Sql, scope: Scope) {
    this.#sql = sql;
    this.#scope = scope;
  }

  get registration() {
    return (this.#made.registration ??= byId((ids) => listRegistrations(this.#sql, this.#scope, { ...all(ids), ids })));
  }

  get tenant() {
    return (this.#made.tenant ??= byId((ids) => listTenants(this.#sql, this.#scope, { ids }, all(ids))));
  }

  get reseller() {
    return (this.#made.reseller ??= byId((ids) => listResellers(this.#sql, this.#scope, { ids }, all(ids))));
  }

  get cspSubscription() {
    return (this.#made.cspSubscription ??= byId((ids) =>
      listCspSubscriptions(this.#sql, this.#scope, { ids }, all(ids)),
    ));
  }

  get stackSubscription() {
    return (this.#made.stackSubscription ??= byId((ids) =>
      listStackSubscriptions(this.#sql, this.#scope, { ids }, all(ids)),
    ));
  }

  get meter() {
    return (this.#made.meter ??= byId((ids) => listMeters(this.#sql, this.#scope, { ids }, all(ids))));
  }

  get resource() {
    return (this.#made.resource ??= byId((ids) => findResources(this.#sql, this.#scope, ids)));
  }

  get destination() {
    return (this.#made.destination ??= byId((ids) => findDestinations(this.#sql, this.#scope, ids)));
  }

  get mappingHistory() {
    return (this.#made.mappingHistory ??= grouped(
      (tenantIds) => listMappingHistory(this.#sql, this.#scope, tenantIds),
      ({ tenantId }) => tenantId,
    ));
  }

  listed<Row>(rows: readonly Row[]): readonly Row[] {
    this.#listed += rows.length;
    if (this.#listed <= LISTED_MAX) return rows;
    throw new DomainError(
      'QUERY_TOO_EXPENSIVE',
      `Lists inside of lists answer more than ${LISTED_MAX} objects here. Ask for fewer levels, or page through the lists at the root.`,
    );
  }

  get stackSubscriptionsOfTenant() {
    return (this.#made.stackSubscriptionsOfTenant ??= grouped(
      (tenantIds) => stackSubscriptionsOf(this.#sql, this.#scope, tenantIds),
      ({ tenantId }) => tenantId ?? 0,
    ));
  }
}

/** The page that holds all of these. */
function all(ids: readonly number[]) {
  return { afterId: 0, limit: ids.length };
}

async function stackSubscriptionsOf(
  sql: Sql,
  scope: Scope,
  tenantIds: readonly number[],
): Promise<StackSubscription[]> {
  const page = { afterId: 0, limit: STACK_SUBSCRIPTIONS_SHOWN_MAX + 1 };
  const rows = await listStackSubscriptions(sql, scope, { tenantIds }, page);
  if (rows.length <= STACK_SUBSCRIPTIONS_SHOWN_MAX) return rows;
  throw new DomainError(
    'INVALID_INPUT',
    'These tenants have too many stack subscriptions to list at once. Ask for fewer tenants, or page through stackSubscriptions.',
  );
}

function byId<Row extends { readonly id: number }>(
  find: (ids: readonly number[]) => Promise<readonly Row[]>,
): DataLoader<number, Row | null> {
  return new DataLoader(async (ids) => {
    const rows = new Map((await find(ids)).map((row) => [row.id, row]));
    return ids.map((id) => rows.get(id) ?? null);
  });
}

function grouped<Row>(
  find: (ids: readonly number[]) => Promise<readonly Row[]>,
  groupOf: (row: Row) => number,
): DataLoader<number, readonly Row[]> {
  return new DataLoader(async (ids) => {
    const groups = new Map<number, Row[]>(ids.map((id) => [id, []]));
    for (const row of await find(ids)) groups.get(groupOf(row))?.push(row);
    return ids.map((id) => groups.get(id) ?? []);
  });
}
