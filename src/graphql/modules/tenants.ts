import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, Query, Resolver, Root } from 'type-graphql';

import { hourOf } from '../../primitives/windows.js';
import { findRegistration, listRegistrations } from '../../registration/registration-store.js';
import {
  listCspSubscriptions,
  listResellers,
  listStackSubscriptions,
  listTenants,
} from '../../tenancy/tenancy-store.js';
import type { MappingHistoryRow } from '../../tenancy/tenancy-store.js';
import { checkMayAsk } from '../fields/check-may-ask.js';
import { PageArgs, connection, connectionOf, pageOf } from '../paging/connection.js';
import type { Connection, Page } from '../paging/connection.js';
import type { GatewayContext } from '../context.js';
import { UUID } from '../scalars.js';
import {
  CspSubscription,
  Registration,
  Reseller,
  StackSubscription,
  Tenant,
  TenantMapping,
  toCspSubscription,
  toRegistration,
  toReseller,
  toStackSubscription,
  toTenant,
  toTenantMapping,
} from '../types/who.js';

const RegistrationConnection = connectionOf(() => Registration, 'Registration');
const TenantConnection = connectionOf(() => Tenant, 'Tenant');
const ResellerConnection = connectionOf(() => Reseller, 'Reseller');
const CspSubscriptionConnection = connectionOf(() => CspSubscription, 'CspSubscription');
const StackSubscriptionConnection = connectionOf(() => StackSubscription, 'StackSubscription');

const NAME_OF_REGISTRATION = 'Name of a registration; left out: all that you may see.';

@ArgsType()
class OfRegistrationArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: NAME_OF_REGISTRATION })
  registration?: string;
}

@ArgsType()
class TenantsArgs extends OfRegistrationArgs {
  @Field(() => Boolean, {
    nullable: true,
    description: 'true: mapped now; false: billed to the base subscription now.',
  })
  isMapped?: boolean;
  @Field(() => String, { nullable: true, description: 'Name of the reseller that owns them.' })
  reseller?: string;
}

@ArgsType()
class OfTenantArgs extends OfRegistrationArgs {
  @Field(() => UUID, { nullable: true, description: 'Directory id of the customer.' })
  tenantId?: string;
}

@ArgsType()
class StackSubscriptionsArgs extends OfTenantArgs {
  @Field(() => Boolean, { nullable: true, description: 'true: only those whose tenant nobody has said.' })
  isTenantUnknown?: boolean;
}

@Resolver()
export class WhoResolver {
  @Query(() => RegistrationConnection, { description: 'Stamps, in the order in which they were created.' })
  async registrations(
    @Ctx() context: GatewayContext,
    @Args(() => PageArgs) args: PageArgs,
  ): Promise<Connection<Registration>> {
    const page = pageOf(context, 'registrations', args);
    const rows = await listRegistrations(context.app.db.reader, context.scope, rowsOf(page));
    return byRowId(context, page, rows, toRegistration);
  }

  @Query(() => Registration, {
    nullable: true,
    description: 'One stamp; null when there is none of this name, or it is not yours.',
  })
  async registration(
    @Ctx() { app, scope }: GatewayContext,
    @Arg('name', () => String, { description: 'Compared without case.' }) name: string,
  ): Promise<Registration | null> {
    const row = await findRegistration(app.db.reader, scope, name);
    return row === null ? null : toRegistration(row);
  }

  @Query(() => TenantConnection, { description: 'Customers, in the order in which they were registered.' })
  async tenants(
    @Ctx() context: GatewayContext,
    @Args(() => TenantsArgs) args: TenantsArgs,
  ): Promise<Connection<Tenant>> {
    if (args.isMapped != null) checkMayAsk(context, { type: 'Tenant', field: 'mapping', argument: ['isMapped'] });
    if (args.reseller != null) checkMayAsk(context, { type: 'Tenant', field: 'reseller', argument: ['reseller'] });
    const page = pageOf(context, 'tenants', args);
    const sql = context.app.db.reader;
    const filter = {
      ...(args.registration != null && { registrationName: args.registration }),
      ...(args.reseller != null && { resellerId: await resellerId(context, args.reseller) }),
      ...(args.isMapped != null && { isMapped: args.isMapped }),
      usageHour: hourOf(context.app.clock.now()),
    };
    return byRowId(context, page, await listTenants(sql, context.scope, filter, rowsOf(page)), toTenant);
  }

