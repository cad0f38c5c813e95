import { Arg, Ctx, Field, InputType, Int, Mutation, ObjectType, Resolver } from 'type-graphql';

import { actorFor } from '../../access/actor.js';
import { LINES_PER_MUTATION_MAX, onboardTenants } from '../../onboarding/onboard-tenants.js';
import type { OnboardedLine as Onboarded, OnboardingVerdict } from '../../onboarding/onboard-tenants.js';
import { STACK_SUBSCRIPTIONS_PER_LINE_MAX } from '../../onboarding/onboarding-line.js';
import type { OnboardingStep } from '../../onboarding/onboarding-line.js';
import { callerOf } from '../context.js';
import type { GatewayContext } from '../context.js';
import { UserError, payloadOf } from '../errors.js';
import { given } from '../mutation.js';
import { OnboardingStepEnum, OnboardingVerdictEnum } from '../types/enums.js';
import { Tenant, toTenant } from '../types/who.js';

@InputType({
  description:
    'One customer. Everything is text, so that a bad line gets its own verdict instead of failing the call. What is left out is not asked for.',
})
class OnboardingLineInput {
  @Field(() => String, { description: 'GUID of the directory. Each tenant has one line.' })
  tenantId!: string;
  @Field(() => String, { nullable: true, description: 'Name for people; a tenant that is not known yet needs one.' })
  name?: string;
  @Field(() => String, { nullable: true, description: 'Name of the reseller that owns it, who must be known.' })
  reseller?: string;
  @Field(() => String, {
    nullable: true,
    description: "GUID of the customer's Azure subscription under the registration's partner, to be billed.",
  })
  cspSubscriptionId?: string;
  @Field(() => [String], {
    nullable: true,
    description: `GUIDs of its subscriptions on the stamp, at most ${STACK_SUBSCRIPTIONS_PER_LINE_MAX}.`,
  })
  stackSubscriptionIds?: string[];
  @Field(() => String, {
    nullable: true,
    description:
      'Usage hour from which the CSP subscription is billed: a whole UTC hour or a UTC day. Left out: as for `mapTenant`.',
  })
  effectiveFrom?: string;
}

@InputType({ description: 'Many customers at once.' })
class OnboardTenantsInput {
  @Field(() => String, { description: 'Name of the registration.' })
  registration!: string;
  @Field(() => [OnboardingLineInput], { description: `At most ${LINES_PER_MUTATION_MAX}.` })
  lines!: OnboardingLineInput[];
  @Field(() => Boolean, { description: 'true: says what would be done, and does nothing.' })
  dryRun!: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'What became of one line.' })
class OnboardedLine {
  @Field(() => Int, { description: 'Place in the call, from 0.' })
  index!: number;
  @Field(() => OnboardingVerdictEnum, { description: 'What became of it.' })
  verdict!: OnboardingVerdict;
  @Field(() => [OnboardingStepEnum], { description: 'What was done, or would be, in order.' })
  steps!: readonly OnboardingStep[];
  @Field(() => Tenant, {
    nullable: true,
    description: 'The tenant; null where the line was refused, or did not come to be.',
  })
  tenant!: Tenant | null;
  @Field(() => [UserError], {
    description: 'Why it was refused. `field` begins with `lines` and the index; empty unless it was refused.',
  })
  userErrors!: readonly UserError[];
}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class OnboardTenantsPayload {
  @Field(() => [OnboardedLine], {
    nullable: true,
    description: 'One per line, in the order sent; null when the call as a whole was refused.',
  })
  lines!: readonly OnboardedLine[] | null;
  @Field(() => [UserError], {
    description: 'Every reason for which something was not done, those of the lines too. Empty when everything was.',
  })
  userErrors?: readonly UserError[];
}

@Resolver()
export class OnboardingResolver {
  @Mutation(() => OnboardTenantsPayload, {
    description:
      'Registers tenants, makes their CSP subscriptions known, maps them and assigns their stack subscriptions, as far as that is not so already. All lines are checked first; each is a transaction of its own. Adds, and takes nothing away: a line that contradicts what was decided is refused. Sending it again changes nothing.',
  })
  async onboardTenants(
    @Ctx() context: GatewayContext,
    @Arg('input', () => OnboardTenantsInput, { description: 'Which customers.' })
    { registration, lines, dryRun }: OnboardTenantsInput,
  ): Promise<OnboardTenantsPayload> {
    const payload = await payloadOf<{ lines: readonly OnboardedLine[] }, { lines: null }>(
      async () => {
        const onboarded = await onboardTenants(context.app, context.scope, {
          registration,
          lines: lines.map(given),
          dryRun,
          nameOfLine: (index) => `lines.${index}`,
          by: actorFor(callerOf(context), context.requestId),
        });
        return { lines: onboarded.map(toOnboardedLine) };
      },
      { lines: null },
    );
    const ofLines = payload.lines?.flatMap(({ userErrors }) => userErrors) ?? [];
    return { lines: payload.lines, userErrors: [...payload.userErrors, ...ofLines] };
  }
}

function toOnboardedLine({ index, verdict, steps, tenant, problems }: Onboarded): OnboardedLine {
  const userErrors = problems.map(({ code, message, field }) => ({
    code,
    message,
    field: ['lines', String(index), ...field],
  }));
  return { index, verdict, steps, tenant: tenant === null ? null : toTenant(tenant), userErrors };
}
