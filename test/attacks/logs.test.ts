/** Texts that are made to forge a line of the log, to hide one, or to get into it. */
import { describeOnSqlite } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { send, sendQuery } from '../support/raw-request.js';

const FORGED = '{"level":50,"msg":"all is well"}';
const HOSTILE = `evil\r\n${FORGED}\n\u001b[2J\u001b]0;owned\u0007\u2028\u0000\u009b31m`;
const TENANT = '00000000-0000-4000-8000-00000000000a';
const TABLES = ['tenant', 'registration', 'books'];
const REQUEST_ID = /^[0-9a-f-]{36}$/;

describeOnSqlite('texts that attack the log', (server) => {
  let gateway: TestGateway;
  beforeEach(async () => {
    gateway = await openTestGateway(server, { env: { LOG_LEVEL: 'debug' } });
    // Something that goes wrong inside, in statements that hold what was sent.
    for (const table of TABLES) await gateway.app.db.source.query(`ALTER TABLE ${table} RENAME TO gone_${table}`);
  });
  afterEach(async () => {
    for (const table of TABLES) await gateway.app.db.source.query(`ALTER TABLE gone_${table} RENAME TO ${table}`);
    await gateway.close();
  });

  it.each([
    [
      'a filter',
      () =>
        sendQuery(gateway, 'query ($it: String!) { tenants(reseller: $it) { nodes { id } } }', {
          variables: { it: HOSTILE },
        }),
    ],
    [
      'a mutation, its alias and its subject',
      () =>
        sendQuery(
          gateway,
          'mutation ($it: String!) { evil: registerTenant(input: { registration: $it, tenantId: $it, name: $it }) { __typename } }',
          { variables: { it: HOSTILE }, who: { role: 'OPERATOR', subject: 'evil\u001b[31m' } },
        ),
    ],
    ['the scope of a credential', () => sendQuery(gateway, '{ viewer { role } }', { who: limitedTo(HOSTILE) })],
    ['a name in the URL', () => send(gateway, { url: `/v1/usage?registration=${encodeURIComponent(HOSTILE)}` })],
    [
      'a path of Azure’s',
      () =>
        send(gateway, {
          method: 'GET',
          url: `/subscriptions/${TENANT}/resourceGroups/evil/providers/Microsoft.AzureStack/registrations/${encodeURIComponent(HOSTILE)}?api-version=2017-06-01`,
        }),
    ],
  ])('A32 log injection by %s: is one line of JSON that holds nothing of it', async (_what, attack) => {
    await attack();
    expect(gateway.log).toHaveLength(1);
    for (const line of gateway.log) {
      expect(line).toMatch(/^\{[^\p{Cc}\u2028\u2029]*\}\n$/u);
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number), time: expect.any(Number) });
      expect(line).not.toMatch(/evil|owned|all is well|31m/);
    }
  });

  it('A32 log injection by headers: none is written down, and a request id only where it is a plain word', async () => {
    for (const id of [HOSTILE, 'a'.repeat(65), 'a b', '"},{', 'a\u001b[31m']) {
      const answer = await send(gateway, {
        headers: { 'x-request-id': id, 'user-agent': HOSTILE, referer: HOSTILE, 'x-forwarded-for': HOSTILE },
        payload: { query: '{ tenants { nodes { id } } }' },
      });
      expect(answer).toMatchObject({
        codes: ['INTERNAL'],
        headers: { 'x-request-id': expect.stringMatching(REQUEST_ID) },
      });
    }
    const ids = gateway.log.map((line) => (JSON.parse(line) as { readonly reqId: string }).reqId);
    expect(ids).toHaveLength(5);
    expect(ids.filter((id) => !REQUEST_ID.test(id))).toEqual([]);
    expect(gateway.log.join('')).not.toMatch(/evil|owned|all is well|31m/);
  });

  it('says of each fault in which request it was, on every door, and keeps no credential', async () => {
    const about = { 'x-request-id': 'portal-7' };
    const asked = [
      await send(gateway, { headers: about, payload: { query: '{ tenants { nodes { id } } }' } }),
      await send(gateway, {
        headers: { ...about, 'content-type': 'application/json' },
        payload: '[]',
        url: '/v1/usage?registration=hub',
      }),
      await send(gateway, { headers: about, method: 'GET', url: '/readyz' }),
      await send(gateway, { headers: about, payload: { query: '{ viewer { role } }' }, who: limitedTo('hub') }),
    ];
    expect(asked.map(({ status, headers }) => [status, headers['x-request-id']])).toEqual([
      [200, 'portal-7'],
      [500, 'portal-7'],
      [503, 'portal-7'],
      [500, 'portal-7'],
    ]);
    const lines = gateway.log.map((line) => JSON.parse(line) as { readonly reqId: string; readonly err: object });
    expect(lines.map(({ reqId, err }) => [reqId, err])).toEqual(
      asked.map(() => ['portal-7', expect.objectContaining({ message: expect.stringMatching(/no such table: \w+/) })]),
    );
    expect(gateway.log.join('')).not.toContain((await gateway.token('OPERATOR')).slice(-20));
  });

  it('says nothing of requests that are refused: whoever is turned away cannot fill the disk', async () => {
    await send(gateway, { who: null, payload: { query: '{ viewer { role } }' } });
    await sendQuery(gateway, '{ nonsense }');
    await send(gateway, { method: 'GET', url: '/nowhere' });
    expect(gateway.log).toEqual([]);
  });
});

function limitedTo(registration: string) {
  return { role: 'AUDITOR', subject: 'limited', registrations: [registration] } as const;
}
