import { FROM, NOW, USAGE, collectorsOn, firstThen, threeMachines } from '../support/collecting.js';
import { describeEachDatabase } from '../support/databases.js';
import { hourOfRequest, page, refusal, stampRow } from '../support/stamp.js';
import type { StampRequest } from '../support/stamp.js';
import { guid, openStamp, registerCustomer, setUpStamp } from '../support/world.js';
import { WHOLE_BOOKS } from '../../src/access/scope.js';
import { collectInBackground } from '../../src/collection/collect-in-background.js';
import type { CollectionEvent } from '../../src/collection/collection-log.js';
import { closeDays } from '../../src/pipeline/closing/close-days.js';
import { dayOf } from '../../src/primitives/windows.js';
import { getRegistration } from '../../src/registration/registration-store.js';

describeEachDatabase('the collector', (server) => {
  const { gateway, open, watermarkOf, booksOf } = collectorsOn(server);

  it('says where the books begin that are set up, unless somebody has said it, and closes nothing of them', async () => {
    const { collect } = await open('set-up', threeMachines, {}, setUpStamp);
    const { app } = gateway();
    await collect();
    const stored = await getRegistration(app.db.reader, WHOLE_BOOKS, 'set-up');
    expect(stored).toMatchObject({ state: 'SETTING_UP', booksFromDay: dayOf(FROM), closedBeforeDay: 0 });
    const closing = closeDays(app, { registrationId: stored.id, through: dayOf(NOW) - 1, by: 'test' });
    await expect(closing).rejects.toMatchObject({ code: 'BOOKS_NOT_OPEN' });
    expect(await openStamp(app, stored)).toMatchObject({ state: 'OPEN', booksFromDay: dayOf(FROM) });

    const register: typeof setUpStamp = (on) => setUpStamp(on, 'said', { booksFrom: dayOf(FROM) + 1 });
    const later = await open('said', threeMachines, {}, register);
    await later.collect();
    const said = await getRegistration(app.db.reader, WHOLE_BOOKS, 'said');
    expect(said.booksFromDay).toBe(dayOf(FROM) + 1);
    // What was pulled so far is history; the books wait for the stamp to come to their first day.
    await expect(openStamp(app, said)).rejects.toMatchObject({ code: 'NOT_PULLED_YET' });
  });

  it('pulls each complete hour, oldest first, and the watermark stands after the last', async () => {
    const { stamp, collect } = await open('plain', threeMachines);
    const { events, hasFailed } = await collect();
    expect(hasFailed).toBe(false);
    expect(events.map(({ event }) => event)).toEqual(['hour', 'hour', 'hour', 'hour', 'collected']);
    expect(events.flatMap((event) => (event.event === 'hour' ? event.reportedHour.slice(11, 13) : []))).toEqual([
      '08',
      '09',
      '10',
      '11',
    ]);
    expect(await watermarkOf('plain')).toBe(NOW);
    expect(await booksOf('plain')).toEqual([12, '12']);
    expect(stamp.requests.map(({ path }) => path)).toEqual([USAGE, USAGE, USAGE, USAGE]);
    expect(Object.fromEntries(stamp.requests[0]?.parameters ?? [])).toEqual({
      reportedStartTime: '2026-03-10T08:00:00Z',
      reportedEndTime: '2026-03-10T09:00:00Z',
      aggregationGranularity: 'Hourly',
      'api-version': '2015-06-01-preview',
    });
    // A second round has nothing to ask.
    await collect();
    expect(stamp.requests).toHaveLength(4);
  });

  it('does not pass an hour whose rows are filed under a day that is closed', async () => {
    const { collect } = await open('closed-day', threeMachines, { from: FROM - 24, hoursAtOnce: 1 });
    const { id } = await getRegistration(gateway().app.db.reader, WHOLE_BOOKS, 'closed-day');
    await closeDays(gateway().app, { registrationId: id, through: dayOf(FROM - 24), by: 'test' });
    const { failures } = await collect();
    expect(failures).toMatchObject([{ kind: 'REFUSED', message: expect.stringContaining('reported day is closed') }]);
    expect(await watermarkOf('closed-day')).toBe(FROM - 24);
    expect(await booksOf('closed-day')).toEqual([0, '0']);
  });

  it('does not ask for an hour that is not over, nor beyond what it was told', async () => {
    const { stamp, collect } = await open('until', threeMachines, { completeAfterMs: 31 * 60_000 });
    await collect({ until: NOW - 2 });
    expect(await watermarkOf('until')).toBe(NOW - 2);
    await collect();
    expect(await watermarkOf('until')).toBe(NOW - 1);
    expect(stamp.requests).toHaveLength(3);
  });

  it('follows pages to their end', async () => {
    const { stamp, collect } = await open('pages', (request) => {
      const at = Number(request.parameters.get('continuationToken') ?? 0);
      const next = `${request.url}/subscriptions/${guid('provider subscription')}/providers/${USAGE}?${new URLSearchParams(
        { ...Object.fromEntries(request.parameters), continuationToken: String(at + 1) },
      ).toString()}`;
      return page([stampRow(hourOfRequest(request), `machine ${at}`)], at < 4 ? next : undefined);
    });
    await collect();
    expect(await booksOf('pages')).toEqual([20, '20']);
    expect(stamp.requests).toHaveLength(20);
  });

  it('follows pages to their end where links are relative, as of a gateway without a public address', async () => {
    const { stamp, collect } = await open('relative', (request) => {
      const at = Number(request.parameters.get('continuationToken') ?? 0);
      const query = { ...Object.fromEntries(request.parameters), continuationToken: String(at + 1) };
      const path = `/subscriptions/${guid('provider subscription')}/providers/${USAGE}`;
      const next = `${path}?${new URLSearchParams(query).toString()}`;
      return page([stampRow(hourOfRequest(request), `machine ${at}`)], at < 4 ? next : undefined);
    });
    await collect();
    expect(await booksOf('relative')).toEqual([20, '20']);
    expect(stamp.requests).toHaveLength(20);
  });

  it.each([
    [
      'loop',
      (request: StampRequest) =>
        `${request.url}/subscriptions/${guid('provider subscription')}/providers/${USAGE}?loop`,
      'read already',
    ],
    ['host', () => 'http://127.0.0.1:9/elsewhere', 'another host'],
    ['path', (request: StampRequest) => `${request.url}/elsewhere`, 'another path'],
    ['relative-path', () => '/elsewhere', 'another path'],
    ['relative-host', () => '//127.0.0.2/elsewhere', 'another host'],
    ['nothing', () => 'elsewhere', 'no address'],
  ])(
    'does not follow a nextLink that leads astray (%s), and does not take the hour for pulled',
    async (name, link, why) => {
      const { collect, stamp } = await open(
        `astray-${name}`,
        (request) => {
          const hour = Number.isNaN(hourOfRequest(request)) ? FROM : hourOfRequest(request);
          return page([stampRow(hour, `machine ${stamp.requests.length}`)], link(request));
        },
        { hoursAtOnce: 1 },
      );
      const { failures } = await collect();
      expect(failures).toMatchObject([{ kind: 'MALFORMED', message: expect.stringContaining(why) }]);
      expect(await watermarkOf(`astray-${name}`)).toBe(FROM);
      expect(stamp.requests.length).toBeLessThan(4);
    },
  );

  it('proves by reading again that nothing has changed', async () => {
    const { collect } = await open('same', threeMachines);
    await collect();
    const { events, needsAttention } = await collect({ rereads: true });
    expect(events.at(-1)).toMatchObject({ event: 'reread', hours: 4, changedHours: 0 });
    expect([needsAttention, await booksOf('same')]).toEqual([false, [12, '12']]);
  });

  it('finds what has changed in the past: a changed quantity is a conflict in quarantine and never an edit', async () => {
    let isLater = false;
    const { collect } = await open('changed', (request) => {
      const hour = hourOfRequest(request);
      if (!isLater || hour !== FROM + 1) return threeMachines(request);
      // a has another quantity, b is as it was, c is gone, d is new.
      return page([stampRow(hour - 1, 'a', { quantity: '1.5' }), stampRow(hour - 1, 'b'), stampRow(hour - 1, 'd')]);
    });
    await collect();
    isLater = true;
    const { events, needsAttention } = await collect({ rereads: true });
    expect(needsAttention).toBe(true);
    expect(events.filter(({ event }) => event === 'hour-changed')).toMatchObject([
      { reportedHour: '2026-03-10T09:00:00.000Z', added: 1, changed: 1, missing: 1 },
    ]);
    expect(await booksOf('changed')).toEqual([13, '13']);
    const { data } = await gateway().ask(
      'OPERATOR',
      '{ quarantinedRecords(registration: "changed") { nodes { verdict code } } }',
    );
    expect(data.quarantinedRecords.nodes).toEqual([{ verdict: 'CONFLICT', code: 'RECORD_CONFLICT' }]);
  });

  it('keeps a row that it cannot take in quarantine, says so, and goes on', async () => {
    const { collect } = await open('odd', (request) =>
      page([stampRow(hourOfRequest(request), 'a'), '{"properties":{"subscriptionId":"x"}}']),
    );
    const { needsAttention, hasFailed, events } = await collect({ until: FROM + 1 });
    expect([needsAttention, hasFailed]).toEqual([true, false]);
    expect(events[0]).toMatchObject({ level: 'warn', accepted: 1, rejected: 1 });
    expect(await watermarkOf('odd')).toBe(FROM + 1);
  });

  it('learns whose the subscriptions are, and overrules nobody', async () => {
    const known = ['one', 'two'].map((name) => guid(`subscription ${name} of who`));
    const { collect } = await open(
      'who',
      (request) =>
        request.path.endsWith('/subscriptions')
          ? {
              body: JSON.stringify({
                value: [
                  {
                    subscriptionId: known[0],
                    tenantId: guid('tenant Contoso').toUpperCase(),
                    displayName: 'Contoso one',
                  },
                  { subscriptionId: known[1], tenantId: guid('tenant Contoso') },
                  { subscriptionId: guid('of a stranger'), tenantId: guid('tenant of a stranger') },
                  { subscriptionId: guid('of nobody') },
                  { odd: true },
                ],
              }),
            }
          : page([stampRow(hourOfRequest(request), 'a', { stackSubscription: known[0] ?? '' })]),
      { pullsSubscriptions: true },
    );
    await registerCustomer(gateway().app, 'who', 'Contoso');
    await registerCustomer(gateway().app, 'who', 'Fabrikam', { stackSubscriptions: known.slice(1) });
    for (const [assigned, round] of [
      [1, 'first'],
      [0, 'second'],
    ] as const) {
      const { events } = await collect();
      expect([round, events[0]]).toEqual([
        round,
        expect.objectContaining({
          event: 'subscriptions',
          listed: 4,
          assigned,
          unregistered: 2,
          differing: [known[1]],
        }),
      ]);
    }
    const { data } = await gateway().ask(
      'OPERATOR',
      '{ stackSubscriptions(registration: "who") { nodes { name tenant { name } } } }',
    );
    expect(data.stackSubscriptions.nodes).toEqual(
      expect.arrayContaining([
        { name: 'Contoso one', tenant: { name: 'Contoso' } },
        { name: null, tenant: { name: 'Fabrikam' } },
      ]),
    );
  });

  it('shows "not complete" in its own usage API beyond the watermark', async () => {
    const { collect } = await open('shown', threeMachines);
    await collect({ until: FROM + 1 });
    const status = async (start: string, end: string) => {
      const url = `/subscriptions/${guid('cloud shown')}/providers/Microsoft.Commerce.Admin/subscriberUsageAggregates?api-version=2015-06-01-preview&aggregationGranularity=Hourly&reportedStartTime=${start}&reportedEndTime=${end}`;
      const authorization = `Bearer ${await gateway().token('OPERATOR')}`;
      return (await gateway().http.inject({ url, headers: { authorization } })).statusCode;
    };
    expect(await status('2026-03-10T08:00:00Z', '2026-03-10T09:00:00Z')).toBe(200);
    expect(await status('2026-03-10T08:00:00Z', '2026-03-10T10:00:00Z')).toBe(202);
  });

  it('goes on in the background after a failure, until it is told to stop', async () => {
    const stop = new AbortController();
    const { source } = await open('background', firstThen([refusal(400, 'InvalidProperty')]), { hoursAtOnce: 1 });
    const events: CollectionEvent[] = [];
    await collectInBackground(gateway().app, {
      sources: [source],
      everyMs: 60_000,
      signal: stop.signal,
      log: (event) => events.push(event),
      pause: () => {
        if (events.some((event) => event.event === 'hour' && event.hoursLeft === 0)) stop.abort();
        return Promise.resolve();
      },
    });
    expect(events.some(({ event }) => event === 'failed')).toBe(true);
    expect([await watermarkOf('background'), await booksOf('background')]).toEqual([NOW, [12, '12']]);
  });
});
