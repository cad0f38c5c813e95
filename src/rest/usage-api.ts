/**
 * Azure Stack Hub's two resource usage APIs. The provider's shows the usage of all stack subscriptions of a stamp, the
 * tenant's that of one.
 *
 * In the provider's, the subscription of the path stands for the stamp: its cloud id names it alone; its base
 * subscription names every stamp that is registered on it. (On a stamp it would be the default provider subscription,
 * which nothing here knows.)
 */
import { ArmError, invalidProperty, notAuthorized } from './arm-error.js';
import { checkApiVersion } from './arm-request.js';
import type { ArmAnswer, ArmRequest } from './arm-request.js';
import { closedPage, isKnown, isSamePage } from './closed-page.js';
import { usageAnswer } from './usage-rows.js';
import type { Names } from './usage-rows.js';
import { USAGE_API_VERSIONS, notCompleted, readUsageQuery } from './usage-query.js';
import type { UsageQuery } from './usage-query.js';
import { mayDo } from '../access/actions.js';
import { whoAsks } from '../access/principal.js';
import type { Scope } from '../access/scope.js';
import { completeBefore } from '../collection/watermark-store.js';
import type { Sql } from '../database/transaction.js';
import { listMeters } from '../metering/meter-store.js';
import { canonicalGuid } from '../primitives/ids.js';
import { listResourceUsage } from '../reading/resource-usage.js';
import type { ResourceUsage, ResourceUsageKey } from '../reading/resource-usage.js';
import type { UsageFilter } from '../reading/usage-filter.js';
import { listStampsOf } from '../registration/registration-store.js';
import { listStackSubscriptions } from '../tenancy/tenancy-store.js';

/** Azure Stack Hub's own page size, and that of the SDKs. */
const ROWS_PER_PAGE = 1_000;
const PROVIDER_ACTION = 'Microsoft.Commerce.Admin/subscriberUsageAggregates/read';
const TENANT_ACTION = 'Microsoft.Commerce/usageAggregates/read';
const NOT_COLLECTED_SECONDS = 300;
const SAME_SUBSCRIPTION_MAX = 100;

/** A page of the usage of all stack subscriptions of a stamp, or of one that is named. */
export async function providerUsage(request: ArmRequest): Promise<ArmAnswer> {
  checkApiVersion(request.parameters, USAGE_API_VERSIONS);
  const { app, scope } = request;
  const { callerGuid, registrationIds } = await checkProvider(request, PROVIDER_ACTION);
  const query = readUsageQuery(request.parameters, timeRules(request, app.config.refusesCurrentDate));
  const sql = app.db.reader;
  await checkCollected(sql, registrationIds, query);
  const filter = await directTenants(sql, scope, registrationIds, query.subscriberGuid);
  return answer(request, { api: 'provider', callerGuid, query, filter });
}

/** A page of the usage of the stack subscription that the address names. */
export async function tenantUsage(request: ArmRequest): Promise<ArmAnswer> {
  checkApiVersion(request.parameters, USAGE_API_VERSIONS);
  const { app, scope, principal } = request;
  const callerGuid = callerSubscription(request);
  const isReader = mayDo(principal.role, 'usage:read');
  const query = { ...readUsageQuery(request.parameters, timeRules(request, false)), subscriberGuid: null };
  const sql = app.db.reader;
  const own = isReader ? await subscriptionsNamed(sql, scope, callerGuid) : [];
  if (own.length === 0) throw notAuthorized(TENANT_ACTION, `/subscriptions/${callerGuid}`);
  await checkCollected(sql, [...new Set(own.map(({ registrationId }) => registrationId))], query);
  const filter = { stackSubscriptionIds: own.map(({ id }) => id) };
  return answer(request, { api: 'tenant', callerGuid, query, filter });
}

/** The stamps that the caller asks about as their provider. Throws AuthorizationFailed where there is none for it. */
export async function checkProvider(
  request: ArmRequest,
  action: string,
): Promise<{ readonly callerGuid: string; readonly registrationIds: readonly number[] }> {
  const { app, scope, principal } = request;
  const callerGuid = callerSubscription(request);
  const stamps = mayDo(principal.role, 'registration:read') ? await listStampsOf(app.db.reader, scope, callerGuid) : [];
  if (stamps.length === 0) throw notAuthorized(action, `/subscriptions/${callerGuid}`);
  return { callerGuid, registrationIds: stamps.map(({ id }) => id) };
}

function callerSubscription({ path }: ArmRequest): string {
  const text = path['subscription'] ?? '';
  if (text === '') {
    throw new ArmError(400, 'SubscriptionIdMissingInRequest', "The caller's subscription is missing in the path.");
  }
  const guid = canonicalGuid(text);
  if (guid === null) throw invalidProperty('subscriptionId', 'of the path is not a subscription id.');
  return guid;
}

