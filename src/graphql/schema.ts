import type { GraphQLSchema } from 'graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import type { PubSub } from 'type-graphql';

import { AdministrationResolver } from './modules/administration.js';
import { RegistrationChangesResolver } from './modules/registrations.js';
import { ApiKeyResolver } from './modules/api-keys.js';
import { AuditEntryReferences, AuditResolver } from './modules/audit.js';
import { CorrectionResolver } from './modules/corrections.js';
import { IngestionResolver } from './modules/ingestion.js';
import { ClosedWindowReferences, LiveResolver } from './modules/live.js';
import { MeterResolver } from './modules/meters.js';
import { OpeningResolver } from './modules/opening.js';
import {
  CspSubscriptionReferences,
  StackSubscriptionReferences,
  TenantMappingReferences,
  TenantReferences,
  WhoResolver,
} from './modules/tenants.js';
import { OnboardingResolver } from './modules/onboarding.js';
import { DestinationReferences, QuarantinedRecordReferences } from './modules/usage-references.js';
import { ReportingResolver, UsageReportReferences } from './modules/reporting.js';
import { UsageResolver } from './modules/usage.js';
import { ViewerResolver } from './modules/viewer.js';
import { compilable } from './execution/compiled-operation.js';
import type { CompilerOptions } from './execution/compiled-operation.js';
import { withInputAsSent } from './execution/input-as-sent.js';
import { withAnswersKept } from './execution/kept-answers.js';
import { withPermissions, withRootPermissions } from './fields/permissions.js';
import { withRefusalsRecorded } from './execution/refused-mutations.js';

/**
 * The schema with its permissions: a field that the permission table does not name keeps it from being made. It knows
 * nothing of a server or of its database, so a process makes it once.
 */
export function createSchema(): Promise<ServedSchema> {
  made ??= createBareSchema().then((bare) => {
    const rootRuled = withRootPermissions(bare);
    const schema = withRefusalsRecorded(withPermissions(bare));
    return {
      schema,
      withInputAsSent: withAnswersKept(withInputAsSent(schema)),
      rootRuled,
      compiledAgainst: {
        queries: compilable(rootRuled.schema),
        mutations: compilable(withAnswersKept(withInputAsSent(withRefusalsRecorded(rootRuled.schema)))),
      },
    };
  });
  return made;
}

/** What operations run on. */
export interface ServedSchema {
  /** With a rule on every field at which a caller has to be stopped. */
  readonly schema: GraphQLSchema;
  /** `schema` for mutations whose input comes as variables; what it finds wrong with them is asked of `schema`. */
  readonly withInputAsSent: GraphQLSchema;
  /** With rules on its root fields alone, and the other fields, whose rules are asked once for a query. */
  readonly rootRuled: ReturnType<typeof withRootPermissions>;
  /** `rootRuled` as operations are compiled against it. */
  readonly compiledAgainst: CompilerOptions['schemas'];
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
      MeterResolver,
      TenantReferences,
      TenantMappingReferences,
      CspSubscriptionReferences,
      StackSubscriptionReferences,
      UsageResolver,
      DestinationReferences,
      QuarantinedRecordReferences,
      IngestionResolver,
      CorrectionResolver,
      RegistrationChangesResolver,
      OpeningResolver,
      AdministrationResolver,
      OnboardingResolver,
      ApiKeyResolver,
      AuditResolver,
      AuditEntryReferences,
      ReportingResolver,
      UsageReportReferences,
      LiveResolver,
      ClosedWindowReferences,
    ],
    validate: false,
    pubSub: NOBODY_PUBLISHES,
  });
}

/**
 * type-graphql will not make a subscription without one. Ours read the tables instead: what one process published, the
 * others would not hear.
 */
const NOBODY_PUBLISHES: PubSub = {
  publish: (topic) => {
    throw new Error(`Nothing is published here, and so not ${topic}.`);
  },
  subscribe: (topic) => {
    throw new Error(`Nothing is published here, and so not ${topic}.`);
  },
};
