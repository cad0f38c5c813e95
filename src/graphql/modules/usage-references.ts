/** What usage refers to, loaded many rows at a time. */
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';

import { invariant } from '../../primitives/errors.js';
import type { GatewayContext } from '../context.js';
import { OpenFallbackUsage } from '../types/live.js';
import {
  Destination,
  FallbackUsage,
  QuarantinedRecord,
  Resource,
  UsageAggregate,
  UsageMoveType,
  UsageRecord,
  UsageSum,
  toDestination,
  toResource,
} from '../types/usage.js';
import type { UsageReferences } from '../types/usage.js';
import {
  CspSubscription,
  Meter,
  Registration,
  StackSubscription,
  Tenant,
  toCspSubscription,
  toMeter,
  toRegistration,
  toStackSubscription,
  toTenant,
} from '../types/who.js';

interface HasReferences {
  readonly references: UsageReferences;
}

async function stackSubscription(
  { references }: HasReferences,
  { loaders }: GatewayContext,
): Promise<StackSubscription | null> {
  const id = references.stackSubscriptionRowId;
  const row = id == null ? null : await loaders.stackSubscription.load(id);
  return row === null ? null : toStackSubscription(row);
}

async function tenant(usage: HasReferences, context: GatewayContext): Promise<Tenant | null> {
  const { tenantRowId } = usage.references;
  const id = tenantRowId === undefined ? (await stackSubscription(usage, context))?.tenantRowId : tenantRowId;
  const row = id == null ? null : await context.loaders.tenant.load(id);
  return row === null ? null : toTenant(row);
}

async function registration(usage: HasReferences, context: GatewayContext): Promise<Registration | null> {
  const { registrationRowId } = usage.references;
  const id =
    registrationRowId === undefined ? (await stackSubscription(usage, context))?.registrationId : registrationRowId;
  const row = id == null ? null : await context.loaders.registration.load(id);
  return row === null ? null : toRegistration(row);
}

async function meter({ references }: HasReferences, { loaders }: GatewayContext): Promise<Meter> {
  const row = await loaders.meter.load(references.meterRowId);
  invariant(row, 'a meter that usage names exists');
  return toMeter(row);
}

async function resource({ references }: HasReferences, { loaders }: GatewayContext): Promise<Resource | null> {
  const row = await loaders.resource.load(references.resourceRowId ?? 0);
  return row === null ? null : toResource(row);
}

async function destination({ references }: HasReferences, { loaders }: GatewayContext): Promise<Destination | null> {
  const id = references.destinationRowId;
  const row = id == null ? null : await loaders.destination.load(id);
  return row === null ? null : toDestination(row);
}

const STACK = 'Subscription on the stamp that used it.';
const TENANT = 'Whose it is; null while nobody has said.';
const REGISTRATION = 'Stamp on which it was used.';
const METER = 'What was measured.';
const RESOURCE = 'What was used.';
const DESTINATION = 'Where it is billed, and why there.';

@Resolver(() => UsageAggregate)
export class UsageAggregateReferences {
  @FieldResolver(() => StackSubscription, { nullable: true, description: STACK })
  stackSubscription(@Root() usage: UsageAggregate, @Ctx() context: GatewayContext) {
    return stackSubscription(usage, context);
  }
  @FieldResolver(() => Tenant, { nullable: true, description: TENANT })
  tenant(@Root() usage: UsageAggregate, @Ctx() context: GatewayContext) {
    return tenant(usage, context);
  }
  @FieldResolver(() => Registration, { nullable: true, description: REGISTRATION })
  registration(@Root() usage: UsageAggregate, @Ctx() context: GatewayContext) {
    return registration(usage, context);
  }
  @FieldResolver(() => Meter, { description: METER })
  meter(@Root() usage: UsageAggregate, @Ctx() context: GatewayContext) {
    return meter(usage, context);
  }
  @FieldResolver(() => Resource, { nullable: true, description: RESOURCE })
  resource(@Root() usage: UsageAggregate, @Ctx() context: GatewayContext) {
    return resource(usage, context);
  }
  @FieldResolver(() => Destination, { nullable: true, description: DESTINATION })
  destination(@Root() usage: UsageAggregate, @Ctx() context: GatewayContext) {
    return destination(usage, context);
  }
}

@Resolver(() => UsageRecord)
export class UsageRecordReferences {
  @FieldResolver(() => StackSubscription, { nullable: true, description: STACK })
  stackSubscription(@Root() usage: UsageRecord, @Ctx() context: GatewayContext) {
    return stackSubscription(usage, context);
  }
  @FieldResolver(() => Tenant, { nullable: true, description: TENANT })
  tenant(@Root() usage: UsageRecord, @Ctx() context: GatewayContext) {
    return tenant(usage, context);
  }
  @FieldResolver(() => Meter, { description: METER })
  meter(@Root() usage: UsageRecord, @Ctx() context: GatewayContext) {
    return meter(usage, context);
  }
  @FieldResolver(() => Resource, { nullable: true, description: RESOURCE })
  resource(@Root() usage: UsageRecord, @Ctx() context: GatewayContext) {
    return resource(usage, context);
  }
  @FieldResolver(() => Destination, { nullable: true, description: DESTINATION })
  destination(@Root() usage: UsageRecord, @Ctx() context: GatewayContext) {
    return destination(usage, context);
  }
}

