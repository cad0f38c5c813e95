import { RANGE, REGISTRATION, VIEWERS, markersOf, openTwoBooks } from './two-books.js';
import type { Place, Viewer } from './two-books.js';
import { ARM_ROUTES } from '../../src/rest/arm-routes.js';
import type { ArmMethod } from '../../src/rest/arm-routes.js';
import { USAGE_VERSION } from '../support/azure.js';
import { describeEachDatabase } from '../support/databases.js';
import type { TestGateway } from '../support/gateway.js';
import { guid } from '../support/world.js';

/** What a part of an address, a parameter or a property of a body names. */
type Named = 'base' | 'cloud' | 'resourceGroup' | 'registration' | 'stack' | 'csp' | 'tenant';

interface RouteCase {
  /** Without case and version, as `ARM_ROUTES` has it. */
  readonly path: string;
  /** By the names of the segments; `subscriberId` is a parameter, `tenantId` in the body. */
  readonly names: Readonly<Record<string, Named>>;
  readonly parameters: Readonly<Record<string, string>>;
}

const USAGE = {
  'api-version': USAGE_VERSION,
  reportedStartTime: RANGE.from,
  reportedEndTime: '2026-03-10T00:00:00Z',
  aggregationGranularity: 'Hourly',
};
const REGISTRATIONS =
  '/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.AzureStack/registrations';
const ADDRESS = { subscription: 'base', resourceGroup: 'resourceGroup', registration: 'registration' } as const;
const VERSION = { 'api-version': '2017-06-01' };
const PROVIDER = ['Microsoft.Commerce.Admin', 'Microsoft.Commerce'].map(
  (name) => `/subscriptions/{subscription}/providers/${name}/subscriberUsageAggregates`,
);

const CASES: readonly RouteCase[] = [
  ...PROVIDER.flatMap((path) => [
    { path, names: { subscription: 'base' }, parameters: USAGE } as const,
    { path, names: { subscription: 'cloud', subscriberId: 'stack' }, parameters: USAGE } as const,
  ]),
  {
    path: '/subscriptions/{subscription}/providers/Microsoft.Commerce/usageAggregates',
    names: { subscription: 'stack' },
    parameters: USAGE,
  },
  {
    path: '/subscriptions/{subscription}/providers/Microsoft.Subscriptions.Admin/subscriptions',
    names: { subscription: 'cloud' },
    parameters: { 'api-version': '2015-11-01' },
  },
  {
    path: '/subscriptions/{subscription}/providers/Microsoft.AzureStack/registrations',
    names: { subscription: 'base' },
    parameters: VERSION,
  },
  { path: REGISTRATIONS, names: { subscription: 'base', resourceGroup: 'resourceGroup' }, parameters: VERSION },
  { path: `${REGISTRATIONS}/{registration}`, names: ADDRESS, parameters: VERSION },
  { path: `${REGISTRATIONS}/{registration}/customerSubscriptions`, names: ADDRESS, parameters: VERSION },
  {
    path: `${REGISTRATIONS}/{registration}/customerSubscriptions/{customerSubscription}`,
    names: { ...ADDRESS, customerSubscription: 'csp', tenantId: 'tenant' },
    parameters: VERSION,
  },
  { path: '/providers/Microsoft.AzureStack/operations', names: {}, parameters: VERSION },
];
/** Where those who see a registration may see something of their own, whatever their role reads elsewhere. */
const READS_ALL = ['OPERATOR', 'CSP_ADMIN', 'FINANCE', 'AUDITOR'];

describe('the addresses of Azure’s APIs', () => {
  it('have a case each', () => {
    expect([...new Set(CASES.map(({ path }) => path))].sort()).toEqual(ARM_ROUTES.map(({ path }) => path).sort());
  });
});

