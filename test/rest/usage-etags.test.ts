import { createHash } from 'node:crypto';

import { PROVIDER_PATH, TENANT_PATH, azure, usageUrl } from '../support/azure.js';
import { describeEachDatabase, describeOnSqlite, openTestDatabase } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import { guid, push, registerCustomer, registerStamp, usageRecord } from '../support/world.js';
import { filesBelow, readText } from '../tidy/source-files.js';
import { WHOLE_BOOKS, scope } from '../../src/access/scope.js';
import type { App } from '../../src/app.js';
import { update } from '../../src/database/change.js';
import { openSqliteFile } from '../../src/database/sqlite-driver.js';
import { declarationOf } from '../../src/database/table.js';
import type { Table } from '../../src/database/table.js';
import { createServer } from '../../src/http/server.js';
import { meterTable } from '../../src/metering/meter.entity.js';
import { dailyAggregateTable, daySealTable } from '../../src/pipeline/closing/daily-aggregate.entity.js';
import { resourceTable, usageRecordTable } from '../../src/pipeline/ingestion/ingestion.entity.js';
import { closedDayTable } from '../../src/registration/closed-day.entity.js';
import { stackSubscriptionTable } from '../../src/tenancy/tenancy.entity.js';
import { assignStackSubscription } from '../../src/pipeline/routing/assign-stack-subscription.js';
import { getRegistration } from '../../src/registration/registration-store.js';
import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import { dayOf, hourOf } from '../../src/primitives/windows.js';
import { listLastSeals } from '../../src/reading/seals.js';
import { PAGE_FORM } from '../../src/rest/closed-page.js';

const STACK = guid('stack subscription');
const BASE = guid('base hub');
const CONTOSO = { role: 'TENANT_USER', tenants: [guid('tenant Contoso')] } as const;
const NOBODY = { role: 'TENANT_USER', tenants: [guid('tenant nobody')] } as const;
/** Whole days; the first one gets usage and is closed, the second stays open. */
const DAY = {
  reportedStartTime: '2026-03-09T00:00:00Z',
  reportedEndTime: '2026-03-10T00:00:00Z',
  aggregationGranularity: 'Daily',
};
const PROVIDER = usageUrl(PROVIDER_PATH, BASE, DAY);
const TENANT = usageUrl(TENANT_PATH, STACK, DAY);
const OPEN = usageUrl(PROVIDER_PATH, BASE);
const READS_ROWS = /usage_record|usage_day_total|daily_aggregate/;

function machines(count: number, parts: Readonly<Record<string, string>> = {}) {
  return Array.from({ length: count }, (_, index) =>
    usageRecord({
      id: `${index}`,
      usageStartTime: '2026-03-09T08:00:00Z',
      resourceUri: `/subscriptions/x/vm-${index}`,
      ...parts,
    }),
  );
}

/** Usage of Contoso on the 9th, and on the 10th; not closed yet. */
async function fill(gateway: TestGateway, count = 3): Promise<void> {
  const stamp = await registerStamp(gateway.app);
  await registerCustomer(gateway.app, 'hub', 'Contoso', { stackSubscriptions: [STACK] });
  const usage = { stackSubscriptionId: STACK };
  gateway.clock.set('2026-03-09T10:20:00Z');
  await push(gateway.app, stamp, machines(count, usage));
  gateway.clock.set('2026-03-10T10:20:00Z');
  await push(gateway.app, stamp, machines(1, { ...usage, id: 'open', usageStartTime: '2026-03-10T08:00:00Z' }));
  gateway.clock.set('2026-03-10T12:30:00Z');
}

function close(app: App) {
  return closeDueDays(app, { graceMs: 0, by: 'test' });
}

function change(app: App, statement: string) {
  return app.db.inTransaction((tx) => tx.execute(statement));
}

