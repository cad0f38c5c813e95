import { Field, InputType } from 'type-graphql';

import { callerOf } from './context.js';
import type { GatewayContext } from './context.js';
import { actorFor } from '../access/actor.js';
import type { Actor } from '../access/actor.js';
import { IDEMPOTENCY_KEY_LENGTH_MAX, inputHashOf } from '../access/idempotency-store.js';
import { DomainError } from '../primitives/errors.js';

const MS_PER_HOUR = 3_600_000;

/** What every input of a mutation has that is wanted once. */
@InputType({ description: 'A change that may be wanted once.' })
export abstract class OnceInput {
  @Field(() => String, {
    nullable: true,
    description:
      'Makes it safe to send again: under the same key, the same caller gets the first answer, and nothing is done twice. Another input under it is refused (IDEMPOTENCY_CONFLICT).',
  })
  idempotencyKey?: string;
}

/** Who asks for a change, and how often it is wanted. Throws INVALID_INPUT for a key that is empty or too long. */
export function actorIn(context: GatewayContext, { idempotencyKey: key, ...input }: OnceInput): Actor {
  const caller = callerOf(context);
  if (key == null) return actorFor(caller, context.requestId);
  if (key === '' || key.length > IDEMPOTENCY_KEY_LENGTH_MAX) {
    throw new DomainError('INVALID_INPUT', `An idempotency key has 1 to ${IDEMPOTENCY_KEY_LENGTH_MAX} characters.`, [
      'idempotencyKey',
    ]);
  }
  const keepMs = context.app.config.idempotencyHours * MS_PER_HOUR;
  const { role, registrations, tenants, resellers } = caller;
  return actorFor(caller, context.requestId, {
    ...{ key, inputHash: inputHashOf(input), keepMs, scope: context.scope },
    grantHash: inputHashOf({ role, registrations, tenants, resellers }),
  });
}

/** Clients send null where they mean "left out". */
export function given<Input extends object>(input: Input): { [Field in keyof Input]: Input[Field] } {
  const entries = Object.entries(input).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as Input;
}
