import type { GraphQLResolveInfo } from 'graphql';

import { loadReferences } from './usage-references.js';
import { HOURS_PER_DAY } from '../../primitives/windows.js';
import { listReports } from '../../reading/reports.js';
import { listUsageAggregates } from '../../reading/usage-aggregates.js';
import type { UsageAggregate as AggregateRow } from '../../reading/usage-aggregates.js';
import type { Granularity } from '../../reading/usage-spans.js';
import { listQuarantinedRecords, listUsageRecords } from '../../reading/usage-records.js';
import type { UsageRecordRow } from '../../reading/usage-records.js';
import { mayRead } from '../fields/access-table.js';
import type { GatewayContext } from '../context.js';
import type { Loaders } from '../loaders.js';
import { parseNodeId } from '../paging/node-id.js';
import type { NodeType } from '../paging/node-id.js';
import { toUsageReport } from '../types/reporting.js';
import { toQuarantinedRecord } from '../types/quarantine.js';
import { toUsageAggregate, toUsageRecord } from '../types/usage.js';
import {
  toCspSubscription,
  toMeter,
  toRegistration,
  toReseller,
  toStackSubscription,
  toTenant,
  toTenantMapping,
} from '../types/who.js';
import type { Node } from '../types/who.js';

type Key = readonly (number | string)[];

/** The thing behind an id, if it exists and lies in the caller's scope; both misses answer alike. */
export async function findNode(context: GatewayContext, info: GraphQLResolveInfo, id: string): Promise<Node | null> {
  const parsed = parseNodeId(id);
  if (parsed === null) return null;
  // `node` is for everyone, so what it may answer is asked of the table: a type whose id is not for this role is
  // hidden.
  if (!mayRead(context.principal?.role, parsed.type, 'id')) return null;
  return FINDERS[parsed.type](context, parsed.key, info);
}

type Finder = (context: GatewayContext, key: Key, info: GraphQLResolveInfo) => Promise<Node | null>;

const FINDERS: Readonly<Record<NodeType, Finder>> = {
  Registration: byRowId(({ registration }) => registration, toRegistration),
  Tenant: byRowId(({ tenant }) => tenant, toTenant),
  Reseller: byRowId(({ reseller }) => reseller, toReseller),
  CspSubscription: byRowId(({ cspSubscription }) => cspSubscription, toCspSubscription),
  StackSubscription: byRowId(({ stackSubscription }) => stackSubscription, toStackSubscription),
  Meter: byRowId(({ meter }) => meter, toMeter),
  TenantMapping: findMapping,
  UsageAggregate: findAggregate,
  UsageRecord: findRecord,
  QuarantinedRecord: findQuarantined,
  UsageReport: findReport,
};

function byRowId<Row>(
  loaderOf: (loaders: Loaders) => { load(id: number): Promise<Row | null> },
  item: (row: Row) => Node,
): Finder {
  return async ({ loaders }, [rowId]) => {
    const row = Number.isSafeInteger(rowId) ? await loaderOf(loaders).load(Number(rowId)) : null;
    return row === null ? null : item(row);
  };
}

async function findMapping({ loaders }: GatewayContext, [tenantId, id]: Key): Promise<Node | null> {
  if (!Number.isSafeInteger(tenantId)) return null;
  const steps = await loaders.mappingHistory.load(Number(tenantId));
  const row = steps.find((step) => step.id === id);
  return row === undefined ? null : toTenantMapping(row);
}

/** More windows of one resource's meter than one reported window holds, with the parts of each. */
const WINDOWS_MAX = 1_000;

async function findAggregate(context: GatewayContext, key: Key, info: GraphQLResolveInfo): Promise<Node | null> {
  const found = await findAggregateRow(context, key);
  if (found === null) return null;
  const references = await loadReferences(context, info, [found.row]);
  return toUsageAggregate(found.row, found.granularity, references(found.row));
}

/** The aggregate of a key as its id holds it; null when there is none in scope. */
export async function findAggregateRow(
  context: GatewayContext,
  key: Key,
): Promise<{ readonly row: AggregateRow; readonly granularity: Granularity } | null> {
  const [granularity, ...rest] = key;
  const numbers = rest.map(Number);
  const [stackSubscriptionId = 0, reported = 0, , meterId = 0, resourceId = 0] = numbers;
  if (granularity !== 'HOURLY' && granularity !== 'DAILY') return null;
  if (numbers.length !== 6 || !numbers.every(Number.isSafeInteger)) return null;
  const width = granularity === 'DAILY' ? HOURS_PER_DAY : 1;
  const { app, scope } = context;
  const { rows } = await listUsageAggregates({ sql: app.db.reader, routingTables: app.routingTables }, scope, {
    granularity,
    filter: {
      stackSubscriptionIds: [stackSubscriptionId],
      meterIds: [meterId],
      resourceIds: [resourceId],
    },
    range: { clock: 'REPORTED', from: reported * width, to: (reported + 1) * width },
    // Everything up to the resource before: whether a window has parts is for the reader to find out.
    after: [...numbers.slice(0, 4), resourceId - 1, Number.MAX_SAFE_INTEGER],
    limit: WINDOWS_MAX,
  });
  const row = rows.find((candidate) => candidate.key.every((value, index) => value === numbers[index]));
  return row === undefined ? null : { row, granularity };
}

async function findRecord(context: GatewayContext, key: Key, info: GraphQLResolveInfo): Promise<Node | null> {
  const row = await findRecordRow(context, key);
  return row === null ? null : toUsageRecord(row, (await loadReferences(context, info, [row]))(row));
}

/** The record of a key as its id holds it; null when there is none in scope. */
export async function findRecordRow({ app, scope }: GatewayContext, key: Key): Promise<UsageRecordRow | null> {
  const numbers = key.slice(0, 5).map(Number);
  const identity = String(key[5] ?? '').slice(1);
  const [stackSubscriptionId = 0, reportedHour = 0, , meterId = 0, resourceId = 0] = numbers;
  if (!/^[0-9a-f]{32}$/.test(identity) || !numbers.every(Number.isSafeInteger)) return null;
  const {
    rows: [row],
  } = await listUsageRecords({ sql: app.db.reader, routingTables: app.routingTables }, scope, {
    filter: {
      stackSubscriptionIds: [stackSubscriptionId],
      meterIds: [meterId],
      resourceIds: [resourceId],
    },
    range: { clock: 'REPORTED', from: reportedHour, to: reportedHour + 1 },
    identity: Buffer.from(identity, 'hex'),
    after: null,
    limit: 1,
  });
  return row ?? null;
}

async function findQuarantined(context: GatewayContext, [rowId]: Key): Promise<Node | null> {
  const id = Number(rowId);
  if (!Number.isSafeInteger(id)) return null;
  const [row] = await listQuarantinedRecords(context.app.db.reader, context.scope, {
    ids: [id],
    beforeId: null,
    limit: 1,
  });
  return row === undefined ? null : toQuarantinedRecord(row);
}

async function findReport({ app, scope }: GatewayContext, [rowId]: Key): Promise<Node | null> {
  const id = Number(rowId);
  if (!Number.isSafeInteger(id)) return null;
  const [row] = await listReports(app.db.reader, scope, { ids: [id], beforeId: null, limit: 1 });
  return row === undefined ? null : toUsageReport(row);
}
