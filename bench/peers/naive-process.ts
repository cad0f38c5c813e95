/**
 * The naive stack: the gateway's own packages as their guides show them. Entities with relations, a field resolver that
 * loads each relation of each row, graphql-shield with a fallback rule, Apollo Server as it comes. With `loaders`, rows
 * are loaded through a data loader for each relation, which is the first thing that such a stack is given.
 */
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { ApolloServer } from '@apollo/server';
import fastifyApollo from '@as-integrations/fastify';
import DataLoader from 'dataloader';
import { fastify } from 'fastify';
import type * as Middleware from 'graphql-middleware';
import { UUIDResolver } from 'graphql-scalars';
import type * as Shield from 'graphql-shield';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  GraphQLISODateTime,
  ID,
  InputType,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
  buildSchema,
} from 'type-graphql';
import { Column, DataSource, Entity, In, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { EntityTarget, ObjectLiteral, Relation } from 'typeorm';

import { serveDatabase } from '../contestant-process.js';
import { sqliteDriver } from '../../src/database/sqlite-driver.js';

/** As the gateway takes them: newer versions of Node do not load the other modules of graphql-shield. */
const require = createRequire(import.meta.url);
const { allow, rule, shield } = require('graphql-shield') as typeof Shield;
const { applyMiddleware } = require('graphql-middleware') as typeof Middleware;
const MS_PER_HOUR = 3_600_000;
const IN_BATCHES = process.argv[2] === 'loaders';
const id = (...key: readonly (number | string)[]) => Buffer.from(key.join(':')).toString('base64url');

@ObjectType()
@Entity('registration')
class Registration {
  @PrimaryColumn()
  id!: number;
  @Column()
  name!: string;
  @Column({ name: 'base_subscription_guid' })
  baseSubscriptionGuid!: string;
}

@ObjectType()
@Entity('meter')
class Meter {
  @PrimaryColumn()
  id!: number;
  @Field()
  @Column({ name: 'meter_guid' })
  meterId!: string;
  @Field(() => String, { nullable: true })
  @Column({ type: 'varchar', nullable: true })
  name!: string | null;
  @Field(() => String, { nullable: true })
  @Column({ type: 'varchar', nullable: true })
  unit!: string | null;
}

@ObjectType()
@Entity('tenant')
class Tenant {
  @PrimaryColumn({ name: 'id' })
  rowId!: number;
  @Column({ name: 'registration_id' })
  registrationId!: number;
  @ManyToOne(() => Registration)
  @JoinColumn({ name: 'registration_id' })
  registration!: Relation<Registration>;
  @Field(() => UUIDResolver)
  @Column({ name: 'tenant_guid' })
  tenantId!: string;
  @Field()
  @Column()
  name!: string;
  @Column({ name: 'created_at', type: 'bigint' })
  createdMs!: string;
  @Field()
  @Column({ name: 'created_by' })
  createdBy!: string;
}

@Entity('csp_subscription')
class CspSubscription {
  @PrimaryColumn()
  id!: number;
  @Column({ name: 'csp_subscription_guid' })
  cspSubscriptionGuid!: string;
}

@Entity('tenant_mapping')
class TenantMapping {
  @PrimaryColumn()
  id!: number;
  @Column({ name: 'tenant_id' })
  tenantId!: number;
  @Column({ name: 'superseded_version' })
  supersededVersion!: number;
  @Column({ name: 'csp_subscription_id', type: 'int', nullable: true })
  cspSubscriptionId!: number | null;
  @ManyToOne(() => CspSubscription)
  @JoinColumn({ name: 'csp_subscription_id' })
  cspSubscription!: Relation<CspSubscription> | null;
}

@Entity('stack_subscription')
class StackSubscription {
  @PrimaryColumn()
  id!: number;
  @Column({ name: 'tenant_id' })
  tenantId!: number;
  @ManyToOne(() => Tenant)
  @JoinColumn({ name: 'tenant_id' })
  tenant!: Relation<Tenant>;
}

@ObjectType()
class TimeWindow {
  @Field(() => GraphQLISODateTime)
  start!: Date;
  @Field(() => GraphQLISODateTime)
  end!: Date;
}

@ObjectType()
class Destination {
  @Field(() => UUIDResolver)
  destinationSubscriptionId!: string;
  @Field()
  reason!: string;
}

/** One row is one hour of one meter of one resource. */
@ObjectType()
@Entity('usage_record')
class UsageAggregate {
  @PrimaryColumn({ name: 'stack_subscription_id' })
  stackSubscriptionId!: number;
  @ManyToOne(() => StackSubscription)
  @JoinColumn({ name: 'stack_subscription_id' })
  stackSubscription!: Relation<StackSubscription>;
  @PrimaryColumn({ name: 'reported_hour' })
  reportedHour!: number;
  @PrimaryColumn({ name: 'usage_hour' })
  usageHour!: number;
  @PrimaryColumn({ name: 'meter_id' })
  meterId!: number;
  @ManyToOne(() => Meter)
  @JoinColumn({ name: 'meter_id' })
  meter!: Relation<Meter>;
  @PrimaryColumn({ name: 'resource_id' })
  resourceId!: number;
  @Column({ name: 'quantity', type: 'varchar' })
  amount!: string;
}

@ObjectType()
class UsageAggregates {
  @Field(() => [UsageAggregate])
  nodes!: UsageAggregate[];
}

@InputType()
class TimeRangeInput {
  @Field(() => GraphQLISODateTime)
  from!: Date;
  @Field(() => GraphQLISODateTime)
  to!: Date;
}

class Loaders {
  constructor(private readonly source: DataSource) {}
  readonly meter = this.of(Meter, 'id');
  readonly tenant = this.of(Tenant, 'rowId');
  readonly stackSubscription = this.of(StackSubscription, 'id');
  readonly cspSubscription = this.of(CspSubscription, 'id');
  readonly registration = this.of(Registration, 'id');
  readonly mapping = this.of(TenantMapping, 'tenantId', { supersededVersion: 0 });

  private of<Row extends ObjectLiteral>(entity: EntityTarget<Row>, key: keyof Row & string, more: object = {}) {
    const repository = this.source.getRepository(entity);
    if (!IN_BATCHES) {
      return { load: async (wanted: number) => repository.findOneBy({ [key]: wanted, ...more } as object) };
    }
    return new DataLoader<number, Row | null>(async (keys) => {
      const rows = await repository.findBy({ [key]: In(keys), ...more } as object);
      return keys.map((wanted) => rows.find((row) => row[key] === wanted) ?? null);
    });
  }
}

interface Context {
  readonly source: DataSource;
  readonly loaders: Loaders;
  readonly authorization: string | undefined;
}

@Resolver(() => UsageAggregate)
class UsageAggregateResolver {
  @Query(() => UsageAggregates)
  async usageAggregates(
    @Arg('first', () => Int) first: number,
    @Arg('range', () => TimeRangeInput) range: TimeRangeInput,
    @Ctx() { source }: Context,
  ): Promise<UsageAggregates> {
    const subscriptions = await source.getRepository(StackSubscription).find();
    const hours = Array.from(
      { length: (range.to.getTime() - range.from.getTime()) / MS_PER_HOUR },
      (_, hour) => range.from.getTime() / MS_PER_HOUR + hour,
    );
    const nodes = await source.getRepository(UsageAggregate).find({
      where: { stackSubscriptionId: In(subscriptions.map((one) => one.id)), reportedHour: In(hours) },
      order: {
        stackSubscriptionId: 'ASC',
        reportedHour: 'ASC',
        usageHour: 'ASC',
        meterId: 'ASC',
        resourceId: 'ASC',
      },
      take: first,
    });
    return { nodes };
  }

  @FieldResolver(() => ID)
  id(@Root() row: UsageAggregate): string {
    const { stackSubscriptionId, reportedHour, usageHour, meterId, resourceId } = row;
    return id('UsageAggregate', 'HOURLY', stackSubscriptionId, reportedHour, usageHour, meterId, resourceId, 0);
  }
  @FieldResolver(() => String)
  quantity(@Root() { amount }: UsageAggregate): string {
    return amount.replace(/0+$/, '').replace(/\.$/, '');
  }
  @FieldResolver(() => Int)
  records(): number {
    return 1;
  }
  @FieldResolver(() => TimeWindow)
  usageWindow(@Root() { usageHour }: UsageAggregate): TimeWindow {
    return windowOf(usageHour);
  }
  @FieldResolver(() => TimeWindow)
  reportedWindow(@Root() { reportedHour }: UsageAggregate): TimeWindow {
    return windowOf(reportedHour);
  }
  @FieldResolver(() => Meter)
  async meter(@Root() row: UsageAggregate, @Ctx() { loaders }: Context) {
    return loaders.meter.load(row.meterId);
  }
  @FieldResolver(() => Tenant, { nullable: true })
  async tenant(@Root() row: UsageAggregate, @Ctx() { loaders }: Context) {
    const subscription = await loaders.stackSubscription.load(row.stackSubscriptionId);
    return subscription === null ? null : loaders.tenant.load(subscription.tenantId);
  }
  @FieldResolver(() => Destination)
  async destination(@Root() row: UsageAggregate, @Ctx() context: Context): Promise<Destination> {
    const { loaders } = context;
    const tenant = await this.tenant(row, context);
    const mapping = await loaders.mapping.load(tenant?.rowId ?? 0);
    const csp =
      mapping?.cspSubscriptionId == null ? null : await loaders.cspSubscription.load(mapping.cspSubscriptionId);
    if (csp != null) return { destinationSubscriptionId: csp.cspSubscriptionGuid, reason: 'MAPPED' };
    const registration = await loaders.registration.load(tenant?.registrationId ?? 0);
    return { destinationSubscriptionId: registration?.baseSubscriptionGuid ?? '', reason: 'TENANT_NOT_MAPPED' };
  }
}

@Resolver(() => Tenant)
class TenantResolver {
  @Query(() => Tenant, { nullable: true })
  async tenant(
    @Arg('registration') registration: string,
    @Arg('tenantId', () => UUIDResolver) tenantId: string,
    @Ctx() { source }: Context,
  ) {
    return source.getRepository(Tenant).findOne({ where: { tenantId, registration: { name: registration } } });
  }
  @FieldResolver(() => ID)
  id(@Root() { rowId }: Tenant): string {
    return id('Tenant', rowId);
  }
  @FieldResolver(() => GraphQLISODateTime)
  createdAt(@Root() { createdMs }: Tenant): Date {
    return new Date(Number(createdMs));
  }
}

function windowOf(hour: number): TimeWindow {
  return { start: new Date(hour * MS_PER_HOUR), end: new Date((hour + 1) * MS_PER_HOUR) };
}

const isSignedIn = rule({ cache: 'contextual' })(
  (_root: unknown, _args: unknown, { authorization }: Context) => authorization !== undefined,
);

async function openSource(url: string): Promise<DataSource> {
  const entities = [Registration, Meter, Tenant, CspSubscription, TenantMapping, StackSubscription, UsageAggregate];
  const source = url.startsWith('sqlite:')
    ? new DataSource({
        type: 'better-sqlite3',
        driver: sqliteDriver(),
        database: url.slice('sqlite:'.length),
        entities,
      })
    : new DataSource({ type: 'mysql', url, entities });
  return source.initialize();
}

await serveDatabase(async (databaseUrl) => {
  const source = await openSource(databaseUrl);
  const bare = await buildSchema({ resolvers: [UsageAggregateResolver, TenantResolver], validate: false });
  const rules = shield({ Query: { usageAggregates: isSignedIn, tenant: isSignedIn } }, { fallbackRule: allow });
  const app = fastify();
  const apollo = new ApolloServer<Context>({ schema: applyMiddleware(bare, rules) });
  await apollo.start();
  await app.register(fastifyApollo(apollo), {
    context: async ({ headers }) => ({ source, loaders: new Loaders(source), authorization: headers.authorization }),
  });
  await app.ready();
  return app.server;
});
