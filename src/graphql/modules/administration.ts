import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, Info, InputType, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql';

import { loadReferences } from './usage-references.js';
import { assignStackSubscription } from '../../pipeline/routing/assign-stack-subscription.js';
import { mapTenant, unmapTenant } from '../../pipeline/routing/map-tenant.js';
import { DomainError } from '../../primitives/errors.js';
import { hourOf, hourStart, hourText, wholeHour } from '../../primitives/windows.js';
import type { Hour } from '../../primitives/windows.js';
import { previewTenantMapping } from '../../reading/mapping-preview.js';
import type { BaseOffer } from '../../registration/billing-model.js';
import { addCspSubscription } from '../../tenancy/add-csp-subscription.js';
import { registerReseller, registerTenant } from '../../tenancy/register-tenant.js';
import { updateCspSubscription } from '../../tenancy/update-csp-subscription.js';
import { updateTenant } from '../../tenancy/update-tenant.js';
import type { GatewayContext } from '../context.js';
import { UserError, payloadOf } from '../errors.js';
import { OnceInput, actorIn, given } from '../mutation.js';
import { DateTime, UUID } from '../scalars.js';
import { BaseOfferEnum } from '../types/enums.js';
import { UsageMoveType, toUsageMove } from '../types/usage.js';
import {
  CspSubscription,
  Reseller,
  StackSubscription,
  Tenant,
  toCspSubscription,
  toReseller,
  toStackSubscription,
  toTenant,
} from '../types/who.js';

@InputType({ description: "A customer's directory, to be known on a registration." })
class RegisterTenantInput extends OnceInput {
  @Field(() => String, { description: 'Name of the registration.' })
  registration!: string;
  @Field(() => String, { description: 'GUID of the directory.' })
  tenantId!: string;
  @Field(() => String, { description: 'Name for people.' })
  name!: string;
  @Field(() => String, { nullable: true, description: 'Name of the reseller that owns it.' })
  reseller?: string;
}

@InputType({ description: 'What of a customer is otherwise now. What is left out stays.' })
class UpdateTenantInput extends OnceInput {
  @Field(() => String, { description: 'Name of the registration.' })
  registration!: string;
  @Field(() => String, { description: 'Directory id of the customer.' })
  tenantId!: string;
  @Field(() => String, { nullable: true, description: 'Name for people.' })
  name?: string;
  @Field(() => String, { nullable: true, description: 'Name of the reseller that owns it from now on.' })
  reseller?: string;
  @Field(() => Boolean, { nullable: true, description: 'true: no reseller owns it any more.' })
  isWithoutReseller?: boolean;
}

@InputType({ description: 'An indirect partner.' })
class RegisterResellerInput extends OnceInput {
  @Field(() => String, { description: 'Unique; compared without case.' })
  name!: string;
  @Field(() => String, { nullable: true, description: 'Its partner id at Microsoft.' })
  partnerId?: string;
}

@InputType({ description: "A customer's Azure subscription under the partner." })
class AddCspSubscriptionInput extends OnceInput {
  @Field(() => String, { description: 'Name of the registration.' })
  registration!: string;
  @Field(() => String, { description: 'Directory in which the subscription lives.' })
  tenantId!: string;
  @Field(() => String, { description: 'GUID of the Azure subscription.' })
  cspSubscriptionId!: string;
  @Field(() => String, { description: 'Name for people.' })
  name!: string;
  @Field(() => BaseOfferEnum, { defaultValue: 'CSP', description: 'Offer of the subscription.' })
  offer!: BaseOffer;
  @Field(() => String, { description: 'Partner to whom it rolls up; must be that of the base subscription.' })
  partnerId!: string;
}

@InputType({ description: 'What of a CSP subscription is otherwise now. What is left out stays.' })
class UpdateCspSubscriptionInput extends OnceInput {
  @Field(() => String, { description: 'Name of the registration.' })
  registration!: string;
  @Field(() => String, { description: 'GUID of the Azure subscription.' })
  cspSubscriptionId!: string;
  @Field(() => String, { nullable: true, description: 'Name for people.' })
  name?: string;
}

