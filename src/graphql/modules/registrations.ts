import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';

import { insertFallbackDestinations } from '../../pipeline/routing/routing-store.js';
import { DomainError } from '../../primitives/errors.js';
import type { BaseOffer, BillingModel } from '../../registration/billing-model.js';
import { createRegistration } from '../../registration/create-registration.js';
import { updateRegistration } from '../../registration/update-registration.js';
import type { UsageIntake } from '../../registration/usage-intake.js';
import { checkPartnerOfAll } from '../../tenancy/add-csp-subscription.js';
import type { GatewayContext } from '../context.js';
import { UserError, payloadOf } from '../errors.js';
import { OnceInput, actorIn, given } from '../mutation.js';
import { LocalDate } from '../scalars.js';
import { BaseOfferEnum, BillingModelEnum, UsageIntakeEnum } from '../types/enums.js';
import { Registration, toRegistration } from '../types/who.js';

@InputType({ description: 'A stamp and its base registration in Azure.' })
class CreateRegistrationInput extends OnceInput {
  @Field(() => String, { description: 'Unique; 1 to 90 letters, digits or _-.(); compared without case.' })
  name!: string;
  @Field(() => String, { description: 'GUID of the stamp (CloudDeploymentID).' })
  cloudId!: string;
  @Field(() => String, { description: 'GUID of the Azure subscription that is billed where no mapping holds.' })
  baseSubscriptionId!: string;
  @Field(() => BaseOfferEnum, { description: 'Offer of that subscription.' })
  baseOffer!: BaseOffer;
  @Field(() => BillingModelEnum, { description: 'How the stamp is licensed.' })
  billingModel!: BillingModel;
  @Field(() => String, { nullable: true, description: 'Azure resource group; "azurestack" where left out.' })
  resourceGroup?: string;
  @Field(() => String, { nullable: true, description: 'Partner to whom the base subscription rolls up.' })
  partnerId?: string;
  @Field(() => Boolean, { nullable: true, description: 'Whether Microsoft has approved it for multitenancy.' })
  isMultitenancyApproved?: boolean;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether usage goes to Azure; left out: as the billing model says.',
  })
  isUsageReportingEnabled?: boolean;
  @Field(() => UsageIntakeEnum, { nullable: true, description: 'How its usage comes in; left out: PUSHED.' })
  usageIntake?: UsageIntake;
  @Field(() => String, { nullable: true, description: 'Demanded by CAPACITY.' })
  agreementNumber?: string;
  @Field(() => String, { nullable: true, description: 'Demanded by CUSTOM.' })
  msAssetTag?: string;
  @Field(() => LocalDate, {
    nullable: true,
    description:
      'First reported day of the books; days before it are history and go into no report. Left out: today, and the day with which collection begins for PULLED.',
  })
  booksFrom?: number;
}

@InputType({
  description:
    'What of a registration is otherwise now. What is left out stays; nothing that closed days rest on changes.',
})
class UpdateRegistrationInput extends OnceInput {
  @Field(() => String, { description: 'Name of the registration.' })
  registration!: string;
  @Field(() => BaseOfferEnum, { nullable: true, description: 'Offer of the base subscription.' })
  baseOffer?: BaseOffer;
  @Field(() => String, {
    nullable: true,
    description: 'Partner to whom the base subscription rolls up; that of all its CSP subscriptions.',
  })
  partnerId?: string;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether Microsoft has approved it for multitenancy. Mappings that hold go on where it no longer has.',
  })
  isMultitenancyApproved?: boolean;
  @Field(() => String, { nullable: true, description: 'Demanded by CAPACITY.' })
  agreementNumber?: string;
  @Field(() => String, { nullable: true, description: 'Demanded by CUSTOM.' })
  msAssetTag?: string;
  @Field(() => LocalDate, {
    nullable: true,
    description: 'First reported day of the books. It may move until they are opened.',
  })
  booksFrom?: number;
}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class CreateRegistrationPayload {
  @Field(() => Registration, { nullable: true, description: 'The new registration.' })
  registration!: Registration | null;
  @Field(() => [UserError], { description: 'Empty when it was done.' })
  userErrors?: readonly UserError[];
}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class UpdateRegistrationPayload {
  @Field(() => Registration, { nullable: true, description: 'The registration as it is now.' })
  registration!: Registration | null;
  @Field(() => [UserError], { description: 'Empty when it was done.' })
  userErrors?: readonly UserError[];
}

@Resolver()
export class RegistrationChangesResolver {
  @Mutation(() => CreateRegistrationPayload, {
    description: 'Sets up the books of a stamp. Nothing of them closes before `openBooks`.',
  })
  createRegistration(
    @Ctx() context: GatewayContext,
    @Arg('input', () => CreateRegistrationInput, { description: 'The stamp.' }) input: CreateRegistrationInput,
  ): Promise<CreateRegistrationPayload> {
    return payloadOf(
      async () => {
        const by = actorIn(context, input);
        if (context.scope.registrationIds !== 'all') {
          throw new DomainError('FORBIDDEN', 'Only an operator of all registrations creates one.');
        }
        const row = await createRegistration(context.app, { ...given(input), by }, insertFallbackDestinations);
        return { registration: toRegistration(row) };
      },
      { registration: null },
    );
  }

  @Mutation(() => UpdateRegistrationPayload, {
    description: 'Says what of a registration is otherwise now: what Microsoft approved, and how it is licensed.',
  })
  updateRegistration(
    @Ctx() context: GatewayContext,
    @Arg('input', () => UpdateRegistrationInput, { description: 'Which, and what is otherwise.' })
    input: UpdateRegistrationInput,
  ): Promise<UpdateRegistrationPayload> {
    return payloadOf(
      async () => {
        const by = actorIn(context, input);
        const change = { ...given(input), by };
        return {
          registration: toRegistration(await updateRegistration(context.app, context.scope, change, checkPartnerOfAll)),
        };
      },
      { registration: null },
    );
  }
}