describeEachDatabase('entity tags of the usage APIs', (server) => {
  let gateway: TestGateway;
  const statements: string[] = [];

  beforeAll(async () => {
    gateway = await openTestGateway(server, { onStatement: (statement) => statements.push(statement) });
    await fill(gateway);
    await close(gateway.app);
  });
  afterAll(() => gateway.close());

  const ask = (who: Who | null, url: string, tag?: string) =>
    azure(gateway, who, url, tag === undefined ? {} : { headers: { 'if-none-match': tag } });
  async function tagOf(who: Who, url: string): Promise<string> {
    const { status, headers } = await ask(who, url);
    expect([status, headers['etag']]).toEqual([200, expect.stringMatching(/^"[\w-]{22}"$/)]);
    return String(headers['etag']);
  }

  it('tell whoever has a page of closed windows so, without a row being read', async () => {
    for (const [who, url] of [
      ['OPERATOR', PROVIDER],
      [CONTOSO, TENANT],
    ] as const) {
      const tag = await tagOf(who, url);
      statements.length = 0;
      const again = await ask(who, url, tag);
      expect([again.status, again.text]).toEqual([304, '']);
      expect(again.headers).toMatchObject({ etag: tag, 'cache-control': 'private, no-cache', vary: 'authorization' });
      expect(again.headers['content-type']).toBeUndefined();
      expect(statements.filter((statement) => READS_ROWS.test(statement))).toEqual([]);
    }
  });

  it('may be named alone, in a list, as weak ones, or all of them by a star', async () => {
    const tag = await tagOf('OPERATOR', PROVIDER);
    const named = [tag, `W/${tag}`, `"a,b", ${tag}`, `"x",W/"y" ,\tW/${tag}, "z"`, `,, ${tag}`, '*', ' * '];
    for (const text of named) expect([text, (await ask('OPERATOR', PROVIDER, text)).status]).toEqual([text, 304]);
    const bare = tag.slice(1, -1);
    const others = [
      '',
      '""',
      bare,
      `"${bare}`,
      `w/${tag}`,
      `"x"${tag}`,
      `x ${tag}`,
      `"x", *`,
      `W/"${bare}x"`,
      `'${bare}'`,
    ];
    for (const text of others) expect([text, (await ask('OPERATOR', PROVIDER, text)).status]).toEqual([text, 200]);
  });

  it('are not given to windows that are open, and a star asks for those again', async () => {
    for (const tag of [undefined, '*']) {
      const { status, headers, body } = await ask('OPERATOR', OPEN, tag);
      expect([status, headers['etag'], body.value]).toEqual([200, undefined, expect.any(Array)]);
    }
    const across = usageUrl(PROVIDER_PATH, BASE, {
      ...DAY,
      reportedEndTime: '2026-03-10T10:00:00Z',
      aggregationGranularity: 'Hourly',
    });
    expect((await ask('OPERATOR', across, '*')).headers['etag']).toBeUndefined();
  });

  it('come after every refusal: who would not get the page is not told that he has it', async () => {
    const tag = await tagOf('OPERATOR', PROVIDER);
    const tenantTag = await tagOf(CONTOSO, TENANT);
    const future = { ...DAY, reportedEndTime: '2026-03-12T00:00:00Z' };
    const table: readonly (readonly [Who | null, string, number])[] = [
      [null, PROVIDER, 401],
      [null, TENANT, 401],
      ['INGESTOR', PROVIDER, 403],
      [CONTOSO, PROVIDER, 403],
      [{ role: 'CSP_ADMIN', registrations: ['edge'] }, PROVIDER, 403],
      [NOBODY, TENANT, 403],
      ['INGESTOR', TENANT, 403],
      ['OPERATOR', usageUrl(PROVIDER_PATH, BASE, { ...DAY, 'api-version': null }), 400],
      ['OPERATOR', usageUrl(PROVIDER_PATH, BASE, { ...DAY, continuationToken: 'AAAA' }), 400],
      ['OPERATOR', usageUrl(PROVIDER_PATH, BASE, { ...DAY, subscriberId: guid('nobody') }), 400],
      ['OPERATOR', usageUrl(PROVIDER_PATH, BASE, future), 400],
    ];
    for (const [who, url, status] of table) {
      for (const named of ['*', tag, tenantTag]) {
        const answer = await ask(who, url, named);
        expect([who, url, answer.status, answer.headers['etag']]).toEqual([who, url, status, undefined]);
        expect(answer.text).toBe((await ask(who, url)).text);
      }
    }
  });

  it('are of one caller and one question: no other one brings them back', async () => {
    const urls = [
      PROVIDER,
      usageUrl(PROVIDER_PATH, guid('cloud hub'), DAY),
      usageUrl(PROVIDER_PATH, BASE, { ...DAY, subscriberId: STACK }),
      usageUrl(PROVIDER_PATH, BASE, { ...DAY, aggregationGranularity: 'Hourly' }),
      usageUrl(PROVIDER_PATH, BASE, { ...DAY, reportedStartTime: '2026-03-08T00:00:00Z' }),
      usageUrl(PROVIDER_PATH, BASE, { ...DAY, showDetails: 'true' }),
      TENANT,
    ];
    const tags = [];
    for (const url of urls) tags.push(await tagOf('OPERATOR', url));
    tags.push(await tagOf({ role: 'OPERATOR', subject: 'another' }, PROVIDER));
    tags.push(await tagOf('AUDITOR', PROVIDER), await tagOf({ role: 'OPERATOR', registrations: ['hub'] }, PROVIDER));
    tags.push(await tagOf(CONTOSO, TENANT));
    expect(new Set(tags).size).toBe(tags.length);
    const all = tags.slice(0, -1).join(', ');
    expect((await ask(CONTOSO, TENANT, all)).status).toBe(200);
  });

  it('are others when the books were restored and the day was closed anew', async () => {
    const tag = await tagOf('OPERATOR', PROVIDER);
    const [seal] = await gateway.app.db.reader.query<{ checksum: string }>('SELECT checksum FROM day_seal');
    for (const [anew, before] of [
      ['UPDATE closed_day SET closed_at = closed_at + 1', 'UPDATE closed_day SET closed_at = closed_at - 1'],
      [
        `UPDATE day_seal SET checksum = '${'f'.repeat(64)}'`,
        `UPDATE day_seal SET checksum = '${seal?.checksum ?? ''}'`,
      ],
    ] as const) {
      await change(gateway.app, anew);
      const other = await ask('OPERATOR', PROVIDER, tag);
      expect([other.status, other.headers['etag'] === tag]).toEqual([200, false]);
      await change(gateway.app, before);
      expect((await ask('OPERATOR', PROVIDER, tag)).status).toBe(304);
    }
  });

  it('are others as soon as the caller may read other subscriptions, and the same when it is as before', async () => {
    const moving = await openTestGateway(server);
    const { app, clock } = moving;
    await fill(moving);
    const fabrikam = await registerCustomer(app, 'hub', 'Fabrikam');
    const within = { registration: 'hub', by: 'test', stackSubscriptionId: guid('lab') };
    const give = (tenantId: string) => assignStackSubscription(app, WHOLE_BOOKS, { ...within, tenantId });
    await give(guid('tenant Contoso'));
    clock.set('2026-03-09T11:20:00Z');
    const lab = machines(2, { stackSubscriptionId: guid('lab'), source: 'lab' });
    await push(app, await getRegistration(app.db.reader, WHOLE_BOOKS, 'hub'), lab);
    clock.set('2026-03-10T12:30:00Z');
    await close(app);
    const admin = { role: 'CSP_ADMIN', tenants: [guid('tenant Contoso')] } as const;
    const both = await azure(moving, admin, PROVIDER);
    const tag = String(both.headers['etag']);
    const again = (named: string) => azure(moving, admin, PROVIDER, { headers: { 'if-none-match': named } });
    await give(fabrikam.tenantId);
    const one = await again(tag);
    expect([both.body.value.length, one.status, one.body.value.length]).toEqual([5, 200, 3]);
    await give(guid('tenant Contoso'));
    expect((await again(tag)).status).toBe(304);
    expect(await again(String(one.headers['etag']))).toMatchObject({ status: 200, text: both.text });
    await moving.close();
  });

  it('take no seal of a registration that is not the caller’s', async () => {
    const [registration] = await gateway.app.db.reader.query<{ id: number }>('SELECT id FROM registration');
    const ids = [registration?.id ?? 0];
    const within = (registrationIds: readonly number[]) => scope({ registrationIds, tenantIds: 'all' });
    const before = dayOf(hourOf(Date.parse(DAY.reportedEndTime)));
    expect(await listLastSeals(gateway.app.db.reader, within(ids), ids, before)).toHaveLength(1);
    expect(await listLastSeals(gateway.app.db.reader, within([0]), ids, before)).toEqual([]);
  });

  it('are each of one page, and good under the next token of the same caller', async () => {
    gateway.clock.set('2026-03-09T10:20:00Z');
    const stamp = await registerStamp(gateway.app, 'paged');
    await push(gateway.app, stamp, machines(1_200, { stackSubscriptionId: guid('paged stack') }));
    gateway.clock.set('2026-03-10T12:30:00Z');
    await close(gateway.app);
    const url = usageUrl(PROVIDER_PATH, guid('base paged'), DAY);
    const first = await ask('OPERATOR', url);
    const next = String(first.body.nextLink).replace(/^http:\/\/localhost(:80)?/, '');
    const tag = await tagOf('OPERATOR', next);
    expect(tag).not.toBe(first.headers['etag']);
    gateway.clock.set('2026-03-10T12:30:05Z');
    expect((await ask('OPERATOR', next, tag)).status).toBe(304);
    expect((await ask('OPERATOR', url, String(first.headers['etag']))).status).toBe(304);
    expect((await ask('OPERATOR', url, tag)).status).toBe(200);
    gateway.clock.set('2026-03-10T12:30:00Z');
  });

  it('are the same from every process on these books, and from none where they are turned off', async () => {
    const tag = await tagOf('OPERATOR', PROVIDER);
    const authorization = `Bearer ${await gateway.token('OPERATOR')}`;
    const headers = { authorization, 'if-none-match': tag };
    const other = await createServer(await gateway.second());
    expect((await other.inject({ url: PROVIDER, headers })).statusCode).toBe(304);
    await other.close();
    const off = await createServer(await gateway.second({ USAGE_API_ETAGS: 'false' }));
    for (const named of [tag, '*']) {
      const answer = await off.inject({ url: PROVIDER, headers: { ...headers, 'if-none-match': named } });
      expect([answer.statusCode, answer.headers.etag]).toEqual([200, undefined]);
      expect(answer.body).toBe((await ask('OPERATOR', PROVIDER)).text);
    }
    await off.close();
  });
});

