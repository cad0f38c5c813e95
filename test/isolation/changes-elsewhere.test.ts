import { QUERIES } from './cases.js';
import { operationOf, rootFieldsOf } from './operation.js';
import { SHALLOW } from './selection.js';
import { VIEWERS, openTwoBooks, recordOf } from './two-books.js';
import type { Viewer } from './two-books.js';
import { WHOLE_BOOKS, scope } from '../../src/access/scope.js';
import { unmapTenant } from '../../src/pipeline/routing/map-tenant.js';
import { assignStackSubscription } from '../../src/pipeline/routing/assign-stack-subscription.js';
import { closeDays } from '../../src/pipeline/closing/close-days.js';
import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import { dayOf, hourOf } from '../../src/primitives/windows.js';
import { findDestinations, findResources } from '../../src/reading/dimensions.js';
import { INVARIANTS } from '../../src/reading/invariants.js';
import { findReportedLine, listAttempts, listReports } from '../../src/reading/reports.js';
import { getRegistration } from '../../src/registration/registration-store.js';
import { listMappedSubscriptions } from '../../src/tenancy/customer-subscription-store.js';
import {
  listCspSubscriptions,
  listMappingHistory,
  listResellers,
  listTenants,
} from '../../src/tenancy/tenancy-store.js';
import { createBareSchema } from '../../src/graphql/schema.js';
import { describeOnSqlite } from '../support/databases.js';
import type { TestGateway } from '../support/gateway.js';
import { guid, push } from '../support/world.js';

const schema = await createBareSchema();
const queries = rootFieldsOf(schema).filter(({ root }) => root === 'Query');
const MINE = { role: 'TENANT_USER', subject: 'mine', tenants: [guid('tenant ours')] } as const;
const THEIRS = { role: 'TENANT_USER', subject: 'theirs', tenants: [guid('tenant neighbour')] } as const;
const TENANTS = '{ tenants { nodes { tenantId name stackSubscriptions { stackSubscriptionId } } } }';

