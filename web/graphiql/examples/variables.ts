/* eslint-disable */
// Written by `npm run generate` from the operations of this folder. Change those.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** How a stamp is licensed, and so what becomes of its usage. */
export type BillingModel =
  /** A yearly fee. Usage is kept and served, and never reported. */
  | 'CAPACITY'
  /** A contract of its own, named by an asset tag. */
  | 'CUSTOM'
  /** A development kit. Usage is reported at price zero, unless switched off. */
  | 'DEVELOPMENT'
  /** Billed by use. Must report; the only model under which tenants can be mapped. */
  | 'PAY_AS_YOU_USE'
  /** A ruggedised stamp. */
  | 'RUGGEDIZED';

/** The conservation laws of the books. */
export type InvariantName =
  /** Every closed day has the checksum with which it was closed, continuing the day before. */
  | 'CLOSED_DAYS_ARE_AS_SEALED'
  /** Closed day totals add up to the month totals. */
  | 'CLOSED_DAY_TOTALS_EQUAL_MONTH_TOTALS'
  /** Meter, resource, source and batch of every record exist, and so do meter and destination of every total. */
  | 'EVERY_RECORD_REFERS_TO_WHAT_IS_KNOWN'
  /** Of every day in reports, each aggregate is on one line, for its own destination. */
  | 'EVERY_REPORTED_DAY_IS_ON_ITS_LINES'
  /** Every total names the mapping in force at the hours of its records. */
  | 'EVERY_TOTAL_NAMES_ITS_MAPPING'
  /** What closing froze adds up to the totals of the closed days. */
  | 'FROZEN_AGGREGATES_EQUAL_CLOSED_DAY_TOTALS'
  /** No tenant has two mappings at one hour. */
  | 'MAPPINGS_NEVER_OVERLAP'
  /** Each correction is of a record like itself, and no record is less than zero with all of its corrections. */
  | 'NO_RECORD_IS_CORRECTED_BELOW_ZERO'
  /** The records of every usage and reported day add up to its totals. */
  | 'RECORDS_EQUAL_DAY_TOTALS';

/** What a caller is. */
export type Role =
  /** Sees everything, changes nothing. */
  | 'AUDITOR'
  /** Manages tenants, mappings and usage of its registrations. */
  | 'CSP_ADMIN'
  /** Sees usage, where it is billed and what was reported. Changes nothing. */
  | 'FINANCE'
  /** Records usage for its registration and sees its verdicts. */
  | 'INGESTOR'
  /** Runs the gateway: sees everything on its registrations and administers them. */
  | 'OPERATOR'
  /** Sees the usage and destinations of its own tenants. */
  | 'RESELLER'
  /** Sees its own tenant's usage, and not where it is billed. */
  | 'TENANT_USER';

/** Why usage is billed where it is. */
export type RoutingReason =
  /** A tenant mapping was in force at the start of the usage hour. */
  | 'MAPPED'
  /** The tenant had no mapping at that hour, so the base subscription is billed. */
  | 'TENANT_NOT_MAPPED'
  /** Nobody has said whose the stack subscription is, so the base subscription is billed. */
  | 'TENANT_UNKNOWN';

/** A half-open range of time: the start belongs to it, the end does not. */
export type TimeRangeInput = {
  /** Inclusive; a whole UTC hour, or a midnight where whole days are asked for. */
  readonly from: string;
  /** Exclusive; as `from`. */
  readonly to: string;
};

/** Whether a row can still change. */
export type UsageStatus =
  /** Its reported window is closed: quantity and destination are final. */
  | 'CLOSED'
  /** Its reported window is open. */
  | 'PROVISIONAL';

/** What became of a record. */
export type Verdict =
  /** It is in the books now. */
  | 'ACCEPTED'
  /** Another record is stored under this id. Nothing changed; the stored one is returned. */
  | 'CONFLICT'
  /** It was in the books already; counted once. A success. */
  | 'DUPLICATE'
  /** It broke a rule, named by the code, and is in quarantine. */
  | 'REJECTED';

export type BaseSubscriptionQueryVariables = Exact<{
  range: TimeRangeInput;
}>;


