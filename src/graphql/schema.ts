import type { GraphQLSchema } from 'graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchema } from 'type-graphql';

import { AdministrationResolver } from './modules/administration.js';
import { ApiKeyResolver } from './modules/api-keys.js';
import { AuditEntryReferences, AuditResolver } from './modules/audit.js';
import { IngestionResolver } from './modules/ingestion.js';
import {
  CspSubscriptionReferences,
  StackSubscriptionReferences,
  TenantMappingReferences,
  TenantReferences,
  WhoResolver,
} from './modules/tenants.js';
import { DestinationReferences, QuarantinedRecordReferences } from './modules/usage-references.js';
import { ReportingResolver, UsageReportReferences } from './modules/reporting.js';
import { UsageResolver } from './modules/usage.js';
import { ViewerResolver } from './modules/viewer.js';
import { withPermissions, withRootPermissions } from './permissions.js';
import { withRefusalsRecorded } from './refused-mutations.js';

/**
 * The schema with its permissions: a field that the permission table does not name keeps it from being made. It knows
 * nothing of a server or of its database, so a process makes it once.
 */
export function createSchema(): Promise<ServedSchema> {
  made ??= createBareSchema().then((bare) => ({
    schema: withRefusalsRecorded(withPermissions(bare)),
    compiled: withRootPermissions(bare),
  }));
  return made;
}

/** What operations run on: with all rules, and, for queries that are compiled, with rules on root fields alone. */
export interface ServedSchema {
  readonly schema: GraphQLSchema;
  readonly compiled: ReturnType<typeof withRootPermissions>;
}

let made: Promise<ServedSchema> | undefined;

/** The schema as text, sorted: what `schema/schema.graphql` holds. */
export async function printGatewaySchema(): Promise<string> {
  return `${printSchema(lexicographicSortSchema(await createBareSchema()))}\n`;
}

/** The schema without permissions: for what looks at it, and never for serving. */
export function createBareSchema(): Promise<GraphQLSchema> {
  return buildSchema({
    resolvers: [
      ViewerResolver,
      WhoResolver,
      TenantReferences,
      TenantMappingReferences,
      CspSubscriptionReferences,
      StackSubscriptionReferences,
      UsageResolver,
      DestinationReferences,
      QuarantinedRecordReferences,
      IngestionResolver,
      AdministrationResolver,
      ApiKeyResolver,
      AuditResolver,
      AuditEntryReferences,
      ReportingResolver,
      UsageReportReferences,
    ],
    validate: false,
  });
}