describeEachDatabase('what is somebody else’s in Azure’s APIs', (server) => {
  let gateway: TestGateway;
  let statements = 0;
  const viewers = VIEWERS.filter(({ role }) => server.dialect === 'sqlite' || role === 'OPERATOR');
  const tokens = new Map<string, string>();

  beforeAll(async () => {
    gateway = await openTwoBooks(server, { onStatement: () => (statements += 1) });
    for (const { name, who } of viewers) tokens.set(name, await gateway.token(who));
  });
  afterAll(() => gateway.close());

  it.each(viewers)('is in no answer to $name about its own', async (viewer) => {
    for (const one of CASES) {
      const { status, body } = await send(viewer, 'GET', one, namesAt(one, 'ours'));
      expect([one.path, markersIn(viewer, body)]).toEqual([one.path, []]);
      // What can be done here is nobody's.
      if (!READS_ALL.includes(viewer.role) || Object.keys(one.names).length === 0) continue;
      expect([one.path, status, body]).toEqual([one.path, 200, expect.stringMatching(/ours|[0-9a-f-]{36}/)]);
    }
  });

  it.each(viewers)('is to $name like what does not exist, at every address and by every method', async (viewer) => {
    const before = await mappings();
    const leaks: string[] = [];
    for (const one of CASES) {
      for (const method of methodsOf(one)) {
        for (const { at, foreign, nobody, isNew } of questionsOf(one, method, viewer)) {
          // Who sees all tenants of a registration may add a subscription to it that is new there.
          if (method === 'PUT' && isNew && viewer.limit === 'registration') continue;
          const theirs = await send(viewer, method, one, foreign);
          const none = await send(viewer, method, one, nobody);
          const what = `${method} ${one.path} by ${at}`;
          const [left, right] = [without(theirs.body, foreign), without(none.body, nobody)];
          if (theirs.status !== none.status || left !== right) leaks.push(`${what}: ${theirs.body} <> ${none.body}`);
          if (theirs.statements !== none.statements) {
            leaks.push(`${what}: ${theirs.statements} statements against ${none.statements}`);
          }
          leaks.push(...markersIn(viewer, left).map((marker) => `${what}: ${marker}`));
        }
      }
    }
    expect(leaks).toEqual([]);
    // Removing what is not attached says that it is gone, and so must leave what is somebody else's.
    expect(await mappings()).toEqual(before);
  });

  type Names = Readonly<Record<string, string>>;

  /** Each name alone, and all of them at once, beside what is the caller's own. */
  function questionsOf(one: RouteCase, method: ArmMethod, { foreign }: Viewer) {
    return foreign.flatMap((place) => {
      const [own, theirs, nobodys] = [namesAt(one, 'ours'), namesAt(one, place), namesAt(one, 'nobody')];
      const sent = Object.keys(one.names).filter((name) => name !== 'tenantId' || method === 'PUT');
      const different = sent.filter((name) => own[name] !== theirs[name]);
      const sets = [...different.map((name) => [name]), ...(different.length > 1 ? [different] : [])];
      return sets.map((names) => {
        const with_ = (from: Names) => Object.fromEntries(names.map((name) => [name, from[name] ?? '']));
        return {
          at: `${names.join(' and ')} of ${place}`,
          foreign: { ...own, ...with_(theirs) },
          nobody: { ...own, ...with_(nobodys) },
          isNew: names.join() === 'customerSubscription',
        };
      });
    });
  }

  function namesAt({ names }: RouteCase, place: Place | 'nobody'): Names {
    return Object.fromEntries(Object.entries(names).map(([name, kind]) => [name, nameOf(kind, place)]));
  }

  async function send(viewer: Viewer, method: ArmMethod, { path, parameters }: RouteCase, names: Names) {
    const { subscriberId, tenantId } = names;
    const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? '');
    const query = new URLSearchParams({ ...parameters, ...(subscriberId !== undefined && { subscriberId }) });
    const before = statements;
    const { statusCode: status, body } = await gateway.http.inject({
      method,
      url: `${address}?${query.toString()}`,
      headers: { authorization: `Bearer ${tokens.get(viewer.name)}` },
      ...((method === 'PUT' || method === 'PATCH') && { payload: { properties: { tenantId } } }),
    });
    return { status, body, statements: statements - before };
  }

  async function mappings() {
    return gateway.app.db.reader.query('SELECT id, superseded_version FROM tenant_mapping ORDER BY id');
  }
});

function methodsOf({ path }: RouteCase): readonly ArmMethod[] {
  return Object.keys(ARM_ROUTES.find((route) => route.path === path)?.acts ?? {}) as ArmMethod[];
}

function nameOf(kind: Named, place: Place | 'nobody'): string {
  const registration = place === 'nobody' ? 'nobodys-hub' : REGISTRATION[place];
  switch (kind) {
    case 'registration':
      return registration;
    case 'resourceGroup':
      return place === 'nobody' ? 'nobodys-group' : 'azurestack';
    case 'base':
    case 'cloud':
      return guid(`${kind} ${registration}`);
    default:
      return guid(`${kind} ${place}`);
  }
}

function without(body: string, names: Readonly<Record<string, string>>): string {
  return Object.values(names).reduce((text, name) => text.replaceAll(name, '<name>'), body);
}

function markersIn({ foreign, limit }: Viewer, body: string): readonly string[] {
  return foreign.flatMap((place) => markersOf(place, limit)).filter((marker) => body.includes(marker));
}