export type BaseSubscriptionQuery = { readonly fallbackUsage: { readonly nodes: ReadonlyArray<{ readonly reason: RoutingReason, readonly since: string, readonly quantity: string, readonly tenant: { readonly name: string } | null, readonly stackSubscription: { readonly stackSubscriptionId: string, readonly name: string | null } | null, readonly meter: { readonly name: string | null, readonly unit: string | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type InvariantsQueryVariables = Exact<{ [key: string]: never; }>;


export type InvariantsQuery = { readonly viewer: { readonly subject: string, readonly role: Role }, readonly registrations: { readonly nodes: ReadonlyArray<{ readonly name: string, readonly billingModel: BillingModel | null, readonly baseSubscriptionId: string | null, readonly closedBefore: string | null }> }, readonly invariants: ReadonlyArray<{ readonly name: InvariantName, readonly holds: boolean, readonly detail: string }> };

export type WindowClosedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type WindowClosedSubscription = { readonly windowClosed: { readonly closedFrom: string | null, readonly closedBefore: string, readonly registration: { readonly name: string } | null } };

export type MappingsQueryVariables = Exact<{ [key: string]: never; }>;


export type MappingsQuery = { readonly tenants: { readonly nodes: ReadonlyArray<{ readonly name: string, readonly tenantId: string, readonly reseller: { readonly name: string } | null, readonly mapping: { readonly effectiveFrom: string, readonly cspSubscription: { readonly name: string, readonly cspSubscriptionId: string } | null } | null, readonly mappingHistory: ReadonlyArray<{ readonly effectiveFrom: string, readonly effectiveTo: string | null, readonly isSuperseded: boolean, readonly createdAt: string, readonly cspSubscription: { readonly name: string } | null }> | null }> } };

export type MetersQueryVariables = Exact<{ [key: string]: never; }>;


export type MetersQuery = { readonly meters: { readonly nodes: ReadonlyArray<{ readonly meterId: string, readonly name: string | null, readonly unit: string | null, readonly category: string | null, readonly isKnown: boolean }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type MonthsQueryVariables = Exact<{
  range: TimeRangeInput;
}>;


export type MonthsQuery = { readonly usageSummary: { readonly nodes: ReadonlyArray<{ readonly month: string | null, readonly quantity: string, readonly records: number, readonly meter: { readonly name: string | null, readonly unit: string | null, readonly category: string | null, readonly isDeprecated: boolean, readonly isKnown: boolean } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type OwnUsageQueryVariables = Exact<{
  range: TimeRangeInput;
}>;


export type OwnUsageQuery = { readonly usageSummary: { readonly nodes: ReadonlyArray<{ readonly quantity: string, readonly records: number, readonly stackSubscription: { readonly stackSubscriptionId: string, readonly name: string | null } | null, readonly meter: { readonly name: string | null, readonly unit: string | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type PreviewQueryVariables = Exact<{
  registration: string;
  tenant: string;
  from: string;
}>;


export type PreviewQuery = { readonly previewTenantMapping: { readonly effectiveFrom: string, readonly closedRecords: number, readonly tenant: { readonly name: string }, readonly cspSubscription: { readonly name: string } | null, readonly moves: ReadonlyArray<{ readonly quantity: string, readonly records: number, readonly meter: { readonly name: string | null, readonly unit: string | null }, readonly from: { readonly destinationSubscriptionId: string, readonly reason: RoutingReason } | null }> } };

export type RecordsQueryVariables = Exact<{
  range: TimeRangeInput;
}>;


export type RecordsQuery = { readonly usageRecords: { readonly nodes: ReadonlyArray<{ readonly recordId: string | null, readonly source: string, readonly quantity: string, readonly corrects: string | null, readonly receivedAt: string, readonly usageWindow: { readonly start: string, readonly end: string }, readonly reportedWindow: { readonly start: string, readonly end: string }, readonly meter: { readonly name: string | null, readonly unit: string | null }, readonly resource: { readonly uri: string, readonly additionalInfo: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type RefusedQueryVariables = Exact<{ [key: string]: never; }>;


export type RefusedQuery = { readonly quarantinedRecords: { readonly nodes: ReadonlyArray<{ readonly verdict: Verdict, readonly code: string, readonly message: string, readonly source: string | null, readonly recordId: string | null, readonly timesSeen: number, readonly lastSeenAt: string, readonly raw: string }> } };

export type RegistrationsQueryVariables = Exact<{ [key: string]: never; }>;


export type RegistrationsQuery = { readonly registrations: { readonly nodes: ReadonlyArray<{ readonly name: string, readonly cloudId: string, readonly closedBefore: string | null, readonly createdAt: string }> } };

export type ResourcesQueryVariables = Exact<{
  range: TimeRangeInput;
  tenant: string;
}>;


export type ResourcesQuery = { readonly usageAggregates: { readonly nodes: ReadonlyArray<{ readonly status: UsageStatus, readonly quantity: string, readonly usageWindow: { readonly start: string }, readonly reportedWindow: { readonly start: string }, readonly meter: { readonly name: string | null, readonly unit: string | null }, readonly resource: { readonly uri: string, readonly location: string, readonly tags: ReadonlyArray<{ readonly name: string, readonly value: string }> } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type WhoPaysForWhatQueryVariables = Exact<{
  range: TimeRangeInput;
}>;


export type WhoPaysForWhatQuery = { readonly usageSummary: { readonly nodes: ReadonlyArray<{ readonly quantity: string, readonly records: number, readonly tenant: { readonly name: string } | null, readonly meter: { readonly name: string | null, readonly unit: string | null }, readonly destination: { readonly destinationSubscriptionId: string, readonly reason: RoutingReason, readonly mappedSince: string | null } | null }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };
