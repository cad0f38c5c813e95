import { findTenant, listResellers } from './tenancy-store.js';
import { resellerTable, tenantTable } from './tenancy.entity.js';
import type { Reseller, Tenant } from './tenancy.entity.js';
import { subjectOf } from '../access/actor.js';
import type { By } from '../access/actor.js';
import { inAuditedTransaction } from '../access/audited-transaction.js';
import { WHOLE_BOOKS, mustSeeAllTenants } from '../access/scope.js';
import type { Scope } from '../access/scope.js';
import type { Database } from '../database/database.js';
import { insertRow } from '../database/change.js';
import { isDuplicateKey } from '../database/faults.js';
import type { Sql } from '../database/transaction.js';
import type { Clock } from '../primitives/clock.js';
import { DomainError, invariant } from '../primitives/errors.js';
import { givenName } from '../primitives/given-text.js';
import { canonicalGuid } from '../primitives/ids.js';
import { getRegistration, holdOpenState } from '../registration/registration-store.js';

interface App {
  readonly db: Database;
  readonly clock: Clock;
}

/**
 * Makes a customer's directory known to a registration. Its usage goes on landing on the base subscription until it is
 * mapped: knowing a tenant and billing it elsewhere are two things, as in Azure.
 */
export async function registerTenant(
  app: App,
  scope: Scope,
  input: {
    readonly registration: string;
    readonly tenantId: string;
    readonly name: string;
    readonly reseller?: string | undefined;
    readonly by: By;
  },
): Promise<Tenant> {
  const { db, clock } = app;
  mustSeeAllTenants(scope);
  const registration = await getRegistration(db.reader, scope, input.registration);
  const tenantGuid = canonicalGuid(input.tenantId);
  if (tenantGuid === null) throw invalid('tenantId', 'A tenant id is the GUID of a directory.');
  const name = givenName(input.name);
  const reseller = input.reseller === undefined ? null : await getReseller(db.reader, scope, input.reseller);
  const key = { registrationId: registration.id, tenantGuid };
  try {
    return await inAuditedTransaction(app, { action: 'registerTenant', by: input.by }, async (tx) => {
      await holdOpenState(tx, registration.id);
      const tenantId = await insertRow(tx, tenantTable, {
        ...key,
        name,
        resellerId: reseller?.id ?? null,
        createdAt: clock.now(),
        createdBy: subjectOf(input.by),
      });
      const created = await findTenant(tx, WHOLE_BOOKS, key);
      invariant(created, 'a tenant that was inserted can be read');
      return {
        result: created,
        target: `tenant ${tenantGuid} of ${registration.name}`,
        registrationId: registration.id,
        tenantId,
        before: null,
        after: { name, reseller: reseller?.name ?? null },
      };
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new DomainError('ALREADY_EXISTS', 'The tenant is registered here already.', ['tenantId']);
  }
}

/** Makes an indirect partner known, so that tenants can be given to it. */
export async function registerReseller(
  app: App,
  input: {
    readonly name: string;
    readonly partnerId?: string | undefined;
    readonly by: By;
  },
): Promise<Reseller> {
  const name = givenName(input.name);
  if (input.partnerId !== undefined && !/^[\w-]{1,64}$/.test(input.partnerId)) {
    throw invalid('partnerId', 'A partner id has 1 to 64 letters, digits or dashes.');
  }
  const partnerId = input.partnerId ?? null;
  try {
    return await inAuditedTransaction(app, { action: 'registerReseller', by: input.by }, async (tx) => {
      await insertRow(tx, resellerTable, {
        name,
        nameKey: name.toLowerCase(),
        partnerId,
        createdAt: app.clock.now(),
        createdBy: subjectOf(input.by),
      });
      const [created] = await listResellers(tx, WHOLE_BOOKS, { name }, { afterId: 0, limit: 1 });
      invariant(created, 'a reseller that was inserted can be read');
      return {
        result: created,
        target: `reseller ${name}`,
        registrationId: null,
        tenantId: null,
        before: null,
        after: { name, partnerId },
      };
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new DomainError('ALREADY_EXISTS', 'A reseller of this name exists already.', ['name']);
  }
}

/** The reseller of this name, compared without case. Throws RESELLER_NOT_FOUND. */
export async function getReseller(sql: Sql, scope: Scope, name: string): Promise<Reseller> {
  const [found] = await listResellers(sql, scope, { name }, { afterId: 0, limit: 1 });
  if (found !== undefined) return found;
  throw new DomainError('RESELLER_NOT_FOUND', 'There is no reseller of this name.', ['reseller']);
}

function invalid(field: string, message: string): DomainError {
  return new DomainError('INVALID_INPUT', message, [field]);
}