  @Query(() => Tenant, {
    nullable: true,
    description: 'One customer on one stamp; null when there is none, or it is not yours.',
  })
  async tenant(
    @Ctx() context: GatewayContext,
    @Arg('registration', () => String, { description: 'Name of the registration.' }) registration: string,
    @Arg('tenantId', () => UUID, { description: 'Directory id of the customer.' }) tenantId: string,
  ): Promise<Tenant | null> {
    const filter = { registrationName: registration, tenantGuid: tenantId };
    const [row] = await listTenants(context.app.db.reader, context.scope, filter, { afterId: 0, limit: 1 });
    return row === undefined ? null : toTenant(row);
  }

  @Query(() => ResellerConnection, { description: 'Indirect partners that own tenants you may see.' })
  async resellers(@Ctx() context: GatewayContext, @Args(() => PageArgs) args: PageArgs): Promise<Connection<Reseller>> {
    const page = pageOf(context, 'resellers', args);
    const rows = await listResellers(context.app.db.reader, context.scope, {}, rowsOf(page));
    return byRowId(context, page, rows, toReseller);
  }

  @Query(() => CspSubscriptionConnection, { description: "Customers' Azure subscriptions that are known here." })
  async cspSubscriptions(
    @Ctx() context: GatewayContext,
    @Args(() => OfTenantArgs) args: OfTenantArgs,
  ): Promise<Connection<CspSubscription>> {
    const page = pageOf(context, 'cspSubscriptions', args);
    const filter = {
      ...(await ofRegistration(context, args.registration)),
      ...(await ofTenants(context, args.tenantId)),
    };
    const rows = await listCspSubscriptions(context.app.db.reader, context.scope, filter, rowsOf(page));
    return byRowId(context, page, rows, toCspSubscription);
  }

  @Query(() => StackSubscriptionConnection, {
    description: 'Subscriptions on the stamps, in the order in which they were first seen.',
  })
  async stackSubscriptions(
    @Ctx() context: GatewayContext,
    @Args(() => StackSubscriptionsArgs) args: StackSubscriptionsArgs,
  ): Promise<Connection<StackSubscription>> {
    const page = pageOf(context, 'stackSubscriptions', args);
    const filter = {
      ...(await ofRegistration(context, args.registration)),
      ...(await ofTenants(context, args.tenantId)),
      ...(args.isTenantUnknown != null && { isTenantUnknown: args.isTenantUnknown }),
    };
    const rows = await listStackSubscriptions(context.app.db.reader, context.scope, filter, rowsOf(page));
    return byRowId(context, page, rows, toStackSubscription);
  }
}

@Resolver(() => Tenant)
export class TenantReferences {
  @FieldResolver(() => Registration, { nullable: true, description: 'Stamp on which it is registered.' })
  registration(@Root() tenant: Tenant, @Ctx() context: GatewayContext) {
    return loadRegistration(context, tenant.registrationId);
  }

  @FieldResolver(() => Reseller, { nullable: true, description: 'Partner that owns it; null: the provider itself.' })
  async reseller(@Root() { resellerId: id }: Tenant, @Ctx() { loaders }: GatewayContext) {
    const row = id === null ? null : await loaders.reseller.load(id);
    return row === null ? null : toReseller(row);
  }

  @FieldResolver(() => TenantMapping, {
    nullable: true,
    description: 'The mapping in force now; null: the base subscription is billed.',
  })
  async mapping(@Root() { rowId }: Tenant, @Ctx() { loaders, app }: GatewayContext) {
    const now = hourOf(app.clock.now());
    const inForce = (await loaders.mappingHistory.load(rowId)).find((step) => holdsAt(step, now));
    return inForce === undefined || inForce.cspSubscriptionId === null ? null : toTenantMapping(inForce);
  }

  @FieldResolver(() => [TenantMapping], {
    nullable: true,
    description: 'Every step ever decided, latest first, with those that were superseded.',
  })
  async mappingHistory(@Root() { rowId }: Tenant, @Ctx() { loaders }: GatewayContext) {
    return loaders.listed(await loaders.mappingHistory.load(rowId)).map(toTenantMapping);
  }