@InputType({ description: "From which hour a tenant's usage is billed to the base subscription again." })
class UnmapTenantInput extends OnceInput {
  @Field(() => String, { description: 'Name of the registration.' })
  registration!: string;
  @Field(() => String, { description: 'Directory id of the customer.' })
  tenantId!: string;
  @Field(() => DateTime, {
    nullable: true,
    description:
      'First usage hour for which it holds: a whole UTC hour. Left out: from the beginning while the books are set up, else from the current hour on.',
  })
  effectiveFrom?: number;
}

@InputType({ description: "From which hour a tenant's usage is billed to which CSP subscription." })
class MapTenantInput extends UnmapTenantInput {
  @Field(() => String, { description: 'CSP subscription of this tenant.' })
  cspSubscriptionId!: string;
}

@InputType({ description: 'Whose a stack subscription is.' })
class AssignStackSubscriptionInput extends OnceInput {
  @Field(() => String, { description: 'Name of the registration.' })
  registration!: string;
  @Field(() => String, { description: 'GUID of the subscription on the stamp; it need not have sent usage yet.' })
  stackSubscriptionId!: string;
  @Field(() => String, { description: 'Directory id of the customer.' })
  tenantId!: string;
  @Field(() => String, { nullable: true, description: 'Name for people.' })
  name?: string;
}

const ERRORS = 'Empty when it was done.';

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class RegisterTenantPayload {
  @Field(() => Tenant, { nullable: true, description: 'The tenant.' })
  tenant!: Tenant | null;
  @Field(() => [UserError], { description: ERRORS })
  userErrors?: readonly UserError[];
}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class UpdateTenantPayload extends RegisterTenantPayload {}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class MapTenantPayload extends RegisterTenantPayload {}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class UnmapTenantPayload extends RegisterTenantPayload {}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class RegisterResellerPayload {
  @Field(() => Reseller, { nullable: true, description: 'The new reseller.' })
  reseller!: Reseller | null;
  @Field(() => [UserError], { description: ERRORS })
  userErrors?: readonly UserError[];
}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class AddCspSubscriptionPayload {
  @Field(() => CspSubscription, { nullable: true, description: 'The subscription.' })
  cspSubscription!: CspSubscription | null;
  @Field(() => [UserError], { description: ERRORS })
  userErrors?: readonly UserError[];
}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class UpdateCspSubscriptionPayload extends AddCspSubscriptionPayload {}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class AssignStackSubscriptionPayload {
  @Field(() => StackSubscription, { nullable: true, description: 'The subscription with its tenant.' })
  stackSubscription!: StackSubscription | null;
  @Field(() => [UserError], { description: ERRORS })
  userErrors?: readonly UserError[];
}

@ObjectType('MappingPreview', {
  simpleResolvers: true,
  description: 'What a change of mapping would do, without doing it.',
})
class MappingPreviewType {
  @Field(() => Tenant, { description: 'Whose mapping it is about.' })
  tenant!: Tenant;
  @Field(() => DateTime, { description: 'First usage hour for which it would hold.' })
  effectiveFrom!: number;
  @Field(() => CspSubscription, { nullable: true, description: 'What would be billed; null: the base subscription.' })
  cspSubscription!: CspSubscription | null;
  @Field(() => [UsageMoveType], { description: 'Open usage that would move, per meter and present destination.' })
  moves!: readonly UsageMoveType[];
  @Field(() => Int, { description: 'Records of those hours that would stay, because their reported day is closed.' })
  closedRecords!: number;
}

