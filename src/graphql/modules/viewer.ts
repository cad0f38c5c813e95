import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, ArgsType, Ctx, Field, ID, Info, ObjectType, Query, Resolver } from 'type-graphql';

import { findNode } from './find-node.js';
import type { Role } from '../../access/principal.js';
import { listMeters } from '../../metering/meter-store.js';
import { DomainError } from '../../primitives/errors.js';
import { checkInvariants } from '../../reading/invariants.js';
import { PageArgs, connection, connectionOf, pageOf } from '../connection.js';
import type { Connection } from '../connection.js';
import { callerOf } from '../context.js';
import type { GatewayContext } from '../context.js';
import { UUID } from '../scalars.js';
import { RoleEnum } from '../types/enums.js';
import { InvariantType } from '../types/reporting.js';
import { Meter, Node, toMeter } from '../types/who.js';

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
}

@ArgsType()
class MetersArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Part of the product, as `Meter.category`.' })
  category?: string;
  @Field(() => Boolean, { nullable: true, description: 'false: only ids that no list names.' })
  isKnown?: boolean;
  @Field(() => Boolean, { nullable: true, description: 'true: only ids that Microsoft replaced.' })
  isDeprecated?: boolean;
}

const NODES_MAX = 100;
const MeterConnection = connectionOf(() => Meter, 'Meter');

@Resolver()
export class ViewerResolver {
  @Query(() => Viewer, { description: 'Who you are here.' })
  viewer(@Ctx() context: GatewayContext): Viewer {
    const { subject, role, registrations, tenants, resellers } = callerOf(context);
    const listed = (names: 'all' | readonly string[]) => (names === 'all' ? null : names);
    return {
      subject,
      role,
      registrations: listed(registrations),
      tenants: listed(tenants),
      resellers: listed(resellers),
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

  @Query(() => MeterConnection, {
    description: "What is measured: Microsoft's meters, and every other id that usage named.",
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
    const rows = await listMeters(context.app.db.reader, filter, { afterId, limit: page.limit + 1 });
    return connection(context, page, rows, { position: ({ id }) => [id], item: toMeter });
  }

  @Query(() => [InvariantType], {
    description: 'The conservation laws, evaluated now over everything that you may see. Reads every record: costly.',
  })
  async invariants(@Ctx() { app, scope }: GatewayContext): Promise<InvariantType[]> {
    const { db, routingTables } = app;
    return [...(await db.inSnapshot((sql) => checkInvariants({ sql, routingTables }, scope)))];
  }
}
