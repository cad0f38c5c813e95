import { Args, ArgsType, Arg, Ctx, Field, FieldResolver, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';

import { listAuditEntries, verifyAuditChain } from '../../access/audit-store.js';
import type { AuditEntry as AuditEntryRow, AuditOutcome } from '../../access/audit.entity.js';
import { hasWholeBooks } from '../../access/grant.js';
import { DomainError } from '../../primitives/errors.js';
import { findRegistration } from '../../registration/registration-store.js';
import { PageArgs, connection, connectionOf, pageOf } from '../paging/connection.js';
import type { Connection } from '../paging/connection.js';
import { callerOf } from '../context.js';
import type { GatewayContext } from '../context.js';
import { DateTime } from '../scalars.js';
import { ActorKindEnum, AuditOutcomeEnum } from '../types/enums.js';
import type { ActorKind } from '../types/enums.js';
import { Registration, toRegistration } from '../types/who.js';

@ObjectType({
  simpleResolvers: true,
  description: 'One change, or one that was refused: who, what, and what was and then was. It is never changed itself.',
})
export class AuditEntry {
  @Field(() => Int, { description: '1, 2, 3 … over everything that this gateway wrote down.' })
  sequence!: number;
  @Field(() => DateTime, { description: 'When.' })
  at!: number;
  @Field(() => String, { description: 'What was to be done: the name of the mutation, or of what the gateway does.' })
  action!: string;
  @Field(() => AuditOutcomeEnum, { description: 'What became of it.' })
  outcome!: AuditOutcome;
  @Field(() => String, { nullable: true, description: 'Why it was refused; see docs/errors.md.' })
  code!: string | null;
  @Field(() => String, { description: 'Who.' })
  subject!: string;
  @Field(() => String, { nullable: true, description: 'In which role; null for the gateway and its machine.' })
  role!: string | null;
  @Field(() => ActorKindEnum, { description: 'How the caller proved who it is.' })
  credential!: ActorKind;
  @Field(() => String, { nullable: true, description: 'Id of the request, as in the log of the gateway.' })
  requestId!: string | null;
  @Field(() => String, { description: 'What it was about, in words.' })
  target!: string;
  @Field(() => String, { nullable: true, description: 'JSON text of what was; null for what began.' })
  before!: string | null;
  @Field(() => String, { nullable: true, description: 'JSON text of what then was; null where nothing was done.' })
  after!: string | null;
  @Field(() => String, {
    description: 'Chains it to the entry before it: SHA-256 over that one’s hash and this entry.',
  })
  hash!: string;
  registrationRowId!: number | null;
}

function toAuditEntry(row: AuditEntryRow): AuditEntry {
  return { ...row, credential: row.credential as ActorKind, registrationRowId: row.registrationId };
}

@ObjectType({ simpleResolvers: true, description: 'Whether the audit log is as it was written.' })
class AuditVerification {
  @Field(() => Boolean, { description: 'Whether every entry follows from the one before it, up to the end.' })
  isIntact!: boolean;
  @Field(() => Int, { description: 'How many entries follow from one another, from the first on.' })
  entries!: number;
  @Field(() => String, {
    description: 'Hash of the last of them. Kept elsewhere, it proves later that nothing before it was changed.',
  })
  hash!: string;
  @Field(() => String, { nullable: true, description: 'What is wrong, at the first entry where something is.' })
  problem!: string | null;
  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the log still holds the entry of the given hash; null when none was given.',
  })
  holdsExpected!: boolean | null;
}

@ArgsType()
class AuditArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Name of a registration; left out: all that you may see.' })
  registration?: string;
  @Field(() => String, { nullable: true, description: 'Only this action.' })
  action?: string;
  @Field(() => String, { nullable: true, description: 'Only of this subject.' })
  subject?: string;
}

const AuditEntryConnection = connectionOf(() => AuditEntry, 'AuditEntry');

@Resolver()
export class AuditResolver {
  @Query(() => AuditEntryConnection, {
    description:
      'What was changed and what was refused, latest first. What is about no registration is shown to those who see all.',
  })
  async auditLog(
    @Ctx() context: GatewayContext,
    @Args(() => AuditArgs) args: AuditArgs,
  ): Promise<Connection<AuditEntry>> {
    const page = pageOf(context, 'auditLog', args);
    const { app, scope } = context;
    const { registration, action, subject } = args;
    const found = registration == null ? null : await findRegistration(app.db.reader, scope, registration);
    const rows = await listAuditEntries(app.db.reader, scope, {
      ...(registration != null && { registrationId: found?.id ?? 0 }),
      ...(action != null && { action }),
      ...(subject != null && { subject }),
      beforeSequence: page.after === null ? null : Number(page.after[0]),
      limit: page.limit + 1,
    });
    return connection(context, page, rows, { position: ({ sequence }) => [sequence], item: toAuditEntry });
  }

  @Query(() => AuditVerification, {
    description: 'Computes the whole audit log again. Reads every entry: costly. Only for those who see everything.',
  })
  async verifyAuditLog(
    @Ctx() context: GatewayContext,
    @Arg('expectedHash', () => String, {
      nullable: true,
      description: 'Hash that was noted earlier: the answer says whether the log still holds it.',
    })
    expectedHash?: string,
  ): Promise<AuditVerification> {
    if (!hasWholeBooks(callerOf(context))) {
      throw new DomainError('FORBIDDEN', 'The whole audit log is for those alone who see everything.');
    }
    const found = await context.app.db.inSnapshot((sql) => verifyAuditChain(sql, expectedHash ?? null));
    return { ...found, isIntact: found.problem === null };
  }
}

@Resolver(() => AuditEntry)
export class AuditEntryReferences {
  @FieldResolver(() => Registration, { nullable: true, description: 'Whose books it is about; null: about none.' })
  async registration(@Root() { registrationRowId: id }: AuditEntry, @Ctx() { loaders }: GatewayContext) {
    const row = id === null ? null : await loaders.registration.load(id);
    return row === null ? null : toRegistration(row);
  }
}
