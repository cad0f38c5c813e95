import type { GraphQLSchema } from 'graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { applyMiddleware } from 'graphql-middleware';
import { buildSchema } from 'type-graphql';

import { AdministrationResolver } from './modules/administration.js';
import { IngestionResolver } from './modules/ingestion.js';
import {
  CspSubscriptionReferences,
  StackSubscriptionReferences,
  TenantMappingReferences,
  TenantReferences,
  WhoResolver,
} from './modules/tenants.js';
import {
  DestinationReferences,
  FallbackUsageReferences,
  QuarantinedRecordReferences,
  UsageAggregateReferences,
  UsageMoveReferences,
  UsageRecordReferences,
  UsageSumReferences,
} from './modules/usage-references.js';
import { ReportingResolver, UsageReportReferences } from './modules/reporting.js';
import { UsageResolver } from './modules/usage.js';
import { ViewerResolver } from './modules/viewer.js';
import { permissionsFor } from './permissions.js';

/** The schema with its permissions: a field that the permission table does not name keeps it from being made. */
export async function createSchema(): Promise<GraphQLSchema> {
  const schema = await createBareSchema();
  return applyMiddleware(schema, permissionsFor(schema));
}

/** The schema as text, sorted: what `schema/schema.graphql` holds. */
export async function printGatewaySchema(): Promise<string> {
  return `${printSchema(lexicographicSortSchema(await createBareSchema()))}\n`;
}

function createBareSchema(): Promise<GraphQLSchema> {
  return buildSchema({
    resolvers: [
      ViewerResolver,
      WhoResolver,
      TenantReferences,
      TenantMappingReferences,
      CspSubscriptionReferences,
      StackSubscriptionReferences,
      UsageResolver,
      UsageAggregateReferences,
      UsageRecordReferences,
      UsageSumReferences,
      FallbackUsageReferences,
      UsageMoveReferences,
      DestinationReferences,
      QuarantinedRecordReferences,
      IngestionResolver,
      AdministrationResolver,
      ReportingResolver,
      UsageReportReferences,
    ],
    validate: false,
  });
}
