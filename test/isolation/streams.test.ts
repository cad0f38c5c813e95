import { SUBSCRIPTIONS } from './cases.js';
import { isFor } from './roles.js';
import { SHALLOW, selectionOf } from './selection.js';
import { VIEWERS, markersOf, openTwoBooks, recordOf } from './two-books.js';
import { createBareSchema } from '../../src/graphql/schema.js';
import { closeDueDays } from '../../src/pipeline/closing/close-due-days.js';
import { prepareReports } from '../../src/pipeline/reporting/prepare-reports.js';
import { sendReports } from '../../src/pipeline/reporting/send-reports.js';
import { describeOnSqlite } from '../support/databases.js';
import type { TestGateway } from '../support/gateway.js';
import { listen, openStream } from '../support/live-stream.js';
import { guid, push } from '../support/world.js';

const schema = await createBareSchema();
const fields = schema.getSubscriptionType()?.getFields() ?? {};

describe('streams', () => {
  it('have a case for every field, and say of every argument what it names', () => {
    const asked = Object.fromEntries(
      Object.values(fields).map(({ name, args }) => [name, args.map((arg) => arg.name)]),
    );
    const said = Object.entries(SUBSCRIPTIONS).map(([name, { names }]) => [name, Object.keys(names)]);
    expect(Object.fromEntries(said)).toEqual(asked);
  });
});

describeOnSqlite('T16 a stream of somebody else', (server) => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await openTwoBooks(server, { env: { STREAMS_AT_ONCE_MAX: '100' } });
    await listen(gateway);
  });
  afterEach(() => gateway.close());

  /** Something of every kind, at every place. */
  async function happen(): Promise<void> {
    const { app, clock } = gateway;
    for (const place of ['ours', 'neighbour', 'stranger'] as const) {
      const [stamp] = await app.db.reader.query<{ id: number }>('SELECT id FROM registration WHERE name = ?', [
        place === 'stranger' ? 'stranger-hub' : 'ours-hub',
      ]);
      await push(app, { id: stamp?.id ?? 0 }, [recordOf(place, '2026-03-08T01:00:00Z')]);
    }
    await app.live.tick();
    clock.set('2026-03-11T12:00:00Z');
    await closeDueDays(app, { graceMs: 0, by: 'test' });
    await prepareReports(app);
    const { commerce } = app;
    if (commerce === null) throw new Error('There is nobody to report to.');
    await sendReports({ ...app, commerce, jitter: () => 0.5 }, new AbortController().signal);
    await app.live.tick();
  }

  it('tells nobody what they may not see, and each what is theirs', async () => {
    const listening = await Promise.all(
      VIEWERS.flatMap((viewer) =>
        Object.values(fields)
          .filter(({ name }) => isFor(viewer.role, 'Subscription', name))
          .map(async (field) => {
            const query = `subscription { ${field.name} ${selectionOf(schema, field, viewer.role, SHALLOW)} }`;
            return { viewer, field: field.name, stream: await openStream(gateway, viewer.who, query) };
          }),
      ),
    );
    expect(listening.every(({ stream }) => stream.status === 200)).toBe(true);
    await happen();
    // A server that stops completes its streams at once, so whoever is to hear of something hears it before.
    const first = await Promise.all(
      listening.map(({ viewer, field, stream }) =>
        viewer.limit === 'registration' || field !== 'reportSettled' ? stream.next() : Promise.resolve(null),
      ),
    );
    await gateway.http.close();
    const leaks: string[] = [];
    for (const [index, { viewer, field, stream }] of listening.entries()) {
      const rest = await stream.rest();
      const heard = JSON.stringify([first[index], rest]);
      const isOurs = heard.includes('"next"');
      const isWhole = viewer.limit === 'registration';
      expect([viewer.name, field, isOurs]).toEqual([viewer.name, field, isWhole || field !== 'reportSettled']);
      const markers = viewer.foreign.flatMap((place) => markersOf(place, viewer.limit));
      leaks.push(
        ...markers.filter((marker) => heard.includes(marker)).map((marker) => `${viewer.name} ${field} ${marker}`),
      );
    }
    process.stdout.write(`${listening.length} streams of ${VIEWERS.length} callers: ${leaks.length} leaks.\n`);
    expect(leaks).toEqual([]);
  });

  it('is refused like that of nobody, by role before by name', async () => {
    for (const { who, role } of VIEWERS.filter(({ limit }) => limit === 'registration')) {
      for (const { name } of Object.values(fields)) {
        const query = (registration: string) =>
          `subscription { ${name}(registration: "${registration}") { registration { name } } }`;
        const theirs = await openStream(gateway, who, query('stranger-hub'));
        const nobodys = await openStream(gateway, who, query('nobodys-hub'));
        const code = isFor(role, 'Subscription', name) ? 'RegistrationNotFound' : 'FORBIDDEN';
        expect(theirs.refusal.errors).toMatchObject([{ extensions: { code } }]);
        const text = JSON.stringify(theirs.refusal.errors).replaceAll('stranger-hub', 'nobodys-hub');
        expect([theirs.status, text]).toEqual([nobodys.status, JSON.stringify(nobodys.refusal.errors)]);
      }
    }
  });

  it('tells a reseller nothing more of a tenant that was moved to another one while it listens', async () => {
    const who = { role: 'RESELLER', subject: 'ours', resellers: ['ours reseller'] } as const;
    const stream = await openStream(gateway, who, 'subscription { usageOnFallback { tenant { tenantId } } }');
    await gateway.app.db.inTransaction((tx) =>
      tx.execute(
        `UPDATE tenant SET reseller_id = (SELECT id FROM reseller WHERE name_key = 'stranger reseller')
          WHERE tenant_guid = ?`,
        [guid('tenant ours')],
      ),
    );
    const everybody = await openStream(gateway, 'OPERATOR', 'subscription { usageOnFallback { tenant { tenantId } } }');
    await happen();
    expect(await everybody.next()).toMatchObject({ event: 'next' });
    await gateway.http.close();
    expect(await stream.rest()).toEqual([{ event: 'complete', data: null }]);
  });
});
