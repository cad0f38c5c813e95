import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

import { PROVIDER_PATH, TENANT_PATH, azure, usageUrl } from '../support/azure.js';
import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import { guid, push, registerCustomer, registerStamp, usageRecord } from '../support/world.js';
import { ARM_ROUTES } from '../../src/rest/arm-routes.js';
import { REGISTRATION_API_VERSIONS } from '../../src/rest/registration-api.js';
import { USAGE_API_VERSIONS } from '../../src/rest/usage-query.js';
import { SUBSCRIPTIONS_ADMIN_VERSIONS } from '../../src/rest/user-subscriptions-api.js';

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly parameters: Readonly<Record<string, { readonly schema: { readonly enum?: readonly string[] } }>>;
  };
}

const FILE = join(import.meta.dirname, '..', '..', 'schema', 'openapi.json');
const described = JSON.parse(await readFile(FILE, 'utf8')) as OpenApi;

/** What the description says about an answer, as a check; null where it says that there is no body. */
function checkOf(path: string, method: string, status: number): z.ZodType | null {
  const responses = described.paths[path]?.[method.toLowerCase()]?.responses ?? {};
  const response = responses[String(status)];
  if (response === undefined) throw new Error(`${method} ${path} does not describe ${status}.`);
  const schema = response.content?.['application/json']?.schema;
  if (schema === undefined) return null;
  const whole = JSON.stringify({ ...schema, $defs: described.components.schemas });
  return z.fromJSONSchema(
    JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/')) as Parameters<typeof z.fromJSONSchema>[0],
  );
}

describe('the OpenAPI description', () => {
  it('has the paths and methods that are served, and no others', () => {
    const served = ARM_ROUTES.map(({ path, acts }) => [path, Object.keys(acts).map((method) => method.toLowerCase())]);
    const told = Object.entries(described.paths).map(([path, methods]) => [path, Object.keys(methods)]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(served));
  });

  it('has the versions that are served', () => {
    const versions = (name: string) => described.components.parameters[name]?.schema.enum;
    expect(versions('UsageApiVersion')).toEqual(USAGE_API_VERSIONS);
    expect(versions('RegistrationApiVersion')).toEqual(REGISTRATION_API_VERSIONS);
    expect(versions('SubscriptionsAdminApiVersion')).toEqual(SUBSCRIPTIONS_ADMIN_VERSIONS);
  });

  it('refuses an answer of another shape', () => {
    const check = checkOf(`/subscriptions/{subscription}/${TENANT_PATH}`, 'GET', 200);
    expect(check?.safeParse({ value: [] }).success).toBe(true);
    for (const wrong of [{}, { value: [{}] }, { value: [], more: 1 }, { value: [], nextLink: 7 }]) {
      expect(check?.safeParse(wrong).success).toBe(false);
    }
  });
});

