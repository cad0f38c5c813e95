import { tenantNotFound } from './add-csp-subscription.js';
import { getReseller } from './register-tenant.js';
import { changeTenant, findTenant, listResellers } from './tenancy-store.js';
import type { Tenant } from './tenancy.entity.js';
import type { By } from '../access/actor.js';
import { inAuditedTransaction } from '../access/audited-transaction.js';
import { WHOLE_BOOKS, mustSeeAllTenants } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import type { Database } from '../database/database.js';
import type { Sql } from '../database/transaction.js';
import type { Clock } from '../primitives/clock.js';
import { DomainError } from '../primitives/errors.js';
import { givenName } from '../primitives/given-text.js';
import { canonicalGuid } from '../primitives/ids.js';
import { getRegistration, lockRegistration } from '../registration/registration-store.js';

/**
 * Renames a tenant, gives it to another reseller, or takes it back from one; what is left out stays. A reseller sees
 * all usage of the tenants that are its own now, whenever it was used. Where it is billed is for `mapTenant`.
 * Throws RegistrationNotFound, TENANT_NOT_FOUND, RESELLER_NOT_FOUND and INVALID_INPUT.
 */
export async function updateTenant(
  app: { readonly db: Database; readonly clock: Clock },
  scope: Scope,
  input: {
    readonly registration: string;
    readonly tenantId: string;
    readonly name?: string | undefined;
    readonly reseller?: string | undefined;
    /** True: no reseller owns it any more. */
    readonly isWithoutReseller?: boolean | undefined;
    readonly by: By;
  },
): Promise<Tenant> {
  mustSeeAllTenants(scope);
  const registration = await getRegistration(app.db.reader, scope, input.registration);
  const name = input.name === undefined ? undefined : givenName(input.name);
  const resellerId = await resellerAsked(app.db.reader, scope, input);
  const key = { registrationId: registration.id, tenantGuid: canonicalGuid(input.tenantId) ?? '' };
  return inAuditedTransaction(app, { action: 'updateTenant', by: input.by }, async (tx) => {
    // Whoever changes the same tenant waits, so that the entry says what was before.
    await lockRegistration(tx, registration.id);
    const before = await findTenant(tx, scope, key);
    if (before === null) throw tenantNotFound();
    const after = {
      ...before,
      name: name ?? before.name,
      resellerId: resellerId === undefined ? before.resellerId : resellerId,
    };
    await changeTenant(tx, after);
    return {
      result: after,
      target: `tenant ${before.tenantGuid} of ${registration.name}`,
      registrationId: registration.id,
      tenantId: before.id,
      before: await told(tx, before),
      after: await told(tx, after),
    };
  });
}

/** Undefined: it stays as it is. */
async function resellerAsked(
  sql: Sql,
  scope: Scope,
  { reseller, isWithoutReseller = false }: { reseller?: string | undefined; isWithoutReseller?: boolean | undefined },
): Promise<number | null | undefined> {
  if (reseller === undefined) return isWithoutReseller ? null : undefined;
  if (isWithoutReseller) {
    throw new DomainError('INVALID_INPUT', 'A tenant has a reseller or has none: leave one of the two out.', [
      'isWithoutReseller',
    ]);
  }
  return (await getReseller(sql, scope, reseller)).id;
}

/** As the audit log tells it. */
async function told(sql: Sql, { name, resellerId }: Tenant): Promise<object> {
  if (resellerId === null) return { name, reseller: null };
  const [reseller] = await listResellers(sql, WHOLE_BOOKS, { ids: [resellerId] }, { afterId: 0, limit: 1 });
  return { name, reseller: reseller?.name ?? null };
}