describeOnSqlite('what happens to somebody else’s', (server) => {
  it('changes no answer about one’s own: no sum, no count, no page, no order', async () => {
    const gateway = await openTwoBooks(server);
    const everything = async (viewer: Viewer) => {
      const answers: string[] = [];
      for (const root of queries) {
        const variables =
          root.field === 'explainUsage' || root.field.startsWith('node') ? null : QUERIES[root.field]?.own;
        if (variables == null) continue;
        const answer = await gateway.ask(viewer.who, operationOf(schema, root, viewer.role, SHALLOW), variables);
        answers.push(`${root.field} ${JSON.stringify(answer)}`);
      }
      return answers;
    };
    // Those of the whole registration see the neighbour, who is not somebody else to them.
    const viewers = VIEWERS.filter(({ limit }) => limit !== 'registration');
    const before = [];
    for (const viewer of viewers) before.push(await everything(viewer));
    for (const [place, hub] of [
      ['neighbour', 'ours-hub'],
      ['stranger', 'stranger-hub'],
    ] as const) {
      const stamp = await getRegistration(gateway.app.db.reader, WHOLE_BOOKS, hub);
      await push(gateway.app, stamp, [
        recordOf(place, '2026-03-10T03:00:00Z'),
        recordOf(place, '2026-03-09T04:00:00Z'),
      ]);
      const tenant = { registration: hub, tenantId: guid(`tenant ${place}`) };
      await unmapTenant(gateway.app, WHOLE_BOOKS, {
        ...tenant,
        effectiveFrom: hourOf(gateway.clock.now()),
        by: 'test',
      });
    }
    for (const [index, viewer] of viewers.entries()) expect(await everything(viewer)).toEqual(before[index]);
    await gateway.close();
  });

  it('is not mixed up with one’s own where both ask at the same time', async () => {
    const gateway = await openTwoBooks(server);
    const asked = Array.from({ length: 20 }, (_, turn) => (turn % 2 === 0 ? MINE : THEIRS));
    const answers = await Promise.all(asked.map((who) => gateway.ask(who, TENANTS)));
    const names = answers.map(({ data }) => data.tenants.nodes.map(({ name }: { name: string }) => name).join());
    // Each is a customer of the registration that is set up as well.
    expect(names).toEqual(asked.map((who) => (who === MINE ? 'ours,ours' : 'neighbour,neighbour')));
    await gateway.close();
  });

  it('leaves no entry in their audit log when it is guessed at', async () => {
    const gateway = await openTwoBooks(server);
    const theirAuditor = { role: 'AUDITOR', registrations: ['stranger-hub'] } as const;
    const entries = '{ auditLog { nodes { sequence action subject target } } }';
    const before = await gateway.ask(theirAuditor, entries);
    const guess = `mutation { unmapTenant(input: { registration: "stranger-hub", tenantId: "${guid('tenant stranger')}" }) {
      tenant { id } userErrors { code } } }`;
    const admin = { role: 'CSP_ADMIN', subject: 'guesser', registrations: ['ours-hub'] } as const;
    const { data } = await gateway.ask(admin, guess);
    expect(data.unmapTenant).toEqual({ tenant: null, userErrors: [{ code: 'RegistrationNotFound' }] });
    expect(await gateway.ask(theirAuditor, entries)).toEqual(before);
    const own = await gateway.ask(
      'OPERATOR',
      '{ auditLog(subject: "guesser") { nodes { action outcome registration { name } } } }',
    );
    expect(own.data.auditLog.nodes).toEqual([{ action: 'unmapTenant', outcome: 'DENIED', registration: null }]);
    await gateway.close();
  });

  it('stays theirs in what was billed before a subscription changed hands', async () => {
    const gateway = await openTwoBooks(server);
    const moved = { registration: 'ours-hub', stackSubscriptionId: guid('stack neighbour'), by: 'test' };
    await assignStackSubscription(gateway.app, WHOLE_BOOKS, { ...moved, tenantId: guid('tenant ours') });
    const { status, data } = await gateway.ask(
      { role: 'RESELLER', resellers: ['ours reseller'] },
      `{ usageAggregates(granularity: DAILY, range: { from: "2026-03-08T00:00:00Z", to: "2026-03-09T00:00:00Z" },
         filter: { stackSubscriptionIds: ["${guid('stack neighbour')}"] }) {
         nodes { quantity destination { destinationSubscriptionId reason cspSubscription { name } } } } }`,
    );
    expect(status).toBe(200);
    const billed = data.usageAggregates.nodes.map(({ destination }: { destination: unknown }) => destination);
    expect(billed).toContain(null);
    expect(JSON.stringify(data)).not.toContain(guid('csp neighbour'));
    await gateway.close();
  });

  it('is found by no reader, also where only ids that were read in scope lead to it', async () => {
    const gateway = await openTwoBooks(server);
    gateway.clock.set('2026-03-09T06:00:00Z');
    await closeDueDays(gateway.app, { graceMs: 0, by: 'test' });
    const limits = await limitsOf(gateway);
    const { reader } = gateway.app.db;
    const all = { afterId: 0, limit: 100 };
    const [resource] = await reader.query<{ id: number }>(
      "SELECT id FROM resource WHERE location = 'neighbour-region'",
    );
    const [line] = await reader.query<{ reportId: number } & Parameters<typeof findReportedLine>[2]>(
      `SELECT l.report_id AS reportId, a.stack_subscription_id AS stackSubscriptionId, a.reported_day AS reportedDay,
              a.usage_day AS usageDay, a.meter_id AS meterId, a.resource_id AS resourceId,
              a.destination_id AS destinationId
         FROM daily_aggregate a JOIN usage_report_line l ON l.stack_subscription_id = a.stack_subscription_id
              AND l.reported_day = a.reported_day AND l.usage_day = a.usage_day AND l.meter_id = a.meter_id
              AND l.resource_id = a.resource_id AND l.part = a.part
        WHERE a.resource_id = ? ORDER BY a.part DESC`,
      [resource?.id ?? 0],
    );
    const [neighbour] = await listTenants(reader, WHOLE_BOOKS, { tenantGuid: guid('tenant neighbour') }, all);
    if (resource === undefined || line === undefined || neighbour === undefined) throw new Error('It is not there.');
    const mapped = {
      registrationId: neighbour.registrationId,
      usageHour: hourOf(gateway.clock.now()),
      cspSubscriptionGuid: guid('csp neighbour'),
    };
    const found = async (within: typeof WHOLE_BOOKS) => [
      (await findResources(reader, within, [resource.id])).length,
      (await findDestinations(reader, within, [line.destinationId])).length,
      (await findReportedLine(reader, within, line)) === null ? 0 : 1,
      (await listAttempts(reader, within, line.reportId)).length,
      (await listReports(reader, within, { ids: [line.reportId], beforeId: null, limit: 1 })).length,
      (await listMappingHistory(reader, within, [neighbour.id])).length,
      (await listCspSubscriptions(reader, within, { tenantIds: [neighbour.id] }, all)).length,
      (await listMappedSubscriptions(reader, within, mapped, all)).length,
      (await listResellers(reader, within, { name: 'neighbour reseller' }, all)).length,
    ];
    expect(await found(WHOLE_BOOKS)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1]);
    for (const within of limits) expect(await found(within)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
    // Where usage lands that is mapped nowhere is known to everyone on the registration, and to nobody else.
    const fallback = await reader.query<{ id: number }>(
      'SELECT id FROM destination WHERE registration_id = ? AND tenant_mapping_id IS NULL ORDER BY id LIMIT 1',
      [neighbour.registrationId],
    );
    const seen = await Promise.all(
      limits.map((within) =>
        findDestinations(
          reader,
          within,
          fallback.map(({ id }) => id),
        ),
      ),
    );
    expect(seen.map(({ length }) => length)).toEqual([0, 1, 1]);
    await gateway.close();
  });

  it('does not decide how far back one’s own sums are read', async () => {
    const statements: string[] = [];
    const gateway = await openTwoBooks(server, { onStatement: (statement) => void statements.push(statement) });
    const { app } = gateway;
    const { id: registrationId, closedBeforeDay } = await getRegistration(app.db.reader, WHOLE_BOOKS, 'ours-hub');
    const through = dayOf(hourOf(gateway.clock.now())) - 1;
    await closeDays(app, { registrationId, through, by: 'test' });
    expect(through).toBe(closedBeforeDay);
    const month = '{ from: "2026-03-01T00:00:00Z", to: "2026-04-01T00:00:00Z" }';
    const query = `{ usageSummary(clock: USAGE, range: ${month}, groupBy: [MONTH]) { nodes { quantity } } }`;
    const { data } = await gateway.ask({ role: 'CSP_ADMIN', registrations: ['ours-hub'] }, query);
    expect(data.usageSummary.nodes).not.toEqual([]);
    const days = statements.flatMap((text) => /o\.reported_day >= (\d+)/.exec(text)?.[1] ?? []);
    expect(days.map(Number)).toEqual([through + 1]);
    await gateway.close();
  });

  it('is counted in none of the laws of the books', async () => {
    const gateway = await openTwoBooks(server);
    const compared = async (limits: object) => {
      const { data } = await gateway.ask({ role: 'OPERATOR', ...limits }, '{ invariants { name holds detail } }');
      const laws = data.invariants as readonly { name: string; holds: boolean; detail: string }[];
      expect(laws.filter(({ holds }) => !holds)).toEqual([]);
      return laws.map(({ name, detail }) => `${name} ${/^\d+/.exec(detail)?.[0] ?? detail}`);
    };
    const laws = (counts: readonly number[]) => INVARIANTS.map((name, index) => `${name} ${counts[index]}`);
    // Each place has usage of one meter on a day of history; of two on two days, on the first, which is closed, of an
    // hour before its mapping and of one after; and of two where the books are not open.
    expect(await compared({})).toEqual(laws([21, 63, 24, 9, 12, 4, 2, 6, 0]));
    expect(await compared({ registrations: ['ours-hub'] })).toEqual(laws([10, 26, 12, 6, 8, 2, 1, 2, 0]));
    expect(await compared({ registrations: ['stranger-hub'] })).toEqual(laws([5, 13, 6, 3, 4, 2, 1, 1, 0]));
    expect(await compared({ registrations: ['stranger-new-hub'] })).toEqual(laws([2, 8, 2, 0, 0, 0, 0, 1, 0]));
    // What is discarded is in none, whoever was granted it.
    expect(await compared({ registrations: ['vanished-hub'] })).toEqual(laws([0, 0, 0, 0, 0, 0, 0, 0, 0]));
    // Seals and reports are about all customers at once, and so are nothing to those who see some of them.
    for (const part of [{ tenants: [guid('tenant ours')] }, { resellers: ['ours reseller'] }]) {
      expect(await compared(part)).toEqual(laws([7, 21, 8, 3, 4, 0, 0, 2, 0]));
    }
    await gateway.close();
  });

  it('is not told by the doors that need no credential', async () => {
    const gateway = await openTwoBooks(server);
    for (const url of ['/healthz', '/', '/graphiql/', '/v1/usage', '/nowhere', '/healthz?registration=stranger-hub']) {
      const { body, statusCode } = await gateway.http.inject({ method: 'GET', url });
      // The page is not built beside the sources, and says so.
      const isAnswered = statusCode < 500 || url === '/graphiql/';
      expect([url, isAnswered, body.includes('stranger')]).toEqual([url, true, false]);
    }
    await gateway.close();
  });

  /** The other registration alone, and the other tenant alone, of this registration and of all. */
  async function limitsOf(gateway: TestGateway) {
    const { reader } = gateway.app.db;
    const stranger = await getRegistration(reader, WHOLE_BOOKS, 'stranger-hub');
    const hub = await getRegistration(reader, WHOLE_BOOKS, 'ours-hub');
    const [ours] = await listTenants(
      reader,
      WHOLE_BOOKS,
      { tenantGuid: guid('tenant ours') },
      { afterId: 0, limit: 1 },
    );
    return [
      scope({ registrationIds: [stranger.id], tenantIds: 'all' }),
      scope({ registrationIds: [hub.id], tenantIds: [ours?.id ?? 0] }),
      scope({ registrationIds: 'all', tenantIds: [ours?.id ?? 0] }),
    ];
  }
});