describeOnSqlite('the OpenAPI description', (server) => {
  it('describes the answers that are really given, good and bad', async () => {
    const gateway = await openTestGateway(server, { now: '2026-03-10T10:20:00Z' });
    const stack = guid('stack subscription');
    const stamp = await registerStamp(gateway.app);
    const { cspSubscriptionId, tenantId } = await registerCustomer(gateway.app, 'hub', 'Contoso', {
      stackSubscriptions: [stack],
    });
    const usage = Array.from({ length: 1_001 }, (_, index) =>
      usageRecord({ id: `${index}`, resourceUri: `/vm/${index}`, quantity: '0.000000083' }),
    );
    await push(gateway.app, stamp, usage);
    gateway.clock.set('2026-03-10T12:30:00Z');

    const base = `/subscriptions/${guid('base hub')}`;
    const group = `${base}/resourceGroups/azurestack/providers/Microsoft.AzureStack/registrations`;
    const version = 'api-version=2017-06-01';
    const groupPath =
      '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.AzureStack/registrations';
    const customers = '/{registration}/customerSubscriptions';
    const one = `${groupPath}${customers}/{customerSubscription}`;
    const oneUrl = `${group}/hub/customerSubscriptions/${cspSubscriptionId}?${version}`;
    const provider = `/subscriptions/{subscription}/${PROVIDER_PATH}`;
    const legacy = PROVIDER_PATH.replace('.Admin', '');
    const admin = 'providers/Microsoft.Subscriptions.Admin/subscriptions';
    const bySubscription = 'providers/Microsoft.AzureStack/registrations';
    const operations = '/providers/Microsoft.AzureStack/operations';
    const begin = (cloud: string) => {
      const properties = { cloudId: guid(cloud), billingModel: 'Development' };
      return { method: 'PUT', payload: JSON.stringify({ location: 'global', properties }) } as const;
    };
    const put = { method: 'PUT', payload: JSON.stringify({ properties: { tenantId } }) } as const;
    const asked: readonly (readonly [string, string, number, Parameters<typeof azure>[3]?])[] = [
      [provider, usageUrl(PROVIDER_PATH, guid('base hub')), 200],
      [provider, usageUrl(PROVIDER_PATH, guid('base hub'), { reportedEndTime: null }), 400],
      [provider, usageUrl(PROVIDER_PATH, guid('nobody')), 403],
      [`/subscriptions/{subscription}/${legacy}`, usageUrl(legacy, guid('cloud hub')), 200],
      [`/subscriptions/{subscription}/${TENANT_PATH}`, usageUrl(TENANT_PATH, stack), 200],
      [`/subscriptions/{subscription}/${admin}`, `${base}/${admin}?api-version=2015-11-01`, 200],
      [`/subscriptions/{subscription}/${bySubscription}`, `${base}/${bySubscription}?${version}`, 200],
      [groupPath, `${group}?${version}`, 200],
      [`${groupPath}/{registration}`, `${group}/hub?${version}`, 200],
      [`${groupPath}/{registration}`, `${group}/nobody?${version}`, 404],
      [`${groupPath}${customers}`, `${group}/hub/customerSubscriptions?${version}`, 200],
      [one, oneUrl, 404],
      [one, oneUrl, 200, put],
      [one, oneUrl, 200],
      [one, oneUrl.replace(cspSubscriptionId, 'x'), 400, put],
      [`${groupPath}${customers}`, `${group}/hub/customerSubscriptions?${version}`, 200],
      [one, oneUrl, 204, { method: 'DELETE' }],
      [operations, `${operations}?${version}`, 200],
      [operations, operations, 400],
      [`${groupPath}/{registration}`, `${group}/new?${version}`, 200, begin('another cloud')],
      [`${groupPath}/{registration}`, `${group}/new?${version}`, 200, begin('another cloud')],
      [`${groupPath}/{registration}`, `${group}/newer?${version}`, 409, begin('another cloud')],
      [`${groupPath}/{registration}`, `${group}/new?${version}`, 400, begin('a third cloud')],
      [`${groupPath}/{registration}`, `${group}/new?${version}`, 200, { ...begin('another cloud'), method: 'PATCH' }],
      [`${groupPath}/{registration}`, `${group}/nobody?${version}`, 404, { ...begin('cloud'), method: 'PATCH' }],
      [`${groupPath}/{registration}`, `${group}/hub?${version}`, 409, { method: 'DELETE' }],
      [`${groupPath}/{registration}`, `${group}/new?${version}`, 204, { method: 'DELETE' }],
      [provider, usageUrl(PROVIDER_PATH, guid('base hub'), { showDetails: 'false' }), 200],
    ];
    for (const [path, url, status, options] of asked) {
      const answer = await azure(gateway, 'OPERATOR', url, options);
      const check = checkOf(path, options?.method ?? 'GET', answer.status);
      expect([url, answer.status]).toEqual([url, status]);
      expect(check === null ? [url, answer.text] : [url, check.safeParse(answer.body).error]).toEqual([
        url,
        check === null ? '' : undefined,
      ]);
    }
    const untold = await azure(gateway, null, usageUrl(PROVIDER_PATH, guid('base hub')));
    expect(checkOf(provider, 'GET', untold.status)?.safeParse(untold.body).success).toBe(true);
    await gateway.close();
  });
});
