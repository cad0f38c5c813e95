import { Arg, Args, ArgsType, Ctx, Field, InputType, Mutation, ObjectType, Query, Resolver } from 'type-graphql';

import { mustSeeAllTenants } from '../../access/scope.js';
import { listMeters } from '../../metering/meter-store.js';
import { upsertMeter } from '../../metering/upsert-meter.js';
import { DomainError } from '../../primitives/errors.js';
import { PageArgs, connection, connectionOf, pageOf } from '../paging/connection.js';
import type { Connection } from '../paging/connection.js';
import type { GatewayContext } from '../context.js';
import { UserError, payloadOf } from '../errors.js';
import { OnceInput, actorIn, given } from '../mutation.js';
import { Meter, toMeter } from '../types/who.js';

@ArgsType()
class MetersArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Part of the product, as `Meter.category`.' })
  category?: string;
  @Field(() => Boolean, { nullable: true, description: 'false: only ids that usage named, and that nobody described.' })
  isKnown?: boolean;
  @Field(() => Boolean, { nullable: true, description: 'true: only ids that Microsoft replaced.' })
  isDeprecated?: boolean;
}

const MeterConnection = connectionOf(() => Meter, 'Meter');

@InputType({ description: 'What is known of a meter. What is left out stays as it is.' })
class UpsertMeterInput extends OnceInput {
  @Field(() => String, {
    description:
      "GUID of the meter. Of one that usage has not named yet, as the stamp spells it: Azure's usage APIs print it so.",
  })
  meterId!: string;
  @Field(() => String, { nullable: true, description: 'Name for people; needed where it has none.' })
  name?: string;
  @Field(() => String, { nullable: true, description: 'What a quantity of 1 is.' })
  unit?: string;
  @Field(() => String, { nullable: true, description: 'Part of the product.' })
  category?: string;
  @Field(() => String, { nullable: true, description: 'Azure resource provider that emits it.' })
  resourceProvider?: string;
  @Field(() => String, { nullable: true, description: 'What exactly is counted.' })
  description?: string;
  @Field(() => String, { nullable: true, description: 'How amounts of several hours add up.' })
  quantityRule?: string;
  @Field(() => String, { nullable: true, description: '"yes", "no" or "unknown": whether Microsoft bills it.' })
  billedByMicrosoft?: string;
  @Field(() => Boolean, { nullable: true, description: 'Whether Microsoft has replaced it.' })
  isDeprecated?: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class UpsertMeterPayload {
  @Field(() => Meter, { nullable: true, description: 'The meter as it is now.' })
  meter!: Meter | null;
  @Field(() => [UserError], { description: 'Empty when it was done.' })
  userErrors?: readonly UserError[];
}

@Resolver()
export class MeterResolver {
  @Query(() => MeterConnection, {
    description:
      "Meters: Microsoft's own, those that an operator described, and unknown ids that usage names, if you may see that usage.",
  })
  async meters(@Ctx() context: GatewayContext, @Args(() => MetersArgs) args: MetersArgs): Promise<Connection<Meter>> {
    const page = pageOf(context, 'meters', args);
    const { category, isKnown, isDeprecated } = args;
    const filter = {
      ...(category != null && { category }),
      ...(isKnown != null && { isKnown }),
      ...(isDeprecated != null && { isDeprecated }),
    };
    const afterId = Number(page.after?.[0] ?? 0);
    const { app, scope } = context;
    const rows = await listMeters(app.db.reader, scope, filter, { afterId, limit: page.limit + 1 });
    return connection(context, page, rows, { position: ({ id }) => [id], item: toMeter });
  }

  @Mutation(() => UpsertMeterPayload, {
    description:
      'Describes a meter, whether usage has named it yet or not. No amount changes: records name meters by id.',
  })
  upsertMeter(
    @Ctx() context: GatewayContext,
    @Arg('input', () => UpsertMeterInput, { description: 'Which, and what is known of it.' }) input: UpsertMeterInput,
  ): Promise<UpsertMeterPayload> {
    return payloadOf(
      async () => {
        const by = actorIn(context, input);
        // All registrations share their meters.
        if (context.scope.registrationIds !== 'all') {
          throw new DomainError('FORBIDDEN', 'Only an operator of all registrations describes a meter.');
        }
        mustSeeAllTenants(context.scope);
        return { meter: toMeter(await upsertMeter(context.app, { ...given(input), by })) };
      },
      { meter: null },
    );
  }
}