  @FieldResolver(() => [StackSubscription], { description: 'Its subscriptions on the stamp.' })
  async stackSubscriptions(@Root() { rowId }: Tenant, @Ctx() { loaders }: GatewayContext) {
    return loaders.listed(await loaders.stackSubscriptionsOfTenant.load(rowId)).map(toStackSubscription);
  }
}

@Resolver(() => TenantMapping)
export class TenantMappingReferences {
  @FieldResolver(() => CspSubscription, { nullable: true, description: 'What is billed; null: the base subscription.' })
  async cspSubscription(@Root() { cspSubscriptionRowId: id }: TenantMapping, @Ctx() { loaders }: GatewayContext) {
    const row = id === null ? null : await loaders.cspSubscription.load(id);
    return row === null ? null : toCspSubscription(row);
  }

  @FieldResolver(() => Tenant, { nullable: true, description: 'Whose mapping it is.' })
  tenant(@Root() mapping: TenantMapping, @Ctx() context: GatewayContext) {
    return loadTenant(context, mapping.tenantRowId);
  }
}

@Resolver(() => CspSubscription)
export class CspSubscriptionReferences {
  @FieldResolver(() => Registration, { nullable: true, description: 'Registration that knows it.' })
  registration(@Root() subscription: CspSubscription, @Ctx() context: GatewayContext) {
    return loadRegistration(context, subscription.registrationId);
  }

  @FieldResolver(() => Tenant, { nullable: true, description: 'Directory it lives in.' })
  tenant(@Root() subscription: CspSubscription, @Ctx() context: GatewayContext) {
    return loadTenant(context, subscription.tenantRowId);
  }
}

@Resolver(() => StackSubscription)
export class StackSubscriptionReferences {
  @FieldResolver(() => Registration, { nullable: true, description: 'Stamp on which it is.' })
  registration(@Root() subscription: StackSubscription, @Ctx() context: GatewayContext) {
    return loadRegistration(context, subscription.registrationId);
  }

  @FieldResolver(() => Tenant, { nullable: true, description: 'Whose it is now; null while nobody has said.' })
  tenant(@Root() subscription: StackSubscription, @Ctx() context: GatewayContext) {
    return loadTenant(context, subscription.tenantRowId);
  }
}

async function loadRegistration({ loaders }: GatewayContext, id: number): Promise<Registration | null> {
  const row = await loaders.registration.load(id);
  return row === null ? null : toRegistration(row);
}

async function loadTenant({ loaders }: GatewayContext, id: number | null): Promise<Tenant | null> {
  const row = id === null ? null : await loaders.tenant.load(id);
  return row === null ? null : toTenant(row);
}

function holdsAt(step: MappingHistoryRow, hour: number): boolean {
  const { isSuperseded, effectiveFrom, effectiveTo } = step;
  return !isSuperseded && effectiveFrom <= hour && (effectiveTo === null || hour < effectiveTo);
}

/** A name that stands for nothing finds nothing. */
async function ofRegistration(
  { app, scope }: GatewayContext,
  name: string | undefined | null,
): Promise<{ readonly registrationId?: number }> {
  if (name == null) return {};
  return { registrationId: (await findRegistration(app.db.reader, scope, name))?.id ?? 0 };
}

async function ofTenants(
  { app, scope }: GatewayContext,
  tenantGuid: string | undefined | null,
): Promise<{ readonly tenantIds?: readonly number[] }> {
  if (tenantGuid == null) return {};
  const rows = await listTenants(app.db.reader, scope, { tenantGuid }, { afterId: 0, limit: 1_000 });
  return { tenantIds: rows.map(({ id }) => id) };
}

async function resellerId({ app, scope }: GatewayContext, name: string): Promise<number> {
  const [row] = await listResellers(app.db.reader, scope, { names: [name] }, { afterId: 0, limit: 1 });
  return row?.id ?? 0;
}

function rowsOf(page: Page): { readonly afterId: number; readonly limit: number } {
  return { afterId: Number(page.after?.[0] ?? 0), limit: page.limit + 1 };
}

function byRowId<Row extends { readonly id: number }, Item>(
  context: GatewayContext,
  page: Page,
  rows: readonly Row[],
  item: (row: Row) => Item,
): Connection<Item> {
  return connection(context, page, rows, { position: ({ id }) => [id], item });
}
