/**
 * The stack subscriptions of a stamp as its administrators list them (`Microsoft.Subscriptions.Admin`), so that a
 * gateway that pulls from this one learns which directory each belongs to. Only what the books know is in it: a
 * subscription whose tenant nobody has said has no `tenantId`.
 */
import { answerOf, checkApiVersion, pageAfter } from './arm-request.js';
import type { ArmAnswer, ArmRequest } from './arm-request.js';
import { checkProvider } from './usage-api.js';
import { listStackSubscriptions, listTenants } from '../tenancy/tenancy-store.js';

export const SUBSCRIPTIONS_ADMIN_VERSIONS = ['2015-11-01'] as const;
const PER_PAGE = 500;

/** The user subscriptions of a stamp, a page at a time. */
export async function userSubscriptions(request: ArmRequest): Promise<ArmAnswer> {
  checkApiVersion(request.parameters, SUBSCRIPTIONS_ADMIN_VERSIONS);
  const { app, scope } = request;
  const { callerGuid, registrationIds } = await checkProvider(
    request,
    'Microsoft.Subscriptions.Admin/subscriptions/read',
  );
  const page = pageAfter(request, ['userSubscriptions', callerGuid]);
  const within = { registrationIds };
  const rows = await listStackSubscriptions(app.db.reader, scope, within, {
    afterId: page.afterId,
    limit: PER_PAGE + 1,
  });
  const tenantIds = [...new Set(rows.flatMap(({ tenantId }) => (tenantId === null ? [] : [tenantId])))];
  const tenants = await listTenants(app.db.reader, scope, { ids: tenantIds }, { afterId: 0, limit: PER_PAGE + 1 });
  const tenantGuids = new Map(tenants.map(({ id, tenantGuid }) => [id, tenantGuid]));
  return answerOf(
    page.of(rows, PER_PAGE, ({ stackSubscriptionGuid, tenantId, name }) => {
      const tenantGuid = tenantId === null ? undefined : tenantGuids.get(tenantId);
      return {
        id: `/subscriptions/${callerGuid}/providers/Microsoft.Subscriptions.Admin/subscriptions/${stackSubscriptionGuid}`,
        subscriptionId: stackSubscriptionGuid,
        ...(name !== null && { displayName: name }),
        ...(tenantGuid !== undefined && { tenantId: tenantGuid }),
        delegatedProviderSubscriptionId: callerGuid,
      };
    }),
  );
}
