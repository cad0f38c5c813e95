import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Field, ID, Info, ObjectType, Query, Resolver } from 'type-graphql';

import { findNode } from './find-node.js';
import type { Role } from '../../access/principal.js';
import type { BooksKind } from '../../books/books-kind.js';
import { readBooks } from '../../books/books-store.js';
import { DomainError } from '../../primitives/errors.js';
import { checkInvariants } from '../../reading/invariants.js';
import { callerOf } from '../context.js';
import type { GatewayContext } from '../context.js';
import { UUID } from '../scalars.js';
import { BooksKindEnum, RoleEnum } from '../types/enums.js';
import { InvariantType } from '../types/reporting.js';
import { Node } from '../types/who.js';

@ObjectType({ simpleResolvers: true, description: 'Who is asking, as the token says. Null stands for all.' })
export class Viewer {
  @Field(() => String, { description: 'Name of the caller, as it is written beside what it changes.' })
  subject!: string;
  @Field(() => RoleEnum, { description: 'What the caller is.' })
  role!: Role;
  @Field(() => [String], { nullable: true, description: 'Names of the registrations it is limited to.' })
  registrations!: readonly string[] | null;
  @Field(() => [UUID], { nullable: true, description: 'Directory ids of the tenants it is limited to.' })
  tenants!: readonly string[] | null;
  @Field(() => [String], { nullable: true, description: 'Names of the resellers whose tenants it is limited to.' })
  resellers!: readonly string[] | null;
  @Field(() => [String], { nullable: true, description: 'Sources that it may use; null stands for any.' })
  sources!: readonly string[] | null;
  @Field(() => BooksKindEnum, { description: 'What the books are that this gateway serves.' })
  books!: BooksKind;
}

const NODES_MAX = 100;

@Resolver()
export class ViewerResolver {
  @Query(() => Viewer, { description: 'Who you are here.' })
  async viewer(@Ctx() context: GatewayContext): Promise<Viewer> {
    const { subject, role, registrations, tenants, resellers, sources } = callerOf(context);
    const { kind } = await readBooks(context.app.db.reader);
    const listed = (names: 'all' | readonly string[]) => (names === 'all' ? null : names);
    return {
      subject,
      role,
      registrations: listed(registrations),
      tenants: listed(tenants),
      resellers: listed(resellers),
      sources: sources ?? null,
      books: kind,
    };
  }

  @Query(() => Node, {
    nullable: true,
    description: 'Anything with an id; null when it does not exist or is not yours.',
  })
  node(
    @Ctx() context: GatewayContext,
    @Arg('id', () => ID, { description: 'As it was answered.' }) id: string,
    @Info() info: GraphQLResolveInfo,
  ): Promise<Node | null> {
    return findNode(context, info, id);
  }

  @Query(() => [Node], {
    nullable: 'items',
    description: `Up to ${NODES_MAX} things with ids, in the order asked for.`,
  })
  nodes(
    @Ctx() context: GatewayContext,
    @Arg('ids', () => [ID], { description: 'As they were answered.' }) ids: string[],
    @Info() info: GraphQLResolveInfo,
  ): Promise<(Node | null)[]> {
    if (ids.length > NODES_MAX) {
      throw new DomainError('INVALID_INPUT', `Ask for at most ${NODES_MAX} nodes.`, ['ids']);
    }
    return Promise.all(ids.map((id) => findNode(context, info, id)));
  }

  @Query(() => [InvariantType], {
    description: 'The conservation laws, evaluated now over everything that you may see. Reads every record: costly.',
  })
  async invariants(@Ctx() { app, scope }: GatewayContext): Promise<InvariantType[]> {
    const { db, routingTables } = app;
    return [...(await db.inSnapshot((sql) => checkInvariants({ sql, routingTables }, scope)))];
  }
}