function timeRules({ app }: ArmRequest, refusesCurrentDate: boolean) {
  return { now: app.clock.now(), refusesCurrentDate, settleMs: app.config.settleMs };
}

/** What is pulled from a stamp is complete as far as it was pulled. */
async function checkCollected(sql: Sql, registrationIds: readonly number[], { reported }: UsageQuery): Promise<void> {
  const before = await completeBefore(sql, registrationIds);
  if (before !== null && reported.to > before) throw notCompleted(NOT_COLLECTED_SECONDS);
}

async function directTenants(
  sql: Sql,
  scope: Scope,
  registrationIds: readonly number[],
  subscriberGuid: string | null,
): Promise<UsageFilter> {
  if (subscriberGuid === null) return { registrationIds };
  const named = await subscriptionsNamed(sql, scope, subscriberGuid);
  const direct = named.filter(({ registrationId }) => registrationIds.includes(registrationId));
  if (direct.length === 0) {
    throw new ArmError(
      400,
      'SubscriberIdIsNotDirectTenant',
      `The subscriber '${subscriberGuid}' is not a direct tenant of the caller.`,
    );
  }
  return { registrationIds, stackSubscriptionIds: direct.map(({ id }) => id) };
}

/** Two stamps may each have a subscription of this id in the books. */
function subscriptionsNamed(sql: Sql, scope: Scope, stackSubscriptionGuid: string) {
  return listStackSubscriptions(sql, scope, { stackSubscriptionGuid }, { afterId: 0, limit: SAME_SUBSCRIPTION_MAX });
}

async function answer(
  request: ArmRequest,
  page: {
    readonly api: 'provider' | 'tenant';
    readonly callerGuid: string;
    readonly query: UsageQuery;
    readonly filter: UsageFilter;
  },
): Promise<ArmAnswer> {
  const { app, scope, principal, parameters } = request;
  const { callerGuid, query, filter } = page;
  const question = JSON.stringify(['usage', page.api, whoAsks(principal), callerGuid, query]);
  const token = parameters.get('continuationToken') ?? '';
  const after = token === '' ? null : keyOf(app.cursors.read(question, token));
  const asked = { question, token, filter, reported: query.reported, after };
  const closed = await closedPage(request, asked);
  if (closed !== null && isKnown(request.ifNoneMatch, closed.etag)) {
    app.onStage({ stage: 'reading', api: 'usage', outcome: 'NOT_MODIFIED' });
    return { status: 304, body: '', etag: closed.etag };
  }
  const { rows, resumeAfter } = await listResourceUsage(app.db.reader, scope, {
    filter,
    granularity: query.granularity,
    isPerResource: query.showsDetails,
    range: { clock: 'REPORTED', ...query.reported },
    after,
    limit: ROWS_PER_PAGE,
  });
  const names = await namesOf(app.db.reader, scope, rows);
  const nextLink = resumeAfter === null ? null : linkAfter(request, question, resumeAfter);
  const body = usageAnswer(rows, { callerGuid, granularity: query.granularity, names, nextLink });
  const isTagged = closed !== null && isSamePage(closed, await closedPage(request, asked));
  app.onStage({ stage: 'reading', api: 'usage', outcome: isTagged ? 'TAGGED' : 'UNTAGGED' });
  return { status: 200, body, ...(isTagged && { etag: closed.etag }) };
}

function linkAfter({ app, parameters, address }: ArmRequest, question: string, key: ResourceUsageKey): string {
  const token = app.cursors.write(question, [...key.numbers, key.uriKey]);
  return `${address}?${parameters.with('continuationToken', token).toString()}`;
}

function keyOf(position: readonly (number | string)[]): ResourceUsageKey {
  return { numbers: position.slice(0, -1).map(Number), uriKey: String(position.at(-1)) };
}

async function namesOf(sql: Sql, scope: Scope, rows: readonly ResourceUsage[]): Promise<Names> {
  const page = { afterId: 0, limit: ROWS_PER_PAGE };
  const subscriptionIds = [...new Set(rows.map(({ stackSubscriptionId }) => stackSubscriptionId))];
  const meterIds = [...new Set(rows.map(({ meterId }) => meterId))];
  const subscriptions = await listStackSubscriptions(sql, scope, { ids: subscriptionIds }, page);
  const meters = await listMeters(sql, scope, { ids: meterIds }, page);
  return {
    stackSubscriptions: new Map(subscriptions.map(({ id, stackSubscriptionGuid }) => [id, stackSubscriptionGuid])),
    meters: new Map(meters.map(({ id, wireId }) => [id, wireId])),
  };
}