@Resolver(() => UsageSum)
export class UsageSumReferences {
  @FieldResolver(() => StackSubscription, { nullable: true, description: `${STACK} When grouped by it.` })
  stackSubscription(@Root() usage: UsageSum, @Ctx() context: GatewayContext) {
    return stackSubscription(usage, context);
  }
  @FieldResolver(() => Tenant, {
    nullable: true,
    description: 'Whose it is, when grouped by TENANT; null is usage whose tenant nobody has said.',
  })
  tenant(@Root() usage: UsageSum, @Ctx() context: GatewayContext) {
    return tenant(usage, context);
  }
  @FieldResolver(() => Registration, { nullable: true, description: `${REGISTRATION} When grouped by it.` })
  registration(@Root() usage: UsageSum, @Ctx() context: GatewayContext) {
    return registration(usage, context);
  }
  @FieldResolver(() => Meter, { description: METER })
  meter(@Root() usage: UsageSum, @Ctx() context: GatewayContext) {
    return meter(usage, context);
  }
  @FieldResolver(() => Destination, { nullable: true, description: `${DESTINATION} When grouped by it.` })
  destination(@Root() usage: UsageSum, @Ctx() context: GatewayContext) {
    return destination(usage, context);
  }
}

@Resolver(() => FallbackUsage)
export class FallbackUsageReferences {
  @FieldResolver(() => StackSubscription, { nullable: true, description: STACK })
  stackSubscription(@Root() usage: FallbackUsage, @Ctx() context: GatewayContext) {
    return stackSubscription(usage, context);
  }
  @FieldResolver(() => Tenant, { nullable: true, description: TENANT })
  tenant(@Root() usage: FallbackUsage, @Ctx() context: GatewayContext) {
    return tenant(usage, context);
  }
  @FieldResolver(() => Registration, { nullable: true, description: REGISTRATION })
  registration(@Root() usage: FallbackUsage, @Ctx() context: GatewayContext) {
    return registration(usage, context);
  }
  @FieldResolver(() => Meter, { description: METER })
  meter(@Root() usage: FallbackUsage, @Ctx() context: GatewayContext) {
    return meter(usage, context);
  }
}

@Resolver(() => OpenFallbackUsage)
export class OpenFallbackUsageReferences {
  @FieldResolver(() => StackSubscription, { nullable: true, description: STACK })
  stackSubscription(@Root() usage: OpenFallbackUsage, @Ctx() context: GatewayContext) {
    return stackSubscription(usage, context);
  }
  @FieldResolver(() => Tenant, { nullable: true, description: TENANT })
  tenant(@Root() usage: OpenFallbackUsage, @Ctx() context: GatewayContext) {
    return tenant(usage, context);
  }
  @FieldResolver(() => Registration, { nullable: true, description: REGISTRATION })
  registration(@Root() usage: OpenFallbackUsage, @Ctx() context: GatewayContext) {
    return registration(usage, context);
  }
  @FieldResolver(() => Meter, { description: METER })
  meter(@Root() usage: OpenFallbackUsage, @Ctx() context: GatewayContext) {
    return meter(usage, context);
  }
}

@Resolver(() => UsageMoveType)
export class UsageMoveReferences {
  @FieldResolver(() => Meter, { description: METER })
  meter(@Root() move: UsageMoveType, @Ctx() context: GatewayContext) {
    return meter(move, context);
  }
  @FieldResolver(() => Destination, { nullable: true, description: 'Where it is billed now.' })
  from(@Root() move: UsageMoveType, @Ctx() context: GatewayContext) {
    return destination(move, context);
  }
}

@Resolver(() => Destination)
export class DestinationReferences {
  @FieldResolver(() => CspSubscription, {
    nullable: true,
    description: 'The CSP subscription; null on the base subscription.',
  })
  async cspSubscription(@Root() { cspSubscriptionRowId }: Destination, @Ctx() { loaders }: GatewayContext) {
    const row = cspSubscriptionRowId === null ? null : await loaders.cspSubscription.load(cspSubscriptionRowId);
    return row === null ? null : toCspSubscription(row);
  }
}

@Resolver(() => QuarantinedRecord)
export class QuarantinedRecordReferences {
  @FieldResolver(() => Registration, { nullable: true, description: 'Stamp for which it was sent.' })
  async registration(@Root() { registrationRowId }: QuarantinedRecord, @Ctx() { loaders }: GatewayContext) {
    const row = await loaders.registration.load(registrationRowId);
    return row === null ? null : toRegistration(row);
  }
}
