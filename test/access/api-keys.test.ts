import { crc32 } from 'node:zlib';

import { API_KEY_PREFIX, keyIdOf, makeApiKey } from '../../src/access/api-key.js';
import { COMMAND_LINE } from '../../src/access/actor.js';
import { createApiKey } from '../../src/access/create-api-key.js';
import type { Grant } from '../../src/access/grant.js';
import { ROLES } from '../../src/access/principal.js';
import { describeEachDatabase, describeOnSqlite } from '../support/databases.js';
import type { TestServer } from '../support/databases.js';
import { openTestGateway } from '../support/gateway.js';
import type { TestGateway, Who } from '../support/gateway.js';
import { guid, registerCustomer, registerStamp } from '../support/world.js';

const ALL = { registrations: 'all', tenants: 'all', resellers: 'all' } as const;
const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
  secret apiKey { keyId name role registrations tenants resellers createdBy expiresAt lastUsedAt revokedAt }
  userErrors { code field } } }`;
const REVOKE =
  'mutation ($keyId: String!) { revokeApiKey(input: { keyId: $keyId }) { apiKey { revokedAt revokedBy } userErrors { code } } }';

describe('the text of an API key', () => {
  it('is found by scanners, and tells a key from a typing error without asking the database', () => {
    const { keyId, text } = makeApiKey();
    expect(text).toMatch(/^ugw_[0-9a-f]{16}_[0-9a-f]{72}$/);
    expect(text.startsWith(API_KEY_PREFIX)).toBe(true);
    expect(keyIdOf(text)).toBe(keyId);
    for (let place = API_KEY_PREFIX.length; place < text.length; place += 1) {
      const other = text[place] === '0' ? '1' : '0';
      expect(keyIdOf(`${text.slice(0, place)}${other}${text.slice(place + 1)}`)).toBeNull();
    }
  });

  it('is never the same twice', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => makeApiKey().text)).size).toBe(1_000);
  });
});

describeEachDatabase('an API key in the books', (server) => {
  it('is shown once, kept as a hash, and gives its role and scope until it is revoked', async () => {
    const gateway = await openBooks(server);
    const tenants = [guid('tenant Contoso')];
    const { data } = await gateway.ask('OPERATOR', CREATE, { input: { name: 'portal', role: 'TENANT_USER', tenants } });
    const { secret, apiKey, userErrors } = data.createApiKey;
    expect(userErrors).toEqual([]);
    expect(apiKey).toEqual({
      keyId: keyIdOf(secret),
      name: 'portal',
      role: 'TENANT_USER',
      registrations: null,
      tenants,
      resellers: null,
      createdBy: 'test-operator',
      expiresAt: '2026-06-08T12:30:00.000Z',
      lastUsedAt: null,
      revokedAt: null,
    });
    const stored = await gateway.app.db.reader.query('SELECT * FROM api_key');
    const logged = await gateway.app.db.reader.query('SELECT * FROM audit_entry');
    expect(JSON.stringify([stored, logged])).not.toContain(secret.slice(30));

    expect(await tenantsSeenWith(gateway, secret)).toEqual(['Contoso']);
    const revoked = await gateway.ask('OPERATOR', REVOKE, { keyId: apiKey.keyId });
    expect(revoked.data.revokeApiKey).toEqual({
      apiKey: { revokedAt: '2026-03-10T12:30:00.000Z', revokedBy: 'test-operator' },
      userErrors: [],
    });
    await expect(gateway.app.tokens.verify(secret)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const again = await gateway.ask('OPERATOR', REVOKE, { keyId: apiKey.keyId });
    expect(again.data).toEqual(revoked.data);
    await gateway.close();
  });

  it('costs who has none next to no statements: made-up ids are looked up together, wrong secrets not at all', async () => {
    let statements = 0;
    const gateway = await openTestGateway(server, { onStatement: () => void (statements += 1) });
    const { text } = await keyOf(gateway, { ...ALL, role: 'AUDITOR' });
    const verify = (key: string) =>
      gateway.app.tokens.verify(key).then(
        ({ role }) => role,
        (error: unknown) => (error as { readonly code: string }).code,
      );
    expect(await verify(text)).toBe('AUDITOR');
    await gateway.app.tokens.settled();
    statements = 0;
    const madeUp = Array.from({ length: 600 }, () => verify(makeApiKey().text));
    expect(new Set(await Promise.all(madeUp))).toEqual(new Set(['UNAUTHENTICATED']));
    expect(statements).toBeLessThanOrEqual(3);
    statements = 0;
    const id = keyIdOf(text) ?? '';
    const wrong = Array.from({ length: 20 }, () => verify(withId(id)));
    expect(new Set(await Promise.all(wrong))).toEqual(new Set(['UNAUTHENTICATED']));
    expect(statements).toBe(0);
    expect(await verify(text)).toBe('AUDITOR');
    await gateway.close();
  });

  it('notes its use at most once a minute', async () => {
    const gateway = await openBooks(server);
    const { text } = await keyOf(gateway, { ...ALL, role: 'AUDITOR' });
    const used: string[] = [];
    for (const seconds of [0, 30, 59, 60, 100, 121]) {
      gateway.clock.set(Date.parse('2026-03-10T12:30:00Z') + seconds * 1_000);
      await gateway.app.tokens.verify(text);
      await gateway.app.tokens.settled();
      const { data } = await gateway.ask('OPERATOR', '{ apiKeys { nodes { lastUsedAt } } }');
      used.push(data.apiKeys.nodes[0].lastUsedAt.slice(14, 19));
    }
    expect(used).toEqual(['30:00', '30:00', '30:00', '31:00', '31:00', '32:01']);
    await gateway.close();
  });
});

describeOnSqlite('an API key', (server) => {
  it('of an ingestor pushes usage for its registration, and for no other', async () => {
    const gateway = await openBooks(server);
    await registerStamp(gateway.app, 'edge');
    const { text } = await keyOf(gateway, { ...ALL, role: 'INGESTOR', registrations: ['hub'] });
    const push = (registration: string) =>
      gateway.http.inject({
        method: 'POST',
        url: `/v1/usage?registration=${registration}`,
        headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json' },
        payload: '[]',
      });
    expect((await push('hub')).statusCode).toBe(200);
    const foreign = await push('edge');
    const unknown = await push('xxxx');
    expect(foreign.statusCode).toBe(404);
    expect(foreign.body.replaceAll('edge', 'xxxx')).toBe(unknown.body);
    await gateway.close();
  });

  it('ends when it expires, and lasts a year at most', async () => {
    const gateway = await openBooks(server);
    const expiresAt = '2026-03-11T00:00:00.000Z';
    const made = await gateway.ask('OPERATOR', CREATE, { input: { name: 'x', role: 'AUDITOR', expiresAt } });
    const { secret } = made.data.createApiKey;
    gateway.clock.set('2026-03-10T23:59:59.999Z');
    expect(await gateway.app.tokens.verify(secret)).toMatchObject({ role: 'AUDITOR', credential: 'API_KEY' });
    gateway.clock.set(expiresAt);
    await expect(gateway.app.tokens.verify(secret)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    for (const bad of ['2026-03-10T00:00:00Z', '2027-03-13T00:00:00Z']) {
      const { data } = await gateway.ask('OPERATOR', CREATE, { input: { name: 'x', role: 'AUDITOR', expiresAt: bad } });
      expect(data.createApiKey.userErrors).toEqual([{ code: 'INVALID_INPUT', field: ['expiresAt'] }]);
    }
    await gateway.close();
  });

  it('is refused in the same words with a wrong secret as when there never was one', async () => {
    const gateway = await openBooks(server);
    const { keyId } = await keyOf(gateway, { ...ALL, role: 'OPERATOR' });
    const stranger = makeApiKey().text;
    // The right id with the secret of another key, and a checksum that is right.
    const { crc32 } = await import('node:zlib');
    const body = `${API_KEY_PREFIX}${keyId}_${stranger.slice(21, 85)}`;
    const forged = `${body}${crc32(body).toString(16).padStart(8, '0')}`;
    expect(keyIdOf(forged)).toBe(keyId);
    const answers = await Promise.all([forged, stranger].map((text) => gateway.app.tokens.verify(text).catch(String)));
    expect(answers[0]).toBe(answers[1]);
    expect(answers[0]).toContain('not valid here');
    await gateway.close();
  });

  it('gives nothing that its creator has not, and makes no keys', async () => {
    const gateway = await openBooks(server);
    const of = (who: Who, input: object) => gateway.ask(who, CREATE, { input: { name: 'x', ...input } });
    const hub: Who = { role: 'OPERATOR', registrations: ['hub'] };
    const tooMuch = [
      { role: 'OPERATOR' },
      { role: 'AUDITOR', registrations: ['hub', 'edge'] },
      { role: 'INGESTOR', registrations: ['edge'] },
    ];
    for (const input of tooMuch) {
      const { errors } = await of(hub, input);
      expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(['FORBIDDEN']);
    }
    expect((await of(hub, { role: 'AUDITOR', registrations: ['HUB'] })).data.createApiKey.userErrors).toEqual([]);
    for (const role of ROLES.filter((one) => one !== 'OPERATOR')) {
      expect((await of(role, { role: 'AUDITOR' })).errors.map(({ extensions }) => extensions?.['code'])).toEqual([
        'FORBIDDEN',
      ]);
    }
    const { text } = await keyOf(gateway, { ...ALL, role: 'OPERATOR' });
    const caller = await gateway.app.tokens.verify(text);
    const made = createApiKey(gateway.app, caller, { name: 'x', grant: { ...ALL, role: 'AUDITOR' }, by: 'test' });
    await expect(made).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await gateway.close();
  });

  it('is never made without the limit that its role needs', async () => {
    const gateway = await openBooks(server);
    for (const role of ['TENANT_USER', 'RESELLER', 'INGESTOR']) {
      const { data } = await gateway.ask('OPERATOR', CREATE, { input: { name: 'x', role } });
      expect(data.createApiKey.userErrors).toEqual([{ code: 'INVALID_INPUT', field: ['role'] }]);
    }
    await gateway.close();
  });

  it('is listed and ended by its creator and by operators of everything alone', async () => {
    const gateway = await openBooks(server);
    const one: Who = { role: 'OPERATOR', subject: 'one', registrations: ['hub'] };
    const other: Who = { role: 'OPERATOR', subject: 'other', registrations: ['hub'] };
    const input = { name: 'portal', role: 'AUDITOR', registrations: ['hub'] };
    const { keyId } = (await gateway.ask(one, CREATE, { input })).data.createApiKey.apiKey;
    const list = async (who: Who) => (await gateway.ask(who, '{ apiKeys { nodes { keyId } } }')).data.apiKeys.nodes;
    expect([await list(one), await list(other), await list('OPERATOR')]).toEqual([[{ keyId }], [], [{ keyId }]]);
    const foreign = await gateway.ask(other, REVOKE, { keyId });
    const random = await gateway.ask(other, REVOKE, { keyId: '0'.repeat(16) });
    expect(foreign).toEqual(random);
    expect(foreign.data.revokeApiKey.userErrors).toEqual([{ code: 'NOT_FOUND' }]);
    expect((await gateway.ask('OPERATOR', REVOKE, { keyId })).data.revokeApiKey.userErrors).toEqual([]);
    await gateway.close();
  });
});

async function openBooks(server: TestServer): Promise<TestGateway> {
  const gateway = await openTestGateway(server);
  await registerStamp(gateway.app);
  await registerCustomer(gateway.app, 'hub', 'Contoso');
  await registerCustomer(gateway.app, 'hub', 'Fabrikam');
  return gateway;
}

async function keyOf({ app }: TestGateway, grant: Grant): Promise<{ keyId: string; text: string }> {
  const { apiKey, text } = await createApiKey(app, null, { name: 'portal', grant, by: COMMAND_LINE });
  return { keyId: apiKey.keyId, text: text ?? '' };
}

async function tenantsSeenWith(gateway: TestGateway, credential: string): Promise<string[]> {
  const response = await gateway.http.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${credential}` },
    payload: { query: '{ tenants { nodes { name } } }' },
  });
  return response
    .json<{ data: { tenants: { nodes: { name: string }[] } } }>()
    .data.tenants.nodes.map(({ name }) => name);
}

/** A well-formed key of this id with another secret. */
function withId(keyId: string): string {
  const { text } = makeApiKey();
  const body = text.slice(0, -8).replace(/^ugw_[0-9a-f]{16}/, `ugw_${keyId}`);
  return `${body}${crc32(body).toString(16).padStart(8, '0')}`;
}
