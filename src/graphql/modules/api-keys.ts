import { Arg, Args, Ctx, Field, InputType, Mutation, ObjectType, Query, Resolver } from 'type-graphql';

import { createApiKey } from '../../access/create-api-key.js';
import { grantOf, listApiKeys } from '../../access/api-key-store.js';
import type { ApiKey as ApiKeyRow } from '../../access/api-key.entity.js';
import type { Grant } from '../../access/grant.js';
import type { Role } from '../../access/principal.js';
import { keysSeenBy, revokeApiKey } from '../../access/revoke-api-key.js';
import { PageArgs, connection, connectionOf, pageOf } from '../paging/connection.js';
import type { Connection } from '../paging/connection.js';
import { callerOf } from '../context.js';
import type { GatewayContext } from '../context.js';
import { UserError, payloadOf } from '../errors.js';
import { OnceInput, actorIn, given } from '../mutation.js';
import { DateTime, UUID } from '../scalars.js';
import { RoleEnum } from '../types/enums.js';

@ObjectType({
  simpleResolvers: true,
  description: 'A credential of an integration. Its secret is shown once, when it is made, and is kept nowhere.',
})
export class ApiKey {
  @Field(() => String, { description: 'Public part of the key: what stands between its first two underscores.' })
  keyId!: string;
  @Field(() => String, { description: 'What it is used by, for people.' })
  name!: string;
  @Field(() => RoleEnum, { description: 'What whoever holds it is.' })
  role!: Role;
  @Field(() => [String], { nullable: true, description: 'Names of the registrations it is limited to; null: all.' })
  registrations!: readonly string[] | null;
  @Field(() => [UUID], { nullable: true, description: 'Directory ids of the tenants it is limited to; null: all.' })
  tenants!: readonly string[] | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Names of the resellers whose tenants it is limited to; null: all.',
  })
  resellers!: readonly string[] | null;
  @Field(() => [String], {
    nullable: true,
    description: 'Sources that it may use, whose records are its own; null: any, and what it sent itself.',
  })
  sources!: readonly string[] | null;
  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: number;
  @Field(() => String, { description: 'Who made it.' })
  createdBy!: string;
  @Field(() => DateTime, { description: 'From when on it is refused.' })
  expiresAt!: number;
  @Field(() => DateTime, { nullable: true, description: 'When it was last used, to the minute; null: never.' })
  lastUsedAt!: number | null;
  @Field(() => DateTime, { nullable: true, description: 'When it was revoked; null: it was not.' })
  revokedAt!: number | null;
  @Field(() => String, { nullable: true, description: 'Who revoked it.' })
  revokedBy!: string | null;
}

function toApiKey(row: Omit<ApiKeyRow, 'secretHash'>): ApiKey {
  const { registrations, tenants, resellers, sources } = grantOf(row);
  const listed = (names: 'all' | readonly string[]) => (names === 'all' ? null : names);
  return {
    ...row,
    registrations: listed(registrations),
    tenants: listed(tenants),
    resellers: listed(resellers),
    sources: sources ?? null,
    lastUsedAt: row.lastUsedAt === 0 ? null : row.lastUsedAt,
    revokedAt: row.revokedAt === 0 ? null : row.revokedAt,
  };
}

@InputType({ description: 'A key for an integration. It gives at most what you have.' })
class CreateApiKeyInput extends OnceInput {
  @Field(() => String, { description: 'What it is used by, for people.' })
  name!: string;
  @Field(() => RoleEnum, { description: 'What whoever holds it is.' })
  role!: Role;
  @Field(() => [String], {
    nullable: true,
    description: 'Names of registrations to limit it to. Left out: all; an INGESTOR needs some.',
  })
  registrations?: string[];
  @Field(() => [UUID], {
    nullable: true,
    description: 'Directory ids of tenants to limit it to. Left out: all; a TENANT_USER needs some.',
  })
  tenants?: string[];
  @Field(() => [String], {
    nullable: true,
    description: 'Names of resellers to whose tenants to limit it. Left out: all; a RESELLER needs some.',
  })
  resellers?: string[];
  @Field(() => [String], {
    nullable: true,
    description:
      'Sources that it may use; their records are its own, whichever key brought them. Left out: any, and only what it sent itself is its own.',
  })
  sources?: string[];
  @Field(() => DateTime, { nullable: true, description: 'At most 366 days from now. Left out: in 90 days.' })
  expiresAt?: number;
}

@InputType({ description: 'Which key is to end.' })
class RevokeApiKeyInput extends OnceInput {
  @Field(() => String, { description: 'Public part of the key.' })
  keyId!: string;
}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class CreateApiKeyPayload {
  @Field(() => ApiKey, { nullable: true, description: 'The key without its secret.' })
  apiKey!: ApiKey | null;
  @Field(() => String, {
    nullable: true,
    description: 'The key itself, shown this once: null when the answer is given again under an idempotency key.',
  })
  secret!: string | null;
  @Field(() => [UserError], { description: 'Empty when it was done.' })
  userErrors?: readonly UserError[];
}

@ObjectType({ simpleResolvers: true, description: 'What became of it.' })
class RevokeApiKeyPayload {
  @Field(() => ApiKey, { nullable: true, description: 'The key that ended.' })
  apiKey!: ApiKey | null;
  @Field(() => [UserError], { description: 'Empty when it was done.' })
  userErrors?: readonly UserError[];
}

const ApiKeyConnection = connectionOf(() => ApiKey, 'ApiKey');

@Resolver()
export class ApiKeyResolver {
  @Query(() => ApiKeyConnection, {
    description:
      'API keys in the order in which they were made: all of them for an operator of everything, else yours.',
  })
  async apiKeys(@Ctx() context: GatewayContext, @Args(() => PageArgs) args: PageArgs): Promise<Connection<ApiKey>> {
    const page = pageOf(context, 'apiKeys', args);
    const rows = await listApiKeys(context.app.db.reader, {
      createdBy: keysSeenBy(callerOf(context)),
      afterId: Number(page.after?.[0] ?? 0),
      limit: page.limit + 1,
    });
    return connection(context, page, rows, { position: ({ id }) => [id], item: toApiKey });
  }

  @Mutation(() => CreateApiKeyPayload, {
    description: 'Makes a key for an integration. The answer shows it once; note it then.',
  })
  createApiKey(
    @Ctx() context: GatewayContext,
    @Arg('input', () => CreateApiKeyInput, { description: 'The key.' }) input: CreateApiKeyInput,
  ): Promise<CreateApiKeyPayload> {
    return payloadOf(
      async () => {
        const by = actorIn(context, input);
        const { name, role, registrations = 'all', tenants = 'all', resellers = 'all' } = given(input);
        const { sources, expiresAt } = given(input);
        const grant: Grant = { role, registrations, tenants, resellers, sources };
        const made = await createApiKey(context.app, callerOf(context), { name, grant, expiresAt, by });
        return { apiKey: toApiKey(made.apiKey), secret: made.text };
      },
      { apiKey: null, secret: null },
    );
  }

  @Mutation(() => RevokeApiKeyPayload, { description: 'Ends a key at once. Ending it again changes nothing.' })
  revokeApiKey(
    @Ctx() context: GatewayContext,
    @Arg('input', () => RevokeApiKeyInput, { description: 'The key.' }) input: RevokeApiKeyInput,
  ): Promise<RevokeApiKeyPayload> {
    return payloadOf(
      async () => {
        const by = actorIn(context, input);
        const revoked = await revokeApiKey(context.app, callerOf(context), { keyId: input.keyId, by });
        return { apiKey: toApiKey(revoked) };
      },
      { apiKey: null },
    );
  }
}
