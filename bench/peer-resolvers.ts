/**
 * The gateway's own readers behind the resolvers of another GraphQL server: the same SQL and the same loaders, but no
 * credential, no scope, no rules, no limits. What differs is then the server.
 */
import { createLoaders } from '../src/graphql/loaders.js';
import type { Loaders } from '../src/graphql/loaders.js';
import { loadReferences } from '../src/graphql/modules/usage-references.js';
import { toUsageAggregate, toUsageSum } from '../src/graphql/types/usage.js';
import { toTenant } from '../src/graphql/types/who.js';
import { WHOLE_BOOKS } from '../src/access/scope.js';
import { createApp } from '../src/app.js';
import { readConfig } from '../src/config.js';
import { dayOf, dayText, hourOf, monthText } from '../src/primitives/windows.js';
import { listUsageAggregates } from '../src/reading/usage-aggregates.js';
import { listUsageSummary } from '../src/reading/usage-summary.js';
import type { Grouping } from '../src/reading/usage-summary.js';
import { findRegistration } from '../src/registration/registration-store.js';
import { findTenant, listTenants } from '../src/tenancy/tenancy-store.js';

/** What a request of a peer has with it. */
export interface PeerContext {
  readonly loaders: Loaders;
}

interface Range {
  readonly from: string;
  readonly to: string;
}

interface FirstOf {
  readonly first: number;
  readonly range: Range;
}

type Info = Parameters<typeof loadReferences>[1];

/** Resolvers and scalars for the gateway's own schema, by type and field, on the database of the environment. */
export async function createPeerResolvers() {
  const app = await createApp(readConfig(process.env));
  const sql = app.db.reader;
  const hours = ({ from, to }: Range) => ({ from: hourOf(Date.parse(from)), to: hourOf(Date.parse(to)) });

  return {
    createContext: (): PeerContext => ({ loaders: createLoaders(sql, WHOLE_BOOKS) }),
    scalars: {
      DateTime: (value: number) => new Date(value).toISOString(),
      LocalDate: dayText,
      YearMonth: monthText,
      Decimal: (value: string) => value,
      UUID: (value: string) => value,
    },
    resolvers: {
      Query: {
        usageAggregates: async (_root: unknown, { first, range }: FirstOf, context: PeerContext, info: Info) => {
          const { rows } = await listUsageAggregates({ sql, routingTables: app.routingTables }, WHOLE_BOOKS, {
            filter: {},
            granularity: 'HOURLY',
            range: { clock: 'REPORTED', ...hours(range) },
            after: null,
            limit: first,
          });
          const references = await loadReferences(context, info, rows);
          return { nodes: rows.map((row) => toUsageAggregate(row, 'HOURLY', references(row))) };
        },
        usageSummary: async (
          _root: unknown,
          args: {
            readonly first: number;
            readonly range: Range;
            readonly groupBy: readonly Grouping[];
            readonly filter?: { readonly tenantIds: readonly string[] };
          },
          context: PeerContext,
          info: Info,
        ) => {
          const page = { afterId: 0, limit: 1_000 };
          const tenants =
            args.filter === undefined
              ? null
              : await listTenants(sql, WHOLE_BOOKS, { tenantGuids: args.filter.tenantIds }, page);
          const { from, to } = hours(args.range);
          const rows = await listUsageSummary(sql, WHOLE_BOOKS, {
            filter: tenants === null ? {} : { tenantIds: tenants.map(({ id }) => id) },
            range: { clock: 'USAGE', from: dayOf(from), to: dayOf(to) },
            groupBy: args.groupBy,
            after: null,
            limit: args.first,
          });
          const references = await loadReferences(context, info, rows);
          return { nodes: rows.map((row) => toUsageSum(row, references(row))) };
        },
        tenant: async (_root: unknown, args: { readonly registration: string; readonly tenantId: string }) => {
          const registration = await findRegistration(sql, WHOLE_BOOKS, args.registration);
          const key = { registrationId: registration?.id ?? 0, tenantGuid: args.tenantId };
          const row = await findTenant(sql, WHOLE_BOOKS, key);
          return row === null ? null : toTenant(row);
        },
      },
    },
  };
}