@Resolver()
export class AdministrationResolver {
  @Mutation(() => RegisterTenantPayload, {
    description: "Makes a customer's directory known. Its usage is billed to the base subscription until it is mapped.",
  })
  registerTenant(
    @Ctx() context: GatewayContext,
    @Arg('input', () => RegisterTenantInput, { description: 'The customer.' }) input: RegisterTenantInput,
  ): Promise<RegisterTenantPayload> {
    return payloadOf(
      async () => {
        const by = actorIn(context, input);
        return { tenant: toTenant(await registerTenant(context.app, context.scope, { ...given(input), by })) };
      },
      { tenant: null },
    );
  }

  @Mutation(() => UpdateTenantPayload, {
    description:
      'Renames a customer, gives it to another reseller or takes it back. Whoever owns it now sees all its usage; nothing is billed elsewhere.',
  })
  updateTenant(
    @Ctx() context: GatewayContext,
    @Arg('input', () => UpdateTenantInput, { description: 'Which, and what is otherwise.' }) input: UpdateTenantInput,
  ): Promise<UpdateTenantPayload> {
    return payloadOf(
      async () => {
        const by = actorIn(context, input);
        return { tenant: toTenant(await updateTenant(context.app, context.scope, { ...given(input), by })) };
      },
      { tenant: null },
    );
  }

  @Mutation(() => RegisterResellerPayload, {
    description: 'Makes an indirect partner known, so that tenants can be given to it.',
  })
  registerReseller(
    @Ctx() context: GatewayContext,
    @Arg('input', () => RegisterResellerInput, { description: 'The partner.' }) input: RegisterResellerInput,
  ): Promise<RegisterResellerPayload> {
    return payloadOf(
      async () => {
        const by = actorIn(context, input);
        // Names of resellers are unique over all registrations, and so tell of them.
        if (context.scope.registrationIds !== 'all') {
          throw new DomainError('FORBIDDEN', 'Only a caller for all registrations registers a reseller.');
        }
        return { reseller: toReseller(await registerReseller(context.app, { ...given(input), by })) };
      },
      { reseller: null },
    );
  }

  @Mutation(() => AddCspSubscriptionPayload, {
    description: "Makes a customer's Azure subscription known. Nothing is billed to it until its tenant is mapped.",
  })
  addCspSubscription(
    @Ctx() context: GatewayContext,
    @Arg('input', () => AddCspSubscriptionInput, { description: 'The subscription.' }) input: AddCspSubscriptionInput,
  ): Promise<AddCspSubscriptionPayload> {
    return payloadOf(
      async () => {
        const by = actorIn(context, input);
        const row = await addCspSubscription(context.app, context.scope, { ...given(input), by });
        return { cspSubscription: toCspSubscription(row) };
      },
      { cspSubscription: null },
    );
  }

  @Mutation(() => UpdateCspSubscriptionPayload, {
    description:
      "Renames a CSP subscription: one that Azure's registration API made known is called by its GUID. Nothing is billed elsewhere.",
  })
  updateCspSubscription(
    @Ctx() context: GatewayContext,
    @Arg('input', () => UpdateCspSubscriptionInput, { description: 'Which, and what is otherwise.' })
    input: UpdateCspSubscriptionInput,
  ): Promise<UpdateCspSubscriptionPayload> {
    return payloadOf(
      async () => {
        const by = actorIn(context, input);
        const row = await updateCspSubscription(context.app, context.scope, { ...given(input), by });
        return { cspSubscription: toCspSubscription(row) };
      },
      { cspSubscription: null },
    );
  }

  @Mutation(() => MapTenantPayload, {
    description:
      "Bills a tenant's usage to a CSP subscription from an hour on, replacing what was to hold from then. Moves only usage whose reported day is open.",
  })
  mapTenant(
    @Ctx() context: GatewayContext,
    @Arg('input', () => MapTenantInput, { description: 'Who, where to, from when.' }) input: MapTenantInput,
  ): Promise<MapTenantPayload> {
    return payloadOf(
      async () => {
        const by = actorIn(context, input);
        const change = { ...given(input), effectiveFrom: effectiveHour(input.effectiveFrom), by };
        return { tenant: toTenant(await mapTenant(context.app, context.scope, change)) };
      },
      { tenant: null },
    );
  }

