import { WHOLE_BOOKS } from '../../../src/access/scope.js';
import { closeDueDays } from '../../../src/pipeline/closing/close-due-days.js';
import { discardRegistration } from '../../../src/pipeline/closing/discard-registration.js';
import { prepareReports } from '../../../src/pipeline/reporting/prepare-reports.js';
import { mapTenant } from '../../../src/pipeline/routing/map-tenant.js';
import { updateRegistration } from '../../../src/registration/update-registration.js';
import { azure } from '../../support/azure.js';
import { describeEachDatabase } from '../../support/databases.js';
import {
  BY,
  GRACE,
  RULE,
  STACKS,
  TODAY,
  day,
  hoursOf,
  importHistory,
  noCheck,
  openSetUp,
  recordsBy,
} from '../../support/opening.js';
import { METERS, guid, openStamp, push, registerCustomer, setUpStamp, usageRecord } from '../../support/world.js';

describeEachDatabase('books that are set up, as they are asked for', (server) => {
  it('may be discarded: name and stamp are free again, and nothing of it is found by anybody', async () => {
    const { gateway, stamp } = await openSetUp(server);
    const { app } = gateway;
    await push(app, stamp, [...hoursOf(TODAY, 'contoso', 3), { ...usageRecord(), quantity: 'lots' }]);
    const contoso = { registration: 'hub', tenantId: guid('tenant contoso'), by: BY };
    await mapTenant(app, WHOLE_BOOKS, { ...contoso, cspSubscriptionId: guid('csp contoso') });
    const limited = { role: 'OPERATOR', registrations: ['hub'] } as const;
    const found = `{ registrations { nodes { name } } tenants { nodes { name } } stackSubscriptions { nodes { id } }
      cspSubscriptions { nodes { id } } quarantinedRecords { nodes { id } } invariants { holds }
      usageRecords(range: { from: "2026-03-09T00:00:00Z", to: "2026-03-12T00:00:00Z" }) { nodes { id } }
      usageSummary(range: { from: "2026-03-01T00:00:00Z", to: "2026-04-01T00:00:00Z" }) { nodes { quantity } } }`;
    const lengths = async (who: typeof limited | 'OPERATOR') => {
      const { data, errors } = await gateway.ask(who, found);
      expect(errors).toEqual([]);
      const { invariants, ...lists } = data as Record<string, { nodes: readonly unknown[] }>;
      expect(invariants).toEqual(Array.from({ length: 9 }, () => ({ holds: true })));
      return Object.values(lists).map(({ nodes }) => nodes.length);
    };
    expect(await lengths(limited)).toEqual([1, 2, 2, 2, 1, 3, 1]);

    expect(await discardRegistration(app, WHOLE_BOOKS, { registration: 'HUB', by: BY })).toEqual({
      name: 'hub',
      cloudId: guid('cloud hub'),
      stackSubscriptions: 2,
      records: 3,
    });
    for (const who of ['OPERATOR', limited] as const) expect(await lengths(who)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    const gone = { code: 'RegistrationNotFound' };
    await expect(push(app, stamp, hoursOf(TODAY, 'contoso', 3))).rejects.toMatchObject(gone);
    await expect(push(app, stamp, hoursOf(TODAY, 'stray', 1))).rejects.toMatchObject(gone);
    await expect(discardRegistration(app, WHOLE_BOOKS, { registration: 'hub', by: BY })).rejects.toMatchObject(gone);

    // The same callers find the new one, also those who found the old one by its name.
    const again = await setUpStamp(app);
    await registerCustomer(app, 'hub', 'contoso', { stackSubscriptions: [STACKS.contoso] });
    expect((await push(app, again, hoursOf(TODAY, 'contoso', 3))).accepted).toBe(3);
    for (const who of ['OPERATOR', limited] as const) expect(await lengths(who)).toEqual([1, 1, 1, 1, 0, 3, 1]);
    await openStamp(app, again, RULE);
    const late = discardRegistration(app, WHOLE_BOOKS, { registration: 'hub', by: BY });
    await expect(late).rejects.toMatchObject({ code: 'BOOKS_ARE_OPEN' });
    await gateway.close();
  });

  it("are moved from the beginning on by Azure's PUT and DELETE, which name no hour", async () => {
    const { gateway, stamp } = await openSetUp(server);
    await push(gateway.app, stamp, hoursOf(TODAY, 'contoso', 3));
    const url = `/subscriptions/${guid('base hub')}/resourceGroups/azurestack/providers/Microsoft.AzureStack/registrations/hub/customerSubscriptions/${guid('csp contoso')}?api-version=2022-06-01`;
    const payload = JSON.stringify({ properties: { tenantId: guid('tenant contoso') } });
    expect((await azure(gateway, 'OPERATOR', url, { method: 'PUT', payload })).status).toBe(200);
    expect(await recordsBy(gateway, 'MAPPED')).toBe(3);
    expect((await azure(gateway, 'OPERATOR', url, { method: 'DELETE' })).status).toBe(204);
    expect(await recordsBy(gateway, 'MAPPED')).toBe(0);
    await gateway.close();
  });

  it('say of each number why it is in no report: set up, history, still open, or on its way', async () => {
    const { gateway, stamp } = await openSetUp(server);
    for (const one of ['2026-03-01', '2026-03-08']) await importHistory(gateway.app, stamp, hoursOf(one, 'contoso', 1));
    await push(gateway.app, stamp, hoursOf(TODAY, 'contoso', 1));
    const move = { registration: 'hub', booksFrom: day('2026-03-08'), by: BY };
    await updateRegistration(gateway.app, WHOLE_BOOKS, move, noCheck);
    const standings = async () => {
      const range = '{ from: "2026-03-01T00:00:00Z", to: "2026-03-12T00:00:00Z" }';
      const { data } = await gateway.ask(
        'OPERATOR',
        `{ usageAggregates(range: ${range}, granularity: DAILY) { nodes { id } } }`,
      );
      const found = [];
      for (const { id } of data.usageAggregates.nodes) {
        const asked = await gateway.ask('AUDITOR', `{ explainUsage(aggregateId: "${id}") { standing } }`);
        found.push(asked.data.explainUsage.standing);
      }
      return found;
    };
    const completeness = async () => {
      const question = `{ completeness(registration: "hub") { books { state booksFrom } waitingSince waitingLevel
        openDays { day isHistory } unsent { days level } } }`;
      return (await gateway.ask('AUDITOR', question)).data.completeness;
    };
    expect(await standings()).toEqual(['SETTING_UP', 'SETTING_UP', 'SETTING_UP']);
    expect(await completeness()).toMatchObject({
      books: { state: 'SETTING_UP', booksFrom: '2026-03-08' },
      waitingSince: '2026-03-10T12:30:00.000Z',
      waitingLevel: 'WAITING',
      openDays: [
        { day: '2026-03-01', isHistory: true },
        { day: '2026-03-08', isHistory: false },
        { day: '2026-03-10', isHistory: false },
      ],
    });
    for (const [at, waitingLevel] of [
      ['2026-03-17T12:30:00Z', 'WARNING'],
      ['2026-04-09T12:30:00Z', 'ALARM'],
    ] as const) {
      gateway.clock.set(at);
      expect(await completeness()).toMatchObject({ waitingLevel });
    }
    gateway.clock.set('2026-03-10T12:30:00Z');
    await openStamp(gateway.app, stamp, RULE);
    await closeDueDays(gateway.app, GRACE);
    expect(await standings()).toEqual(['HISTORY', 'WAITING', 'OPEN']);
    expect(await completeness()).toMatchObject({ waitingSince: null, waitingLevel: 'NONE', unsent: { days: 1 } });
    await prepareReports(gateway.app);
    expect(await standings()).toEqual(['HISTORY', 'REPORTED', 'OPEN']);
    await gateway.close();
  });

  it('are looked at and opened over GraphQL, by who may create registrations', async () => {
    const { gateway, stamp } = await openSetUp(server);
    await importHistory(gateway.app, stamp, hoursOf('2026-03-08', 'contoso', 2));
    const preview = `{ previewOpenBooks(registration: "hub") { digest refusals { code } isReporting booksFrom
      closesThrough dayCount historyDayCount recordCount historyRecordCount isWhole days { day isHistory records }
      sums { isHistory quantity records meter { meterId } destination { destinationSubscriptionId reason } }
      onBase { reason days records stackSubscription { stackSubscriptionId tenant { name } } } mixed { hours } } }`;
    const { data, errors } = await gateway.ask('OPERATOR', preview);
    expect(errors).toEqual([]);
    const { digest, ...seen } = data.previewOpenBooks;
    expect(seen).toEqual({
      ...{ refusals: [], isReporting: true, booksFrom: '2026-03-10', closesThrough: '2026-03-09', isWhole: true },
      ...{ dayCount: 1, historyDayCount: 1, recordCount: 2, historyRecordCount: 2, mixed: [] },
      days: [{ day: '2026-03-08', isHistory: true, records: 2 }],
      sums: [
        {
          ...{ isHistory: true, quantity: '3.246913578246913578', records: 2, meter: { meterId: METERS.vmHours } },
          destination: { destinationSubscriptionId: guid('base hub'), reason: 'TENANT_NOT_MAPPED' },
        },
      ],
      onBase: [
        {
          ...{ reason: 'TENANT_NOT_MAPPED', days: 1, records: 2 },
          stackSubscription: { stackSubscriptionId: STACKS.contoso, tenant: { name: 'contoso' } },
        },
      ],
    });
    const change = (expect: string) => `mutation { openBooks(input: { registration: "hub", expect: "${expect}" }) {
      registration { closedBefore books { state booksFrom openedAt } } userErrors { code field } } }`;
    for (const role of ['CSP_ADMIN', 'AUDITOR', 'INGESTOR'] as const) {
      for (const question of [preview, change(digest)]) {
        const refused = await gateway.ask(role, question);
        expect(refused.errors.map(({ extensions }) => extensions?.['code'])).toEqual(['FORBIDDEN']);
      }
    }
    expect((await gateway.ask('OPERATOR', change('0'))).data.openBooks).toEqual({
      registration: null,
      userErrors: [{ code: 'BOOKS_CHANGED', field: ['expect'] }],
    });
    for (let twice = 0; twice < 2; twice += 1) {
      expect((await gateway.ask('OPERATOR', change(digest))).data.openBooks).toEqual({
        registration: {
          closedBefore: null,
          books: { state: 'OPEN', booksFrom: '2026-03-10', openedAt: '2026-03-10T12:30:00.000Z' },
        },
        userErrors: [],
      });
    }
    await gateway.close();
  });
});
