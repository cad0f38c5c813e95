import { Arg, Ctx, Field, InputType, Int, Mutation, ObjectType, Query, Resolver } from 'type-graphql';

import { findWatermark } from '../../collection/watermark-store.js';
import { discardRegistration } from '../../pipeline/closing/discard-registration.js';
import { openBooks } from '../../pipeline/closing/open-books.js';
import { invariant } from '../../primitives/errors.js';
import { previewOpenBooks } from '../../reading/opening-preview.js';
import type { GatewayContext } from '../context.js';
import { UserError, payloadOf } from '../errors.js';
import { OnceInput, actorIn, given } from '../mutation.js';
import { UUID } from '../scalars.js';
import { OpenBooksPreview, SUMS_SHOWN, toOpenBooksPreview } from '../types/opening.js';
import { toDestination } from '../types/usage.js';
import { Registration, toMeter, toRegistration, toStackSubscription } from '../types/who.js';

@InputType({ description: 'Books that are to be opened, as they were looked at.' })
class OpenBooksInput extends OnceInput {
  @Field(() => String, { description: 'Name of the registration.' })
  registration!: string;
  @Field(() => String, {
    description: '`digest` of the preview that was looked at. Books that changed since are refused (BOOKS_CHANGED).',
  })
  expect!: string;
  @Field(() => Boolean, {
    nullable: true,
    description: 'true: also where the books hold no record at all. Empty days that are over then close at once.',
  })
  evenIfEmpty?: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class OpenBooksPayload {
  @Field(() => Registration, { nullable: true, description: 'The registration, whose books are open now.' })
  registration!: Registration | null;
  @Field(() => [UserError], { description: 'Empty when it was done.' })
  userErrors?: readonly UserError[];
}

@InputType({ description: 'A registration that is to be taken back.' })
class DiscardRegistrationInput extends OnceInput {
  @Field(() => String, { description: 'Name of the registration. Its books are being set up.' })
  registration!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What was taken back.' })
class DiscardedRegistration {
  @Field(() => String, { description: 'The name, which is free again.' })
  name!: string;
  @Field(() => UUID, { description: 'The stamp, which can be registered again.' })
  cloudId!: string;
  @Field(() => Int, { description: 'Subscriptions on the stamp that were known.' })
  stackSubscriptions!: number;
  @Field(() => Int, { description: 'Records that were in its books.' })
  records!: number;
}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class DiscardRegistrationPayload {
  @Field(() => DiscardedRegistration, { nullable: true, description: 'What there is no more.' })
  discarded!: DiscardedRegistration | null;
  @Field(() => [UserError], { description: 'Empty when it was done.' })
  userErrors?: readonly UserError[];
}

@Resolver()
export class OpeningResolver {
  @Query(() => OpenBooksPreview, {
    description:
      'What `openBooks` would close for good, and what of it is likely not meant. Reads all records of the registration. Refused where its books are open.',
  })
  async previewOpenBooks(
    @Ctx() context: GatewayContext,
    @Arg('registration', () => String, { description: 'Name of the registration.' }) registration: string,
  ): Promise<OpenBooksPreview> {
    const { app, scope, loaders } = context;
    const rule = { now: app.clock.now(), graceMs: app.config.closing.graceMs, pulledBefore: findWatermark };
    const preview = await app.db.inSnapshot((sql) => previewOpenBooks(sql, scope, registration, rule));
    return toOpenBooksPreview(preview, {
      sums: await Promise.all(
        preview.sums.slice(0, SUMS_SHOWN).map(async ({ meterId, destinationId, ...sum }) => {
          const [meter, destination] = await Promise.all([
            loaders.meter.load(meterId),
            loaders.destination.load(destinationId),
          ]);
          invariant(meter, 'a meter that usage names exists');
          return {
            ...sum,
            meter: toMeter(meter),
            destination: destination === null ? null : toDestination(destination),
          };
        }),
      ),
      onBase: await withStackSubscriptions(context, preview.onBase),
      mixed: await withStackSubscriptions(context, preview.mixed),
    });
  }

  @Mutation(() => OpenBooksPayload, {
    description:
      'Opens the books of a registration: from now on its days close. There is no way back. Nothing closes in the call itself; the gateway closes what is due afterwards, one day at a time.',
  })
  openBooks(
    @Ctx() context: GatewayContext,
    @Arg('input', () => OpenBooksInput, { description: 'Which, and as what they were seen.' }) input: OpenBooksInput,
  ): Promise<OpenBooksPayload> {
    return payloadOf(
      async () => {
        const by = actorIn(context, input);
        const rule = { graceMs: context.app.config.closing.graceMs, pulledBefore: findWatermark };
        const row = await openBooks(context.app, context.scope, { ...given(input), by }, rule);
        return { registration: toRegistration(row) };
      },
      { registration: null },
    );
  }

  @Mutation(() => DiscardRegistrationPayload, {
    description:
      'Takes a registration back whose books are set up, with its customers, subscriptions, mappings and all usage that was taken in for it. Its name and its stamp can be registered again.',
  })
  discardRegistration(
    @Ctx() context: GatewayContext,
    @Arg('input', () => DiscardRegistrationInput, { description: 'Which.' }) input: DiscardRegistrationInput,
  ): Promise<DiscardRegistrationPayload> {
    return payloadOf(
      async () => {
        const by = actorIn(context, input);
        return { discarded: await discardRegistration(context.app, context.scope, { ...given(input), by }) };
      },
      { discarded: null },
    );
  }
}

async function withStackSubscriptions<Row extends { readonly stackSubscriptionId: number }>(
  { loaders }: GatewayContext,
  rows: readonly Row[],
) {
  return Promise.all(
    rows.map(async (row) => {
      const found = await loaders.stackSubscription.load(row.stackSubscriptionId);
      return { ...row, stackSubscription: found === null ? null : toStackSubscription(found) };
    }),
  );
}