  @Mutation(() => UnmapTenantPayload, {
    description: "Bills a tenant's usage to the base subscription again, from an hour on.",
  })
  unmapTenant(
    @Ctx() context: GatewayContext,
    @Arg('input', () => UnmapTenantInput, { description: 'Who, from when.' }) input: UnmapTenantInput,
  ): Promise<UnmapTenantPayload> {
    return payloadOf(
      async () => {
        const by = actorIn(context, input);
        const change = { ...given(input), effectiveFrom: effectiveHour(input.effectiveFrom), by };
        return { tenant: toTenant(await unmapTenant(context.app, context.scope, change)) };
      },
      { tenant: null },
    );
  }

  @Mutation(() => AssignStackSubscriptionPayload, {
    description: "Says whose a stack subscription is. Its open usage moves to that tenant's destinations.",
  })
  assignStackSubscription(
    @Ctx() context: GatewayContext,
    @Arg('input', () => AssignStackSubscriptionInput, { description: 'Which, and whose.' })
    input: AssignStackSubscriptionInput,
  ): Promise<AssignStackSubscriptionPayload> {
    return payloadOf(
      async () => {
        const by = actorIn(context, input);
        const row = await assignStackSubscription(context.app, context.scope, { ...given(input), by });
        return { stackSubscription: toStackSubscription(row) };
      },
      { stackSubscription: null },
    );
  }

  @Query(() => MappingPreviewType, {
    description:
      'What `mapTenant` (or, without a subscription, `unmapTenant`) would move. Refused for the same reasons.',
  })
  async previewTenantMapping(
    @Ctx() context: GatewayContext,
    @Info() info: GraphQLResolveInfo,
    @Arg('registration', () => String, { description: 'Name of the registration.' }) registration: string,
    @Arg('tenantId', () => UUID, { description: 'Directory id of the customer.' }) tenantId: string,
    @Arg('cspSubscriptionId', () => UUID, { nullable: true, description: 'Left out: the base subscription.' })
    cspSubscriptionId?: string,
    @Arg('effectiveFrom', () => DateTime, {
      nullable: true,
      description: 'A whole UTC hour. Left out: as `mapTenant` has it.',
    })
    effectiveFrom?: number,
  ): Promise<MappingPreviewType> {
    const { app, scope, loaders } = context;
    const preview = await app.db.inSnapshot((sql) =>
      previewTenantMapping({ sql, clock: app.clock }, scope, {
        registration,
        tenantId,
        cspSubscriptionId: cspSubscriptionId ?? undefined,
        effectiveFrom: effectiveHour(effectiveFrom),
      }),
    );
    const moved = preview.moves.map((move) => ({ ...move, destinationId: move.fromDestinationId, ...OF_NOBODY }));
    const references = await loadReferences(context, info, moved);
    const target =
      preview.cspSubscriptionId === null ? null : await loaders.cspSubscription.load(preview.cspSubscriptionId);
    return {
      tenant: toTenant(preview.tenant),
      effectiveFrom: hourStart(preview.effectiveFrom).getTime(),
      cspSubscription: target === null ? null : toCspSubscription(target),
      moves: moved.map((move) => toUsageMove(move, references(move))),
      closedRecords: preview.closedRecords,
    };
  }
}

/** A move is of one meter and destination, whosever usage it is. */
const OF_NOBODY = { stackSubscriptionId: null, tenantId: null, registrationId: null };

function effectiveHour(instant: number | null | undefined): Hour | undefined {
  if (instant === undefined || instant === null) return undefined;
  const hour = wholeHour(instant);
  if (hour !== null) return hour;
  const before = hourOf(instant);
  throw new DomainError(
    'MISALIGNED_TIME',
    `A mapping starts on a whole UTC hour: ${hourText(before)} or ${hourText(before + 1)}.`,
    ['effectiveFrom'],
  );
}
