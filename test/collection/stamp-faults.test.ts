import { gzipSync } from 'node:zlib';

import { FROM, NOW, USAGE, collectorsOn, firstThen, threeMachines } from '../support/collecting.js';
import { describeOnSqlite } from '../support/databases.js';
import { hourOfRequest, page, refusal, stampRow } from '../support/stamp.js';
import type { StampAnswer, StampRequest } from '../support/stamp.js';
import { guid, registerCustomer } from '../support/world.js';

const BOMB_BYTES = 80 * 1024 * 1024;

describeOnSqlite('a faulty stamp', (server) => {
  const { gateway, open, openStamp, watermarkOf, booksOf } = collectorsOn(server);

  it('waits as long as a busy stamp asks, and longer each time where it says nothing', async () => {
    const busy = [
      refusal(503, 'ServiceUnavailable', { 'retry-after': '7' }),
      refusal(429, 'TooManyRequests', { 'retry-after': '90' }),
      refusal(500, 'InternalServerError'),
      refusal(502, 'BadGateway'),
    ];
    const { collect, waits } = await open('busy', firstThen(busy), { hoursAtOnce: 1 });
    expect((await collect()).hasFailed).toBe(false);
    expect(await booksOf('busy')).toEqual([12, '12']);
    const [asked, askedAgain, third = 0, fourth = 0] = waits;
    expect([asked, askedAgain, waits.length]).toEqual([7_000, 90_000, 4]);
    expect(third).toBeGreaterThanOrEqual(2_000);
    expect(fourth).toBeGreaterThan(third / 2);
  });

  it.each([
    ['hours', '7200'],
    ['centuries', '31557600000'],
    ['a number without end', '9'.repeat(400)],
    ['the end of all dates', 'Fri, 31 Dec 9999 23:59:59 GMT'],
  ])('leaves a stamp alone that asks to be left alone for %s, and says so', async (what, retryAfter) => {
    const name = `closed ${what}`.replaceAll(' ', '-');
    const busy = refusal(503, 'ServiceUnavailable', { 'retry-after': retryAfter });
    const { collect, stamp, waits } = await open(name, () => busy, { hoursAtOnce: 1 });
    const { hasFailed, failures } = await collect();
    expect([hasFailed, waits, stamp.requests.length]).toEqual([true, [], 1]);
    expect(failures).toMatchObject([{ what: 'usage', kind: 'UNAVAILABLE', message: expect.stringContaining('503') }]);
    expect(await watermarkOf(name)).toBe(FROM);
  });

  it.each([
    ['nothing', '0'],
    ['years ago', 'Wed, 21 Oct 2015 07:28:00 GMT'],
    ['less than nothing', '-5'],
    ['a part of a second', '0.1'],
    ['soon', 'soon'],
    ['two times', '0, 0'],
  ])('waits longer each time for a stamp that asks to be asked again after %s', async (what, retryAfter) => {
    const busy = refusal(429, 'TooManyRequests', { 'retry-after': retryAfter });
    const { collect, stamp, waits } = await open(what.replaceAll(' ', '-'), () => busy, { hoursAtOnce: 1 });
    expect((await collect()).failures).toMatchObject([{ kind: 'UNAVAILABLE' }]);
    expect([stamp.requests.length, waits.length]).toEqual([8, 7]);
    waits.forEach((ms, at) => expect(ms).toBeGreaterThanOrEqual(Math.min(30_000, 500 * 2 ** at)));
  });

  it.each([
    ['is small and becomes large when it is unpacked', packed(BOMB_BYTES)],
    ['goes on for ever', 'ENDLESS' as const],
  ])('reads no more than is allowed of an answer that %s', async (what, answer) => {
    const name = what.replaceAll(' ', '-');
    const { collect, stamp } = await open(name, () => answer, { hoursAtOnce: 1 });
    expect((await collect()).failures).toMatchObject([
      { kind: 'MALFORMED', message: 'The stamp answered more than 64 MiB.' },
    ]);
    expect([stamp.requests.length, await watermarkOf(name), await booksOf(name)]).toEqual([1, FROM, [0, '0']]);
  });

  it.each([
    ['nests ten thousand deep', (row: string) => `{"value":[${row}],"more":${'['.repeat(10_000)}`],
    ['has a number that is none', (row: string) => `{"value":[${row}],"more":NaN}`],
    ['says everything twice', (row: string) => `{"value":[${row}],"value":[]}`],
    ['has an object with a prototype', (row: string) => `{"value":[${row}],"__proto__":{"nextLink":""}}`],
  ])('takes nothing of an answer that %s', async (what, bodyWith) => {
    const name = what.replaceAll(' ', '-');
    const body = bodyWith(stampRow(FROM - 1, 'a'));
    const { collect } = await open(name, () => ({ body }), { hoursAtOnce: 1 });
    expect((await collect()).failures).toMatchObject([
      { kind: 'UNAVAILABLE', message: expect.stringContaining('broken JSON') },
    ]);
    expect([await watermarkOf(name), await booksOf(name)]).toEqual([FROM, [0, '0']]);
  });

  it('puts rows that cannot be right into quarantine, one by one, and counts those beside them', async () => {
    const wrong = ['1e400', '-1e400', '9'.repeat(100_000), '"NaN"', '"Infinity"', 'null', '[1]', '-1'];
    const { collect } = await open('wrong-rows', () =>
      page([
        stampRow(FROM - 1, 'right'),
        stampRow(FROM - 1, 'next to nothing', { quantity: '1e-400' }),
        ...wrong.map((quantity, at) => stampRow(FROM - 1, `wrong-${at}`, { quantity })),
        // Used after the hour in which it was reported, and a day later than now.
        stampRow(FROM + 1, 'early'),
        stampRow(NOW + 24, 'tomorrow'),
        stampRow(FROM - 1, 'nobody', { stackSubscription: 'x' }),
        'null',
        '{"properties":7}',
      ]),
    );
    const { events, hasFailed, needsAttention } = await collect({ until: FROM + 1 });
    expect([hasFailed, needsAttention]).toEqual([false, true]);
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'hour', rows: wrong.length + 7, accepted: 2, rejected: wrong.length + 5 }),
    );
    expect(await booksOf('wrong-rows')).toEqual([2, '1']);
  });

  it('counts rows of a subscription that was not asked for once, and in no books but its own', async () => {
    const [mine, theirs] = [guid('stack asked for'), guid('stack of others')];
    const others = await open('others', (request) =>
      page([stampRow(hourOfRequest(request) - 1, 'a', { stackSubscription: theirs })]),
    );
    await others.collect();
    const { collect } = await open('mixed', (request) => {
      if (request.path.endsWith('/subscriptions')) {
        return { body: JSON.stringify({ value: [mine, theirs].map((subscriptionId) => ({ subscriptionId })) }) };
      }
      if (request.parameters.get('subscriberId') === null) return refusal(504, 'GatewayTimeout');
      return page(
        [mine, theirs].map((stackSubscription) =>
          stampRow(hourOfRequest(request) - 1, 'a', { stackSubscription, quantity: '5' }),
        ),
      );
    });
    expect((await collect()).hasFailed).toBe(false);
    expect([await booksOf('mixed'), await booksOf('others')]).toEqual([
      [8, '40'],
      [4, '4'],
    ]);
  });

  it('keeps no more rows of an hour in memory than its source says, and says what to change', async () => {
    const { collect, stamp } = await open('flood', endlessPages, { hoursAtOnce: 1, rowsPerHourMax: 25 });
    const { failures } = await collect();
    expect(failures).toMatchObject([{ kind: 'MALFORMED', message: expect.stringContaining('"rowsPerHourMax"') }]);
    expect(failures).toMatchObject([{ message: expect.stringContaining('more than 25 rows') }]);
    expect([stamp.requests.length, await watermarkOf('flood')]).toEqual([9, FROM]);
  });

  it('gives up an hour whose answers all come in time and never end, and says what to change', async () => {
    const { collect } = await open('drip', endlessPages, { hoursAtOnce: 1, hourTimeoutMs: 300 });
    expect((await collect()).failures).toMatchObject([
      { what: 'usage', kind: 'UNAVAILABLE', message: expect.stringContaining('"hourTimeoutMinutes"') },
    ]);
    expect(await watermarkOf('drip')).toBe(FROM);
  });

  it('pulls usage where the list of subscriptions never comes', async () => {
    const { collect } = await open(
      'no-list',
      (request) => (request.path.endsWith('/subscriptions') ? 'SILENCE' : threeMachines(request)),
      { pullsSubscriptions: true, hourTimeoutMs: 2_000 },
    );
    expect((await collect()).failures).toMatchObject([{ what: 'subscriptions', kind: 'UNAVAILABLE' }]);
    expect(await booksOf('no-list')).toEqual([12, '12']);
  });

  it('asks again where an answer was cut off, is no JSON or never comes, and takes nothing of it', async () => {
    const half = { body: `{"value":[${stampRow(FROM - 1, 'a', { quantity: '99' })}` };
    const broken: StampAnswer[] = ['CUT', half, 'SILENCE', { body: '[]' }, { body: '' }];
    const { collect } = await open('broken', firstThen(broken), { requestTimeoutMs: 300 });
    expect((await collect()).hasFailed).toBe(false);
    expect(await booksOf('broken')).toEqual([12, '12']);
  });

  it('asks subscription by subscription where the whole is never answered in time', async () => {
    const subscriptions = ['one', 'two', 'gone'].map((name) => guid(`stack ${name}`));
    const { collect, stamp } = await open('large', (request) => {
      if (request.path.endsWith('/subscriptions')) {
        return {
          body: JSON.stringify({ value: [{ subscriptionId: subscriptions[0] }, { subscriptionId: subscriptions[1] }] }),
        };
      }
      const subscriber = request.parameters.get('subscriberId');
      if (subscriber === null) return refusal(504, 'GatewayTimeout');
      if (subscriber === subscriptions[2]) return refusal(400, 'SubscriberIdIsNotDirectTenant');
      return page([stampRow(hourOfRequest(request), 'a', { stackSubscription: subscriber, quantity: '0.5' })]);
    });
    await registerCustomer(gateway().app, 'large', 'Contoso', { stackSubscriptions: subscriptions.slice(2) });
    const { events, hasFailed } = await collect({ until: FROM + 2 });
    expect(hasFailed).toBe(false);
    expect(events.filter((event) => event.event === 'hour' && event.isSplit)).toHaveLength(2);
    expect(await booksOf('large')).toEqual([4, '2']);
    expect(stamp.requests.filter(({ parameters }) => parameters.get('subscriberId') === subscriptions[2])).toHaveLength(
      2,
    );
  });

  it('never passes a gap: later hours wait for the one that cannot be pulled, and nothing is lost or doubled', async () => {
    const gap = FROM + 1;
    let isHealed = false;
    const { collect } = await open('gap', (request) =>
      hourOfRequest(request) === gap && !isHealed ? refusal(400, 'InvalidProperty') : threeMachines(request),
    );
    const { failures, hasFailed } = await collect();
    expect(hasFailed).toBe(true);
    expect(failures).toMatchObject([{ kind: 'REFUSED', code: 'InvalidProperty' }]);
    expect(await watermarkOf('gap')).toBe(gap);
    await collect();
    expect(await watermarkOf('gap')).toBe(gap);
    isHealed = true;
    expect((await collect()).hasFailed).toBe(false);
    expect([await watermarkOf('gap'), await booksOf('gap')]).toEqual([NOW, [12, '12']]);
  });

  it('takes "not complete" for what it is: no failure, and the hour is asked for in a later round', async () => {
    let complete = FROM + 2;
    const { collect } = await open('slow', (request) => {
      if (hourOfRequest(request) === FROM + 3) return refusal(400, 'RequestEndTimeIsInFuture');
      return hourOfRequest(request) < complete ? threeMachines(request) : refusal(202, 'ProcessingNotCompleted');
    });
    expect((await collect()).hasFailed).toBe(false);
    expect(await watermarkOf('slow')).toBe(FROM + 2);
    complete = NOW;
    expect((await collect()).hasFailed).toBe(false);
    expect(await watermarkOf('slow')).toBe(FROM + 3);
  });

  it('notices a page that comes again under another link', async () => {
    let isHealed = false;
    const { collect } = await open('again', (request) => {
      if (isHealed) return threeMachines(request);
      const { parameters, url } = request;
      const token = Number(parameters.get('continuationToken') ?? 0) + 1;
      parameters.set('continuationToken', String(token));
      const next = `${url}/subscriptions/${guid('provider subscription')}/providers/${USAGE}?${parameters.toString()}`;
      return page(
        ['a', 'b', 'c'].map((machine) => stampRow(hourOfRequest(request) - 1, machine)),
        next,
      );
    });
    expect((await collect()).failures).toMatchObject([
      { kind: 'MALFORMED', message: expect.stringContaining('twice') },
    ]);
    expect(await watermarkOf('again')).toBe(FROM);
    isHealed = true;
    await collect();
    expect(await booksOf('again')).toEqual([12, '12']);
  });

  it.each([
    ['leads to another host', 'http://169.254.169.254/latest', 'another host'],
    ['leads to another path', '/subscriptions/other', 'another path'],
    ['has no end', `/${'x'.repeat(100_000)}`, '8192 characters'],
    ['is no address', 'http://[', 'is no address'],
  ])('does not follow a link to a next page that %s', async (what, link, said) => {
    const name = what.replaceAll(' ', '-');
    const { collect, stamp } = await open(name, () => page([], link), { hoursAtOnce: 1 });
    expect((await collect()).failures).toMatchObject([
      { kind: 'MALFORMED', message: expect.stringContaining(said) as string },
    ]);
    expect(stamp.requests).toHaveLength(1);
    expect(await watermarkOf(name)).toBe(FROM);
  });

  it('repeats no escape sequence of a stamp or a sign-in service', async () => {
    const { collect } = await open('loud', () => refusal(400, 'No\u001b[2J\u202E'));
    expect(JSON.stringify((await collect()).failures)).not.toMatch(/u001b|\u202E/);
  });

  it('does not follow a redirection: the credential is for the stamp alone', async () => {
    const elsewhere = await openStamp(threeMachines);
    const { collect } = await open('moved', () => ({ status: 307, headers: { location: elsewhere.url }, body: '' }));
    expect((await collect()).failures).toMatchObject([{ kind: 'REFUSED' }]);
    expect(elsewhere.requests).toEqual([]);
  });

  it('signs in with client credentials, at Entra ID by scope and at AD FS by resource, and anew when a token has expired', async () => {
    process.env['USAGE_GATEWAY_TEST_SECRET'] = 's3cret&=';
    for (const [name, audience] of [
      ['entra', { scope: 'https://management.example/.default' }],
      ['adfs', { resource: 'https://management.example/' }],
    ] as const) {
      let issued = 0;
      const identity = await openStamp(() => {
        issued += 1;
        const expires = name === 'adfs' ? '3600' : 3600;
        return { body: JSON.stringify({ token_type: 'Bearer', access_token: `token-${issued}`, expires_in: expires }) };
      });
      const signIn = {
        kind: 'clientCredentials',
        tokenUrl: `${identity.url}/oauth2/token`,
        clientId: 'client-1',
        secret: { env: 'USAGE_GATEWAY_TEST_SECRET' },
        audience,
      } as const;
      // The first token is good for one request.
      const { collect, stamp } = await open(
        name,
        (request) =>
          request.authorization === 'Bearer token-1' && stamp.requests.length > 1
            ? refusal(401, 'ExpiredAuthenticationToken')
            : threeMachines(request),
        { signIn, hoursAtOnce: 1 },
      );
      expect((await collect()).hasFailed).toBe(false);
      expect(await booksOf(name)).toEqual([12, '12']);
      expect(identity.requests).toHaveLength(2);
      expect(Object.fromEntries(new URLSearchParams(identity.requests[0]?.body))).toEqual({
        grant_type: 'client_credentials',
        client_id: 'client-1',
        client_secret: 's3cret&=',
        ...audience,
      });
    }
  });

  it('ends where the stamp or the sign-in refuses the credential, without a word of the secret', async () => {
    process.env['USAGE_GATEWAY_TEST_SECRET'] = 's3cret';
    const refused = await open('refused', () => refusal(401, 'AuthenticationFailed'), { hoursAtOnce: 1 });
    expect((await refused.collect()).failures).toMatchObject([{ kind: 'REFUSED' }]);
    expect(refused.stamp.requests).toHaveLength(2);

    const identity = await openStamp(() => ({
      status: 401,
      body: '{"error":"invalid_client","error_description":"s3cret"}',
    }));
    const signIn = signInAt(identity.url);
    const { collect } = await open('unknown-client', threeMachines, { signIn, hoursAtOnce: 1 });
    const { failures } = await collect();
    expect(failures).toMatchObject([{ kind: 'REFUSED', code: 'invalid_client' }]);
    expect(JSON.stringify(failures)).not.toContain('s3cret');
  });

  it.each([
    ['breaks off', 'CUT' as const],
    ['is longer than any token', { body: `{"access_token":"${'x'.repeat(70_000)}"}` }],
  ])('goes on with other sources where the answer of the sign-in %s', async (what, answer) => {
    process.env['USAGE_GATEWAY_TEST_SECRET'] = 's3cret';
    const identity = await openStamp(() => answer);
    const signIn = signInAt(identity.url);
    const { collect } = await open(`sign-in ${what}`.replaceAll(' ', '-'), threeMachines, { signIn, hoursAtOnce: 1 });
    expect((await collect()).failures).toContainEqual(expect.objectContaining({ kind: 'UNAVAILABLE' }));
  });
});

/** Three new rows and a link to more of them, for ever. */
function endlessPages(request: StampRequest): StampAnswer {
  const { parameters, url } = request;
  const at = Number(parameters.get('continuationToken') ?? 0);
  parameters.set('continuationToken', String(at + 1));
  return page(
    ['a', 'b', 'c'].map((machine) => stampRow(hourOfRequest(request) - 1, `${machine}-${at}`)),
    `${url}/subscriptions/${guid('provider subscription')}/providers/${USAGE}?${parameters.toString()}`,
  );
}

/** So many spaces, packed into a thousandth of that. */
function packed(bytes: number): StampAnswer {
  return { headers: { 'content-encoding': 'gzip' }, body: gzipSync(Buffer.alloc(bytes, ' ')) };
}

/** As a client whose secret the environment of the test holds. */
function signInAt(tokenUrl: string) {
  const secret = { env: 'USAGE_GATEWAY_TEST_SECRET' };
  return { kind: 'clientCredentials', tokenUrl, clientId: 'x', secret, audience: { resource: 'y' } } as const;
}
