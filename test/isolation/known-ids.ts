import { DISCARDED, PLACES, RANGE, REGISTRATION, SET_UP } from './two-books.js';
import type { Place } from './two-books.js';
import type { TestGateway } from '../support/gateway.js';
import { guid } from '../support/world.js';

const QUESTION = `query ($hub: String!, $setUp: String!, $tenant: UUID!, $from: DateTime!, $to: DateTime!) {
  registration(name: $hub) { id }
  setUp: registration(name: $setUp) { id }
  tenant(registration: $hub, tenantId: $tenant) { id mappingHistory { id } reseller { id } stackSubscriptions { id } }
  newTenant: tenant(registration: $setUp, tenantId: $tenant) {
    id mappingHistory { id } stackSubscriptions { id } }
  cspSubscriptions(tenantId: $tenant) { nodes { id } }
  meters(isKnown: false, first: 200) { nodes { id meterId } }
  hourly: usageAggregates(range: { from: $from, to: $to }, filter: { tenantIds: [$tenant] }) { nodes { id } }
  daily: usageAggregates(granularity: DAILY, range: { from: $from, to: $to }, filter: { tenantIds: [$tenant] }) {
    nodes { id } }
  usageRecords(range: { from: $from, to: $to }, filter: { tenantIds: [$tenant] }) { nodes { id } }
  quarantinedRecords(registration: $hub) { nodes { id stackSubscriptionId } }
  newQuarantined: quarantinedRecords(registration: $setUp) { nodes { id stackSubscriptionId } }
  usageReports(registration: $hub) { nodes { id destinationSubscriptionId } }
  apiKeys { nodes { keyId createdBy name } } }`;

/** The ids by which `node` finds what a place has, by type, and the public part of its API key. */
export interface KnownIds {
  readonly nodes: Readonly<Record<string, readonly string[]>>;
  readonly keyId: string;
}

export async function idsOfPlaces(gateway: TestGateway): Promise<Readonly<Record<Place, KnownIds>>> {
  const found = await Promise.all(PLACES.map(async (place) => [place, await idsOf(gateway, place)] as const));
  return Object.fromEntries(found) as Record<Place, KnownIds>;
}

interface Named {
  readonly id: string;
  readonly meterId?: string;
  readonly stackSubscriptionId?: string;
  readonly destinationSubscriptionId?: string;
}

async function idsOf(gateway: TestGateway, place: Place): Promise<KnownIds> {
  const variables = { hub: REGISTRATION[place], setUp: SET_UP[place], tenant: guid(`tenant ${place}`), ...RANGE };
  const { data, errors } = await gateway.ask('OPERATOR', QUESTION, variables);
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join());
  const ids = (rows: readonly Named[]) => rows.map(({ id }) => id);
  const nodes = {
    Registration: [data.registration.id, data.setUp.id],
    Tenant: [data.tenant.id, data.newTenant.id],
    TenantMapping: ids([...data.tenant.mappingHistory, ...data.newTenant.mappingHistory]),
    Reseller: [data.tenant.reseller.id],
    StackSubscription: ids([...data.tenant.stackSubscriptions, ...data.newTenant.stackSubscriptions]),
    CspSubscription: ids(data.cspSubscriptions.nodes),
    Meter: ids(data.meters.nodes.filter((row: Named) => row.meterId === guid(`meter ${place}`))),
    UsageAggregate: [...ids(data.hourly.nodes), ...ids(data.daily.nodes)],
    UsageRecord: ids(data.usageRecords.nodes),
    QuarantinedRecord: ids(
      [...data.quarantinedRecords.nodes, ...data.newQuarantined.nodes].filter(({ stackSubscriptionId }: Named) =>
        [guid(`stack ${place}`), guid(`new stack ${place}`)].includes(stackSubscriptionId ?? ''),
      ),
    ),
    UsageReport: ids(
      data.usageReports.nodes.filter((row: Named) => row.destinationSubscriptionId === guid(`csp ${place}`)),
    ),
  };
  const key = data.apiKeys.nodes.find(({ name }: { name: string }) => name === `${place} key`);
  return { nodes, keyId: key.keyId };
}

const DISCARDED_QUESTION = `query ($hub: String!, $tenant: UUID!, $from: DateTime!, $to: DateTime!) {
  registration(name: $hub) { id }
  tenant(registration: $hub, tenantId: $tenant) { id mappingHistory { id } stackSubscriptions { id } }
  cspSubscriptions(tenantId: $tenant) { nodes { id } }
  usageAggregates(range: { from: $from, to: $to }, filter: { tenantIds: [$tenant] }) { nodes { id } }
  usageRecords(range: { from: $from, to: $to }, filter: { tenantIds: [$tenant] }) { nodes { id } }
  quarantinedRecords(registration: $hub) { nodes { id } } }`;

/** By which ids that was found which is discarded, asked while it is there. */
export async function idsOfDiscarded(gateway: TestGateway): Promise<KnownIds['nodes']> {
  const variables = { hub: DISCARDED, tenant: guid('tenant vanished'), ...RANGE };
  const { data, errors } = await gateway.ask('OPERATOR', DISCARDED_QUESTION, variables);
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join());
  const ids = (rows: readonly Named[]) => rows.map(({ id }) => id);
  return {
    Registration: [data.registration.id],
    Tenant: [data.tenant.id],
    TenantMapping: ids(data.tenant.mappingHistory),
    StackSubscription: ids(data.tenant.stackSubscriptions),
    CspSubscription: ids(data.cspSubscriptions.nodes),
    UsageAggregate: ids(data.usageAggregates.nodes),
    UsageRecord: ids(data.usageRecords.nodes),
    QuarantinedRecord: ids(data.quarantinedRecords.nodes),
  };
}

/** The id of something of the same type that does not exist. */
export function nobodysId(id: string): string {
  const text = Buffer.from(id, 'base64url').toString();
  return Buffer.from(text.replace(/:\d+/, ':99999')).toString('base64url');
}