describeOnSqlite('an entity tag', (server) => {
  it('is not given to rows that were read while a subscription was given away and back', async () => {
    let whileReading = () => undefined as unknown;
    const gateway = await openTestGateway(server, {
      onStatement: (statement) => {
        if (statement.includes('FROM usage_record')) whileReading();
      },
    });
    await fill(gateway);
    await close(gateway.app);
    const { databaseUrl } = gateway.app.config;
    const elsewhere = openSqliteFile(databaseUrl.slice('sqlite:'.length));
    whileReading = () => elsewhere.exec('UPDATE registration SET routing_version = routing_version + 2');
    expect((await azure(gateway, CONTOSO, TENANT)).headers['etag']).toBeUndefined();
    whileReading = () => undefined;
    expect((await azure(gateway, CONTOSO, TENANT)).headers['etag']).toBeDefined();
    elsewhere.close();
    await gateway.close();
  });

  it('goes with how a page is written: other bytes need another name of the form', async () => {
    const gateway = await openTestGateway(server);
    await fill(gateway);
    await close(gateway.app);
    const { text } = await azure(gateway, 'OPERATOR', PROVIDER);
    expect([PAGE_FORM, createHash('sha256').update(text).digest('hex').slice(0, 16)]).toEqual([
      'usage page 1',
      '13847fcda389deb6',
    ]);
    await gateway.close();
  });

  it('rests on names that are never changed: no statement does', async () => {
    // What is known of a meter is on no page: its two ids are.
    const changeable = (table: Table) => declarationOf(table).changeable;
    expect(changeable(meterTable)).not.toContain('meterGuid');
    expect(changeable(meterTable)).not.toContain('wireId');
    expect(changeable(stackSubscriptionTable)).toEqual(['name', 'tenantId']);
    for (const table of [resourceTable, usageRecordTable, dailyAggregateTable, closedDayTable, daySealTable]) {
      expect(changeable(table)).toEqual([]);
    }
    const { db, close } = await openTestDatabase(server);
    const first = `${meterTable.id} = 1`;
    await db.inTransaction(async (tx) => {
      expect(await update(tx, meterTable, { name: 'another' }, first)).toBe(1);
      const refused = update(tx, meterTable, { wireId: 'another' }, first);
      await expect(refused).rejects.toThrow('wireId of a meter is never changed');
    });
    await close();
    const written = filesBelow('.ts', 'migrations').flatMap((path) =>
      [...readText(path).matchAll(/UPDATE (\w+)\s/g)].map(([, table]) => table),
    );
    const names = ['resource', 'daily_aggregate', 'closed_day', 'day_seal', 'stack_subscription'];
    expect(written.filter((table) => names.includes(String(table)))).toEqual([]);
  });
});
